"""How large a picture is, in pixels, from its header: no pixel is decoded, and what decoders pass over is passed over.

Each function returns width and height, and raises `BrokenHeader` where every viewer would refuse the file. Pillow is
not asked: docs/decisions/media.md says why.
"""

import zlib
from collections.abc import Awaitable, Callable

from shared.media.parts import BrokenHeader, FileParts

MAX_PIXELS = 178_956_970
"""Twice what fills a gigabyte at six bytes a pixel: the limit above which Pillow too refuses to open a picture."""

type PictureSize = tuple[int, int]

_NO_PICTURE = "it holds no picture"
_BAD_HEADER = "its header is damaged"

_PNG_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
"""Colour type -> the bits of a sample (PNG, third edition, 11.2.1)."""


async def png_size(file: FileParts) -> PictureSize:
    """Read IHDR, whose checksum must be right, and pass over optional chunks, whose checksums need not be."""
    header = await file.read_exactly(8, 25)
    if not header.startswith(b"\0\0\0\rIHDR") or zlib.crc32(header[4:21]) != int.from_bytes(header[21:]):
        raise BrokenHeader(_BAD_HEADER)
    if header[16] not in _PNG_DEPTHS.get(header[17], ()) or header[18:20] != b"\0\0" or header[20] > 1:
        raise BrokenHeader(_BAD_HEADER)
    at = 33
    while (chunk := await file.read_exactly(at, 8))[4:] != b"IDAT":
        is_optional = chunk[4:].isalpha() and chunk[4:5].islower()  # PNG, 5.4
        if not is_optional and chunk[4:] != b"PLTE":
            raise BrokenHeader(_NO_PICTURE)
        at += 12 + int.from_bytes(chunk[:4])
    return int.from_bytes(header[8:12]), int.from_bytes(header[12:16])


_JPEG_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
_JPEG_WITHOUT_LENGTH = {0x01, *range(0xD0, 0xD9)}
_JPEG_FILLING = (0x00, 0xFF)


async def jpeg_size(file: FileParts) -> PictureSize:
    """Walk over the segments to the frame header, however many profiles and thumbnails lie before it (T.81, B.2)."""
    at = 2
    while True:
        mark, code, *length = await file.read_exactly(at, 4)
        if mark != 0xFF or code in _JPEG_FILLING:
            at += 1  # decoders pass over stray bytes between two segments
        elif code in _JPEG_WITHOUT_LENGTH:
            at += 2
        elif code in _JPEG_FRAMES:
            frame = await file.read_exactly(at + 5, 4)
            return int.from_bytes(frame[2:]), int.from_bytes(frame[:2])
        elif code in (0xD9, 0xDA) or (skipped := int.from_bytes(length)) < 2:
            raise BrokenHeader(_NO_PICTURE)
        else:
            at += 2 + skipped


async def gif_size(file: FileParts) -> PictureSize:
    """Read the screen, and the first image, which may be larger: that is how much a decoder has to hold."""
    screen = await file.read_exactly(0, 13)
    if screen[:6] not in (b"GIF87a", b"GIF89a"):
        raise BrokenHeader(_NO_PICTURE)
    at = 13 + (3 << (screen[10] & 7) + 1 if screen[10] & 0x80 else 0)
    while (block := await file.read_exactly(at, 1)) != b",":
        if block == b";":
            raise BrokenHeader(_NO_PICTURE)
        # Decoders pass over stray bytes between two blocks.
        at = await _behind_gif_extension(file, at + 2) if block == b"!" else at + 1
    image = await file.read_exactly(at + 1, 8)
    return _reach(screen[6:8], image[0:2], image[4:6]), _reach(screen[8:10], image[2:4], image[6:8])


async def _behind_gif_extension(file: FileParts, at: int) -> int:
    while length := (await file.read_exactly(at, 1))[0]:
        at += 1 + length
    return at + 1


def _reach(screen: bytes, offset: bytes, extent: bytes) -> int:
    return max(_little(screen), _little(offset) + _little(extent))


async def webp_size(file: FileParts) -> PictureSize:
    """Read the canvas of an extended file, or the frame of a simple one (RFC 9649, 2.4 to 2.7)."""
    at, canvas = 12, None
    while True:
        chunk = await file.read_exactly(at, 8)
        kind, length = chunk[:4], _little(chunk[4:])
        if kind == b"VP8X":
            extended = await file.read_exactly(at + 8, 10)
            canvas = _little(extended[4:7]) + 1, _little(extended[7:]) + 1
        elif kind in (b"VP8 ", b"VP8L"):
            return canvas or await (_lossy_size if kind == b"VP8 " else _lossless_size)(file, at + 8)
        elif kind in (b"ALPH", b"ANMF") and canvas:
            return canvas
        at += 8 + length + length % 2


async def _lossy_size(file: FileParts, at: int) -> PictureSize:
    frame = await file.read_exactly(at, 10)
    if frame[3:6] != b"\x9d\x01\x2a":
        raise BrokenHeader(_BAD_HEADER)
    return _little(frame[6:8]) & 0x3FFF, _little(frame[8:]) & 0x3FFF


async def _lossless_size(file: FileParts, at: int) -> PictureSize:
    frame = await file.read_exactly(at, 5)
    if frame[0] != 0x2F:
        raise BrokenHeader(_BAD_HEADER)
    bits = _little(frame[1:])
    return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1


def _little(number: bytes) -> int:
    return int.from_bytes(number, "little")


SIZES: dict[str, Callable[[FileParts], Awaitable[PictureSize]]] = {
    "png": png_size,
    "jpeg": jpeg_size,
    "gif": gif_size,
    "webp": webp_size,
}
"""The format's name on the model's wire -> what reads its size."""
