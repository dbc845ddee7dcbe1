"""What the storage of documents must be able to do (`ResultStore`)."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from shared.media import InputStore, Page
from shared.recipes import FileForm
from shared.results.result import Result
from shared.results.sidecars import Sidecar


@dataclass(frozen=True)
class StoredResult:
    """A document that is already there.

    Attributes:
        etag: of the document itself, without quotes.
        input_etag: of the version of the file that it answers, without quotes.
        written: when, in the server's time.
        forms: which files it lists beside itself.
    """

    etag: str
    input_etag: str
    written: datetime | None = field(default=None, compare=False)
    forms: tuple[FileForm, ...] = ()


@dataclass(frozen=True)
class StoredSidecar:
    """A file that lies beside a document.

    Attributes:
        etag: of the file, without quotes.
        sha256: of its content, as it was written down with it.
    """

    etag: str
    sha256: str


class ResultStore(Protocol):
    """Where documents go. Any call may raise `StorageUnavailable`."""

    async def find_result(self, name: str) -> StoredResult | None:
        """The document of the input of this name, if there is one."""
        ...

    async def read_result(self, name: str) -> Result | None:
        """That document itself; None if it cannot be read as one."""
        ...

    async def write_result(self, outcome: Result, *, replacing: StoredResult | None) -> None:
        """Store the document: as a new one, or in place of the one given.

        Raises:
            Conflict: another document was written meanwhile.
        """
        ...

    async def find_sidecar(self, name: str, form: FileForm) -> StoredSidecar | None:
        """The file of this form beside the document of this input, if there is one."""
        ...

    async def write_sidecar(self, name: str, sidecar: Sidecar, *, replacing: StoredSidecar | None) -> None:
        """Store a file beside the document of this input: as a new one, or in place of the one given.

        Raises:
            Conflict: another was written meanwhile, or the one given is there no more.
        """
        ...

    async def delete_sidecar(self, name: str, form: FileForm, stored: StoredSidecar) -> None:
        """Delete the file, unless another was written meanwhile."""
        ...

    async def list_answered(self, marker: str = "") -> Page[tuple[str, StoredResult]]:
        """The page of the listing of all documents at this marker, with their names; files beside them are left out.

        Raises:
            StorageRefused: the marker is none, among other reasons.
        """
        ...


class FileStore(InputStore, ResultStore, Protocol):
    """Files and their documents, in one account."""
