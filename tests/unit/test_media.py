import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from shared.errors import FileRejected
from shared.media.media import Media
from shared.media.sniff import HEAD_BYTES, sniff
from tests import samples


def sniffed(content: bytes) -> Media:
    return sniff(content[:HEAD_BYTES], len(content))


def refusal(content: bytes) -> FileRejected:
    with pytest.raises(FileRejected) as caught:
        sniffed(content)
    return caught.value


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("chart.png", Media("image", "image/png", "png")),
        ("receipt.jpg", Media("image", "image/jpeg", "jpeg")),
        ("receipt.webp", Media("image", "image/webp", "webp")),
        ("receipt.gif", Media("image", "image/gif", "gif")),
        ("train.wav", Media("audio", "audio/wav", "wav", 2.4)),
        ("hello_how_are_you.mp3", Media("audio", "audio/mpeg", "mp3", 1.8)),
    ],
)
def test_sniff_names_each_accepted_type(name: str, expected: Media) -> None:
    assert sniffed((samples.FOLDER / name).read_bytes()) == expected


def test_sniff_knows_an_mp3_of_8_khz_without_tags() -> None:
    """Its frames begin with the bytes FF E3, which many sniffers do not know."""
    content = (samples.FOLDER / "hello_8khz.mp3").read_bytes()
    assert content[:2] == b"\xff\xe3"
    assert sniffed(content) == Media("audio", "audio/mpeg", "mp3", 1.9)


def test_sniff_knows_an_mp3_behind_a_cover_picture_larger_than_the_head() -> None:
    size = 3 * HEAD_BYTES
    tag = b"ID3\x03\0\0" + bytes([size >> 21 & 127, size >> 14 & 127, size >> 7 & 127, size & 127]) + bytes(size)
    assert sniffed(tag + samples.HELLO.read_bytes()) == Media("audio", "audio/mpeg", "mp3")


def test_sniff_takes_the_length_of_a_long_recording_from_its_head() -> None:
    """The figure comes from the bit rate and the size of the whole file, not of the head."""
    long = (samples.FOLDER / "hello_8khz.mp3").read_bytes() * 40
    assert len(long) > HEAD_BYTES
    assert sniffed(long).seconds == pytest.approx(40 * 1.9, rel=0.05)


def test_sniff_knows_a_jpeg_whose_header_lies_beyond_the_head() -> None:
    out = io.BytesIO()
    Image.new("RGB", (10, 10)).save(out, "JPEG", icc_profile=bytes(2 * HEAD_BYTES))
    assert sniffed(out.getvalue()).media_type == "image/jpeg"


@pytest.mark.parametrize(
    ("content", "code", "named"),
    [
        (b"", "empty_file", "empty"),
        (b"hello, I am a letter\n" * 50, "unsupported_media", "text/plain"),
        ("Grüße aus Köln, ".encode() * 400, "unsupported_media", "text/plain"),
        (b"%PDF-1.7\n1 0 obj", "unsupported_media", "application/pdf"),
        (b"PK\x03\x04" + bytes(100), "unsupported_media", "application/zip"),
        (
            b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>",
            "unsupported_media",
            "text/plain",
        ),
        (b"fLaC" + bytes(100), "unsupported_media", "audio/x-flac"),
        (bytes(100), "unsupported_media", "no kind of file"),
        (b"\xff", "unsupported_media", "no kind of file"),
        (b"\xff\xd8\xff", "damaged_media", "JPEG"),
        (b"GIF89a, he said", "damaged_media", "GIF"),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "damaged_media", "PNG"),
        (b"\xff\xfb" + bytes(500), "damaged_media", "MP3"),
        (b"RIFF\xff\xff\xff\xffWAVE", "damaged_media", "WAV"),
    ],
)
def test_sniff_refuses_anything_else_and_says_what_it_is(content: bytes, code: str, named: str) -> None:
    error = refusal(content)
    assert error.code == code
    assert named in error.message
    assert error.next_step


def test_sniff_refuses_a_picture_of_billions_of_pixels() -> None:
    header = (
        b"GIF89a" + b"\xff\xff" * 2 + b"\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0" + b"\xff\xff" * 2 + b"\0\x02\x02L\x01\0;"
    )
    assert refusal(header).code == "too_large"


@given(
    st.binary(max_size=300),
    st.sampled_from([b"", b"\xff\xfb", b"\xff\xd8\xff", b"GIF89a", b"ID3", b"RIFF....WAVE"]),
)
def test_sniff_tells_or_refuses_but_never_fails(rest: bytes, start: bytes) -> None:
    try:
        assert sniffed(start + rest).kind in ("image", "audio")
    except FileRejected as error:
        assert error.next_step


@given(st.integers(min_value=0, max_value=11_000))
def test_sniff_survives_a_recording_cut_anywhere(length: int) -> None:
    content = samples.HELLO.read_bytes()[:length]
    try:
        assert sniffed(content).kind == "audio"
    except FileRejected as error:
        assert error.code in ("empty_file", "unsupported_media", "damaged_media")
