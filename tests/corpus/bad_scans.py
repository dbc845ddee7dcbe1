"""Scans and drawings that claim to be huge, or go round in circles: TIFF, BMP, ICO, PSD, JPEG 2000."""

import struct
from collections.abc import Iterator

from tests.corpus.bad_pictures import bomb
from tests.corpus.ingredients import saved, sign
from tests.corpus.made import DAMAGED, NOT_TAKEN, TOO_MUCH, Made, constant, either, refused
from tests.corpus.writers import tiff
from tests.corpus.writers.deflated import deflated_zeros

_MIB = 1 << 20
_MAX_32 = 0xFFFFFFFF


def _tiff_in_a_circle(*places: int) -> bytes:
    """Directories that follow each other, of which the last leads back."""
    pixels: list[tiff.Entry] = [
        (tiff.WIDTH, tiff.SHORT, (1,)),
        (tiff.HEIGHT, tiff.SHORT, (1,)),
        (tiff.BITS, tiff.SHORT, (8,)),
        (tiff.COMPRESSION, tiff.SHORT, (1,)),
        (tiff.PHOTOMETRIC, tiff.SHORT, (1,)),
        (tiff.STRIP_OFFSETS, tiff.LONG, (0,)),
        (tiff.STRIP_BYTES, tiff.LONG, (1,)),
    ]
    made = bytearray(tiff.header(places[0]))
    for place, following in zip(places, (*places[1:], places[0]), strict=True):
        made += bytes(place - len(made)) + tiff.directory(place, pixels, following)
    return bytes(made)


def _tiff_pages(count: int) -> bytes:
    places = range(8, 8 + 100 * count, 100)
    circle = _tiff_in_a_circle(*places)
    return circle[:-4] + bytes(4)  # the last leads nowhere


def _tiles(side: int) -> bytes:
    """A picture of one tile that is larger than it."""
    entries: list[tiff.Entry] = [
        (tiff.WIDTH, tiff.LONG, (10,)),
        (tiff.HEIGHT, tiff.LONG, (10,)),
        (tiff.BITS, tiff.SHORT, (8,)),
        (tiff.COMPRESSION, tiff.SHORT, (8,)),
        (tiff.PHOTOMETRIC, tiff.SHORT, (1,)),
        (tiff.SAMPLES, tiff.SHORT, (1,)),
        (tiff.TILE_WIDTH, tiff.LONG, (side,)),
        (tiff.TILE_HEIGHT, tiff.LONG, (side,)),
        (tiff.TILE_OFFSETS, tiff.LONG, (8,)),
        (tiff.TILE_BYTES, tiff.LONG, (8,)),
    ]
    return tiff.header(16) + bytes(8) + tiff.directory(16, entries)


def _bigtiff() -> bytes:
    strip: tiff.Entry = (tiff.STRIP_OFFSETS, tiff.LONG8, (2**63,))
    size: list[tiff.Entry] = [(tiff.WIDTH, tiff.LONG8, (2**40,)), (tiff.HEIGHT, tiff.LONG8, (2**40,))]
    return tiff.big([*size, strip], following=2**63)


def _tiff_pictures() -> Iterator[Made]:
    inside: tiff.Entry = (tiff.SUB_IFDS, tiff.LONG, (108,))
    yield refused(
        "bomb_100000.tiff", lambda: tiff.grey((100_000, 100_000), deflated_zeros(20 * _MIB), compression=8), TOO_MUCH
    )
    yield either("bomb_12000.tiff", lambda: tiff.grey((12_000, 12_000), deflated_zeros(144_000_000), compression=8))
    yield either(
        "inflates_to_a_gigabyte.tiff", lambda: tiff.grey((100, 100), deflated_zeros(1024 * _MIB), compression=8)
    )
    yield either("directory_after_itself.tiff", lambda: _tiff_in_a_circle(8))
    yield either("two_directories_in_a_circle.tiff", lambda: _tiff_in_a_circle(8, 200))
    yield either("directory_inside_itself.tiff", lambda: tiff.grey((10, 10), bytes(100), inside))
    yield refused("seventy_thousand_pages.tiff", lambda: _tiff_pages(70_000), TOO_MUCH)
    yield refused("entries_without_end.tiff", constant(tiff.header() + b"\xff\xff" + b"\1\1\3\0" * 40))
    yield refused("directory_beyond_the_end.tiff", constant(tiff.header(0xFFFFFFF0)))
    yield refused("tile_of_2_31.tiff", lambda: _tiles(2**31 - 16), TOO_MUCH)
    yield either("tile_of_16384.tiff", lambda: _tiles(16_384))
    yield refused("lengths_of_2_63.tif", _bigtiff, TOO_MUCH)
    yield either("strip_too_long.tiff", lambda: tiff.grey((100, 100), bytes(10_000), claims=_MAX_32))
    yield refused("strip_too_short.tiff", lambda: tiff.grey((4_000, 4_000), bytes(10)))


