"""What becomes of pictures: any kind of pixels in one kind, upright, small enough, with nothing else in them."""

import io
from typing import Any

import pytest
from PIL import Image, ImageCms

from shared.conversion.pictures import PictureTarget, draw
from shared.conversion.temporary import nameless_file
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


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format_", ["avif", "jpeg", "png", "tiff", "webp"])
async def test_a_picture_is_turned_upright_once(format_: str, orientation: int) -> None:
    form, options = WRITTEN[format_]
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    made = await drawn(saved(stored(orientation, flag()), form, exif=exif, **options), format_)
    assert made.image.size == made.first.original == (64, 32)
    assert are_close(corners(made.image), CORNERS)


@pytest.mark.parametrize("orientation", range(1, 9))
async def test_the_size_before_it_was_scaled_down_is_that_of_the_upright_picture(orientation: int) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    content = saved(stored(orientation, flag(640, 320)), "JPEG", exif=exif)
    made = await drawn(content, "jpeg", PictureTarget(("jpeg",), 1_000_000, max_side=100))
    assert made.first.original == (640, 320)
    assert made.image.size == (made.first.width, made.first.height) == (100, 50)


async def test_a_damaged_orientation_leaves_a_picture_as_it_lies() -> None:
    content = saved(flag(), "JPEG", exif=b"Exif\0\0II*\0\x08\0\0\0\xff\xff\x12\x01")
    assert are_close(corners((await drawn(content, "jpeg")).image), CORNERS)


def grey_16(most: int) -> Image.Image:
    """Shades from 0 to a number, in 16 bits."""
    shades = [value * most // 255 for value in range(256)]
    return Image.frombytes("I;16", (256, 1), b"".join(each.to_bytes(2, "little") for each in shades)).resize((256, 8))


@pytest.mark.parametrize("most", [255, 1023, 4095, 16_383, 65_535])
@pytest.mark.parametrize("format_", ["png", "tiff"])
async def test_grey_of_16_bits_is_scaled_and_not_cut(format_: str, most: int) -> None:
    image = (await drawn(saved(grey_16(most), format_.upper()), format_)).image
    shades = [image.getpixel((x, 4)) for x in (0, 64, 128, 192, 255)]
    assert all(isinstance(shade, int) and abs(shade - x) <= 2 for shade, x in zip(shades, (0, 64, 128, 192, 255)))  # noqa: B905


@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (0.0, 255.0), (-20.0, 4_000.0)])
async def test_fractions_are_scaled(low: float, high: float) -> None:
    ramp = Image.linear_gradient("L").convert("F").point(lambda value: value * ((high - low) / 255) + low)
    assert (await drawn(saved(ramp, "TIFF"), "tiff")).image.getextrema() == (0, 255)


async def test_numbers_that_are_none_are_drawn_all_the_same() -> None:
    image = Image.new("F", (8, 8), float("nan"))
    assert (await drawn(saved(image, "TIFF"), "tiff")).image.size == (8, 8)


async def test_ink_becomes_light() -> None:
    made = await drawn(saved(flag().convert("CMYK"), "TIFF"), "tiff")
    assert made.image.mode == "RGB"
    assert are_close(corners(made.image), CORNERS)


async def test_ink_in_a_jpeg_is_not_inverted() -> None:
    made = await drawn(saved(flag().convert("CMYK"), "JPEG", quality=95), "jpeg")
    assert are_close(corners(made.image), CORNERS, tolerance=30)


@pytest.mark.parametrize("space", ["LAB", "YCbCr"])
async def test_other_ways_to_name_colours_become_rgb(space: str) -> None:
    image = flag().convert(space) if space == "YCbCr" else _in_lab(flag())
    assert are_close(corners((await drawn(saved(image, "TIFF"), "tiff")).image), CORNERS, tolerance=25)


def _in_lab(image: Image.Image) -> Image.Image:
    srgb, lab = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
    changed = ImageCms.profileToProfile(image, srgb, lab, outputMode="LAB")
    assert changed
    return changed


async def test_a_profile_is_applied_and_does_not_leave() -> None:
    """Its red is another colour: a profile that swaps red and blue would be seen in any viewer."""
    profile = _swapping_red_and_blue()
    made = await drawn(saved(Image.new("RGB", (64, 32), RED), "TIFF", icc_profile=profile), "tiff")
    assert are_close(corners(made.image), [BLUE] * 4, tolerance=25)
    assert b"iCCP" not in made.contents[0]


