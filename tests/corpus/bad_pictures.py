"""Pictures that claim to be huge, go round in circles, or carry what is not to be looked at."""

import functools
import struct
import zlib
from collections.abc import Iterator

from PIL import Image

from tests.corpus.good_pictures import photograph_data, stored
from tests.corpus.ingredients import SIGN_WORDS, saved, sign
from tests.corpus.made import DAMAGED, NOT_TAKEN, TOO_MUCH, Made, constant, either, refused
from tests.corpus.writers import png, tiff
from tests.corpus.writers.deflated import deflated_zeros

_MIB = 1 << 20
_HUGE = 65_535
_MAX_32 = 0xFFFFFFFF


def _bomb(side: int) -> bytes:
    """A PNG of one bit a pixel, as white as it says."""
    return png.png((side, side), 1, 0, deflated_zeros(side * (1 + -(-side // 8))))


def _claims(width: int, height: int, depth: int = 8, colours: int = 6) -> bytes:
    return png.png((width, height), depth, colours, zlib.compress(b"x"))


def behind_header(content: bytes, *chunks: bytes) -> bytes:
    """A PNG with more chunks behind its header."""
    return content[:33] + b"".join(chunks) + content[33:]


def _text_bomb() -> bytes:
    return behind_header(saved(sign(), "PNG"), png.chunk(b"zTXt", b"Comment\0\0" + deflated_zeros(60 * _MIB)))


def _profile_bomb() -> bytes:
    return behind_header(saved(sign(), "PNG"), png.chunk(b"iCCP", b"icc\0\0" + deflated_zeros(60 * _MIB)))


def _many_comments() -> bytes:
    return behind_header(saved(sign(), "PNG"), png.chunk(b"tEXt", b"Comment\0hi") * 50_000)


def _endless_frames() -> bytes:
    return behind_header(saved(sign(), "PNG"), png.chunk(b"acTL", struct.pack(">II", 0x7FFFFFFF, 0)))


def _png_pictures() -> Iterator[Made]:
    yield refused("bomb_50000.png", lambda: _bomb(50_000), TOO_MUCH)
    yield either("bomb_12000.png", lambda: _bomb(12_000))
    yield either("pixels_a_gigabyte.png", lambda: png.png((100, 100), 8, 0, deflated_zeros(1024 * _MIB)))
    yield refused("claims_2_31.png", lambda: _claims(2**31 - 1, 2**31 - 1), TOO_MUCH)
    yield refused("claims_nothing.png", lambda: _claims(0, 0))
    yield either("one_row_too_wide.png", lambda: _claims(50_000_000, 1, 1, 0))
    yield refused("depth_of_7_bits.png", lambda: _claims(10, 10, 7))
    yield either("text_bomb.png", _text_bomb)
    yield either("profile_bomb.png", _profile_bomb)
    yield either("many_comments.png", _many_comments)
    yield either("endless_frames.png", _endless_frames)
    yield either("bad_checksum.png", lambda: saved(sign(), "PNG").replace(b"IEND\xaeB", b"IEND\0\0"))
    yield either("junk_behind.png", lambda: saved(sign(), "PNG") + bytes(range(256)) * 400)


def _jpeg_claiming(width: int, height: int, before: bytes = b"") -> bytes:
    content = saved(sign(), "JPEG")
    at = content.index(b"\xff\xc0") + 5
    return content[:2] + before + content[2:at] + struct.pack(">HH", height, width) + content[at + 4 :]


def _exif(body: bytes) -> bytes:
    """A JPEG with that in place of its EXIF."""
    content, told = saved(sign(), "JPEG"), b"Exif\0\0" + body
    return content[:2] + b"\xff\xe1" + struct.pack(">H", len(told) + 2) + told + content[2:]


def _exif_saying(orientation: int) -> bytes:
    entry: tiff.Entry = (0x0112, tiff.SHORT, (orientation,))
    return _exif(tiff.header() + tiff.directory(8, [entry]))


def _scans(count: int) -> bytes:
    """The last scan of a progressive picture, again and again; each must be decoded over the whole picture."""
    content = saved(stored(6).resize((1600, 4000)), "JPEG", progressive=True, exif=photograph_data(6))
    start = content.rindex(b"\xff\xda")
    return content[:start] + content[start:-2] * count + content[-2:]


def _jpeg_pictures() -> Iterator[Made]:
    yield refused("claims_65500.jpg", lambda: _jpeg_claiming(65_500, 65_500), TOO_MUCH)
    yield either("claims_one_row.jpg", lambda: _jpeg_claiming(65_500, 1))
    yield either("height_told_later.jpg", lambda: _jpeg_claiming(640, 0))
    yield refused("no_width.jpg", lambda: _jpeg_claiming(0, 256))
    yield either("scans_without_end.jpg", lambda: _scans(400))
    yield either("filling_of_5_mb.jpg", lambda: _jpeg_claiming(640, 256, b"\xff" * 5_000_000))
    yield either("exif_in_a_circle.jpg", lambda: _exif(tiff.header() + tiff.directory(8, [], following=8)))
    yield either("exif_too_short.jpg", lambda: _exif(b"II*\0"))
    yield either("exif_of_65535_entries.jpg", lambda: _exif(tiff.header() + b"\xff\xff" + bytes(600)))
    for orientation in (0, 9, 65_535):
        make = functools.partial(_exif_saying, orientation)
        yield Made(f"orientation_{orientation}.jpg", "image", make, SIGN_WORDS)
    yield Made("junk_behind.jpg", "image", lambda: saved(sign(), "JPEG") + b"\0junk" * 1_000, SIGN_WORDS)


def _gif(screen: tuple[int, int], frame: tuple[int, int]) -> bytes:
    head = b"GIF89a" + struct.pack("<HH", *screen) + b"\x80\0\0\0\0\0\xff\xff\xff"
    return head + b"," + struct.pack("<4H", 0, 0, *frame) + b"\0\x02\x02L\x01\0;"


def _many_frames() -> bytes:
    frames = [Image.new("P", (64, 64), number % 255) for number in range(600)]
    return saved(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=20)


def _webp_claiming(width: int, height: int) -> bytes:
    """A lossless picture that begins as it should, and ends at once (RFC 9649, 3.4)."""
    bits = (width - 1) | (height - 1) << 14
    body = b"\x2f" + struct.pack("<I", bits) + bytes(8)
    return b"RIFF" + struct.pack("<I", 12 + len(body) + 1) + b"WEBPVP8L" + struct.pack("<I", len(body)) + body + b"\0"


def _webp_canvas() -> bytes:
    canvas = b"VP8X" + struct.pack("<II", 10, 0) + b"\xff" * 6
    body = b"WEBP" + canvas + saved(sign(), "WEBP")[12:]
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _moving_pictures() -> Iterator[Made]:
    yield refused("huge_screen.gif", lambda: _gif((_HUGE, _HUGE), (1, 1)), TOO_MUCH)
    yield refused("huge_frame.gif", lambda: _gif((10, 10), (_HUGE, _HUGE)), TOO_MUCH)
    yield refused("no_frame.gif", constant(b"GIF89a" + struct.pack("<HH", 9, 9) + b"\0\0\0;"))
    yield either("six_hundred_frames.gif", _many_frames)
    yield either("endless_comment.gif", lambda: saved(sign(), "GIF")[:-1] + b"!\xfe" + (b"\xff" + b"x" * 255) * 9_000)
    yield refused("claims_16384.webp", lambda: _webp_claiming(16_384, 16_384), TOO_MUCH)
    yield refused("canvas_of_2_24.webp", _webp_canvas, TOO_MUCH)
    yield either("claims_9000.webp", lambda: _webp_claiming(9_000, 9_000))


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
    yield either("icon_of_a_bomb.ico", lambda: _icon(_bomb(50_000)))
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


BAD_PICTURES = (
    *_png_pictures(),
    *_jpeg_pictures(),
    *_moving_pictures(),
    *_tiff_pictures(),
    *_scanned_pictures(),
)
