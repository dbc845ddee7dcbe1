"""What services take as it is, and what looks the same and has to be converted."""

import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.support.made_media import (
    PAGES,
    Stored,
    behind_segments,
    chunk,
    picture,
    png,
    png_chunk,
    riff,
    segment,
    sniffed,
    unhurried,
    wave_format,
)
from tests.support.made_pictures import exif

SOUND = chunk(b"data", bytes(32_000))
EXTENSIBLE = bytes.fromhex("000000001000800000aa00389b71")


async def is_plain(content: bytes) -> bool:
    return (await sniffed(content)).is_plain


def turned(form: str, orientation: int, **options: Any) -> bytes:
    """A picture whose EXIF Pillow wrote."""
    tags = Image.Exif()
    tags[0x0112] = orientation
    return picture(form, exif=tags.tobytes(), **options)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(10))
async def test_a_picture_is_plain_if_it_stands_upright(form: str, orientation: int) -> None:
    assert await is_plain(turned(form, orientation)) == (orientation not in range(2, 9))


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("orientation", [1, 6])
async def test_exif_is_read_in_either_order_of_bytes_with_its_mark_and_without(order: str, orientation: int) -> None:
    tags = exif(orientation, order)
    for content in (png(png_chunk(b"eXIf", tags)), png(png_chunk(b"eXIf", b"Exif\0\0" + tags))):
        assert await is_plain(content) == (orientation == 1)


async def test_a_jpeg_whose_exif_stands_behind_other_metadata_is_turned_all_the_same() -> None:
    tags = b"Exif\0\0" + exif(6)
    app1 = b"\xff\xe1" + struct.pack(">H", len(tags) + 2) + tags
    profiles = [segment(0xE2, 65_000)] * 3
    xmp = b"\xff\xe1\0\x20http://ns.adobe.com/xap/1.0/\0".ljust(34, b" ")
    assert not await is_plain(behind_segments(picture("JPEG"), *profiles, xmp, app1))


async def test_the_first_exif_of_a_jpeg_counts() -> None:
    first, second = (b"\xff\xe1\0\x2e" + (b"Exif\0\0" + exif(value)).ljust(44, b"\0") for value in (6, 1))
    assert not await is_plain(behind_segments(picture("JPEG"), first, second))
    assert await is_plain(behind_segments(picture("JPEG"), second, first))


@unhurried
@given(st.binary(max_size=100))
async def test_broken_exif_turns_nothing_and_breaks_nothing(tags: bytes) -> None:
    assert (await sniffed(png(png_chunk(b"eXIf", b"II*\0" + tags)))).format == "png"
    jpeg = behind_segments(picture("JPEG"), b"\xff\xe1" + struct.pack(">H", len(tags) + 8) + b"Exif\0\0" + tags)
    assert (await sniffed(jpeg)).format == "jpeg"


@pytest.mark.parametrize("orientation", [1, 6])
async def test_the_exif_of_a_webp_is_found_behind_its_picture_by_one_more_request(orientation: int) -> None:
    noise = Image.effect_noise((400, 400), 90)
    stored = Stored(turned("WEBP", orientation, lossless=True, base=noise))
    assert len(stored.content) > 65_536
    assert (await stored.sniffed()).is_plain == (orientation == 1)
    assert len(stored.fetched) == 2


async def test_a_webp_without_exif_is_not_searched_for_it() -> None:
    stored = Stored(picture("WEBP", lossless=True, base=Image.effect_noise((400, 400), 90), xmp=bytes(99)))
    assert (await stored.sniffed()).is_plain
    assert len(stored.fetched) == 1


async def test_a_webp_that_was_cut_before_its_exif_is_taken_as_it_lies() -> None:
    assert await is_plain(turned("WEBP", 6)[:-20])


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (picture("JPEG", "L"), True),
        (picture("JPEG", progressive=True), True),
        (picture("JPEG", "CMYK"), False),
        (behind_segments(b"\xff\xd8\xff\xc1\0\x11\x0c\0\5\0\5\3" + bytes(9)), False),
        (behind_segments(b"\xff\xd8\xff\xc3\0\x11\x08\0\5\0\5\3" + bytes(9)), False),
        (picture("PNG", "I;16"), False),
        (picture("PNG", "RGBA"), True),
        (picture("PNG", "P"), True),
        (picture("PNG", save_all=True, append_images=PAGES), True),
        (picture("WEBP", save_all=True, append_images=PAGES), False),
        (picture("WEBP", "RGBA", lossless=True), True),
        (picture("GIF"), True),
        (picture("GIF", comment=b"made by hand"), True),
        (picture("GIF", save_all=True, append_images=PAGES), False),
        (picture("GIF", save_all=True, append_images=PAGES, loop=0), False),
        (picture("GIF", save_all=True, append_images=PAGES, duration=50), False),
    ],
    ids=[
        *("grey", "progressive", "cmyk", "12 bits", "lossless", "16 bits", "alpha", "palette", "apng"),
        *("animated webp", "lossless webp", "gif", "commented", "animated gif", "in a loop", "slow"),
    ],
)
async def test_a_picture_is_plain_if_any_service_shows_it_as_it_is(content: bytes, expected: bool) -> None:
    assert await is_plain(content) == expected


async def test_a_gif_whose_second_image_lies_far_behind_is_known_by_what_stands_before_the_first() -> None:
    frames = [Image.effect_noise((500, 500), 90 + number) for number in range(2)]
    known_by: list[dict[str, Any]] = [{"loop": 0}, {"duration": 50}]
    for options in known_by:
        stored = Stored(picture("GIF", base=frames[0], save_all=True, append_images=frames[1:], **options))
        assert not (await stored.sniffed()).is_plain
        assert len(stored.fetched) == 1


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        (wave_format(), True),
        (wave_format(bits=8), True),
        (wave_format(channels=2, rate=48_000), True),
        (wave_format(rate=8_000), True),
        (wave_format(codec=0xFFFE, more=struct.pack("<HHIH", 22, 16, 4, 1) + EXTENSIBLE), True),
        (wave_format(bits=24), False),
        (wave_format(bits=32), False),
        (wave_format(codec=3, bits=32), False),
        (wave_format(codec=6, bits=8), False),
        (wave_format(codec=7, bits=8), False),
        (wave_format(channels=6), False),
        (wave_format(rate=96_000), False),
        (wave_format(rate=7_999), False),
        (wave_format(codec=0x55), False),
        (chunk(b"fmt ", struct.pack("<HHIIHHHH", 0x11, 1, 8000, 4055, 256, 4, 2, 505)), False),
        (wave_format(codec=0xFFFE, channels=6, more=struct.pack("<HHIH", 22, 16, 63, 1) + EXTENSIBLE), False),
        (wave_format(codec=0xFFFE, bits=32, more=struct.pack("<HHIH", 22, 32, 4, 3) + EXTENSIBLE), False),
        (wave_format(codec=0xFFFE, more=struct.pack("<HHIH", 22, 16, 4, 1) + bytes(14)), False),
    ],
    ids=[
        *("16 bits", "8 bits", "stereo", "8 kHz", "extensible", "24 bits", "32 bits", "float", "a-law", "mu-law"),
        *("six channels", "96 kHz", "below 8 kHz", "mp3 inside", "adpcm"),
        *("extensible with six", "extensible float", "extensible unknown"),
    ],
)
async def test_a_wav_is_plain_if_any_service_hears_it_as_it_is(form: bytes, expected: bool) -> None:
    assert await is_plain(riff(form, SOUND)) == expected
