"""Files that fell out of the path: those that the host gave up on, and those whose event was lost."""

import logging
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

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

MOST_LOOKED_INTO = 5_000
"""How many overdue files one look is for: with two requests for each it must end long before the host stops it at ten
minutes. Where far more are overdue, most only wait in the host's own queue, which we cannot see."""


@dataclass(frozen=True)
class Rescue:
    """Brings them back. `most` is how many overdue files the reconciler looks into each time."""

    input_container: str
    files: FileStore
    claims: ClaimStore
    deferrals: Deferrals
    conclusion: Conclusion
    clock: Clock
    patience: Patience = field(default_factory=Patience)
    random: Random = field(default_factory=Random)
    most: int = MOST_LOOKED_INTO

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
        """Queue files again that should have their documents by now and are in nobody's hands; return how many.

        Where very many are overdue it looks into some, drawn by lot: so each has its turn, whatever state the others
        are in. On the way it logs how many files wait, and for how many seconds the oldest of them.
        """
        answered = {hash(each) async for each in self.files.list_answered()}
        since = self.clock.now() - timedelta(seconds=self.patience.overdue)
        waiting, oldest, overdue = 0, self.clock.now(), Lot(self.most, self.random)
        async for name, etag, modified in self.files.list_inputs():
            if hash((document_name(name), etag)) in answered:
                continue
            waiting, oldest = waiting + 1, min(oldest, modified)
            if modified <= since:
                overdue.add((name, etag))
        queued = sum([await self._queue_again(name, etag) for name, etag in overdue.drawn])
        age = round((self.clock.now() - oldest).total_seconds())
        log_event("files.waiting", waiting=waiting, oldest_seconds=age, queued=queued)
        return queued

    async def _queue_again(self, name: str, etag: str) -> bool:
        """Queue a file, unless it is in hand."""
        if self._is_in_hand(await self.claims.read(name), etag):
            return False
        log_event("blob.reconciled", logging.WARNING, name=name)
        await self.deferrals.send(Job(name=name), 0)
        return True

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


class Lot:
    """So many files at most, each with the same chance, of however many are added (Vitter's algorithm R)."""

    def __init__(self, most: int, random: Random) -> None:
        self._most = most
        self._random = random
        self._added = 0
        self.drawn: list[tuple[str, str]] = []

    def add(self, file: tuple[str, str]) -> None:
        """Put a name and an etag into the lot."""
        self._added += 1
        if len(self.drawn) < self._most:
            self.drawn.append(file)
        elif (place := self._random.randrange(self._added)) < self._most:
            self.drawn[place] = file
