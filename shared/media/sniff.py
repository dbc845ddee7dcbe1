"""What a file is: its first bytes decide, never its name or its declared content type."""

import io

from shared.errors import FileRejected
from shared.media.media import Kind, Media

HEAD_BYTES = 65_536
"""How much of a file is read to tell what it is, in bytes."""

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


def sniff(head: bytes, size: int) -> Media:
    """Tell what a file is from its first `HEAD_BYTES` bytes; `size` is the length of the whole, in bytes.

    Raises:
        FileRejected: it is empty, of a type that no model takes, or broken at its very start.
    """
    if size == 0:
        raise FileRejected("empty_file", "The file is empty (0 bytes).", "Check the upload and drop the file again.")
    media_type = _media_type(head)
    if media_type not in ACCEPTED:
        what = f"a file of type {media_type}" if media_type else "no kind of file that Dropscribe knows"
        raise FileRejected("unsupported_media", f"This is {what}; no model here takes it.", _WHAT_TO_DROP)
    kind, format_ = ACCEPTED[media_type]
    if kind == "image":
        _confirm_image(head, size, format_)
        return Media(kind, media_type, format_)
    return Media(kind, media_type, format_, _seconds(head, size, format_))


def _media_type(head: bytes) -> str | None:
    import filetype  # noqa: PLC0415 - 15 ms that a refused empty file need not pay, nor a cold start

    guess: str | None = filetype.guess_mime(head)
    if guess == "audio/x-wav":
        return "audio/wav"
    if guess is None and _is_mpeg_layer_3(head):
        return "audio/mpeg"
    if guess is None and _is_text(head):
        return "text/plain"
    return guess


def _is_mpeg_layer_3(head: bytes) -> bool:
    """An MP3 frame of any version, with or without a checksum (ISO/IEC 11172-3, 2.4.2.3; MPEG 2.5 too).

    `filetype` knows only three of the eight possible second bytes; phones record the others.
    """
    return len(head) > 1 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2


def _is_text(head: bytes) -> bool:
    try:
        text = head[:1024].decode()
    except UnicodeDecodeError as error:
        # The cut may fall inside the last character.
        text = head[: error.start].decode() if error.start > 1020 else "\0"
    return "\0" not in text


def _confirm_image(head: bytes, size: int, format_: str) -> None:
    from PIL import Image  # noqa: PLC0415 - images only

    try:
        Image.open(io.BytesIO(head), formats=[format_.upper()]).close()
    except Image.DecompressionBombError as error:
        raise FileRejected(
            "too_large", "The picture has too many pixels.", "Make it smaller and drop it again."
        ) from error
    except Exception as error:
        if size > len(head):
            return  # a long preamble (a colour profile, say) may hide the header from us; the model will tell
        raise _damaged(f"The file begins as {format_.upper()} does, but is not a picture.") from error


def _seconds(head: bytes, size: int, format_: str) -> float | None:
    from tinytag import TinyTag, TinyTagException  # noqa: PLC0415 - audio only

    try:
        tag = TinyTag.get(f"head.{format_}", file_obj=_Head(head, size), tags=False)
    except TinyTagException as error:
        raise _damaged(f"The file begins as {format_.upper()} does, but is not a recording.") from error
    if tag.samplerate is None and size <= len(head):
        raise _damaged(f"The file begins as {format_.upper()} does, but holds no sound.")
    return None if tag.duration is None else round(tag.duration, 1)


class _Head(io.BytesIO):
    """The first bytes of a file, which tell the length of the whole when asked for its end."""

    def __init__(self, head: bytes, size: int) -> None:
        super().__init__(head)
        self._size = size

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if whence == io.SEEK_END:
            return super().seek(max(0, self._size + offset))
        return super().seek(offset, whence)


def _damaged(message: str) -> FileRejected:
    return FileRejected("damaged_media", message, _DROP_AN_INTACT_COPY)
