"""A file as storage shows it, how its content is read, and what its storage must be able to do (`InputStore`)."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class InputFile:
    """One version of a file: another content has another etag.

    Attributes:
        etag: without quotes.
        size: in bytes.
        modified: when this content came, in the server's time.
        is_arriving: whether it is still being copied here.
        is_archived: whether it lies in a tier from which nothing can be read.
        is_locked: whether only a key of the uploader's can open it.
        metadata: what the uploader attached; it chooses a recipe and its inputs, and enters nothing else.
        head: its first bytes, where they are known; all of them where it is small.
    """

    container: str
    name: str
    etag: str
    size: int
    metadata: Mapping[str, str]
    modified: datetime
    is_arriving: bool = False
    is_archived: bool = False
    is_locked: bool = False
    head: bytes = field(default=b"", repr=False, compare=False)


@dataclass(frozen=True)
class ListedFile:
    """What a listing tells of a file.

    Attributes:
        etag: without quotes.
        modified: when this content came, in the server's time.
    """

    name: str
    etag: str
    modified: datetime


@dataclass(frozen=True)
class Page[T]:
    """A part of a listing, in the order of names. It may be empty though more follow.

    Attributes:
        marker: with which the next page is asked for; empty after the last one.
    """

    items: Sequence[T]
    marker: str


class MediaSource(Protocol):
    """The content of a file, read anew whenever it is asked for."""

    @property
    def size(self) -> int:
        """The length in bytes."""
        ...

    @property
    def sha256(self) -> str | None:
        """The digest of the content in hexadecimal, once it has been read to its end; until then None."""
        ...

    def chunks(self) -> AsyncIterator[bytes]:
        """The bytes in pieces, from the start, each time it is called.

        Raises:
            InputNotFound, Conflict, StorageUnavailable: the file can no longer be read, or is not as long as `size`.
        """
        ...

    async def url(self) -> str:
        """An address from which a service can fetch it now, and for a few minutes: a secret, not to be kept."""
        ...


class InputContent(Protocol):
    """Where the content of files is read. Any call may raise `StorageUnavailable`."""

    async def read_range(self, file: InputFile, start: int, length: int) -> bytes:
        """The bytes from `start` on, `length` of them, or fewer where the file ends. `start` lies within the file.

        Raises:
            InputNotFound, Conflict: it was deleted or changed since it was looked at.
        """
        ...

    def open(self, file: InputFile) -> MediaSource:
        """The content, to be read when it is needed; reading it raises what `read_range` raises."""
        ...


class InputStore(InputContent, Protocol):
    """Where files lie. Any call may raise `StorageUnavailable`."""

    async def look(self, name: str) -> InputFile:
        """The file as it is now.

        Raises:
            InputNotFound: it is not there, or stands for a folder only.
        """
        ...

    async def load(self, name: str) -> InputFile:
        """As `look`, with the head of the file, which storage gives in the same answer. Raises what `look` raises."""
        ...

    async def list_inputs(self, marker: str = "") -> Page[ListedFile]:
        """The page of the listing of all files at this marker; what stands for a folder only is left out.

        Raises:
            StorageRefused: the marker is none, among other reasons.
        """
        ...
