"""What becomes of pictures: any kind of pixels in one kind, upright, small enough, with nothing else in them."""

import io
import struct
from typing import Any

import pytest
from PIL import Image

from shared.conversion.pictures import PictureTarget, draw
from shared.conversion.temporary import nameless_file
from tests import samples
from tests.unit.conversion.made_files import (
    BLUE,
    CORNERS,
    LIMITS,
    ORIENTATION,
    RED,
    TARGET,
    are_close,
    content_of,
    corners,
    drawn,
    flag,
    photograph,
    saved,
    stored,
)

PRIVATE = b"7 Quay Street"
"""Stands in every kind of metadata; it must not leave."""

_MARKS_OF_METADATA = (b"Exif", b"eXIf", b"ICC_PROFILE", b"iCCP", b"tEXt", b"zTXt", b"iTXt", b"ns.adobe.com", b"pHYs")

WRITTEN: dict[str, tuple[str, dict[str, Any]]] = {
    "avif": ("AVIF", {"quality": 95}),
    "bmp": ("BMP", {}),
    "gif": ("GIF", {}),
    "jp2": ("JPEG2000", {}),
    "jpeg": ("JPEG", {"quality": 95, "subsampling": 0}),
    "png": ("PNG", {}),
    "tiff": ("TIFF", {"compression": "tiff_lzw"}),
    "webp": ("WEBP", {"lossless": True}),
}


@pytest.mark.parametrize("format_", WRITTEN)
async def test_a_picture_keeps_its_colours(format_: str) -> None:
    form, options = WRITTEN[format_]
    made = await drawn(saved(flag(), form, **options), format_)
    assert are_close(corners(made.image), CORNERS)
    assert made.drawing.pages == 1
    assert (made.first.width, made.first.height) == made.first.original == (64, 32)


async def test_an_icon_keeps_its_colours() -> None:
    made = await drawn(saved(flag(64, 64), "ICO", sizes=[(64, 64)]), "ico")
    assert are_close(corners(made.image), CORNERS)


async def test_a_raw_codestream_of_jpeg_2000_keeps_its_colours() -> None:
    made = await drawn(saved(flag(), "JPEG2000", no_jp2=True), "jp2")
    assert are_close(corners(made.image), CORNERS)


@pytest.mark.parametrize(
    ("format_", "orientation"),
    [*(("jpeg", each) for each in range(1, 9)), *((each, 6) for each in ("avif", "png", "tiff", "webp")), ("avif", 5)],
)
async def test_a_picture_is_turned_upright_once(format_: str, orientation: int) -> None:
    form, options = WRITTEN[format_]
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    made = await drawn(saved(stored(orientation, flag()), form, exif=exif, **options), format_)
    assert made.image.size == made.first.original == (64, 32)
    assert are_close(corners(made.image), CORNERS)


@pytest.mark.parametrize("orientation", [3, 6])
async def test_the_size_before_it_was_scaled_down_is_that_of_the_upright_picture(orientation: int) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    content = saved(stored(orientation, flag(640, 320)), "JPEG", exif=exif)
    made = await drawn(content, "jpeg", PictureTarget(("jpeg",), 1_000_000, max_side=100))
    assert made.first.original == (640, 320)
    assert made.image.size == (made.first.width, made.first.height) == (100, 50)


@pytest.mark.parametrize("name", ["heic_turned", "heic_mirrored", "heic_exif_only"])
async def test_a_photograph_of_a_phone_is_turned_by_its_container_and_not_by_exif(name: str) -> None:
    """In the first two both tell the same; in the last EXIF alone speaks of a turn, which HEIF forbids."""
    content = (samples.FOLDER / f"{name}.heic").read_bytes()
    assert PRIVATE in content
    made = await drawn(content, "heic")
    assert made.image.size == made.first.original == (256, 128)
    assert are_close(corners(made.image), CORNERS)
    assert PRIVATE not in made.contents[0]


async def test_of_several_pictures_in_one_heic_the_primary_is_drawn() -> None:
    content = (samples.FOLDER / "heic_second.heic").read_bytes()
    assert are_close(corners((await drawn(content, "heic")).image), CORNERS)


