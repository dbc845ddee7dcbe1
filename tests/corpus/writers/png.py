"""PNG (third edition), chunk by chunk."""

import struct
import zlib

SIGNATURE = b"\x89PNG\r\n\x1a\n"
END = struct.pack(">I", 0) + b"IEND\xaeB`\x82"


def chunk(name: bytes, body: bytes, *, crc: int | None = None) -> bytes:
    """A chunk, with its own checksum if no other is given."""
    checksum = zlib.crc32(name + body) if crc is None else crc
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", checksum)


def png(size: tuple[int, int], depth: int, colours: int, deflated: bytes, *before: bytes) -> bytes:
    """A picture of that size, depth in bits, and colour type; its rows are deflated already.

    Colour types: 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGB and alpha.
    """
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", *size, depth, colours, 0, 0, 0))
    return SIGNATURE + header + b"".join(before) + chunk(b"IDAT", deflated) + END


def rows(samples: bytes, row_bytes: int) -> bytes:
    """Rows of so many bytes, each unfiltered, deflated."""
    parts = (samples[at : at + row_bytes] for at in range(0, len(samples), row_bytes))
    return zlib.compress(b"".join(b"\0" + part for part in parts))
