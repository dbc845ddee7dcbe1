"""Files on this machine, read as the app reads those in storage."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cli.metadata import in_header
from cli.uploads import Upload
from shared.errors import Conflict, InputNotFound, StorageUnavailable
from shared.media import HEAD_BYTES, InputFile, read_metadata

CHUNK_BYTES = 262_144
"""How much is read at once."""


class LocalFiles:
    """Files as if they had been uploaded (implements `InputContent`), with the same metadata for all."""

    def __init__(self, uploads: Sequence[Upload], metadata: Mapping[str, str]) -> None:
        self._paths = {upload.name: upload.path for upload in uploads}
        self._metadata = read_metadata({name: in_header(value) for name, value in metadata.items()})

    async def look(self, name: str) -> InputFile:
        """The file as it is now, with its first bytes.

        Raises:
            InputNotFound, StorageUnavailable: it cannot be read.
        """
        path = self._paths[name]
        with reading():
            size = await asyncio.to_thread(lambda: path.stat().st_size)
            head = await asyncio.to_thread(_read, path, 0, HEAD_BYTES)
        return InputFile("", name, "", size, self._metadata, datetime.now(UTC), head=head[:size])

    async def read_range(self, file: InputFile, start: int, length: int) -> bytes:
        """See `InputContent.read_range`."""
        with reading():
            return await asyncio.to_thread(_read, self._paths[file.name], start, length)

    def open(self, file: InputFile) -> "LocalSource":
        """See `InputContent.open`."""
        return LocalSource(self._paths[file.name], file.size)


@dataclass(frozen=True)
class LocalSource:
    """The content of a file on this machine (implements `MediaSource`)."""

    path: Path
    size: int

    @property
    def sha256(self) -> None:
        """Not worked out: nothing that is told needs it."""
        return

    async def chunks(self) -> AsyncIterator[bytes]:
        """See `MediaSource.chunks`."""
        with reading(), await asyncio.to_thread(self.path.open, "rb") as file:
            left = self.size
            while left:
                chunk = await asyncio.to_thread(file.read, min(CHUNK_BYTES, left))
                if not chunk:
                    raise Conflict("it became shorter while it was read")
                left -= len(chunk)
                yield chunk

    async def url(self) -> str:
        """No service can fetch it."""
        raise NotImplementedError("A file on this machine has no address.")


@contextmanager
def reading() -> Iterator[None]:
    """Let the block raise what storage would raise for a file that cannot be read.

    Raises:
        InputNotFound, StorageUnavailable.
    """
    try:
        yield
    except FileNotFoundError as error:
        raise InputNotFound("it is no longer there") from error
    except OSError as error:
        raise StorageUnavailable((error.strerror or type(error).__name__).lower()) from error


def _read(path: Path, start: int, length: int) -> bytes:
    with path.open("rb") as file:
        file.seek(start)
        return file.read(length)
