"""What a file is, and whether it can be answered: its bytes decide, never its name or its declared content type.

Nothing is decoded here, and little is read: `shared/media/parts.py` has the bounds.
"""

from shared.errors import FileRejected
from shared.media.file_type import FileType, identify
from shared.media.media import Kind, Media
from shared.media.mp3 import mp3_seconds
from shared.media.parts import BrokenHeader, Fetch, FileParts
from shared.media.pictures import MAX_PIXELS, SIZES
from shared.media.wav import wav_seconds

ACCEPTED: dict[str, tuple[Kind, str]] = {
    "image/png": ("image", "png"),
    "image/jpeg": ("image", "jpeg"),
    "image/webp": ("image", "webp"),
    "image/gif": ("image", "gif"),
    "audio/wav": ("audio", "wav"),
    "audio/mpeg": ("audio", "mp3"),
}
"""Media type -> kind, and the format's name on the model's wire."""

_WHAT_TO_DROP = "Convert it to PNG, JPEG, WEBP, GIF, WAV or MP3 and drop it again."
_DROP_AN_INTACT_COPY = "Open it on your own computer; if it opens there, save it anew and drop that copy."


async def sniff(fetch: Fetch, size: int, head: bytes = b"") -> Media:
    """Tell what a file of `size` bytes is. One piece of it is fetched; more only of the few that hide their header.

    Raises:
        FileRejected: it is empty, of a type that no model takes, or broken at its very start.
        StorageUnavailable, and whatever `fetch` raises.
    """
    if size == 0:
        raise FileRejected("empty_file", "The file is empty (0 bytes).", "Check the upload and drop the file again.")
    file, found = FileParts(fetch, size, head), None
    try:
        found = await identify(file)
        return await _read_header(file, _require_accepted(found))
    except BrokenHeader as error:
        begins = found.name if found else "MP3"
        problem = f"The file begins as {begins} does, but {error}."
        raise FileRejected("damaged_media", problem, _DROP_AN_INTACT_COPY) from error


def _require_accepted(found: FileType | None) -> FileType:
    if found and found.media_type in ACCEPTED and not found.is_behind_tag:
        return found
    what = f"a file of type {found.name} ({found.media_type})" if found else "no kind of file that Dropscribe knows"
    where = " behind an ID3 tag" if found and found.is_behind_tag else ""
    raise FileRejected("unsupported_media", f"This is {what}{where}; no model here takes it.", _WHAT_TO_DROP)


async def _read_header(file: FileParts, found: FileType) -> Media:
    kind, format_ = ACCEPTED[found.media_type]
    if kind == "audio":
        return Media(kind, found.media_type, format_, await _seconds(file, found))
    await _require_picture(file, format_)
    return Media(kind, found.media_type, format_)


async def _require_picture(file: FileParts, format_: str) -> None:
    width, height = await SIZES[format_](file)
    if not width or not height:
        raise BrokenHeader("its picture has no pixels")
    if width * height > MAX_PIXELS:
        problem = f"The picture has {width} times {height} pixels; {MAX_PIXELS / 1e6:.0f} million are the most."
        raise FileRejected("too_large", problem, "Make it smaller and drop it again.")


async def _seconds(file: FileParts, found: FileType) -> float | None:
    if found.media_type == "audio/wav":
        seconds = await wav_seconds(file)
    elif found.sound:
        seconds = await mp3_seconds(file, found.sound)
    else:
        raise BrokenHeader("it holds no sound")
    return None if seconds is None else round(seconds, 1)
