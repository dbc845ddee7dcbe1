"""A picture in fewer pixels, and the sums for it."""

import math
from typing import NamedTuple

from PIL import Image

NEAR = 0.95
"""Pictures of phones are 4032 pixels wide: half of that is near to 2048, and made in a third of the time."""

GAP = 2.0
"""Pixels are averaged first, down to so many times those that are wanted: as good to the eye, and faster."""


class Picture(NamedTuple):
    """A picture that is to be written.

    Attributes:
        image: in grey or sRGB, 8 bits, turned upright.
        original: its size before it was scaled down, turned upright.
        page: 1 for the first.
    """

    image: Image.Image
    original: tuple[int, int]
    page: int


def fitted(size: tuple[int, int], max_side: int) -> tuple[int, int]:
    """The size in pixels, scaled down so that no side is longer."""
    return scaled(size, min(1.0, max_side / max(size)))


def scaled(size: tuple[float, float], factor: float) -> tuple[int, int]:
    """The size times a factor, at least one pixel each way."""
    return max(1, round(size[0] * factor)), max(1, round(size[1] * factor))


def shrunk(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """The same picture in so many pixels, or a few less where that is far less work (`NEAR`)."""
    if image.width <= size[0] and image.height <= size[1]:
        return image
    whole = math.ceil(max(image.size) / max(size))
    if whole > 1 and max(image.size) / whole >= NEAR * max(size):
        return image.reduce(whole)
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=GAP)
