import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import FileRejected, StorageUnavailable
from shared.media.media import Media
from shared.media.parts import HEAD_BYTES
from shared.media.sniffing import sniff
from tests import samples
from tests.support.made_containers import AAC, FLAC
from tests.support.made_media import (
    Stored,
    format_or_code,
    frame,
    mp3,
    refusal,
    riff,
    seconds_of,
    sniffed,
    tag,
    unhurried,
    wav,
)

MP3 = samples.HELLO.read_bytes()
HELLO = MP3[20:]
"""The same without its tag."""


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("chart.png", Media("image", "image/png", "png", pixels=(800, 500), pages=1)),
        ("receipt.jpg", Media("image", "image/jpeg", "jpeg", pixels=(360, 320), pages=1)),
        ("receipt.webp", Media("image", "image/webp", "webp", pixels=(360, 320), pages=1)),
        ("receipt.gif", Media("image", "image/gif", "gif", pixels=(360, 320), pages=1)),
        ("train.wav", Media("audio", "audio/wav", "wav", 2.4)),
        ("hello_how_are_you.mp3", Media("audio", "audio/mpeg", "mp3", 1.8)),
        ("hello_8khz.mp3", Media("audio", "audio/mpeg", "mp3", 1.9)),
    ],
)
async def test_sniff_names_each_accepted_type_with_one_request(name: str, expected: Media) -> None:
    """The frames of the last begin with FF E3, which many sniffers do not know."""
    stored = Stored((samples.FOLDER / name).read_bytes())
    assert await stored.sniffed() == expected
    assert stored.fetched == [(0, HEAD_BYTES)]


@pytest.mark.parametrize(
    ("content", "code", "named"),
    [
        (b"", "empty_file", "empty"),
        (b"hello, I am a letter\n" * 50, "unsupported_media", "text/plain"),
        (b"ID3 is what a tag begins with.", "unsupported_media", "text/plain"),
        ("Grüße aus Köln, ".encode() * 400, "unsupported_media", "text/plain"),
        (b"PK\x03\x04" + bytes(100), "unsupported_media", "application/zip"),
        (
            b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>",
            "unsupported_media",
            "image/svg+xml",
        ),
        (bytes(100), "unsupported_media", "no kind of file"),
        (bytes(2 * HEAD_BYTES), "unsupported_media", "no kind of file"),
        (b"\xff", "unsupported_media", "no kind of file"),
        (b"\xff\xd8\xff", "damaged_media", "JPEG"),
        (b"GIF89a, he said", "damaged_media", "GIF"),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "damaged_media", "PNG"),
        (b"\xff\xfb" + bytes(500), "damaged_media", "MP3"),
        (tag(100) + bytes(50), "damaged_media", "MP3"),
        (tag(100) + samples.CHART.read_bytes(), "damaged_media", "MP3"),
        (b"RIFF\xff\xff\xff\xffWAVE", "damaged_media", "WAV"),
    ],
)
async def test_sniff_refuses_anything_else_and_says_what_it_is(content: bytes, code: str, named: str) -> None:
    error = await refusal(content)
    assert error.code == code
    assert named in error.message


async def test_a_wav_behind_a_tag_is_refused_before_it_is_paid_for() -> None:
    """ffmpeg, and all that is built on it, says "invalid start code" to it."""
    error = await refusal(tag(2048) + wav(32_000))
    assert error.code == "unsupported_media"
    assert "WAV (audio/wav) behind an ID3 tag" in error.message


@pytest.mark.parametrize("mark", [b"\xff\xf0", b"\xff\xf1", b"\xff\xf8", b"\xff\xf9"])
async def test_aac_is_not_taken_for_mp3_whose_frames_begin_nearly_so(mark: bytes) -> None:
    assert await format_or_code((mark + AAC[2:16]) * 10) == "aac"


@pytest.mark.parametrize("before", [b"", b"\xff" * 9], ids=["at once", "behind stuffing"])
async def test_mpeg_video_without_sound_of_its_own_is_refused(before: bytes) -> None:
    error = await refusal(before + b"\0\0\1\xb3" + bytes(20) + mp3(1))
    assert error.code == "unsupported_media"
    assert "MPEG video without sound" in error.message


async def test_sound_inside_a_transport_stream_makes_no_mp3_of_it() -> None:
    packets = b"".join(b"G\1\0\x10" + mp3(0.1, 40)[:184] for _ in range(5))
    assert await format_or_code(packets) == "mpegts"


