"""Files without names, and parts of them as content that can be sent (implements `MediaSource`)."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager
from typing import BinaryIO

from shared.errors import StorageUnavailable

CHUNK_BYTES = 262_144
"""How much is read at once."""


def nameless_file() -> AbstractContextManager[BinaryIO]:
    """An open file that is gone when it is closed, or when this process ends in whatever way."""
    return tempfile.TemporaryFile(buffering=0)


class FilePart:
    """So many bytes of an open file, from a position on. What reads them does not move the file's own position."""

    def __init__(self, file: BinaryIO, start: int, size: int) -> None:
        self._file = file
        self._start = start
        self.size = size
        self.sha256: str | None = None

    async def chunks(self) -> AsyncIterator[bytes]:
        """See `MediaSource.chunks`."""
        at, end = self._start, self._start + self.size
        while at < end:
            piece = await asyncio.to_thread(_read_at, self._file, at, min(CHUNK_BYTES, end - at))
            if not piece:
                raise EOFError("The converted file is shorter than was said.")
            at += len(piece)
            yield piece

    async def url(self) -> str:
        """No service can fetch it."""
        raise NotImplementedError("A converted file has no address.")


def _read_at(file: BinaryIO, start: int, length: int) -> bytes:
    # One reader at a time: pieces of one file are asked about one after another.
    file.seek(start)
    return file.read(length)


async def copy_into(file: BinaryIO, pieces: AsyncIterator[bytes], stall_seconds: float) -> None:
    """Write pieces into an open file, and go back to its start.

    Raises:
        StorageUnavailable: no piece came for so long, or the disk is full.
        Exception: whatever `pieces` raises.
    """
    timeout = asyncio.timeout(stall_seconds)
    try:
        async with timeout:
            async for piece in pieces:
                await asyncio.to_thread(_write, file, piece)
                timeout.reschedule(asyncio.get_running_loop().time() + stall_seconds)
    except TimeoutError as error:
        raise storage_stalled() if timeout.expired() else error from None
    except OSError as error:
        raise disk_is_full() from error
    file.seek(0)


def _write(file: BinaryIO, piece: bytes) -> None:
    left = memoryview(piece)
    while left:
        left = left[file.write(left) :]


def storage_stalled() -> StorageUnavailable:
    """Why a file cannot be converted now of which no more comes."""
    return StorageUnavailable("Storage stopped giving out the file in the middle of it.")


def processors_are_busy() -> StorageUnavailable:
    """Why a file cannot be converted now whose decoder hardly got a processor."""
    return StorageUnavailable("This machine is too busy to decode the file now. Other files may leave it soon.")


def disk_is_full() -> StorageUnavailable:
    """Why a file cannot be converted now for which there is no room."""
    return StorageUnavailable("The disk of this machine took no more of the file. Other files may leave it soon.")
