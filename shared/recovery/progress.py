"""The saved position of a scan that was too long for one run, and where it is kept (`ScanStore`)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Protocol

from pydantic import AwareDatetime, Field

MAX_MARKER = 8_192
"""Characters; the service's own hold the name at which they stand, which has 1,024 at most, in Base64."""

type Marker = Annotated[str, Field(max_length=MAX_MARKER)]
type Count = Annotated[int, Field(ge=0, le=10**12)]


@dataclass(frozen=True)
class Counts:
    """How many files had no document when they were seen, and for how many seconds the oldest of them then."""

    waiting: Count = 0
    oldest_seconds: Count = 0

    def or_more(self, other: "Counts") -> "Counts":
        """The larger of both, each for itself."""
        return Counts(max(self.waiting, other.waiting), max(self.oldest_seconds, other.oldest_seconds))


@dataclass(frozen=True, kw_only=True)
class ScanProgress:
    """The record of a look at all files.

    Attributes:
        inputs: the marker at which the listing of files goes on; empty at the start.
        documents: the same of the listing of documents.
        began: when the look began.
        counted: what it counted so far.
        last: what the last whole look counted.
        watermark: files that came before this time should already have their documents; None where that is not known.
        in_order: whether storage was never seen to list in another order than that of characters.
    """

    began: AwareDatetime
    inputs: Marker = ""
    documents: Marker = ""
    counted: Counts = Counts()
    last: Counts = Counts()
    watermark: AwareDatetime | None = None
    in_order: bool = True


def beginning(now: datetime, before: ScanProgress | None) -> ScanProgress:
    """The record of a look that begins, with what is known from the one before."""
    known = before or ScanProgress(began=now)
    return ScanProgress(began=now, last=known.last, watermark=known.watermark, in_order=known.in_order)


class ScanStore(Protocol):
    """Where the record lies. Any call may raise `StorageUnavailable`."""

    async def read_scan(self) -> ScanProgress | None:
        """The record; None where there is none, or none that can be read."""
        ...

    async def write_scan(self, progress: ScanProgress) -> None:
        """Write it, in place of the one before."""
        ...
