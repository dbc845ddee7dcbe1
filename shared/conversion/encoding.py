"""Writes a picture in a format that the model takes, within its bytes, and with nothing but pixels in it."""

import math
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple

from PIL import Image, ImageChops

from shared.conversion.shrinking import Picture, scaled, shrunk
from shared.conversion.task import Entry, Refused, Task

QUALITY, LOWER_QUALITY = 90, 75
"""Of JPEG and WEBP. docs/decisions/pictures.md: what they make of print."""

FLAT_SHARE = 0.2
"""A picture that deflate brings below this share of its bytes is flat: print, line art, a screenshot."""

MAX_ATTEMPTS = 8
"""Writings of one picture until it is small enough."""

_FOR_FLAT = ("png", "webp", "jpeg", "gif")
_FOR_OTHERS = ("jpeg", "webp", "png", "gif")


class _Form(NamedTuple):
    format: str
    quality: int
    factor: float = 1.0


def write_picture(picture: Picture, task: Task, out: BinaryIO) -> Entry:
    """Write it at the end of `out`, in fewer pixels than it has if it would be too large.

    Raises:
        Refused: even the smallest that was tried has more bytes than the model takes.
    """
    image, start = _without_colour(picture.image), out.tell()
    is_flat = _is_flat(image)
    forms = _forms(is_flat, task.formats)
    form = next(forms)
    for _ in range(MAX_ATTEMPTS):
        small = shrunk(image, scaled(image.size, form.factor))
        small.info.clear()  # Pillow would write comments and profiles from here
        size = _write(small, form, is_flat, out)
        if size <= task.max_bytes:
            return Entry(start, size, form.format, *small.size, picture.page, *picture.original)
        out.seek(start)
        out.truncate()
        form = next(forms, None) or _smaller(form, size / task.max_bytes)
    raise Refused("bytes", size)


def _forms(is_flat: bool, formats: list[str]) -> Iterator[_Form]:
    """In full size: the format that fits best, then the one that is smallest, then less quality."""
    best = next(each for each in (_FOR_FLAT if is_flat else _FOR_OTHERS) if each in formats)
    smallest = next(each for each in _FOR_OTHERS if each in formats)
    yield _Form(best, QUALITY)
    if smallest != best:
        yield _Form(smallest, QUALITY)
    if smallest in ("jpeg", "webp"):
        yield _Form(smallest, LOWER_QUALITY)


def _smaller(form: _Form, excess: float) -> _Form:
    """Bytes go with pixels, so with the square of the factor; a little more is taken off, as they do so only nearly."""
    return form._replace(factor=form.factor * min(0.8, 0.9 / math.sqrt(excess)))


def _write(image: Image.Image, form: _Form, is_flat: bool, out: BinaryIO) -> int:
    start = out.tell()
    options: dict[str, Any] = {}
    if form.format == "jpeg":
        options = {"quality": form.quality, "subsampling": "4:4:4" if is_flat else "4:2:0"}
    elif form.format == "webp":
        options = {"quality": form.quality, "lossless": is_flat and form.quality == QUALITY}
    image.save(out, form.format.upper(), **options)
    return out.tell() - start


def _without_colour(image: Image.Image) -> Image.Image:
    """One band instead of three that are all the same."""
    if image.mode == "L":
        return image
    middle = image.height // 2
    one_row = image.crop((0, middle, image.width, middle + 1))  # of most pictures with colour it tells
    return image if _grey(one_row) is None else _grey(image) or image


def _grey(image: Image.Image) -> Image.Image | None:
    """The band that all are the same as; None where there is colour."""
    red, green, blue = image.split()
    is_grey = not ImageChops.difference(red, green).getbbox() and not ImageChops.difference(green, blue).getbbox()
    return green if is_grey else None


def _is_flat(image: Image.Image) -> bool:
    """Whether it has few details, by strips from top to bottom."""
    starts = range(0, image.height, max(4, image.height // 12))
    strips = b"".join(image.crop((0, top, image.width, min(top + 4, image.height))).tobytes() for top in starts)
    return len(zlib.compress(strips, 1)) < FLAT_SHARE * len(strips)
