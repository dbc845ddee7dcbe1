"""Reading the content of a file (implements `MediaSource`)."""

import hashlib
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

from azure.storage.blob.aio import BlobClient

from shared.adapters.storage.clients import only_if, translated
from shared.adapters.storage.sas import Links
from shared.errors import Conflict, StorageRefused, StorageUnavailable
from shared.media import InputFile

CHANGED = ("BlobArchived", "BlobBeingRehydrated", "BlobUsesCustomerSpecifiedEncryption")
"""What storage says of a file that can no longer be read; another look shows why."""


MAX_HEAD_SECONDS = 5
"""Seconds after the source was made for which the head is taken for the file's content. Later it is read anew."""


@contextmanager
def reading() -> Iterator[None]:
    """As `translated`, for the content of a file."""
    try:
        with translated():
            yield
    except StorageRefused as error:
        if error.code in CHANGED:
            raise Conflict(error.code) from error
        raise


class BlobSource:
    """The bytes of one version of a blob, as they lie there whatever encoding they are said to be in."""

    def __init__(self, blob: BlobClient, file: InputFile, links: Links) -> None:
        self._blob = blob
        self._file = file
        self._links = links
        self._head = file.head if len(file.head) == file.size else b""
        self._head_until = time.monotonic() + MAX_HEAD_SECONDS
        self.sha256: str | None = None

    @property
    def size(self) -> int:
        """The length in bytes."""
        return self._file.size

    async def chunks(self) -> AsyncIterator[bytes]:
        """See `MediaSource.chunks`."""
        if self._head and time.monotonic() < self._head_until:
            yield self._head
            self.sha256 = hashlib.sha256(self._head).hexdigest()
            return
        self._head = b""
        digest, left = hashlib.sha256(), self.size
        with reading():
            download = await self._blob.download_blob(decompress=False, **only_if(self._file.etag))
            async for chunk in download.chunks():
                left -= len(chunk)
                if left < 0:
                    break
                digest.update(chunk)
                yield chunk
        if left:
            raise StorageUnavailable(f"Storage gave {'more' if left < 0 else 'fewer'} bytes of the file than it said.")
        self.sha256 = digest.hexdigest()

    async def url(self) -> str:
        """See `MediaSource.url`."""
        with translated():
            return await self._links.to(self._blob)
