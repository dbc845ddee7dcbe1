"""Pictures out of a file of pictures, one after another, by Pillow and pi-heif."""

import contextlib
import importlib
import re
import warnings
from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple

from PIL import Image, ImageFile, UnidentifiedImageError

from shared.conversion.colours import eight_bits, in_srgb
from shared.conversion.shrinking import NEAR, Picture, fitted, scaled, shrunk
from shared.conversion.task import Refused, Task


class _Plugin(NamedTuple):
    module: str
    name: str


_PLUGINS = {
    "avif": _Plugin("PIL.AvifImagePlugin", "AVIF"),
    "bmp": _Plugin("PIL.BmpImagePlugin", "BMP"),
    "gif": _Plugin("PIL.GifImagePlugin", "GIF"),
    "heic": _Plugin("pi_heif", "HEIF"),
    "ico": _Plugin("PIL.IcoImagePlugin", "ICO"),
    "jp2": _Plugin("PIL.Jpeg2KImagePlugin", "JPEG2000"),
    "jpeg": _Plugin("PIL.JpegImagePlugin", "JPEG"),
    "png": _Plugin("PIL.PngImagePlugin", "PNG"),
    "psd": _Plugin("PIL.PsdImagePlugin", "PSD"),
    "tiff": _Plugin("PIL.TiffImagePlugin", "TIFF"),
    "webp": _Plugin("PIL.WebPImagePlugin", "WEBP"),
}
"""What opens a format as sniffing names it. No other plugin of Pillow is ever asked."""

MAX_THREADS = 2
"""Of decoders that have threads: each takes address space, and processors are few."""

MAX_COUNTED = 2_000
"""Images in a TIFF that are looked at: each takes a search through all before it."""

_REDUCED_OR_MASK = 1 | 4
_NEW_SUBFILE_TYPE = 254
"""Tells that an image in a TIFF is a smaller copy of another, or its mask (TIFF 6.0, section 8)."""

_ROWS_TOGETHER = 18
"""As many rows of a JPEG are decoded together at most (ISO/IEC 10918-1, A.2: 16), with two for smooth colours: without
the very last bytes those are not decoded."""
_SHARE_TOGETHER = 1 / 16
"""Of all rows: more than that is not taken for the last few bytes."""

_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""EXIF orientation -> how the picture is turned upright (EXIF 3.0, 4.6.5.1.6)."""

_SWAPPING = (5, 6, 7, 8)
"""Those after which width is height."""


def open_pictures(task: Task, file: BinaryIO) -> tuple[int, Iterator[Picture | None]]:
    """How many pages the file has, and its pictures, None for a damaged page: of an animation only the first.

    Raises:
        Refused: it does not open, or has too many pages or pixels. The iterator raises it too.
    """
    with _refusing():
        image = _open(task, file)
        frames = _page_frames(image, task) if task.format == "tiff" else [image.tell()]
    return len(frames), _pictures(image, frames[:1] if task.is_first_only else frames, task)


def _open(task: Task, file: BinaryIO) -> Image.Image:
    plugin = _PLUGINS[task.format]
    library: Any = importlib.import_module(plugin.module)
    if task.format == "heic":
        library.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=MAX_THREADS)
    elif task.format == "avif":
        library.DEFAULT_MAX_THREADS = MAX_THREADS
    Image.MAX_IMAGE_PIXELS = task.max_pixels
    warnings.simplefilter("ignore")  # a tag that is odd is no reason to refuse
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    ImageFile.LOAD_TRUNCATED_IMAGES = True  # as viewers: a damaged comment is passed over
    image = Image.open(file, formats=(plugin.name,))
    ImageFile.LOAD_TRUNCATED_IMAGES = False  # but pixels are not made up
    return image


@contextlib.contextmanager
def _refusing() -> Iterator[None]:
    """Whatever a decoder raises becomes the reason of a refusal."""
    try:
        yield
    except (Refused, MemoryError):
        raise
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        figures = re.findall(r"\d+", str(error))
        raise Refused("pixels", int(figures[0]) if figures else 0) from error
    except UnidentifiedImageError as error:
        raise Refused("unknown") from error
    except Exception as error:
        raise Refused("cut" if "truncated" in str(error) else "damaged") from error


def _page_frames(image: Image.Image, task: Task) -> list[int]:
    """The numbers of the images in a TIFF that are pages, not smaller copies of one."""
    pages: list[int] = []
    for number in range(MAX_COUNTED):
        try:
            image.seek(number)
        except EOFError:
            break
        kind = image.tag_v2.get(_NEW_SUBFILE_TYPE, 0)  # type: ignore[attr-defined] # of a TIFF
        if not (isinstance(kind, int) and kind & _REDUCED_OR_MASK):
            pages.append(number)
    if len(pages) > task.max_pages and not task.is_first_only:
        raise Refused("pages", len(pages))
    return pages or [0]


def _pictures(image: Image.Image, frames: list[int], task: Task) -> Iterator[Picture | None]:
    for page, frame in enumerate(frames, start=1):
        try:
            yield _picture(image, frame, page, task)
        except Refused as refused:
            if len(frames) == 1 or refused.reason not in ("cut", "damaged"):
                raise
            yield None


@_refusing()
def _picture(image: Image.Image, frame: int, page: int, task: Task) -> Picture:
    if image.tell() != frame:
        image.seek(frame)
    original = image.size
    if task.format == "jpeg":
        image.draft(None, scaled(fitted(original, task.max_side), NEAR))
    _load(image, task)
    orientation = _orientation(image)
    profile = image.info.get("icc_profile")
    plain = eight_bits(image)
    small = in_srgb(shrunk(plain, fitted(plain.size, task.max_side)), profile)
    return Picture(_upright(small, orientation), original[::-1] if orientation in _SWAPPING else original, page)


def _load(image: Image.Image, task: Task) -> None:
    try:
        image.load()
    except OSError:
        if task.format != "jpeg":
            raise
        _load_cut_jpeg(image)


def _load_cut_jpeg(image: Image.Image) -> None:
    """Take a JPEG of which the last bytes are missing, as viewers do; but not if rows are missing too.

    Rows that were not decoded are black, and afterwards filled with one colour. Those of a progressive JPEG are decoded
    together, so of one only the colour tells.
    """
    box = image.im.getbbox()
    missing = image.height - (box[3] if box else 0)
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    image.load()
    are_few = missing <= min(_ROWS_TOGETHER, image.height * _SHARE_TOGETHER)
    if not are_few and image.crop((0, image.height - 1, *image.size)).getcolors(1):
        raise Refused("cut")


def _upright(image: Image.Image, orientation: int) -> Image.Image:
    turn = _TURNS.get(orientation)
    return image if turn is None else image.transpose(turn)


def _orientation(image: Image.Image) -> int:
    """1 to 8, once the picture is loaded: what the decoder has turned already is no longer told."""
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # whatever a damaged tag makes of Pillow: viewers show such a picture as it lies
        return 1
