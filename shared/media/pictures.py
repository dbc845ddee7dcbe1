"""What the headers of PNG and JPEG tell: no pixel is decoded, and what decoders pass over is passed over.

Each function returns a `Picture`, and raises `BrokenHeader` where every viewer would refuse the file. So do those of
gif.py, webp.py and stills.py. Pillow is not asked: docs/decisions/media.md says why.
"""

import zlib

from shared.media.exif import UPRIGHT, orientation
from shared.media.found import Picture
from shared.media.parts import BrokenHeader, FileParts

MAX_PIXELS = 178_956_970
"""Twice what fills a gigabyte at six bytes a pixel: the limit above which Pillow too refuses to open a picture."""

NO_PICTURE = "it holds no picture"
BAD_HEADER = "its header is damaged"

_PNG_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
"""Colour type -> the bits of a sample (PNG, third edition, 11.2.1)."""


async def png_header(file: FileParts) -> Picture:
    """Read IHDR, whose checksum must be right, and pass over optional chunks, whose checksums need not be.

    EXIF behind the pixels is not looked for: that would cost a request for every file.
    """
    header = await file.read_exactly(8, 25)
    if not header.startswith(b"\0\0\0\rIHDR") or zlib.crc32(header[4:21]) != int.from_bytes(header[21:]):
        raise BrokenHeader(BAD_HEADER)
    if header[16] not in _PNG_DEPTHS.get(header[17], ()) or header[18:20] != b"\0\0" or header[20] > 1:
        raise BrokenHeader(BAD_HEADER)
    at, turned = 33, UPRIGHT
    while (chunk := await file.read_exactly(at, 8))[4:] != b"IDAT":
        length, is_optional = int.from_bytes(chunk[:4]), chunk[4:].isalpha() and chunk[4:5].islower()  # PNG, 5.4
        if not is_optional and chunk[4:] != b"PLTE":
            raise BrokenHeader(NO_PICTURE)
        if chunk[4:] == b"eXIf":
            turned = await orientation(file, at + 8, at + 8 + length)
        at += 12 + length
    width, height = int.from_bytes(header[8:12]), int.from_bytes(header[12:16])
    return Picture(width, height, header[16] <= 8 and turned == UPRIGHT)


_JPEG_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
_JPEG_PLAIN_FRAMES = (0xC0, 0xC1, 0xC2)
"""Baseline, extended and progressive: others (lossless, arithmetic) are hardly read anywhere."""
_JPEG_WITHOUT_LENGTH = {0x01, *range(0xD0, 0xD9)}
_JPEG_FILLING = (0x00, 0xFF)
_JPEG_APP1 = 0xE1


async def jpeg_header(file: FileParts) -> Picture:
    """Walk over the segments to the frame header, however many profiles and thumbnails lie before it (T.81, B.2)."""
    at, turned = 2, 0
    while True:
        mark, code, *length = await file.read_exactly(at, 4)
        if mark != 0xFF or code in _JPEG_FILLING:
            at += 1  # decoders pass over stray bytes between two segments
        elif code in _JPEG_WITHOUT_LENGTH:
            at += 2
        elif code in _JPEG_FRAMES:
            return _jpeg_frame(code, await file.read_exactly(at + 4, 6), turned or UPRIGHT)
        elif code in (0xD9, 0xDA) or (skipped := int.from_bytes(length)) < 2:
            raise BrokenHeader(NO_PICTURE)
        else:
            if code == _JPEG_APP1 and not turned and await file.read(at + 4, 6) == b"Exif\0\0":
                turned = await orientation(file, at + 4, at + 2 + skipped)
            at += 2 + skipped


def _jpeg_frame(code: int, frame: bytes, turned: int) -> Picture:
    bits, components = frame[0], frame[5]
    is_plain = code in _JPEG_PLAIN_FRAMES and bits == 8 and components in (1, 3) and turned == UPRIGHT
    return Picture(int.from_bytes(frame[3:5]), int.from_bytes(frame[1:3]), is_plain)
