"""TIFF 6.0 and BigTIFF, entry by entry."""

import struct
from collections.abc import Sequence

BYTE, SHORT, LONG, RATIONAL, LONG8 = 1, 3, 4, 5, 16
_SIZES = {BYTE: 1, SHORT: 2, LONG: 4, RATIONAL: 8, LONG8: 8}
_LETTERS = {BYTE: "B", SHORT: "H", LONG: "I", LONG8: "Q"}

WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC = 256, 257, 258, 259, 262
STRIP_OFFSETS, SAMPLES, ROWS_PER_STRIP, STRIP_BYTES, SUB_IFDS = 273, 277, 278, 279, 330
TILE_WIDTH, TILE_HEIGHT, TILE_OFFSETS, TILE_BYTES = 322, 323, 324, 325

type Entry = tuple[int, int, Sequence[int]]
"""Tag, type, values."""


def header(first: int = 8, order: str = "<") -> bytes:
    """The eight bytes that begin a TIFF, with the place of its first directory; `>` is big end first."""
    return (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", first)


def directory(at: int, entries: Sequence[Entry], following: int = 0, order: str = "<") -> bytes:
    """A directory that will lie at that place, with its longer values behind it; the next one lies at `following`."""
    beyond = at + 2 + 12 * len(entries) + 4
    fields, values = b"", b""
    for tag, kind, numbers in entries:
        value = struct.pack(f"{order}{len(numbers)}{_LETTERS[kind]}", *numbers)
        if len(value) > 4:
            value, place = b"", value
            fields += struct.pack(order + "HHII", tag, kind, len(numbers), beyond + len(values))
            values += place
        else:
            fields += struct.pack(order + "HHI", tag, kind, len(numbers)) + value.ljust(4, b"\0")
    return struct.pack(order + "H", len(entries)) + fields + struct.pack(order + "I", following) + values


def grey(
    size: tuple[int, int], samples: bytes, *more: Entry, order: str = "<", compression: int = 1, claims: int = 0
) -> bytes:
    """A picture of 8-bit grey in one strip, whose length may be claimed to be another."""
    entries = [
        (WIDTH, LONG, (size[0],)),
        (HEIGHT, LONG, (size[1],)),
        (BITS, SHORT, (8,)),
        (COMPRESSION, SHORT, (compression,)),
        (PHOTOMETRIC, SHORT, (1,)),
        (STRIP_OFFSETS, LONG, (8,)),
        (SAMPLES, SHORT, (1,)),
        (ROWS_PER_STRIP, LONG, (size[1],)),
        (STRIP_BYTES, LONG, (claims or len(samples),)),
        *more,
    ]
    at = 8 + len(samples) + len(samples) % 2
    return header(at, order) + samples.ljust(at - 8, b"\0") + directory(at, sorted(entries), order=order)


def big(entries: Sequence[Entry], following: int = 0) -> bytes:
    """A BigTIFF with one directory, whose values must each fit into eight bytes."""
    fields = b""
    for tag, kind, numbers in entries:
        value = struct.pack(f"<{len(numbers)}{_LETTERS[kind]}", *numbers)
        fields += struct.pack("<HHQ", tag, kind, len(numbers)) + value.ljust(8, b"\0")
    return b"II+\0\x08\0\0\0" + struct.pack("<QQ", 16, len(entries)) + fields + struct.pack("<Q", following)
