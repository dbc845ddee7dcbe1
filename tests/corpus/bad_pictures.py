"""Pictures that claim to be huge, go round in circles, or carry what is not to be looked at."""

import functools
import struct
import zlib
from collections.abc import Iterator

from PIL import Image

from tests.corpus.ingredients import SIGN_WORDS, saved, sign
from tests.corpus.made import TOO_MUCH, Made, constant, either, refused
from tests.corpus.photographs import photograph_data, stored
from tests.corpus.writers import png, tiff
from tests.corpus.writers.deflated import deflated_zeros

_MIB = 1 << 20
_HUGE = 65_535
_MAX_32 = 0xFFFFFFFF


def bomb(side: int) -> bytes:
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
    yield refused("bomb_50000.png", lambda: bomb(50_000), TOO_MUCH)
    yield either("bomb_12000.png", lambda: bomb(12_000))
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


BAD_PICTURES = (
    *_png_pictures(),
    *_jpeg_pictures(),
    *_moving_pictures(),
)
