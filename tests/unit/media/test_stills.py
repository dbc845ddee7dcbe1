"""TIFF, BMP, ICO, PSD, JPEG 2000: their size, and what looks like one and is none."""

import io
from typing import Any

import pytest
from PIL import Image

from shared.errors import FileRejected
from shared.media.sniffing import sniff
from tests.support.made_media import Stored, format_or_code, picture, refusal, sniffed
from tests.support.made_pictures import SIZE_40_30, bmp, codestream, ico, jp2, psd, tiff

HUGE = 50_000


@pytest.mark.parametrize(
    ("form", "mode", "options", "expected"),
    [
        ("TIFF", "RGB", {}, "tiff"),
        ("TIFF", "CMYK", {"compression": "tiff_lzw"}, "tiff"),
        ("TIFF", "I;16", {"compression": "tiff_deflate"}, "tiff"),
        ("TIFF", "F", {}, "tiff"),
        ("TIFF", "1", {"compression": "group4"}, "tiff"),
        ("TIFF", "RGB", {"big_tiff": True}, "tiff"),
        ("BMP", "RGB", {}, "bmp"),
        ("BMP", "1", {}, "bmp"),
        ("JPEG2000", "RGB", {}, "jp2"),
        ("JPEG2000", "L", {"no_jp2": True}, "jp2"),
        ("AVIF", "RGB", {}, "avif"),
        ("AVIF", "RGBA", {"save_all": True, "append_images": [Image.new("RGBA", (52, 31), "red")]}, "avif"),
        ("ICO", "RGBA", {}, "ico"),
    ],
)
async def test_what_pillow_writes_has_the_size_that_pillow_says(
    form: str, mode: str, options: dict[str, Any], expected: str
) -> None:
    content = picture(form, mode, (52, 31), **options)
    media = await sniffed(content)
    with Image.open(io.BytesIO(content)) as opened:
        assert (media.format, media.pixels) == (expected, opened.size)
    assert not media.is_plain


@pytest.mark.parametrize("pages", [1, 3])
async def test_only_a_tiff_of_one_page_tells_how_many_it_has(pages: int) -> None:
    media = await sniffed(picture("TIFF", save_all=True, append_images=[Image.new("L", (9, 9))] * (pages - 1)))
    assert media.pages == (1 if pages == 1 else None)


@pytest.mark.parametrize("is_big", [False, True])
@pytest.mark.parametrize("pixels", [0, 60_000, 65_530, 5_000_000])
async def test_the_directory_of_a_tiff_is_read_behind_its_pixels_by_one_more_request(pixels: int, is_big: bool) -> None:
    stored = Stored(tiff(*SIZE_40_30, pixels=pixels, is_big=is_big))
    assert (await stored.sniffed()).pixels == (40, 30)
    assert len(stored.fetched) <= 2


@pytest.mark.parametrize(
    "raw",
    [
        tiff((254, 1), *SIZE_40_30),
        tiff(*SIZE_40_30, (50706, 1)),
        tiff(*SIZE_40_30, pixels=8)[:8] + b"CR\2\0" + tiff(*SIZE_40_30, pixels=8)[12:],
    ],
    ids=["a thumbnail first", "dng", "cr2"],
)
async def test_what_a_sensor_saw_is_refused_and_its_thumbnail_not_taken_for_it(raw: bytes) -> None:
    error = await refusal(raw)
    assert error.code == "unsupported_media"
    assert "camera raw" in error.message


@pytest.mark.parametrize(
    "broken",
    [
        b"II*\0" + (4).to_bytes(4, "little"),
        b"II*\0" + (500).to_bytes(4, "little") + bytes(100),
        b"II*\0" + (8).to_bytes(4, "little") + b"\xff\xff" + bytes(100),
        b"II*\0" + (8).to_bytes(4, "little") + bytes(100),
        b"MM\0+\0\x08\0\0" + b"\xff" * 8 + bytes(100),
        tiff((256, 40)),
        tiff((256, 0), (257, 30)),
        bmp(0),
        bmp(-40),
        psd(0),
        jp2(0),
        jp2()[:40],
        codestream(0),
        codestream(40, left=9)[:20],
        ico(),
        ico(16, 16)[:20],
    ],
    ids=[
        *("tiff of 8 bytes", "directory beyond the end", "too many entries", "no entries", "directory in the sky"),
        *("no height", "no width", "bmp", "negative bmp", "psd", "jp2", "jp2 cut", "codestream", "codestream cut"),
        *("no icons", "ico cut"),
    ],
)
async def test_a_picture_whose_header_tells_no_size_is_refused(broken: bytes) -> None:
    assert await format_or_code(broken) in ("damaged_media", "unsupported_media")


@pytest.mark.parametrize(
    "bomb",
    [
        tiff((256, HUGE), (257, HUGE)),
        tiff((256, 2**40), (257, 2**40), is_big=True),
        bmp(HUGE, HUGE),
        bmp(HUGE, -(2**31)),
        psd(HUGE, HUGE),
        jp2(HUGE, HUGE),
        codestream(2**31, 2**31),
    ],
    ids=["tiff", "bigtiff", "bmp", "bmp, top row first", "psd", "jp2", "codestream"],
)
async def test_a_picture_of_too_many_pixels_is_refused_by_its_header(bomb: bytes) -> None:
    assert (await refusal(bomb)).code == "too_large"


async def test_the_limit_of_pixels_is_the_one_that_is_given_and_named() -> None:
    stored = Stored(bmp(1000, 500))
    assert (await sniff(stored.fetch, len(stored.content), max_pixels=500_000)).format == "bmp"
    with pytest.raises(FileRejected, match=r"500,000; the setting MAX_PIXELS allows 499,999") as caught:
        await sniff(stored.fetch, len(stored.content), max_pixels=499_999)
    assert caught.value.code == "too_large"


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (b"BMW is a make of cars, BMP is none.", "text"),
        (b"BM" + bytes(60), "no kind of file"),
        (b"MM is for Marilyn Monroe.", "text"),
        (psd(version=2), "PSB"),
        (jp2(brand=b"jpm "), "JPM"),
        (jp2(brand=b"mjp2"), "Motion JPEG 2000"),
        (b"\0\0\2\0\1\0" + bytes(60), "no kind of file"),
    ],
    ids=["text", "zeros", "monroe", "psb", "jpm", "mj2", "cursor"],
)
async def test_what_only_begins_like_a_picture_is_refused_by_its_own_name(content: bytes, named: str) -> None:
    error = await refusal(content)
    assert error.code == "unsupported_media"
    assert named in error.message