async def test_a_damaged_orientation_leaves_a_picture_as_it_lies() -> None:
    letter = struct.pack("<HHHII", 1, ORIENTATION, 2, 2, ord("x")) + bytes(4)  # where a number belongs
    content = saved(flag(), "JPEG", exif=b"Exif\0\0II*\0\x08\0\0\0" + letter)
    assert are_close(corners((await drawn(content, "jpeg")).image), CORNERS)


@pytest.mark.parametrize("form", ["GIF", "PNG", "WEBP", "AVIF"])
async def test_of_an_animation_the_first_picture_is_drawn(form: str) -> None:
    later = [Image.new("RGB", (64, 32), "black")] * 2
    made = await drawn(saved(flag(), form, save_all=True, append_images=later), form.lower())
    assert made.drawing.pages == len(made.contents) == 1
    assert are_close(corners(made.image), CORNERS, tolerance=25)


async def test_no_metadata_leaves() -> None:
    exif = Image.Exif()
    exif[0x010E] = PRIVATE.decode()
    exif.get_ifd(0x8825).update({1: "N", 2: (53.0, 33.0, 0.0)})
    xmp = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>" + PRIVATE + b"</x:xmpmeta>"
    for image in (flag(), photograph()):
        content = saved(image, "JPEG", exif=exif, comment=PRIVATE, xmp=xmp, dpi=(300, 300))
        assert content.count(PRIVATE) == 3
        made = await drawn(content, "jpeg")
        assert not [mark for mark in (PRIVATE, *_MARKS_OF_METADATA) if mark in made.contents[0]]
        assert not {"comment", "dpi", "exif"} & set(made.image.info)


@pytest.mark.parametrize("form", ["GIF", "PNG", "TIFF", "WEBP"])
async def test_no_comment_leaves(form: str) -> None:
    options: dict[str, dict[str, Any]] = {
        "GIF": {"comment": PRIVATE},
        "PNG": {"pnginfo": _text()},
        "TIFF": {"description": PRIVATE.decode()},
        "WEBP": {"xmp": PRIVATE},
    }
    content = saved(flag(), form, **options[form])
    assert PRIVATE in content
    assert PRIVATE not in (await drawn(content, form.lower())).contents[0]


def _text() -> object:
    from PIL.PngImagePlugin import PngInfo  # noqa: PLC0415

    text = PngInfo()
    text.add_text("Comment", PRIVATE.decode())
    return text


async def test_each_page_of_a_tiff_is_drawn() -> None:
    pages = [Image.new("RGB", (32, 32), colour) for colour in (RED, BLUE)]
    made = await drawn(saved(flag(), "TIFF", save_all=True, append_images=pages), "tiff")
    assert [picture.page for picture in made.drawing.pictures] == [1, 2, 3]
    assert are_close([corners(image)[0] for image in made.images], [RED, RED, BLUE])


async def test_the_first_page_can_be_had_alone() -> None:
    content = saved(flag(), "TIFF", save_all=True, append_images=[flag()] * 30)
    made = await drawn(content, "tiff", is_first_only=True)
    assert (made.drawing.pages, len(made.contents)) == (31, 1)


async def test_a_smaller_copy_in_a_tiff_is_no_page() -> None:
    out = io.BytesIO()
    flag().save(out, "TIFF", save_all=True, append_images=[_smaller_copy(), flag()])
    made = await drawn(out.getvalue(), "tiff")
    assert [picture.original for picture in made.drawing.pictures] == [(64, 32), (64, 32)]


def _smaller_copy() -> Image.Image:
    copy = flag(8, 4)
    copy.encoderinfo = {"tiffinfo": {254: 1}}
    return copy


async def test_several_files_are_drawn_into_one() -> None:
    with nameless_file() as content, nameless_file() as into:
        content.write(saved(flag(), "BMP"))
        drawings = [await draw(content, "bmp", TARGET, LIMITS, into) for _ in range(2)]
        one, other = [await content_of(drawing.pictures[0]) for drawing in drawings]
        assert one == other
        assert into.seek(0, io.SEEK_END) == len(one) + len(other)
