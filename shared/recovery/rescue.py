"""Files that fell out of the path: those that the host gave up on, and those whose event was lost."""

import contextlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

from shared.errors import Conflict, FileRejected, InputNotFound, StorageUnavailable
from shared.observability.log import log_event
from shared.processing.claims import ClaimStore, VersionedClaim, waiting
from shared.processing.clock import Clock
from shared.processing.jobs import Job, JobQueue
from shared.processing.patience import Patience
from shared.processing.publisher import ResultPublisher
from shared.recovery.scan import ReservoirSample, Scan, Waiting
from shared.results.draft import Draft
from shared.results.store import FileStore

MAX_LOOKED_INTO = 5_000
"""How many overdue files one look is for: with two requests for each it must end long before the host stops it at ten
minutes. Where far more are overdue, most only wait in the host's own queue, which we cannot see."""

MAX_FAULTS = 5
"""How often storage may fail in one look; each time takes seconds, and another look comes soon."""


@dataclass(frozen=True)
class Rescue:
    """Brings them back. `most` is how many overdue files the reconciler looks into each time."""

    input_container: str
    files: FileStore
    claims: ClaimStore
    deferrals: JobQueue
    conclusion: ResultPublisher
    clock: Clock
    patience: Patience = field(default_factory=Patience)
    random: Random = field(default_factory=Random)
    most: int = MAX_LOOKED_INTO

    async def settle_poison(self, container: str, job: Job) -> None:
        """Give a file that the host gave up on one more chance; the second time it ends in an error document."""
        if container != self.input_container:
            log_event("event.foreign_container", logging.WARNING, container=container)
            return
        try:
            await self._settle_poison(job)
        except InputNotFound:
            log_event("blob.gone", name=job.name)
            record = await self.claims.read(job.name)
            if record and not record.claim.is_held(self.clock.now()):
                await self.conclusion.clear_away(job.name, record)
        except Conflict:
            # Somebody else has it in hand; if that comes to nothing, a later look will tell.
            await self.deferrals.send(job, self.patience.claim)

    async def _settle_poison(self, job: Job) -> None:
        file = await self.files.look(job.name)
        job = job.about(file.etag)
        earlier = await self.files.find_result(job.name)
        record = await self.claims.read(job.name)
        if record and record.claim.holds(file.etag, self.clock.now()):
            raise Conflict(file.name)
        if earlier and earlier.input_etag == file.etag:
            await self.conclusion.tidy(file.name, record)
        elif job.poisoned == 0:
            log_event("blob.poisoned_once", logging.WARNING, name=job.name)
            await self.deferrals.send(job.model_copy(update={"poisoned": 1}), self.patience.first)
        else:
            now, attempts = self.clock.now, job.attempt + 1
            draft = Draft(file.container, file.name, file.etag, file.size, now, attempts=attempts)
            await self.conclusion.write(draft.rejected(_poisoned()), replacing=earlier, record=record)

    async def reconcile(self) -> int:
        """Queue files again that should have their documents by now and are in nobody's hands; return how many.

        On the way it logs how many files wait, and for how many seconds the oldest of them.
        """
        survey = Scan(self.clock, self.patience, ReservoirSample(self.most, self.random))
        await survey.take(self.files)
        queued = await self._bring_back(survey.perhaps_lost(self.random))
        log_event("files.waiting", waiting=survey.waiting, oldest_seconds=survey.oldest_seconds, queued=queued)
        return queued

    async def _bring_back(self, files: Sequence[Waiting]) -> int:
        """Queue them, and return how many were. Where storage fails for a few, the others need not wait."""
        queued = faults = 0
        for file in files:
            try:
                queued += await self._queue_again(file)
            except StorageUnavailable as error:
                log_event("blob.not_reconciled", logging.WARNING, name=file.name, why=str(error))
                faults += 1
            if faults == MAX_FAULTS:
                break
        return queued

    async def _queue_again(self, file: Waiting) -> bool:
        """Send, then note, unless it is in hand: the message comes when the note is there, by which it is known."""
        record = await self.claims.read(file.name)
        if self._is_in_hand(record, file.etag):
            return False
        log_event("blob.reconciled", logging.WARNING, name=file.name)
        await self.deferrals.send(Job(name=file.name), self.patience.first)
        until = self.clock.now() + timedelta(seconds=self.patience.first)
        with contextlib.suppress(Conflict):  # whoever wrote meanwhile has it in hand
            token = f"{self.random.getrandbits(128):032x}"
            note = waiting(record, file.etag, until=until, attempt=0, token=token)
            await self.claims.write(file.name, note, replacing=record)
        return True

    def _is_in_hand(self, record: VersionedClaim | None, etag: str) -> bool:
        """Whether somebody works on this version, or a message will bring it back: ours stay until they are taken."""
        lost = timedelta(seconds=self.patience.lost)
        return record is not None and record.claim.etag == etag and record.claim.until + lost > self.clock.now()


def _poisoned() -> FileRejected:
    return FileRejected(
        "poisoned",
        "The host gave up on this file twice, each time after several tries that all failed.",
        "See the log of the app for why; then drop the file again or run `dropscribe redrive`.",
        retryable=True,
    )
