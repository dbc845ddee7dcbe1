"""What a file is, and whether it can be answered: its bytes decide, never its name or its declared content type.

Nothing is decoded here, and little is read: `shared/media/parts.py` has the bounds.
"""

from collections.abc import Awaitable, Callable

from shared.errors import FileRejected
from shared.media.accepted import ACCEPTED
from shared.media.aiff import aiff_header
from shared.media.file_type import identify, look_inside
from shared.media.found import FileType, Heard, Picture
from shared.media.gif import gif_header
from shared.media.media import Media
from shared.media.mp3 import mp3_seconds
from shared.media.parts import BrokenHeader, Fetch, FileParts
from shared.media.pictures import MAX_PIXELS, jpeg_header, png_header
from shared.media.stills import bmp_header, ico_header, jp2_header, psd_header
from shared.media.wav import wav_header
from shared.media.webp import webp_header

PICTURES: dict[str, Callable[[FileParts], Awaitable[Picture]]] = {
    "png": png_header,
    "jpeg": jpeg_header,
    "gif": gif_header,
    "webp": webp_header,
    "bmp": bmp_header,
    "ico": ico_header,
    "psd": psd_header,
    "jp2": jp2_header,
}
"""Format -> what reads its header."""

_SAMPLES: dict[str, Callable[[FileParts], Awaitable[Heard]]] = {
    "wav": wav_header,
    "rf64": wav_header,
    "aiff": aiff_header,
}
"""Format of recordings of which bytes tell the length -> what reads its header."""

_API_FORMATS = ("png", "jpeg", "webp", "gif", "wav", "mp3")

_WHAT_TO_DROP = "Save it as PNG, JPEG, PDF, WAV, MP3 or M4A and drop that; the README lists what else is taken."
_DROP_AN_INTACT_COPY = "Open it on your own computer; if it opens there, save it anew and drop that copy."


async def sniff(fetch: Fetch, size: int, head: bytes = b"", *, max_pixels: int = MAX_PIXELS) -> Media:
    """Tell what a file of `size` bytes is. One piece of it is fetched; more only of the few that hide their header.

    Raises:
        FileRejected: it is empty, of a type that nothing here opens, broken at its very start, or a picture of more
            pixels than `max_pixels`.
        StorageUnavailable, and whatever `fetch` raises.
    """
    if size == 0:
        raise FileRejected("empty_file", "The file is empty (0 bytes).", "Check the upload and drop the file again.")
    file, found = FileParts(fetch, size, head), None
    try:
        found = await identify(file)
        found = found and await look_inside(file, found)
        media = await _read_header(file, _require_accepted(found))
    except BrokenHeader as error:
        begins = found.name if found else "MP3"
        problem = f"The file begins as {begins} does, but {error}."
        raise FileRejected("damaged_media", problem, _DROP_AN_INTACT_COPY) from error
    _require_few_pixels(media, max_pixels)
    return media


def _require_accepted(found: FileType | None) -> FileType:
    if found and found.media_type in ACCEPTED and not found.obstacle:
        return found
    what = f"a file of type {found.name} ({found.media_type})" if found else "no kind of file that Dropscribe knows"
    where = f" {found.obstacle.what}" if found and found.obstacle else ""
    next_step = found.obstacle.next_step if found and found.obstacle else _WHAT_TO_DROP
    raise FileRejected("unsupported_media", f"This is {what}{where}; Dropscribe does not open it.", next_step)


async def _read_header(file: FileParts, found: FileType) -> Media:
    kind, format_ = ACCEPTED[found.media_type]
    if kind == "audio":
        heard = await _heard(file, found, format_)
        is_plain = heard.is_plain and format_ in _API_FORMATS
        return Media(kind, found.media_type, format_, heard.seconds, is_plain)
    picture = found.picture or (await PICTURES[format_](file) if format_ in PICTURES else None)
    if picture is None:
        return Media(kind, found.media_type, format_, is_plain=False)
    if not picture.width or not picture.height:
        raise BrokenHeader("its picture has no pixels")
    size = picture.width, picture.height
    is_plain = picture.is_plain and format_ in _API_FORMATS
    return Media(kind, found.media_type, format_, None, is_plain, size, picture.pages)


def _require_few_pixels(media: Media, max_pixels: int) -> None:
    width, height = media.pixels or (0, 0)
    if width * height > max_pixels:
        problem = (
            f"The picture has {width} times {height} pixels, which are {width * height:,};"
            f" the setting MAX_PIXELS allows {max_pixels:,}."
        )
        raise FileRejected("too_large", problem, "Make it smaller and drop it again.")


async def _heard(file: FileParts, found: FileType, format_: str) -> Heard:
    if format_ in _SAMPLES:
        heard = await _SAMPLES[format_](file)
    elif found.sound:
        heard = Heard(await mp3_seconds(file, found.sound) if format_ == "mp3" else None, is_plain=True)
    elif format_ in ("mp3", "mp2", "aac"):
        raise BrokenHeader("it holds no sound")
    else:
        heard = Heard(None)
    return heard if heard.seconds is None else heard._replace(seconds=round(heard.seconds, 1))
