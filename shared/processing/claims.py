"""Who is working on what: one record for each file, changed by compare and swap. No leases, no locks."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, Protocol

from shared.errors import FileRejected

MAX_CRASHES = 3
"""After so many claims that nobody gave back, the file is held to be what kills its workers."""


@dataclass(frozen=True)
class Claim:
    """What is known of the work on one version of a file.

    Attributes:
        etag: of that version.
        kind: `claimed` while somebody works on it, `deferred` while it waits and anybody may take it.
        until: when a claim ends by itself, in the server's time.
        crashes: how many claims on this version ended so.
        token: who wrote the record, to be known again.
        losses: how often answers to this version were paid for and lost.
    """

    etag: str
    kind: Literal["claimed", "deferred"]
    until: datetime
    attempt: int
    crashes: int
    token: str
    losses: int = 0

    def holds(self, etag: str, now: datetime) -> bool:
        """Whether somebody is working on this version now."""
        return self.etag == etag and self.is_held(now)

    def is_held(self, now: datetime) -> bool:
        """Whether somebody is working on the version that it is about."""
        return self.kind == "claimed" and self.until > now


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
            Conflict: somebody else wrote meanwhile.
        """
        ...

    async def delete(self, name: str, stored: VersionedClaim) -> None:
        """Remove a record, unless somebody else wrote meanwhile."""
        ...


def taken_over(
    seen: VersionedClaim | None, etag: str, *, now: datetime, seconds: float, attempt: int, token: str
) -> Claim:
    """The claim of whoever takes a file that nobody holds.

    Raises:
        FileRejected: too many before us took this version and never came back.
    """
    crashes = crashes_of(seen, etag)
    if crashes >= MAX_CRASHES:
        raise FileRejected(
            "crash_loop",
            f"Dropscribe broke down {crashes} times while it worked on this file.",
            "Save the file anew with another program and drop that copy.",
        )
    until = now + timedelta(seconds=seconds)
    return replace(waiting(seen, etag, until=until, attempt=attempt, token=token), kind="claimed")


def waiting(seen: VersionedClaim | None, etag: str, *, until: datetime, attempt: int, token: str) -> Claim:
    """The record of a file that waits, and that nobody has taken; what is known of this version stays known.

    Where answers were lost twice, nothing that comes between may shorten the wait until the next is paid for.
    """
    losses = losses_of(seen, etag)
    if seen and losses > 1:
        until = max(until, seen.claim.until)
    return Claim(etag, "deferred", until, attempt, crashes_of(seen, etag), token, losses)


def given_back(claim: Claim, until: datetime, *, has_lost: bool) -> Claim:
    """The record of a file that waits, so that whoever comes next may take it."""
    return replace(claim, kind="deferred", until=until, losses=claim.losses + has_lost)


def crashes_of(seen: VersionedClaim | None, etag: str) -> int:
    """How many claims on this version ended by themselves, with the one that is seen if it did."""
    if seen is None or seen.claim.etag != etag:
        return 0
    return seen.claim.crashes + (1 if seen.claim.kind == "claimed" else 0)


def losses_of(seen: VersionedClaim | None, etag: str) -> int:
    """How often answers to this version were paid for and lost."""
    return seen.claim.losses if seen and seen.claim.etag == etag else 0
