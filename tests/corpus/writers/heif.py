"""HEIC: a picture coded as HEVC, in boxes (ISO/IEC 23008-12, 14496-15). The coding is done by ffmpeg's x265."""

import functools
import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image

from tests.corpus.ingredients import ffmpeg
from tests.corpus.writers.iso import box, brands, full, handler

_VPS, _SPS, _PPS = 32, 33, 34
_LAST_SLICE = 21
"""Numbers of NAL units (H.265, table 7-1): parameter sets, and the largest of a picture's slices."""
_ESSENTIAL = (b"hvcC", b"irot", b"imir")


@dataclass(frozen=True)
class Item:
    """A part of the file: a coded picture, a grid of them, EXIF.

    Attributes:
        kind: `hvc1`, `grid`, `iden` or `Exif`.
        content: its bytes.
        properties: boxes that describe it.
        refers: kind of reference, and numbers of items from 1 on.
        lies: places and lengths that are claimed in place of its own.
    """

    kind: bytes
    content: bytes
    properties: tuple[bytes, ...] = ()
    refers: tuple[bytes, tuple[int, ...]] | None = None
    lies: Sequence[tuple[int, int]] = ()


def heif(items: Sequence[Item], major: bytes = b"heic", compatible: Sequence[bytes] = (b"mif1", b"heic")) -> bytes:
    """A file with these items, of which the first is the picture that is shown."""
    head = brands(major, *compatible)
    start = len(head) + len(_meta(items, 0)) + 8
    return head + _meta(items, start) + box(b"mdat", *(item.content for item in items))


def _meta(items: Sequence[Item], start: int) -> bytes:
    """The index, for contents that begin at that place of the file."""
    known = list(dict.fromkeys(each for item in items for each in item.properties))
    parts = (
        handler(b"pict"),
        full(b"pitm", struct.pack(">H", 1)),
        _locations(items, start),
        full(b"iinf", struct.pack(">H", len(items)), *map(_entry, range(1, len(items) + 1), items)),
        _references(items),
        box(b"iprp", box(b"ipco", *known), _associations(items, known)),
    )
    return full(b"meta", *parts)


def _locations(items: Sequence[Item], start: int) -> bytes:
    told = b""
    for number, item in enumerate(items, start=1):
        extents = item.lies or [(start, len(item.content))]
        told += struct.pack(">HHH", number, 0, len(extents)) + b"".join(struct.pack(">II", *each) for each in extents)
        start += len(item.content)
    return full(b"iloc", struct.pack(">BBH", 0x44, 0, len(items)), told)


def _entry(number: int, item: Item) -> bytes:
    return full(b"infe", struct.pack(">HH", number, 0), item.kind, b"\0", version=2)


def _references(items: Sequence[Item]) -> bytes:
    told = b""
    for number, item in enumerate(items, start=1):
        if item.refers:
            kind, others = item.refers
            told += box(kind, struct.pack(f">HH{len(others)}H", number, len(others), *others))
    return full(b"iref", told) if told else b""


def _associations(items: Sequence[Item], known: Sequence[bytes]) -> bytes:
    told = b""
    for number, item in enumerate(items, start=1):
        marks = bytes((each[4:8] in _ESSENTIAL) << 7 | known.index(each) + 1 for each in item.properties)
        told += struct.pack(">HB", number, len(marks)) + marks
    return full(b"ipma", struct.pack(">I", len(items)), told)


def extent(width: int, height: int) -> bytes:
    """The property that says how large a picture is."""
    return full(b"ispe", struct.pack(">II", width, height))


def turned(quarters: int) -> bytes:
    """The property that turns a picture by so many quarters, against the clock."""
    return box(b"irot", bytes([quarters]))


def mirrored(axis: int) -> bytes:
    """The property that mirrors a picture: 0 swaps top and bottom (about the horizontal axis), 1 left and right."""
    return box(b"imir", bytes([axis]))


def grid(rows: int, columns: int, size: tuple[int, int]) -> bytes:
    """The content of an item that puts others together."""
    return struct.pack(">BBBBII", 0, 1, rows - 1, columns - 1, *size)


def coded(picture: Image.Image, *more: bytes, size: tuple[int, int] | None = None) -> Item:
    """A picture as an item, with more properties; its size may be claimed to be another."""
    configuration, slices = hevc(picture.convert("RGB").tobytes(), picture.size)
    return Item(b"hvc1", slices, (configuration, extent(*(size or picture.size)), *more))


def sequence(picture: Image.Image, major: bytes = b"msf1") -> bytes:
    """Two frames of a picture as a film of pictures (ISO/IEC 23008-12, 7): what phones keep beside a photograph."""
    film = ("-c:v", "libx265", "-x265-params", f"{_QUIET}:keyint=1", "-pix_fmt", "yuvj420p", "-tag:v", "hvc1")
    made = ffmpeg([*_raw(picture.size), *film, "-brand", major.decode()], picture.convert("RGB").tobytes() * 2, "mp4")
    return made.replace(b"vide" + bytes(12), b"pict" + bytes(12))


def behind(still: bytes, film: bytes) -> bytes:
    """A picture and a film of pictures in one file; the film's brands go, and its places are moved."""
    brands_end = int.from_bytes(film[:4])
    at = film.index(b"stco") + 8
    count = int.from_bytes(film[at : at + 4])
    places = struct.unpack_from(f">{count}I", film, at + 4)
    moved = struct.pack(f">{count}I", *(place + len(still) - brands_end for place in places))
    return still + film[brands_end : at + 4] + moved + film[at + 4 + len(moved) :]


@functools.cache
def hevc(rgb: bytes, size: tuple[int, int]) -> tuple[bytes, bytes]:
    """One picture, coded: the box `hvcC` that configures a decoder, and its slices."""
    plain = ("-frames:v", "1", "-c:v", "libx265", "-x265-params", _QUIET, "-pix_fmt", "yuvj420p")
    stream = ffmpeg([*_raw(size), *plain, "-f", "hevc"], rgb, "hevc")
    units = [unit.rstrip(b"\0") for unit in re.split(b"\0\0\1", stream) if unit.strip(b"\0")]
    kinds = {kind: [unit for unit in units if unit[0] >> 1 == kind] for kind in (_VPS, _SPS, _PPS)}
    slices = [unit for unit in units if unit[0] >> 1 <= _LAST_SLICE]
    return _configuration(kinds), b"".join(struct.pack(">I", len(unit)) + unit for unit in slices)


_QUIET = "log-level=error:info=0:pools=none"


def _raw(size: tuple[int, int]) -> tuple[str, ...]:
    return ("-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{size[0]}x{size[1]}", "-i", "pipe:0")


def _configuration(units: dict[int, list[bytes]]) -> bytes:
    # Profile, tier and level are the 12 bytes behind the unit's header and one more; 0 0 3 stands for 0 0 there.
    profile = units[_SPS][0].replace(b"\0\0\3", b"\0\0")[3:15]
    fixed = b"\xf0\x00\xfc\xfd\xf8\xf8\0\0\x0f"  # no parallelism, 4:2:0, 8 bits, lengths of 4 bytes
    arrays = b"".join(
        struct.pack(">BH", 0x80 | kind, len(each)) + b"".join(struct.pack(">H", len(unit)) + unit for unit in each)
        for kind, each in units.items()
    )
    return box(b"hvcC", b"\1", profile, fixed, bytes([len(units)]), arrays)
