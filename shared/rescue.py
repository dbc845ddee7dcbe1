"""Files that fell out of the path: those that the host gave up on, and those whose event was lost."""

import logging
from dataclasses import dataclass, field
from datetime import timedelta

from shared.claims import ClaimStore, StoredClaim
from shared.clock import Clock
from shared.conclusion import Conclusion
from shared.deferrals import Deferrals, Job
from shared.draft import Draft
from shared.errors import FileRejected, InputGone, Overtaken
from shared.events import log_event
from shared.files import FileStore
from shared.outcome import document_name
from shared.patience import Patience


@dataclass(frozen=True)
class Rescue:
    """Brings them back."""

    input_container: str
    files: FileStore
    claims: ClaimStore
    deferrals: Deferrals
    conclusion: Conclusion
    clock: Clock
    patience: Patience = field(default_factory=Patience)

    async def settle_poison(self, container: str, job: Job) -> None:
        """Give a file that the host gave up on one more chance; the second time it ends in an error document."""
        if container != self.input_container:
            log_event("event.foreign_container", logging.WARNING, container=container)
            return
        try:
            await self._settle_poison(job)
        except InputGone:
            log_event("blob.gone", name=job.name)
        except Overtaken:
            # Somebody else has it in hand; if that comes to nothing, a later look will tell.
            await self.deferrals.send(job, self.patience.claim)

    async def _settle_poison(self, job: Job) -> None:
        file = await self.files.look(job.name)
        job = job.about(file.etag)
        earlier = await self.files.find_outcome(job.name)
        record = await self.claims.read(job.name)
        if record and record.claim.holds(file.etag, self.clock.now()):
            raise Overtaken(file.name)
        if earlier and earlier.input_etag == file.etag:
            await self.conclusion.tidy(file, record)
        elif job.poisoned == 0:
            log_event("blob.poisoned_once", logging.WARNING, name=job.name)
            await self.deferrals.send(job.model_copy(update={"poisoned": 1}), self.patience.first)
        else:
            draft = Draft(file.container, file.name, file.etag, file.size, attempts=job.attempt + 1)
            await self.conclusion.write(draft.rejected(_poisoned()), replacing=earlier, record=record)

    async def reconcile(self) -> int:
        """Queue every file again that should have its document by now and is in nobody's hands; return how many.

        On the way it logs how many files wait, and for how many seconds the oldest of them.
        """
        answered = {hash(each) async for each in self.files.list_answered()}
        overdue = self.clock.now() - timedelta(seconds=self.patience.overdue)
        queued, waiting, oldest = 0, 0, self.clock.now()
        async for name, etag, modified in self.files.list_inputs():
            if hash((document_name(name), etag)) in answered:
                continue
            waiting, oldest = waiting + 1, min(oldest, modified)
            if modified <= overdue and not self._is_in_hand(await self.claims.read(name), etag):
                log_event("blob.reconciled", logging.WARNING, name=name)
                await self.deferrals.send(Job(name=name), 0)
                queued += 1
        age = round((self.clock.now() - oldest).total_seconds())
        log_event("files.waiting", waiting=waiting, oldest_seconds=age, queued=queued)
        return queued

    def _is_in_hand(self, record: StoredClaim | None, etag: str) -> bool:
        """Whether somebody works on this version, or a message will bring it back soon."""
        late = timedelta(seconds=self.patience.longest)
        return record is not None and record.claim.etag == etag and record.claim.until + late > self.clock.now()


def _poisoned() -> FileRejected:
    return FileRejected(
        "poisoned",
        "The host gave up on this file twice, each time after several tries that all failed.",
        "See the log of the app for why; then drop the file again or run `dropscribe redrive`.",
        retryable=True,
    )
