"""HEIC and AVIF whose boxes claim more than they hold, or lead back to themselves."""

import struct
from collections.abc import Iterator

from tests.corpus.ingredients import SIZE, saved, sign
from tests.corpus.made import DAMAGED, NOT_TAKEN, TOO_MUCH, Made, constant, either, refused
from tests.corpus.photographs import heic
from tests.corpus.writers import heif
from tests.corpus.writers.heif import Item
from tests.corpus.writers.iso import box, brands, full, handler

_HUGE = 65_535
_MAX_32 = 0xFFFFFFFF


def _claiming(width: int, height: int) -> bytes:
    return heif.heif([heif.coded(sign(), size=(width, height))])


def _grid(rows: int, columns: int, size: tuple[int, int]) -> bytes:
    """One tile in all places of a grid."""
    tile = heif.coded(sign())
    content = heif.grid(rows, columns, size)
    whole = Item(b"grid", content, (heif.extent(*size),), (b"dimg", (2,) * (rows * columns)))
    return heif.heif([whole, tile])


def _derived_from_itself() -> bytes:
    """An item that is a copy of the next, which is a copy of the first."""
    size = (heif.extent(*SIZE),)
    return heif.heif([Item(b"iden", b"", size, (b"dimg", (2,))), Item(b"iden", b"", size, (b"dimg", (1,)))])


def _lying(*places: tuple[int, int]) -> bytes:
    picture = heif.coded(sign())
    return heif.heif([Item(picture.kind, picture.content, picture.properties, lies=places)])


def _turned_often() -> bytes:
    return heif.heif([heif.coded(sign(), *(heif.turned(1), heif.mirrored(0)) * 50)])


def nested(depth: int) -> bytes:
    """Boxes in boxes."""
    inner = b""
    for _ in range(depth):
        inner = struct.pack(">I", 8 + len(inner)) + b"meta" + inner
    return brands(b"heic", b"mif1") + inner


def _avif_claiming(width: int, height: int) -> bytes:
    own = saved(sign(), "AVIF", max_threads=1)
    return own.replace(heif.extent(*SIZE), heif.extent(width, height))


def _of_claimed_length(length: bytes) -> bytes:
    own = heif.heif([heif.coded(sign())])
    at = own.index(b"meta") - 4
    return own[:at] + length + own[at + 4 :]


def _huge_box() -> bytes:
    return brands(b"heic", b"mif1") + struct.pack(">I4sQ", 1, b"meta", 2**63) + bytes(64)


def _photographs() -> Iterator[Made]:
    yield refused("claims_65535.heic", lambda: _claiming(_HUGE, _HUGE), TOO_MUCH)
    yield refused("claims_2_32.heic", lambda: _claiming(_MAX_32, _MAX_32), TOO_MUCH)
    yield either("claims_another_size.heic", lambda: _claiming(64, 64))
    yield refused("claims_nothing.heic", lambda: _claiming(0, 0))
    yield refused("grid_of_65536_tiles.heic", lambda: _grid(255, 255, (_HUGE, _HUGE)), TOO_MUCH)
    yield either("grid_of_one_tile.heic", lambda: _grid(16, 16, (SIZE[0] * 16, SIZE[1] * 16)))
    yield refused("copy_of_a_copy_of_itself.heic", _derived_from_itself)
    yield refused("places_beyond_the_end.heic", lambda: _lying((0xFFFFFF00, 0xFF)))
    yield refused("the_same_place_65535_times.heic", lambda: _lying(*[(0, _HUGE)] * _HUGE))
    yield either("turned_a_hundred_times.heic", _turned_often)
    yield refused("boxes_in_boxes.heic", lambda: nested(3_000))
    yield refused("only_brands.heic", constant(brands(b"heic", b"mif1", b"heic")))
    yield refused("twelve_bytes.heic", constant(b"\0\0\0\x0cftypheic"))
    yield refused("brands_of_no_length.heic", constant(b"\0\0\0\0ftypheic" + bytes(200)))
    yield refused("no_items.heic", constant(brands(b"heic", b"mif1") + full(b"meta", handler(b"pict"))))
    yield either("index_up_to_the_end.heic", lambda: _of_claimed_length(bytes(4)))
    yield refused("index_of_4_gb.heic", lambda: _of_claimed_length(b"\xff" * 4))
    yield refused("index_of_2_63.heic", _huge_box)
    yield either("film_without_picture.heic", lambda: heif.sequence(sign()))
    yield either("brand_of_films_without_one.heic", lambda: heic(major=b"msf1"))
    yield refused("unknown_brand.heic", constant(brands(b"xxxx") + box(b"mdat", bytes(100))), NOT_TAKEN)
    yield refused("claims_65535.avif", lambda: _avif_claiming(_HUGE, _HUGE), TOO_MUCH)
    yield refused("claims_2_32.avif", lambda: _avif_claiming(_MAX_32, _MAX_32), TOO_MUCH)
    yield refused("claims_nothing.avif", lambda: _avif_claiming(0, 0), DAMAGED)


BAD_PHOTOGRAPHS = tuple(_photographs())