def _bmp(width: int, height: int, bits: int = 8, packing: int = 0, body: bytes = b"", at: int = 1078) -> bytes:
    """With a palette of 256 greys."""
    info = struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, packing, 0, 0, 0, 256, 0)
    palette = b"".join(bytes([level, level, level, 0]) for level in range(256))
    return b"BM" + struct.pack("<IHHI", 1078 + len(body), 0, 0, at) + info + palette + body


def _icon(entry_bytes: bytes, count: int = 1) -> bytes:
    return (
        struct.pack("<HHH", 0, 1, count)
        + struct.pack("<BBBBHHII", 0, 0, 0, 0, 1, 32, len(entry_bytes), 22)
        + entry_bytes
    )


def _psd_claiming(height: int, width: int, channels: int = 3) -> bytes:
    return b"8BPS" + struct.pack(">H6xHIIHH", 1, channels, height, width, 8, 3) + bytes(12) + b"\0\1" + bytes(100)


def _j2k_claiming(width: int, height: int, tile: int, components: int = 3) -> bytes:
    """SIZ (ITU-T T.800, A.5.1) of a picture that is cut into so large tiles, and no tile."""
    size = struct.pack(">H8IH", 0, width, height, 0, 0, tile, tile, 0, 0, components) + b"\7\1\1" * components
    return b"\xff\x4f\xff\x51" + struct.pack(">H", len(size) + 2) + size + b"\xff\xd9"


def _jp2_claiming(width: int, height: int) -> bytes:
    """A JP2 whose box says another size than its stream."""
    content = saved(sign(), "JPEG2000")
    at = content.index(b"ihdr") + 4
    return content[:at] + struct.pack(">II", height, width) + content[at + 8 :]


def _scanned_pictures() -> Iterator[Made]:
    yield refused("claims_2_31.bmp", constant(_bmp(2**31 - 1, 2**31 - 1)), TOO_MUCH)
    yield refused("packed_bomb_20000.bmp", constant(_bmp(20_000, 20_000, packing=1, body=b"\0\1")), TOO_MUCH)
    yield either("packed_bomb_12000.bmp", constant(_bmp(12_000, 12_000, packing=1, body=b"\0\1")))
    yield refused("width_below_zero.bmp", constant(_bmp(-640, 256)), NOT_TAKEN)
    yield refused("no_bits.bmp", constant(_bmp(64, 64, bits=0)), NOT_TAKEN)
    yield refused("pixels_beyond_the_end.bmp", constant(_bmp(64, 64, at=_MAX_32)))
    yield either("icon_of_a_bomb.ico", lambda: _icon(bomb(50_000)))
    yield refused("icon_of_nothing.ico", constant(_icon(b"", 65_535)), NOT_TAKEN)
    yield refused("claims_300000.psd", constant(_psd_claiming(300_000, 300_000)), TOO_MUCH)
    yield refused("claims_30000.psd", constant(_psd_claiming(30_000, 30_000, 56)), TOO_MUCH | NOT_TAKEN)
    yield refused("no_pixels_behind.psd", constant(_psd_claiming(2_000, 2_000)))
    yield refused("claims_2_32.j2k", constant(_j2k_claiming(_MAX_32, _MAX_32, _MAX_32)), TOO_MUCH)
    yield refused("a_tile_each_pixel.j2k", constant(_j2k_claiming(60_000, 60_000, 1)), TOO_MUCH)
    yield refused("a_tile_each_pixel_of_few.j2k", constant(_j2k_claiming(2_000, 2_000, 1)), DAMAGED)
    yield refused("components_16384.j2k", constant(_j2k_claiming(640, 256, 640, 16_384)), NOT_TAKEN | TOO_MUCH)
    yield refused("box_claims_2_32.jp2", lambda: _jp2_claiming(_MAX_32, _MAX_32), TOO_MUCH)
    yield either("box_claims_another_size.jp2", lambda: _jp2_claiming(6_400, 2_560))


BAD_SCANS = (*_tiff_pictures(), *_scanned_pictures())