def _swapping_red_and_blue() -> bytes:
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    for at in range(128, 128 + 4 + 12 * int.from_bytes(profile[128:132])):
        if (name := bytes(profile[at : at + 4])) in (b"rXYZ", b"bXYZ"):
            profile[at : at + 4] = b"bXYZ" if name == b"rXYZ" else b"rXYZ"
    return bytes(profile).replace("sRGB built-in".encode("utf-16-be"), "swapped colou".encode("utf-16-be"))


@pytest.mark.parametrize("profile", [b"no profile", b"\0" * 200], ids=["text", "zeros"])
async def test_a_broken_profile_is_passed_over(profile: bytes) -> None:
    made = await drawn(saved(flag(), "PNG", icc_profile=profile), "png")
    assert are_close(corners(made.image), CORNERS)


@pytest.mark.parametrize(("mode", "form"), [("RGBA", "PNG"), ("LA", "PNG"), ("RGBA", "WEBP"), ("RGBA", "TIFF")])
async def test_what_is_transparent_becomes_white(mode: str, form: str) -> None:
    image = Image.new("RGBA", (64, 32), (0, 0, 0, 0))
    image.paste((0, 0, 0, 255), (24, 8, 40, 24))
    image = (await drawn(saved(image.convert(mode), form), form.lower())).image.convert("L")
    assert (image.getpixel((2, 2)), image.getpixel((32, 16))) == (255, 0)


async def test_white_letters_on_nothing_are_laid_on_black() -> None:
    image = Image.new("RGBA", (64, 32), (255, 255, 255, 0))
    image.paste((255, 255, 255, 255), (24, 8, 40, 24))
    image = (await drawn(saved(image, "PNG"), "png")).image
    assert (image.getpixel((2, 2)), image.getpixel((32, 16))) == (0, 255)


async def test_a_transparent_colour_of_a_palette_becomes_white() -> None:
    image = Image.new("P", (64, 32), 0)
    image.putpalette([0, 0, 0, 200, 0, 0])
    image.paste(1, (24, 8, 40, 24))
    image = (await drawn(saved(image, "GIF", transparency=0), "gif")).image
    assert (image.getpixel((2, 2)), image.getpixel((32, 16))) == ((255, 255, 255), (200, 0, 0))


@pytest.mark.parametrize("form", ["GIF", "PNG", "WEBP", "AVIF"])
async def test_of_an_animation_the_first_picture_is_drawn(form: str) -> None:
    later = [Image.new("RGB", (64, 32), "black")] * 2
    made = await drawn(saved(flag(), form, save_all=True, append_images=later), form.lower())
    assert made.drawing.pages == len(made.contents) == 1
    assert are_close(corners(made.image), CORNERS, tolerance=25)


async def test_print_stays_sharp_and_photographs_small() -> None:
    assert (await drawn(saved(flag(), "BMP"), "bmp")).first.format == "png"
    assert (await drawn(saved(photograph(), "BMP"), "bmp")).first.format == "jpeg"


@pytest.mark.parametrize("formats", [("jpeg",), ("png",), ("webp",), ("gif",), ("gif", "webp")])
@pytest.mark.parametrize("image", [flag(), photograph()], ids=["flat", "photograph"])
async def test_only_a_format_that_the_model_takes_is_written(formats: tuple[str, ...], image: Image.Image) -> None:
    made = await drawn(saved(image, "BMP"), "bmp", PictureTarget(formats, 20_000_000, 2048))
    assert made.first.format in formats
    assert made.first.media_type == f"image/{made.first.format}"
    assert made.image.format == made.first.format.upper()


@pytest.mark.parametrize("formats", [("jpeg", "png"), ("png",), ("webp",)])
@pytest.mark.parametrize("max_bytes", [200_000, 20_000, 3_000])
async def test_a_picture_is_no_larger_than_the_model_takes(formats: tuple[str, ...], max_bytes: int) -> None:
    made = await drawn(saved(photograph(), "BMP"), "bmp", PictureTarget(formats, max_bytes, 2048))
    assert max_bytes / 4 < len(made.contents[0]) <= max_bytes
    assert made.first.original == (640, 480)
    assert made.image.size == (made.first.width, made.first.height)


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
