"""Boxes of ISO media files (ISO/IEC 14496-12, 4.2), which hold films, recordings, HEIC, AVIF and JPEG 2000 alike."""

from typing import NamedTuple

from shared.media.parts import FileParts

_TO_THE_END, _IS_LARGE = 0, 1
"""What may stand in place of a length: the box is the last one, or its length follows in eight bytes."""


class Box(NamedTuple):
    """A box: its kind, and where in the file its content begins and ends, at most where what holds it ends.

    Attributes:
        is_cut: whether it should go on behind that end.
    """

    kind: bytes
    start: int
    end: int
    is_cut: bool = False


def whole(file: FileParts) -> Box:
    """Return the file as if it were a box itself."""
    return Box(b"file", 0, file.size)


async def box_at(file: FileParts, at: int, end: int) -> Box | None:
    """Return the box that begins there, inside something that goes to `end`; None if there is none.

    The next one begins where it ends.
    """
    if at + 8 > end:
        return None
    header = await file.read(at, 16)
    length, start = int.from_bytes(header[:4]), at + 8
    if length == _IS_LARGE:
        length, start = int.from_bytes(header[8:16]), at + 16
    elif length == _TO_THE_END:
        length = end - at
    if len(header) < 8 or at + length < start:
        return None
    return Box(header[4:8], start, min(at + length, end), at + length > end)


async def inner_box(file: FileParts, box: Box, *path: bytes) -> Box | None:
    """Return the box to which a path of kinds leads, each the first in the one before; None if none does."""
    found: Box | None = box
    for kind in path:
        found = found and await _first_of(file, found, kind)
    return found


async def _first_of(file: FileParts, outer: Box, kind: bytes) -> Box | None:
    at = outer.start
    while box := await box_at(file, at, outer.end):
        if box.kind == kind:
            return box
        at = box.end
    return None
