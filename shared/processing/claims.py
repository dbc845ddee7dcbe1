"""Who is working on what: one record for each file, changed by compare and swap. No leases, no locks."""

from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Literal, Protocol

MAX_CRASHES = 3
"""After so many workers that broke down while a call for it was under way, the file is held to be what kills them."""


@dataclass(frozen=True, kw_only=True)
class Progress:
    """What became of one version of a file so far.

    Attributes:
        attempt: how often it was put off, for waits that grow.
        crashes: how many workers broke down while a conversion or a call for it may have been under way.
        asked: how many calls, since a piece was answered last, may have been billed and brought no usable answer.
            A call counts from its beginning on.
        since: when a busy or failing model first turned it away; None where something else kept it since.
        failed_at: when the service last failed on it, or refused us with it.
        chance: the token of the message by which it is tried again after the host gave up on it; else empty.
        has_kept: whether answers may be kept beside the record (see `kept.py`), perhaps to another version.
        has_files: whether files may lie beside the document that it does not list, perhaps of another version.
    """

    attempt: int = 0
    crashes: int = 0
    asked: int = 0
    since: datetime | None = None
    failed_at: datetime | None = None
    chance: str = ""
    has_kept: bool = False
    has_files: bool = False

    @property
    def is_untried(self) -> bool:
        """Whether no call about the version is known of: it was put off before one, or nothing is known at all."""
        return self.failed_at is None and self.asked == self.crashes == 0


@dataclass(frozen=True, kw_only=True)
class Claim(Progress):
    """The record of a file.

    Attributes:
        etag: of the version that it is about.
        kind: `claimed` while a worker has it, `deferred` while it waits and any worker may take it.
        until: when a claim ends by itself, or a wait is over, in the server's time.
        token: who wrote the record, to be known again.
        is_asking: whether a conversion or a call may be under way.
    """

    etag: str
    kind: Literal["claimed", "deferred"]
    until: datetime
    token: str
    is_asking: bool = True

    @property
    def has_crashed(self) -> bool:
        """Whether its worker, if the claim has expired, broke down while a call was under way."""
        return self.kind == "claimed" and self.is_asking

    def is_held(self, now: datetime) -> bool:
        """Whether a worker has the version that it is about."""
        return self.kind == "claimed" and self.until > now

    def free_at(self, claim_seconds: float) -> datetime:
        """When another worker may take the version.

        A claim that ends by itself belonged to a worker that broke down, with all the files in it. Each of them is free
        again at another moment, up to a claim's length later. So they do not all meet again in one worker, with the
        file that breaks workers.
        """
        return (
            self.until + timedelta(seconds=claim_seconds * _share(self.token)) if self.kind == "claimed" else self.until
        )


@dataclass(frozen=True)
class VersionedClaim:
    """A claim, and the version of its record: what compare and swap compares."""

    version: str
    claim: Claim


class ClaimStore(Protocol):
    """Where the records lie. Any call may raise `StorageUnavailable`."""

    async def read(self, name: str) -> VersionedClaim | None:
        """The record of a file, if there is one."""
        ...

    async def write(self, name: str, claim: Claim, *, replacing: VersionedClaim | None) -> VersionedClaim:
        """Write a first record, or one in place of that given.

        Raises:
            Conflict: another worker wrote meanwhile.
        """
        ...

    async def delete(self, name: str, stored: VersionedClaim) -> None:
        """Remove a record, unless another worker wrote meanwhile."""
        ...


def claim_of(
    progress: Progress,
    *,
    etag: str,
    kind: Literal["claimed", "deferred"],
    until: datetime,
    token: str,
    is_asking: bool = True,
) -> Claim:
    """The record of a version with this progress."""
    known = {each.name: getattr(progress, each.name) for each in fields(Progress)}
    return Claim(**known, etag=etag, kind=kind, until=until, token=token, is_asking=is_asking)


def progress_of(seen: VersionedClaim | None, etag: str) -> Progress:
    """What a record that no worker holds tells of this version; where it is about another, only what lies beside it."""
    if seen is None:
        return Progress()
    claim = seen.claim
    has_kept = claim.has_kept or claim.has_crashed  # before it noted that
    if claim.etag != etag:
        return Progress(has_kept=has_kept, has_files=claim.has_files)
    return Progress(
        attempt=claim.attempt,
        crashes=claim.crashes + claim.has_crashed,
        asked=claim.asked,
        since=claim.since,
        failed_at=claim.failed_at,
        chance=claim.chance,
        has_kept=has_kept,
        has_files=claim.has_files,
    )


def _share(token: str) -> float:
    """A number from 0 to 1, drawn by the worker that wrote the token."""
    try:
        return int(token[:8], 16) / 0xFFFFFFFF
    except ValueError:
        return 0
