"""Pictures as cameras, scanners, browsers and programs write them, with words that must be read."""

import functools
import random
import re
import struct
from collections.abc import Callable, Iterator
from typing import Any

from PIL import Image, ImageChops, ImageCms

from tests.corpus.ingredients import (
    OTHER_SIGN,
    OTHER_WORDS,
    RECEIPT_WORDS,
    SIGN_WORDS,
    SIZE,
    receipt,
    saved,
    sign,
)
from tests.corpus.made import Content, Made
from tests.corpus.photographs import (
    ORIENTATION,
    heic,
    heic_of_tiles,
    heic_with_film,
    photograph_data,
    stored,
)
from tests.corpus.writers import heif, png, tiff

_HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1")
"""Those of single pictures; the one of films, `msf1`, is made apart."""


def grey_16(picture: Image.Image, dark: int, light: int) -> bytes:
    """The samples of a picture in 16 bits, big end first: nothing of it is left if they are cut at 255."""
    levels = [struct.pack(">H", dark + (light - dark) * level // 255) for level in range(256)]
    return b"".join(levels[level] for level in picture.convert("L").tobytes())


def floats(picture: Image.Image, dark: float, light: float) -> Image.Image:
    """The picture in numbers from `dark` to `light`."""
    scale = (light - dark) / 255
    return picture.convert("F").point(lambda level: level * scale + dark)


def psd(picture: Image.Image) -> bytes:
    """The flat picture of a Photoshop file, without layers, uncompressed (Adobe's file format specification)."""
    head = b"8BPS" + struct.pack(">H6xHIIHH", 1, 3, picture.height, picture.width, 8, 3)
    planes = b"".join(band.tobytes() for band in picture.convert("RGB").split())
    return head + bytes(4) * 3 + bytes(2) + planes


def noisy_jpeg() -> bytes:
    """More than 20 MB, since nothing of it repeats."""
    size = (4000, 2400)
    noise = Image.frombytes("RGB", size, random.Random(1).randbytes(size[0] * size[1] * 3))
    noise.paste(sign(size=(2400, 960), letters=420), (800, 720))
    return saved(noise, "JPEG", quality=100, subsampling=0)


def transparent(dark_mode: str = "RGBA") -> Image.Image:
    """Black words on nothing: what is behind them must become light."""
    letters = ImageChops.invert(sign().convert("L"))
    picture = Image.new("RGBA", SIZE, (0, 0, 0, 0))
    picture.paste((0, 0, 0, 255), mask=letters)
    return picture.convert(dark_mode)


def _with_palette() -> bytes:
    picture = Image.new("P", SIZE, 0)
    picture.putpalette([0, 0, 0, 0, 0, 0])
    picture.paste(1, mask=ImageChops.invert(sign().convert("L")).point(lambda level: 255 * (level > 127)))
    return saved(picture, "PNG", transparency=0)


def _as(form: str, mode: str = "RGB", **options: Any) -> Content:
    return lambda: saved(sign().convert(mode), form, **options)


def _animated(form: str, **options: Any) -> Content:
    later = [sign(OTHER_SIGN)] * 2
    return lambda: saved(sign(), form, save_all=True, append_images=later, duration=200, **options)


def _animated_avif() -> bytes:
    """Its boxes say when it was made; here they say that it was made at no time."""
    made = _animated("AVIF", max_threads=1)()
    return re.sub(rb"((?:mvhd|tkhd|mdhd)\x01...).{16}", lambda found: found[1] + bytes(16), made, flags=re.DOTALL)


def _rgb_16() -> bytes:
    samples = grey_16(sign(), 3_000, 40_000)
    pairs = (samples[at : at + 2] * 3 for at in range(0, len(samples), 2))
    return png.png(SIZE, 16, 2, png.rows(b"".join(pairs), SIZE[0] * 6))


def _grey_16_tiff() -> bytes:
    samples = grey_16(sign(), 3_000, 40_000)
    return saved(Image.frombytes("I;16B", SIZE, samples), "TIFF")


def _lab() -> bytes:
    screen, lab = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
    changed = ImageCms.profileToProfile(sign(), screen, lab, outputMode="LAB")
    assert changed
    profile = changed.info["icc_profile"]
    changed.info["icc_profile"] = profile[:24] + bytes(12) + profile[36:]  # without the time at which it was made
    return saved(changed, "TIFF")


_STILL: dict[str, Content] = {
    "sign.jpg": _as("JPEG", quality=90),
    "sign.png": _as("PNG"),
    "sign.webp": _as("WEBP", quality=90),
    "sign.gif": _as("GIF"),
    "lossless.webp": _as("WEBP", lossless=True),
    "progressive.jpg": _as("JPEG", progressive=True),
    "grey.jpg": _as("JPEG", "L"),
    "cmyk.jpg": _as("JPEG", "CMYK"),
    "one_bit.png": _as("PNG", "1"),
    "grey_16_bits.png": lambda: png.png(SIZE, 16, 0, png.rows(grey_16(sign(), 3_000, 40_000), SIZE[0] * 2)),
    "rgb_16_bits.png": _rgb_16,
    "palette_and_transparency.png": _with_palette,
    "transparent.png": lambda: saved(transparent(), "PNG"),
    "grey_and_transparent.png": lambda: saved(transparent("LA"), "PNG"),
    "transparent.webp": lambda: saved(transparent(), "WEBP", lossless=True),
    "sign.avif": _as("AVIF", quality=80, max_threads=1),
    "transparent.avif": lambda: saved(transparent(), "AVIF", quality=80, max_threads=1),
    "sign.bmp": _as("BMP"),
    "palette.bmp": _as("BMP", "P"),
    "one_bit.bmp": _as("BMP", "1"),
    "sign.jp2": _as("JPEG2000"),
    "lossy.jp2": _as("JPEG2000", quality_mode="rates", quality_layers=[20], irreversible=True),
    "sign.j2k": _as("JPEG2000", no_jp2=True),
    "sign.psd": lambda: psd(sign()),
    "sign.ico": lambda: saved(sign("HI 42", (256, 256), 80), "ICO", sizes=[(256, 256)]),
    "uncompressed.tiff": _as("TIFF"),
    "lzw.tiff": _as("TIFF", compression="tiff_lzw"),
    "deflated.tiff": _as("TIFF", compression="tiff_adobe_deflate"),
    "jpeg_inside.tiff": _as("TIFF", compression="jpeg"),
    "fax.tiff": _as("TIFF", "1", compression="group4"),
    "cmyk.tiff": _as("TIFF", "CMYK"),
    "lab.tiff": _lab,
    "palette.tiff": _as("TIFF", "P"),
    "transparent.tiff": lambda: saved(transparent(), "TIFF"),
    "grey_16_bits.tiff": _grey_16_tiff,
    "fractions.tiff": lambda: saved(floats(sign(), 0.1, 0.9), "TIFF"),
    "measured.tiff": lambda: saved(floats(sign(), -20.0, 4_000.0), "TIFF"),
    "bigtiff.tif": _as("TIFF", big_tiff=True, compression="tiff_lzw"),
    "big_end_first.tif": lambda: tiff.grey(SIZE, sign().convert("L").tobytes(), order=">"),
    "tiles.heic": heic_of_tiles,
    "turned.heic": lambda: heic(heif.turned(3), picture=stored(6)),
    "mirrored.heic": lambda: heic(heif.mirrored(1), picture=stored(2)),
    "with_place.jpg": lambda: saved(sign(), "JPEG", exif=photograph_data()),
    "with_place_and_turned.jpg": lambda: saved(stored(6), "JPEG", exif=photograph_data(6)),
    "wide.jpg": lambda: saved(sign(size=(6000, 3000), letters=1000), "JPEG"),
    "noise_of_20_mb.jpg": noisy_jpeg,
    "scan_of_25_mb.tiff": lambda: saved(sign(size=(3508, 2480), letters=300), "TIFF"),
}

_MOVING: dict[str, Content] = {
    "animated.png": _animated("PNG"),
    "animated.gif": _animated("GIF"),
    "animated.webp": _animated("WEBP", lossless=True),
    "animated.avif": _animated_avif,
    "brand_msf1.heic": heic_with_film,
}


def _turned() -> Iterator[Made]:
    forms: dict[str, dict[str, Any]] = {"jpg": {}, "png": {}, "webp": {"lossless": True}, "tiff": {}}
    names = {"jpg": "JPEG"}
    for ending, options in forms.items():
        for orientation in range(1, 9):
            make = functools.partial(_stored_as, names.get(ending, ending.upper()), orientation, **options)
            yield Made(f"orientation_{orientation}.{ending}", "image", make, SIGN_WORDS)


def _stored_as(form: str, orientation: int, **options: Any) -> bytes:
    if form == "TIFF":  # it has its own place for it
        return saved(stored(orientation), form, tiffinfo={ORIENTATION: orientation})
    return saved(stored(orientation), form, exif=photograph_data(orientation), **options)


def _brands() -> Iterator[Made]:
    for brand in _HEIC_BRANDS:
        yield Made(f"brand_{brand.decode()}.heic", "image", functools.partial(heic, major=brand), SIGN_WORDS)


def _words(name: str) -> tuple[str, ...]:
    return ("HI", "42") if name.endswith(".ico") else SIGN_WORDS


_small_print: dict[str, Callable[[], bytes]] = {
    "receipt.png": lambda: saved(receipt(), "PNG"),
    "receipt.jpg": lambda: saved(receipt(), "JPEG", quality=85),
    "receipt.tiff": lambda: saved(receipt().convert("1"), "TIFF", compression="group4"),
    "receipt.heic": lambda: heic(picture=receipt()),
}

PICTURES = (
    *(Made(name, "image", make, _words(name)) for name, make in _STILL.items()),
    *(Made(name, "image", make, SIGN_WORDS, OTHER_WORDS) for name, make in _MOVING.items()),
    *(Made(name, "image", make, RECEIPT_WORDS) for name, make in _small_print.items()),
    *_turned(),
    *_brands(),
)
