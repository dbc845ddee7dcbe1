"""How long an MP3 plays. Its length is told where it is certain; a guess is none, so that nothing is refused on it."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import FileRejected
from shared.media.media import Media
from shared.media.parts import HEAD_BYTES
from shared.models.capabilities import CapabilityTable
from tests import samples
from tests.support.made_media import Stored, frame, mp3, padded_mp3, seconds_of, sniffed, tag, unhurried, vbri, xing

ID3V1 = b"TAG".ljust(128, b"\0")
APE = b"APETAGEX" + bytes(20_000)


async def test_a_quiet_start_makes_no_long_recording_of_one_of_a_varying_bit_rate() -> None:
    """By the bit rate of its first minute it would play 33 minutes; it plays 6."""
    assert await seconds_of(mp3(60, 32) + mp3(300, 256)) is None


@pytest.mark.parametrize(
    "content",
    [
        mp3(60, 32) + mp3(60, 256) + mp3(60, 32),
        mp3(60, 32) + (mp3(120, 256) + mp3(60, 32)) * 2,
        mp3(60, 32) + mp3(60, 40),
        (frame(32) + frame(40)) * 2000,
        mp3(100, 32) + bytes(1001) + mp3(100, 32),
    ],
    ids=["quiet start and end", "quiet middle too", "nearly the same", "in turn", "a hole"],
)
async def test_the_length_of_a_varying_bit_rate_is_not_told_where_no_header_tells_it(content: bytes) -> None:
    assert await seconds_of(content) is None


async def test_the_frames_of_a_small_file_are_counted_whatever_their_bit_rates() -> None:
    assert await seconds_of((frame(32) + frame(256)) * 50) == 2.4


@pytest.mark.parametrize("behind", [b"", ID3V1, APE, bytes(3000), frame(64)[:100]], ids=len)
@pytest.mark.parametrize("before", [b"", tag(300), bytes(731)], ids=len)
async def test_a_constant_bit_rate_tells_the_length_if_frames_all_over_it_confirm_that(
    before: bytes, behind: bytes
) -> None:
    stored = Stored(before + mp3(600, 64) + behind)
    assert (await stored.sniffed()).seconds == pytest.approx(600, abs=0.1)
    assert len(stored.fetched) == 5


async def test_frames_that_are_padded_in_turn_have_a_constant_bit_rate_too() -> None:
    assert await seconds_of(padded_mp3(300)) == pytest.approx(300, abs=0.1)


async def test_a_recording_without_any_header_of_its_own_is_long_as_its_parts_are() -> None:
    """What telephones record: 8 kHz, 16 kbit/s, and nothing that tells a length."""
    assert await seconds_of((samples.FOLDER / "hello_8khz.mp3").read_bytes() * 40) == pytest.approx(40 * 1.9, rel=0.05)


@pytest.mark.parametrize("behind", [b"", ID3V1, APE], ids=len)
async def test_the_encoders_word_is_taken_if_its_bytes_are_there(behind: bytes) -> None:
    sound = mp3(60, 32) + mp3(60, 256)
    for first in (xing(5000, len(sound)), xing(5000, len(sound), b"Xing"), vbri(5000, len(sound))):
        stored = Stored(first + sound + behind)
        assert (await stored.sniffed()).seconds == 120
        assert stored.fetched == [(0, HEAD_BYTES)]


@pytest.mark.parametrize("make", [xing, vbri])
async def test_the_encoders_word_is_not_taken_in_a_file_that_was_cut_or_joined(
    make: Callable[[int, int], bytes],
) -> None:
    sound = mp3(60, 32) + mp3(60, 256)
    whole = make(5000, len(sound)) + sound
    assert await seconds_of(whole[: len(whole) // 2]) is None
    assert await seconds_of(whole * 2) is None


@pytest.mark.parametrize(
    "claim", [(77_500, 10**9), (77_500, 480_000), (9, 480_000), (0, 0), (0xFFFFFFFF, 0xFFFFFFFF), (77_500, 0)], ids=str
)
@pytest.mark.parametrize("seconds", [12, 120])
async def test_an_encoder_that_claims_what_cannot_be_is_not_believed(claim: tuple[int, int], seconds: int) -> None:
    for first in (xing(*claim), vbri(*claim)):
        assert await seconds_of(first + mp3(seconds)) == seconds


async def test_a_first_frame_that_promises_numbers_and_has_none_is_passed_over() -> None:
    first = frame(64, bytes(17) + b"Xing" + bytes(8))
    assert await seconds_of(first + mp3(120)) == 120


def way(media: Media, size: int) -> str | None:
    table = CapabilityTable.load()
    return table.transport("Phi-4-multimodal-instruct", table.of("Phi-4-multimodal-instruct"), media, "auto", size)


async def test_no_recording_is_too_long_by_a_guess() -> None:
    """By the bit rate of its first minute this one plays 41 minutes; by its frames 11."""
    guessed = mp3(60, 32) + mp3(600, 128)
    assert way(await sniffed(guessed), len(guessed)) == "inline"


async def test_a_recording_that_is_too_long_for_certain_is_refused() -> None:
    long = mp3(31 * 60, 32)
    with pytest.raises(FileRejected, match="1860 seconds"):
        way(await sniffed(long), len(long))


@unhurried
@given(st.integers(4, 20_000))
async def test_a_recording_that_was_cut_plays_no_longer_than_what_is_left(length: int) -> None:
    sound = mp3(60, 128)[:length]
    seconds = await seconds_of(sound)
    assert seconds is not None
    assert seconds <= round(length / 16_000 + 0.024, 1)
