"""Any kind of pixels in grey or sRGB."""

from typing import Any

import pytest
from PIL import Image, ImageCms

from shared.conversion.colours import eight_bits, in_srgb
from tests.unit.conversion.made_files import BLUE, CORNERS, RED, are_close, corners, flag, opened, saved


def plain(image: Image.Image, form: str, **options: Any) -> Image.Image:
    """What is made of a picture once it was written and read."""
    read = opened(saved(image, form, **options))
    return in_srgb(eight_bits(read), read.info.get("icc_profile"))


def grey_16(most: int) -> Image.Image:
    """Shades from 0 to a number, in 16 bits."""
    shades = [value * most // 255 for value in range(256)]
    return Image.frombytes("I;16", (256, 1), b"".join(each.to_bytes(2, "little") for each in shades)).resize((256, 8))


@pytest.mark.parametrize("most", [255, 1023, 4095, 16_383, 65_535])
@pytest.mark.parametrize("format_", ["png", "tiff"])
def test_grey_of_16_bits_is_scaled_and_not_cut(format_: str, most: int) -> None:
    image = plain(grey_16(most), format_.upper())
    for place in (0, 64, 128, 192, 255):
        assert image.getpixel((place, 4)) == pytest.approx(place, abs=2)


@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (0.0, 255.0), (-20.0, 4_000.0)])
def test_fractions_are_scaled(low: float, high: float) -> None:
    ramp = Image.linear_gradient("L").convert("F").point(lambda value: value * ((high - low) / 255) + low)
    assert plain(ramp, "TIFF").getextrema() == (0, 255)


def test_beside_numbers_that_are_none_the_others_are_drawn() -> None:
    image = Image.new("F", (8, 8), float("nan"))
    image.paste(1.0, (4, 0, 8, 8))
    assert plain(image, "TIFF").getpixel((6, 4)) == 255


def test_ink_becomes_light() -> None:
    image = plain(flag().convert("CMYK"), "TIFF")
    assert image.mode == "RGB"
    assert are_close(corners(image), CORNERS)


def test_ink_in_a_jpeg_is_not_inverted() -> None:
    assert are_close(corners(plain(flag().convert("CMYK"), "JPEG", quality=95)), CORNERS, tolerance=30)


@pytest.mark.parametrize("space", ["LAB", "YCbCr"])
def test_other_ways_to_name_colours_become_rgb(space: str) -> None:
    image = flag().convert(space) if space == "YCbCr" else _in_lab(flag())
    assert are_close(corners(plain(image, "TIFF")), CORNERS, tolerance=25)


def _in_lab(image: Image.Image) -> Image.Image:
    srgb, lab = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
    changed = ImageCms.profileToProfile(image, srgb, lab, outputMode="LAB")
    assert changed
    return changed


def test_a_profile_is_applied() -> None:
    """Its red is blue."""
    image = plain(Image.new("RGB", (64, 32), RED), "TIFF", icc_profile=swapping_red_and_blue())
    assert are_close(corners(image), [BLUE] * 4, tolerance=25)


def swapping_red_and_blue() -> bytes:
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    for at in range(128, 128 + 4 + 12 * int.from_bytes(profile[128:132])):
        if (name := bytes(profile[at : at + 4])) in (b"rXYZ", b"bXYZ"):
            profile[at : at + 4] = b"bXYZ" if name == b"rXYZ" else b"rXYZ"
    return bytes(profile).replace("sRGB built-in".encode("utf-16-be"), "swapped colou".encode("utf-16-be"))


@pytest.mark.parametrize("profile", [b"no profile", b"\0" * 200], ids=["text", "zeros"])
def test_a_broken_profile_is_passed_over(profile: bytes) -> None:
    assert are_close(corners(plain(flag(), "PNG", icc_profile=profile)), CORNERS)


def test_a_profile_of_another_kind_of_pixels_is_passed_over() -> None:
    assert are_close(corners(plain(flag().convert("CMYK"), "TIFF", icc_profile=swapping_red_and_blue())), CORNERS)


@pytest.mark.parametrize(("mode", "form"), [("RGBA", "PNG"), ("LA", "PNG"), ("RGBA", "WEBP"), ("RGBA", "TIFF")])
def test_what_is_transparent_becomes_white(mode: str, form: str) -> None:
    image = Image.new("RGBA", (64, 32), (0, 0, 0, 0))
    image.paste((0, 0, 0, 255), (24, 8, 40, 24))
    image = plain(image.convert(mode), form).convert("L")
    assert (image.getpixel((2, 2)), image.getpixel((32, 16))) == (255, 0)


def test_white_letters_on_nothing_are_laid_on_black() -> None:
    image = Image.new("RGBA", (64, 32), (255, 255, 255, 0))
    image.paste((255, 255, 255, 255), (24, 8, 40, 24))
    image = plain(image, "PNG").convert("L")
    assert (image.getpixel((2, 2)), image.getpixel((32, 16))) == (0, 255)


def test_a_transparent_colour_of_a_palette_becomes_white() -> None:
    image = Image.new("P", (64, 32), 0)
    image.putpalette([0, 0, 0, 200, 0, 0])
    image.paste(1, (24, 8, 40, 24))
    image = plain(image, "GIF", transparency=0)
    assert (image.getpixel((2, 2)), image.getpixel((32, 16))) == ((255, 255, 255), (200, 0, 0))
