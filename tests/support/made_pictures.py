"""Beginnings of pictures that no model takes as they are, made byte by byte: too little to decode."""

import struct

from tests.support.made_containers import box, ftyp


def tiff(*entries: tuple[int, int], order: str = "<", is_big: bool = False, next_at: int = 0, pixels: int = 0) -> bytes:
    """A TIFF whose first directory, behind so many bytes of pixels, has entries (tag, number)."""
    mark, at = (b"II" if order == "<" else b"MM"), (16 if is_big else 8) + pixels
    entry, count, offset = ("HHQQ", "Q", "Q") if is_big else ("HHII", "H", "I")
    start = struct.pack(f"{order}HHHQ", 43, 8, 0, at) if is_big else struct.pack(f"{order}HI", 42, at)
    table = b"".join(struct.pack(order + entry, tag, 16 if is_big else 4, 1, number) for tag, number in entries)
    ends = struct.pack(order + count, len(entries)) + table + struct.pack(order + offset, next_at)
    return mark + start + bytes(pixels) + ends


SIZE_40_30 = ((256, 40), (257, 30))


def exif(orientation: int, order: str = "<") -> bytes:
    """EXIF that says how a picture is turned, in the way of most cameras: a number of 16 bits."""
    value = struct.pack(f"{order}HHIHH", 0x0112, 3, 1, orientation, 0)
    make = struct.pack(f"{order}HHII", 0x010F, 2, 3, int.from_bytes(b"me\0\0"))
    mark = b"II" if order == "<" else b"MM"
    return mark + struct.pack(f"{order}HIH", 42, 8, 2) + make + value + bytes(4)


def bmp(width: int = 40, height: int = 30, header_bytes: int = 40) -> bytes:
    size = struct.pack("<HH" if header_bytes == 12 else "<ii", width, height)
    return b"BM" + bytes(12) + struct.pack("<I", header_bytes) + (size + bytes(4)).ljust(header_bytes, b"\0")


def psd(width: int = 40, height: int = 30, version: int = 1) -> bytes:
    return b"8BPS" + struct.pack(">H6xHIIHH", version, 3, height, width, 8, 3) + bytes(50)


def ico(*sides: int) -> bytes:
    entries = b"".join(struct.pack("<BBBBHHII", side, side, 0, 0, 1, 32, 40, 22) for side in sides)
    return struct.pack("<HHH", 0, 1, len(sides)) + entries + bytes(40)


def jp2(width: int = 40, height: int = 30, brand: bytes = b"jp2 ") -> bytes:
    header = box(b"jp2h", box(b"ihdr", struct.pack(">IIHBBBB", height, width, 3, 7, 7, 0, 0)))
    return box(b"jP  ", b"\r\n\x87\n") + ftyp(brand, brand) + header + box(b"jp2c", codestream(width, height))


def codestream(width: int = 40, height: int = 30, *, left: int = 0) -> bytes:
    return b"\xff\x4f\xff\x51" + struct.pack(">HHIIII", 47, 0, width + left, height, left, 0) + bytes(50)
