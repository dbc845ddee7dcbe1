"""What one invocation has to do with the record of its file: it sees who works on it, takes it, and gives it back."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from shared.errors import Conflict
from shared.processing.claims import ClaimStore, VersionedClaim, given_back, taken_over, waiting
from shared.processing.clock import Clock


@dataclass
class Hold:
    """One invocation's view of it. Every method but one may raise `StorageUnavailable`.

    Attributes:
        seconds: how long a claim holds.
        record: as it was last seen or written.
        has_lost: whether answers that we paid for are lost; the record says so once the file is given back.
    """

    name: str
    claims: ClaimStore
    clock: Clock
    random: Random
    seconds: float
    record: VersionedClaim | None = field(default=None, init=False)
    has_lost: bool = field(default=False, init=False)
    _is_ours: bool = field(default=False, init=False)

    async def look(self) -> None:
        """See who has the file."""
        self.record, self._is_ours = await self.claims.read(self.name), False

    def others_seconds(self, etag: str) -> float:
        """For how many more seconds somebody else works on this version; 0 where nobody does."""
        if self.record is None or not self.record.claim.holds(etag, self._now):
            return 0
        return (self.record.claim.until - self._now).total_seconds()

    async def take(self, etag: str, attempt: int) -> None:
        """Claim this version, unless it is ours already.

        Raises:
            FileRejected: too many before us took it and never came back.
            Conflict: somebody else took it.
        """
        if self._is_ours:
            return
        token = self._token()
        claim = taken_over(self.record, etag, now=self._now, seconds=self.seconds, attempt=attempt, token=token)
        self.record = await self.claims.write(self.name, claim, replacing=self.record)
        self._is_ours, self.has_lost = True, False

    async def give_back(self, seconds: float) -> None:
        """Let anybody take the file, which waits for so many seconds. What storage refuses can be tried again.

        Raises:
            Conflict: somebody else took it.
        """
        if not (self.record and self._is_ours):
            return
        claim = given_back(self.record.claim, self._now + timedelta(seconds=seconds), has_lost=self.has_lost)
        try:
            self.record = await self.claims.write(self.name, claim, replacing=self.record)
        except Conflict:
            self._is_ours = False
            raise
        self._is_ours = False

    async def note(self, etag: str | None, attempt: int, seconds: float) -> None:
        """Write down that the file waits, so that the reconciler does not take it for lost.

        Raises:
            Conflict: somebody else took it.
        """
        if self._is_ours:
            await self.give_back(seconds)
        elif etag and not self.others_seconds(etag):
            until = self._now + timedelta(seconds=seconds)
            claim = waiting(self.record, etag, until=until, attempt=attempt, token=self._token())
            self.record = await self.claims.write(self.name, claim, replacing=self.record)

    async def left_behind(self) -> VersionedClaim | None:
        """The record of a file that is gone, unless somebody works on a newer version of it."""
        if self._is_ours:
            return self.record
        found = await self.claims.read(self.name)
        return None if found is None or found.claim.is_held(self._now) else found

    def _token(self) -> str:
        return f"{self.random.getrandbits(128):032x}"

    @property
    def _now(self) -> datetime:
        return self.clock.now()
