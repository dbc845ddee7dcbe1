"""What the header of a WEBP tells (RFC 9649, 2.4 to 2.7)."""

import contextlib

from shared.media.exif import UPRIGHT, orientation
from shared.media.found import Picture
from shared.media.parts import BrokenHeader, FileParts
from shared.media.pictures import BAD_HEADER

_HAS_EXIF, _IS_ANIMATED = 0x08, 0x02


async def webp_header(file: FileParts) -> Picture:
    """Read the canvas of an extended file, or the frame of a simple one; and EXIF, which stands behind the picture."""
    at, canvas, flags = 12, None, 0
    while True:
        chunk = await file.read_exactly(at, 8)
        kind, length = chunk[:4], _little(chunk[4:])
        if kind == b"VP8X":
            extended = await file.read_exactly(at + 8, 10)
            flags, canvas = extended[0], (_little(extended[4:7]) + 1, _little(extended[7:]) + 1)
        elif kind in (b"VP8 ", b"VP8L"):
            size = canvas or await (_lossy_size if kind == b"VP8 " else _lossless_size)(file, at + 8)
            break
        elif kind in (b"ALPH", b"ANMF") and canvas:
            size = canvas
            break
        at += 8 + length + length % 2
    is_plain = not flags & _IS_ANIMATED and not (flags & _HAS_EXIF and await _is_turned(file, at))
    return Picture(*size, is_plain)


async def _is_turned(file: FileParts, at: int) -> bool:
    with contextlib.suppress(BrokenHeader):  # cut behind its picture: it is shown as it lies
        while True:
            chunk = await file.read_exactly(at, 8)
            length = _little(chunk[4:])
            if chunk.startswith(b"EXIF"):
                return await orientation(file, at + 8, at + 8 + length) != UPRIGHT
            at += 8 + length + length % 2
    return False


async def _lossy_size(file: FileParts, at: int) -> tuple[int, int]:
    frame = await file.read_exactly(at, 10)
    if frame[3:6] != b"\x9d\x01\x2a":
        raise BrokenHeader(BAD_HEADER)
    return _little(frame[6:8]) & 0x3FFF, _little(frame[8:]) & 0x3FFF


async def _lossless_size(file: FileParts, at: int) -> tuple[int, int]:
    frame = await file.read_exactly(at, 5)
    if frame[0] != 0x2F:
        raise BrokenHeader(BAD_HEADER)
    bits = _little(frame[1:])
    return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1


def _little(number: bytes) -> int:
    return int.from_bytes(number, "little")
