"""Every format cut short, with a few bits changed, and with nothing but its first bytes."""

import functools
import random
from collections.abc import Iterator

from tests.corpus.good import GOOD
from tests.corpus.made import NOT_TAKEN, Made, either, refused

FORMATS = (
    *("sign.jpg", "progressive.jpg", "sign.png", "sign.webp", "lossless.webp", "sign.gif", "animated.png"),
    *("brand_heic.heic", "tiles.heic", "sign.avif", "lzw.tiff", "big_end_first.tif", "fax.tiff", "palette.bmp"),
    *("sign.jp2", "sign.j2k", "sign.psd", "sign.ico", "twelve_pages.pdf", "scanned.pdf", "three_pages.tiff"),
    *("index_at_end.m4a", "index_first.m4a", "in_fragments.m4a", "frames.aac", "narrow.amr", "voice.3gp"),
    *("voice.ogg", "voice.opus", "voice.webm", "recorded_live.webm", "lossless.flac", "voice.aiff", "voice.wma"),
    *("voice.caf", "voice.au", "voice.mp2", "voice.mp3", "voice.wav", "24_bits.wav", "rf64.wav", "adpcm.wav"),
    *("film.mp4", "film.mov", "film.mkv", "film.avi", "behind_tag.flac"),
)
"""One good file for each format."""

_MARK_BYTES = 12
_FLIPS = 32


def damaged() -> Iterator[Made]:
    """All formats, damaged in all ways."""
    for name in FORMATS:
        for percent in (10, 50, 90):
            yield either(f"cut_{percent}.{name}", functools.partial(_cut, name, percent))
        yield either(f"flipped.{name}", functools.partial(_flipped, name))
        yield refused(f"mark_only.{name}", functools.partial(_mark, name), NOT_TAKEN)


def flipped(content: bytes, chance: random.Random, count: int = _FLIPS) -> bytes:
    """The content with so many bits changed."""
    made = bytearray(content)
    for _ in range(count):
        made[chance.randrange(len(made))] ^= 1 << chance.randrange(8)
    return bytes(made)


def _cut(name: str, percent: int) -> bytes:
    content = GOOD[name].content()
    return content[: len(content) * percent // 100]


def _flipped(name: str) -> bytes:
    return flipped(GOOD[name].content(), random.Random(name))


def _mark(name: str) -> bytes:
    return GOOD[name].content()[:_MARK_BYTES]
