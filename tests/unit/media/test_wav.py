import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.media.parts import HEAD_BYTES
from tests.support.made_containers import aiff, rf64
from tests.support.made_media import (
    Stored,
    chunk,
    format_or_code,
    refusal,
    riff,
    seconds_of,
    unhurried,
    wav,
    wave_format,
)

HALF_AN_HOUR = 30 * 60 * 32_000
SOUND = chunk(b"data", bytes(32_000))


@pytest.mark.parametrize(
    "claims",
    [0, 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFDB, 0x7FFFFFFF, 0x7FFFF000, 0x80000000, 48_001, 2 * 48_000, HALF_AN_HOUR + 1],
    ids=hex,
)
async def test_a_wav_plays_no_longer_than_the_bytes_that_are_there(claims: int) -> None:
    assert await seconds_of(wav(48_000, claims=claims)) == 1.5


@unhurried
@given(st.integers(0, 0xFFFFFFFF), st.integers(1, 5000))
async def test_no_claim_of_a_wav_makes_it_longer_than_it_is(claims: int, sound: int) -> None:
    seconds = await seconds_of(wav(sound, claims=claims))
    assert seconds is not None
    assert seconds <= round(sound / 32_000, 1)


async def test_a_wav_whose_header_lies_is_known_by_its_head_alone_whatever_its_size() -> None:
    stored = Stored(wav(10 * HEAD_BYTES, claims=0xFFFFFFFF))
    assert (await stored.sniffed()).seconds == 20.5
    assert stored.fetched == [(0, HEAD_BYTES)]


async def test_chunks_behind_the_sound_do_not_count_as_sound() -> None:
    assert await seconds_of(wav(48_000, behind=chunk(b"LIST", bytes(96_000)))) == 1.5


@pytest.mark.parametrize("content", [wav(0), wav(0, behind=chunk(b"LIST", b"INFO")), riff(wave_format()), riff(SOUND)])
async def test_a_wav_without_sound_or_format_is_refused(content: bytes) -> None:
    error = await refusal(content)
    assert error.code == "damaged_media"
    assert "WAV" in error.message


@pytest.mark.parametrize(
    "form", [wave_format(channels=0), wave_format(channels=2000), wave_format(rate=0), chunk(b"fmt ", bytes(8))]
)
async def test_a_wav_whose_format_no_player_takes_is_refused(form: bytes) -> None:
    assert await format_or_code(riff(form, SOUND)) == "damaged_media"


@pytest.mark.parametrize(
    ("form", "seconds"),
    [
        (wave_format(bits=8), 2.0),
        (wave_format(bits=24, channels=2), 0.3),
        (wave_format(codec=3, bits=32), 0.5),
        (wave_format(codec=6, bits=8, rate=8000), 4.0),
        (wave_format(codec=7, bits=8, rate=8000, more=b"\0\0"), 4.0),
        (wave_format(codec=0xFFFE, more=struct.pack("<HHIH14x", 22, 16, 4, 1)), 1.0),
        (chunk(b"fmt ", struct.pack("<HHIIHHHH", 0x11, 1, 8000, 4055, 256, 4, 2, 505)), 7.9),
        (chunk(b"fmt ", struct.pack("<HHIIHHHH", 0x31, 1, 8000, 1625, 65, 0, 2, 320)), 19.7),
    ],
    ids=["8 bits", "24 bits", "float", "a-law", "mu-law", "extensible", "adpcm", "gsm"],
)
async def test_the_length_of_a_wav_follows_from_its_format(form: bytes, seconds: float) -> None:
    assert await seconds_of(riff(form, SOUND)) == seconds


@pytest.mark.parametrize(
    "form",
    [
        wave_format(codec=0x55, more=b"\0\0"),
        wave_format(codec=0x161),
        wave_format(bits=0),
        chunk(b"fmt ", struct.pack("<HHIIHHHH", 0x11, 1, 8000, 4055, 0, 4, 2, 505)),
        chunk(b"fmt ", struct.pack("<HHIIHH", 1, 2, 16_000, 32_000, 2, 16)),
    ],
    ids=["mp3 inside", "wma inside", "no bits", "no blocks", "blocks too small"],
)
async def test_a_wav_whose_bytes_tell_no_length_has_none(form: bytes) -> None:
    assert await seconds_of(riff(form, SOUND)) is None


@pytest.mark.parametrize("mark", [b"RF64", b"BW64"])
@pytest.mark.parametrize("claims", [None, 2**63, 0], ids=["true", "absurd", "unknown"])
async def test_a_wav_of_any_size_plays_what_is_there_of_what_it_claims(mark: bytes, claims: int | None) -> None:
    assert await seconds_of(rf64(48_000, claims=claims, mark=mark)) == 1.5


async def test_chunks_behind_the_sound_of_a_large_wav_do_not_count() -> None:
    assert await seconds_of(rf64(48_000, behind=chunk(b"bext", bytes(96_000)))) == 1.5


async def test_a_large_wav_without_sound_is_refused() -> None:
    assert await format_or_code(rf64(0)) == "damaged_media"


async def test_a_wav_with_its_numbers_the_other_way_round_is_refused_by_its_own_name() -> None:
    """ffmpeg 9 opens it and makes noise of it: it takes the samples for little-endian."""
    error = await refusal(b"RIFX" + wav(100)[4:])
    assert error.code == "unsupported_media"
    assert "RIFX" in error.message


@pytest.mark.parametrize(
    ("content", "seconds"),
    [
        (aiff(), 1.0),
        (aiff(channels=2, rate=48_000, frames=72_000), 1.5),
        (aiff(frames=16_000, there=8_000), 0.5),
        (aiff(frames=2**32 - 1, there=8_000), 0.5),
        (aiff(codec=b"sowt"), 1.0),
        (aiff(codec=b"ima4"), None),
    ],
    ids=["whole", "stereo", "cut", "lie", "little-endian", "compressed"],
)
async def test_an_aiff_plays_what_is_there_of_what_it_claims(content: bytes, seconds: float | None) -> None:
    assert await seconds_of(content) == seconds


@pytest.mark.parametrize("wrong", [aiff(rate=0), aiff(channels=0), aiff()[:30], b"FORM\xff\xff\xff\xffAIFFCOMM"])
async def test_an_aiff_without_format_or_sound_is_refused(wrong: bytes) -> None:
    assert await format_or_code(wrong) == "damaged_media"


@pytest.mark.parametrize("name", [b"LIST", b"JUNK", b"bext", b"id3 ", b"PEAK", b"\xa9xyz"])
@pytest.mark.parametrize("length", [3, 4000, 300_001, 5_000_000])
async def test_chunks_of_any_kind_and_size_may_stand_before_the_sound(name: bytes, length: int) -> None:
    stored = Stored(wav(48_000, before=chunk(name, bytes(length))))
    assert (await stored.sniffed()).seconds == 1.5
    assert len(stored.fetched) <= 2


async def test_chunks_may_stand_before_the_format() -> None:
    assert await seconds_of(riff(chunk(b"JUNK", bytes(28)), wave_format(), chunk(b"fact", bytes(4)), SOUND)) == 1.0


@unhurried
@given(st.integers(0, 60))
async def test_a_wav_cut_in_its_header_is_damaged_or_nothing_known(length: int) -> None:
    assert await format_or_code(wav(100)[:length]) in ("empty_file", "unsupported_media", "damaged_media", "wav")
