"""A file as storage shows it, and what the storage must be able to do for it (`FileStore`)."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shared.chat import MediaSource
from shared.outcome import Outcome


@dataclass(frozen=True)
class InputFile:
    """One version of a file: another content has another etag.

    Attributes:
        etag: without quotes.
        size: in bytes.
        modified: when this content came, in the server's time.
        is_arriving: whether it is still being copied here.
        is_archived: whether it lies in a tier from which nothing can be read.
        metadata: what the uploader attached; it chooses a recipe and its inputs, and enters nothing else.
    """

    container: str
    name: str
    etag: str
    size: int
    metadata: Mapping[str, str]
    modified: datetime
    is_arriving: bool = False
    is_archived: bool = False


@dataclass(frozen=True)
class StoredOutcome:
    """A document that is already there.

    Attributes:
        etag: of the document itself, without quotes.
        input_etag: of the version of the file that it answers, without quotes.
    """

    etag: str
    input_etag: str


class FileStore(Protocol):
    """Where files lie and documents go. Any call may raise `StorageUnavailable`."""

    async def look(self, name: str) -> InputFile:
        """The file as it is now.

        Raises:
            InputGone: it is not there.
        """
        ...

    async def read_head(self, file: InputFile, length: int) -> bytes:
        """The first `length` bytes, or all of them.

        Raises:
            InputGone, Overtaken: it was deleted or changed since it was looked at.
        """
        ...

    def open(self, file: InputFile) -> MediaSource:
        """The content, to be read by whoever needs it; reading it raises what `read_head` raises."""
        ...

    async def find_outcome(self, name: str) -> StoredOutcome | None:
        """The document of the input of this name, if there is one."""
        ...

    async def read_outcome(self, name: str) -> Outcome | None:
        """That document itself; None if it cannot be read as one."""
        ...

    async def write_outcome(self, outcome: Outcome, *, replacing: StoredOutcome | None) -> None:
        """Store the document: as a new one, or in place of the one given.

        Raises:
            Overtaken: another document was written meanwhile.
        """
        ...

    async def require_writable(self, name: str) -> None:
        """Make sure that a document for the input of this name would be taken, and write none.

        Raises:
            StorageUnavailable: it would not.
        """
        ...

    def list_inputs(self) -> AsyncIterator[tuple[str, str, datetime]]:
        """The name, etag and time of every file."""
        ...

    def list_answered(self) -> AsyncIterator[tuple[str, str, datetime]]:
        """The name of every document, the etag of the version that it answers, and when it was written."""
        ...