@pytest.mark.parametrize(
    "junk",
    [
        bytes(731),
        bytes(50_000),
        b"\xff" * 700,
        b"\xff\xfb\x90" * 99,
        b"    ",
        FLAC[4:],
        MP3[3000:3200],
        bytes(9) + tag(30),
    ],
    ids=["zeros", "many zeros", "ones", "false headers", "blanks", "noise", "half a frame", "zeros and a tag"],
)
async def test_an_mp3_is_known_behind_junk(junk: bytes) -> None:
    assert await sniffed(junk + HELLO) == Media("audio", "audio/mpeg", "mp3", 1.8)
    assert await sniffed(tag(200) + junk + HELLO) == Media("audio", "audio/mpeg", "mp3", 1.8)


@pytest.mark.parametrize("size", [0, 65_000, 300_000, 5_000_000])
async def test_the_length_is_read_behind_a_tag_of_any_size(size: int) -> None:
    stored = Stored(tag(size) + HELLO)
    assert await stored.sniffed() == Media("audio", "audio/mpeg", "mp3", 1.8)
    assert len(stored.fetched) == (1 if size == 0 else 2)


async def test_the_sound_is_found_behind_several_large_tags() -> None:
    assert await seconds_of(tag(100_000) * 5 + mp3(60)) == 60


@pytest.mark.parametrize("claims", [11_092, 2**28 - 1])
async def test_a_tag_that_claims_more_than_the_file_has_hides_no_sound(claims: int) -> None:
    assert await sniffed(tag(100, claims=claims) + HELLO) == Media("audio", "audio/mpeg", "mp3", 1.8)


async def test_a_title_that_looks_like_the_start_of_a_pdf_makes_none() -> None:
    assert await format_or_code(tag(b"TIT2\0\0\0\x09\0\0\0%PDF-1.4") + HELLO) == "mp3"


async def test_tags_without_end_are_refused_after_a_few_requests() -> None:
    stored = Stored(tag(70_000) * 40)
    with pytest.raises(FileRejected, match="MP3 does"):
        await stored.sniffed()
    assert len(stored.fetched) < 10


@unhurried
@given(st.binary(min_size=1, max_size=2000))
async def test_noise_is_no_recording(noise: bytes) -> None:
    assert await format_or_code(b"\x80" + noise) == "unsupported_media"


async def test_an_mp3_inside_a_wav_is_a_wav_of_unknown_length() -> None:
    content = samples.FOLDER / "train.wav"
    wave = bytearray(content.read_bytes())
    wave[20] = 0x55
    assert await sniffed(bytes(wave)) == Media("audio", "audio/wav", "wav", is_plain=False)


async def test_riff_that_holds_something_else_is_refused() -> None:
    assert (await refusal(riff(bytes(50), form=b"CDXA"))).code == "unsupported_media"


async def test_a_file_is_not_blamed_where_storage_gives_too_little() -> None:
    async def fetch(start: int, length: int) -> bytes:
        return HELLO[:100]

    with pytest.raises(StorageUnavailable):
        await sniff(fetch, len(HELLO))


@unhurried
@given(
    st.binary(max_size=300),
    st.sampled_from([b"", b"\xff\xfb", b"\xff\xd8\xff", b"GIF89a", b"ID3", b"RIFF....WAVE", b"RIFF....WEBPVP8X"]),
)
async def test_sniff_tells_or_refuses_but_never_fails(rest: bytes, start: bytes) -> None:
    try:
        assert (await sniffed(start + rest)).kind in ("image", "audio")
    except FileRejected as error:
        assert error.next_step


@unhurried
@given(
    st.sampled_from([MP3, samples.CHART.read_bytes(), *(tag(9) + frame(64) * 5, wav(99))]),
    st.lists(st.tuples(st.integers(0, 300), st.integers(0, 255)), max_size=8),
)
async def test_sniff_tells_or_refuses_whatever_is_wrong_in_a_head(whole: bytes, changes: list[tuple[int, int]]) -> None:
    broken = bytearray(whole)
    for at, byte in changes:
        broken[at % len(broken)] = byte
    assert await format_or_code(bytes(broken))


@unhurried
@given(st.integers(min_value=0, max_value=11_000))
async def test_sniff_survives_a_recording_cut_anywhere(length: int) -> None:
    assert await format_or_code(MP3[:length]) in ("mp3", "empty_file", "unsupported_media", "damaged_media")
