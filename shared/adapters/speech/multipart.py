"""A form with a recording in it (RFC 7578), which never lies in memory as a whole."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterable

from shared.adapters.http import StreamedBody
from shared.media import Media, MediaSource
from shared.models import MediaPart

SLICE_BYTES = 128 * 1024
"""How much is handed over at once. Larger slices cost memory: each is held until it is sent."""

_ENDINGS = {"video/mp4": "mp4", "audio/opus": "opus"}
"""Services tell a format by the ending of the name; elsewhere ours is theirs."""

_LINE = "\r\n"


def random_boundary() -> str:
    """What stands between two fields: a random string, which no content can foresee."""
    return f"dropscribe-{secrets.token_hex(16)}"


class MultipartBody(StreamedBody):
    """A form: its fields, then one file.

    The file's own name does not go out: it is the uploader's, and may be anything.
    """

    def __init__(self, fields: Iterable[tuple[str, str]], file_field: str, recording: MediaPart, boundary: str) -> None:
        head = "".join(_field(name, value, boundary) for name, value in fields)
        file = f'--{boundary}{_LINE}Content-Disposition: form-data; name="{file_field}"; {_described(recording.media)}'
        self.content_type = f"multipart/form-data; boundary={boundary}"
        super().__init__(
            [f"{head}{file}{_LINE}{_LINE}".encode(), f"{_LINE}--{boundary}--{_LINE}".encode()], [recording.source]
        )

    @staticmethod
    def _carried_length(size: int) -> int:
        return size

    @staticmethod
    async def _carried(source: MediaSource) -> AsyncIterator[bytes]:
        async for chunk in source.chunks():
            for start in range(0, len(chunk), SLICE_BYTES):
                yield chunk[start : start + SLICE_BYTES]
                await asyncio.sleep(0)  # where disk and network are fast, nothing else here lets other files go on


def _field(name: str, value: str, boundary: str) -> str:
    return f'--{boundary}{_LINE}Content-Disposition: form-data; name="{name}"{_LINE}{_LINE}{value}{_LINE}'


def _described(media: Media) -> str:
    ending = _ENDINGS.get(media.media_type, media.format)
    return f'filename="recording.{ending}"{_LINE}Content-Type: {media.media_type}'
