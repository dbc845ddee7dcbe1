"""The documents beside the files that are being looked at, of a listing that is never held as a whole."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from shared.results import ResultStore, StoredResult

MAX_PAGES_AHEAD = 10
"""How many pages are read for a page of files. Where there are far more documents than files, because old files are
deleted, it is cheaper to ask for each file's document than to list them all."""


@dataclass(frozen=True)
class _Part:
    """A page that was read, and the marker at which it stands."""

    marker: str
    documents: Mapping[str, StoredResult]
    last: str


class ListedDocuments:
    """A window that moves over the listing, beside that of the files.

    A document is named after its file, so both listings have the same order, except where one name begins another:
    `a` comes before `a-b`, `a.json` after `a-b.json`.

    Attributes:
        in_order: whether what was listed so far is in the order of characters.
    """

    def __init__(self, store: ResultStore, marker: str) -> None:
        self._store = store
        self._next: str | None = marker
        self._parts: deque[_Part] = deque()
        self._last = ""
        self.in_order = True

    @property
    def marker(self) -> str:
        """Where the listing must be taken up again to have the same window."""
        return self._parts[0].marker if self._parts else self._next or ""

    async def move_to(self, name: str) -> None:
        """Read on until the listing is past the documents of nearly all files up to this name, or for some pages."""
        for _ in range(MAX_PAGES_AHEAD):
            if self._next is None or self._last > name:
                break
            await self._read(self._next)

    async def _read(self, marker: str) -> None:
        page = await self._store.list_answered(marker)
        self._next = page.marker or None
        if page.items:
            names = [self._last, *(name for name, _ in page.items)]
            self.in_order &= is_in_order(names)
            self._last = names[-1]
            self._parts.append(_Part(marker, dict(page.items), self._last))

    def find(self, document: str) -> StoredResult | None:
        """A document that is in the window."""
        return next((part.documents[document] for part in self._parts if document in part.documents), None)

    def would_show(self, document: str) -> bool:
        """Whether the document of a file to which `move_to` came is in the window, if it exists and is in order."""
        return self._next is None or document <= self._last

    def forget_until(self, name: str) -> None:
        """Forget what cannot be the documents of files after this name."""
        while len(self._parts) > 1 and self._parts[0].last <= name:
            self._parts.popleft()


def is_in_order(names: list[str]) -> bool:
    """Whether a listing is in the order of characters; where storage keeps a tree of folders it may not be."""
    return all(one < other for one, other in pairwise(names))
