"""What one attempt has to do with the record of its file: it sees who works on it, acquires, defers and releases it."""

import contextlib
from dataclasses import dataclass, field, replace
from datetime import timedelta
from random import Random
from typing import Any, Literal

from shared.errors import Conflict, StorageUnavailable
from shared.media import InputStore
from shared.processing.claims import Claim, ClaimStore, Progress, VersionedClaim, claim_of, progress_of
from shared.processing.clock import Clock
from shared.processing.retry import RetryLater


@dataclass
class ClaimHandle:
    """The record of one file, as one attempt sees and writes it.

    Attributes:
        seconds: how long a claim holds.
        etag: of the version at hand; empty before `look` or `expect_none`.
        record: as it was last seen or written; None until then, and where there is none.
        is_known: whether it was seen or written, and not only expected.
        progress: what is known of that version; it is written with the next claim, release or deferral.
    """

    name: str
    claims: ClaimStore
    clock: Clock
    random: Random
    seconds: float
    etag: str = field(default="", init=False)
    record: VersionedClaim | None = field(default=None, init=False)
    is_known: bool = field(default=False, init=False)
    progress: Progress = field(default_factory=Progress, init=False)
    _is_ours: bool = field(default=False, init=False)
    _is_counted: bool = field(default=False, init=False)
    _unconfirmed: str = field(default="", init=False)

    def expect_none(self, etag: str) -> None:
        """Expect that there is no record yet; `acquire` shows whether that is right."""
        self.etag, self.record, self.progress = etag, None, Progress()
        self.is_known = self._is_ours = self._is_counted = False
        self._unconfirmed = ""

    async def look(self, etag: str) -> None:
        """See who has this version. May raise `StorageUnavailable`."""
        self.expect_none(etag)
        self.record, self.is_known = await self.claims.read(self.name), True
        self.progress = progress_of(self.record, etag)

    async def require_newest(self, files: InputStore) -> None:
        """Where the record is about another version, make sure that this is not because that one is newer.

        Raises:
            Conflict: the file is no longer the version at hand.
            InputNotFound: it was deleted.
            StorageUnavailable
        """
        if self.record is not None and self.record.claim.etag != self.etag:
            await require_unchanged(files, self.name, self.etag)

    def know(self, **more: Any) -> None:
        """Know more of what became of the file."""
        self.progress = replace(self.progress, **more)

    @property
    def seconds_until_free(self) -> float:
        """Seconds until this version may be taken; 0 where no worker holds it."""
        claim = self.record.claim if self.record else None
        if claim is None or claim.etag != self.etag or claim.kind != "claimed":
            return 0
        return max(0.0, (claim.free_at(self.seconds) - self.clock.now()).total_seconds())

    async def acquire(self) -> None:
        """Claim the version for a call that begins now, and count the call.

        Where workers broke down over it before, the call counts from `begin_call` on: a worker may break down between.

        Raises:
            Conflict: another worker took it.
            StorageUnavailable
        """
        self._is_counted = False  # what became of an earlier call is known
        if self._is_ours:
            if self.record and self.record.claim.is_asking:
                await self._count_again(self.record.claim)
        elif self.progress.crashes:
            await self.hold()
        else:
            await self._count_and_claim()
        self._is_ours = True

    async def hold(self) -> None:
        """Claim the version, and say that no call is under way. Raises what `acquire` raises."""
        await self._write("claimed", self.seconds, is_asking=False)
        self._is_ours = True

    async def begin_call(self) -> None:
        """Note that the call begins, where that is not noted yet. Raises what `acquire` raises."""
        if self.record and not self.record.claim.is_asking:
            await self._count_and_claim()

    async def _count_and_claim(self) -> None:
        self._count()
        try:
            await self._write("claimed", self.seconds)
        except BaseException:
            self.uncount()
            raise

    async def _count_again(self, claim: Claim) -> None:
        """Count a further call; where an earlier one was in vain, the record tells of too few.

        Where storage fails that is not worth the answers in hand: it matters only if this worker dies too.
        """
        self._count()
        if claim.asked < self.progress.asked:
            try:
                with contextlib.suppress(StorageUnavailable):
                    await self.confirm()
            except BaseException:
                self.uncount()
                raise

    def uncount(self) -> None:
        """The call that was counted brought an answer, or was never made. Written with the next release or deferral."""
        if self._is_counted:
            self.know(asked=self.progress.asked - 1)
            self._is_counted = False

    def _count(self) -> None:
        self.know(asked=self.progress.asked + 1)
        self._is_counted = True

    async def confirm(self) -> None:
        """Write what is known into a claim that is ours, which ends as it would have. Raises what `release` raises."""
        assert self.record
        left, is_asking = self.record.claim.until - self.clock.now(), self.record.claim.is_asking
        try:
            await self._write("claimed", left.total_seconds(), is_asking=is_asking)
        except Conflict:
            self._is_ours = False
            raise

    async def note(self, **more: Any) -> None:
        """Know more, and write it into the record: into our claim, else into one that keeps no other worker away.

        Raises what `release` raises.
        """
        self.know(**more)
        if self._is_ours:
            await self.confirm()
        else:
            await self._write("deferred", 0)

    async def release(self, seconds: float) -> None:
        """End our claim: the file waits for so many seconds, but any worker may take it at once.

        What storage refuses can be tried again.

        Raises:
            Conflict: another worker took it.
            StorageUnavailable
        """
        await self.see_last_write()
        if not self._is_ours:
            return
        try:
            await self._write("deferred", seconds)
        except Conflict:
            self._is_ours = False
            raise
        self._is_ours = False

    async def defer(self, seconds: float, files: InputStore) -> None:
        """Note that the file waits, so that the reconciler does not take it for lost.

        Raises what `release` and `require_newest` raise.
        """
        await self.see_last_write()
        if self.etag and not self.is_known:
            await self._look_at_last()
        if self._is_ours:
            await self.release(seconds)
        elif self.etag and not self.seconds_until_free:
            await self.require_newest(files)  # again: the file may have changed since the record was seen, if it was
            await self._write("deferred", seconds)

    async def _look_at_last(self) -> None:
        """See the record that was expected not to be there; what we know of the version stays, unless it tells more."""
        ours = self.progress
        await self.look(self.etag)
        if self.record is None or self.record.claim.etag != self.etag:
            self.progress = replace(ours, has_kept=self.progress.has_kept, has_files=self.progress.has_files)
        self.know(chance=ours.chance)

    async def left_behind(self) -> VersionedClaim | None:
        """The record of a file that is gone. Raises `StorageUnavailable`.

        Raises:
            RetryLater: another worker holds it, perhaps for a newer version, or broke down over it.
        """
        await self.see_last_write()
        if self._is_ours:
            return self.record
        found = await self.claims.read(self.name)
        if found and found.claim.is_held(self.clock.now()):
            left = (found.claim.free_at(self.seconds) - self.clock.now()).total_seconds()
            raise RetryLater(left, "another worker has it")
        return found

    @property
    def is_ours(self) -> bool:
        """Whether this attempt holds the claim."""
        return self._is_ours

    async def _write(self, kind: Literal["claimed", "deferred"], seconds: float, *, is_asking: bool = True) -> None:
        claim = claim_of(
            self.progress,
            etag=self.etag,
            kind=kind,
            until=self.clock.now() + timedelta(seconds=seconds),
            token=f"{self.random.getrandbits(128):032x}",
            is_asking=is_asking,
        )
        await self.see_last_write()
        self._unconfirmed = claim.token
        self.record = await self.claims.write(self.name, claim, replacing=self.record)
        self.is_known, self._unconfirmed = True, ""

    async def require_ours(self) -> None:
        """See that no other worker has taken over a claim that could not be confirmed. Raises what `release` raises."""
        await self.see_last_write()
        found = await self.claims.read(self.name)
        if not (found and self.record and found.claim.token == self.record.claim.token):
            self._is_ours = False
            raise Conflict(self.name)

    async def see_last_write(self) -> None:
        """Know the record where a write of it failed: perhaps only the response was lost. May raise as `look` does."""
        if not self._unconfirmed:
            return
        found = await self.claims.read(self.name)
        if found and found.claim.token == self._unconfirmed:
            self.record, self.is_known, self._is_ours = found, True, found.claim.kind == "claimed"
        self._unconfirmed = ""


async def require_unchanged(files: InputStore, name: str, etag: str) -> None:
    """Make sure that the file still is this version.

    Raises:
        Conflict: it is another.
        InputNotFound: it was deleted.
        StorageUnavailable
    """
    if (await files.look(name)).etag != etag:
        raise Conflict(name)
