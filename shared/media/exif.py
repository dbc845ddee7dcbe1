"""The first directory of a TIFF (TIFF 6.0, 2; BigTIFF), which is also how EXIF is written down in other pictures."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

from shared.media.parts import BrokenHeader, FileParts, LookedEnough

ORIENTATION = 0x0112
UPRIGHT = 1

MAX_ENTRIES = 4096
"""More than this no writer puts into one directory."""

_BYTES = {1: 1, 3: 2, 4: 4, 9: 4, 13: 4, 16: 8}
"""Types of entries that are whole numbers -> bytes of each."""

type _Order = Literal["little", "big"]


class Directory(NamedTuple):
    """The whole numbers of a directory by their tags, and whether another directory follows."""

    numbers: Mapping[int, int]
    is_followed: bool


async def orientation(file: FileParts, start: int, end: int) -> int:
    """How the picture is turned, 1 to 8, by the EXIF that lies there; 1 where it does not tell."""
    try:
        if await file.read(start, 6) == b"Exif\0\0":
            start += 6
        turned = (await first_directory(file, start, end)).numbers.get(ORIENTATION, UPRIGHT)
    except LookedEnough:
        raise
    except BrokenHeader:
        return UPRIGHT
    return turned if 1 <= turned <= 8 else UPRIGHT


async def first_directory(file: FileParts, start: int, end: int) -> Directory:
    """Return what the first directory holds.

    Raises:
        BrokenHeader: it is no TIFF, or its directory does not lie between `start` and `end`.
    """
    header = await file.read_exactly(start, 8)
    order: _Order = "little" if header.startswith(b"II") else "big"
    is_big = header[2:4] in (b"+\0", b"\0+")
    if is_big:
        at = start + int.from_bytes(await file.read_exactly(start + 8, 8), order)
    else:
        at = start + int.from_bytes(header[4:], order)
    width, entry_bytes = (8, 20) if is_big else (2, 12)
    if not start + 8 <= at <= end - width:
        raise BrokenHeader("its directory is missing")
    entries = int.from_bytes(await file.read_exactly(at, width), order)
    if not 0 < entries <= MAX_ENTRIES or at + width + entries * entry_bytes > end:
        raise BrokenHeader("its directory is damaged")
    table = await file.read_exactly(at + width, entries * entry_bytes)
    behind = await file.read(at + width + len(table), 8 if is_big else 4)
    return Directory(dict(_numbers(table, entry_bytes, order)), any(behind))


def _numbers(table: bytes, entry_bytes: int, order: _Order) -> list[tuple[int, int]]:
    """Tag and value of each entry whose value is a number that stands in the entry itself: in its last 4 or 8 bytes."""
    found = []
    inline = 8 if entry_bytes == 20 else 4
    for at in range(0, len(table), entry_bytes):
        tag, form = int.from_bytes(table[at : at + 2], order), int.from_bytes(table[at + 2 : at + 4], order)
        count = int.from_bytes(table[at + 4 : at + entry_bytes - inline], order)
        if form in _BYTES and 0 < _BYTES[form] * count <= inline:
            value = table[at + entry_bytes - inline :][: _BYTES[form]]
            found.append((tag, int.from_bytes(value, order)))
    return found
