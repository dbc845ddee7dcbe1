"""Files that fell out of the path: those that the host gave up on, and those whose event was lost."""

import contextlib
import logging
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from shared.claims import Claim, ClaimStore, StoredClaim, crashes_of
from shared.clock import Clock
from shared.conclusion import Conclusion
from shared.deferrals import Deferrals, Job
from shared.draft import Draft
from shared.errors import FileRejected, InputGone, Overtaken
from shared.events import log_event
from shared.files import FileStore
from shared.outcome import document_name
from shared.patience import Patience

NEVER = datetime.min.replace(tzinfo=UTC)


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
        """Queue every file again that should have its document by now and is in nobody's hands; return how many."""
        queued = 0
        for name, etag in await self._overdue():
            record = await self.claims.read(name)
            if not self._is_in_hand(record, etag):
                log_event("blob.reconciled", logging.WARNING, name=name)
                await self._queue_again(name, etag, record)
                queued += 1
        return queued

    async def _overdue(self) -> list[tuple[str, str]]:
        """The names and etags of files that should have their document by now."""
        answered, latest = set(), NEVER
        async for document, etag, written in self.files.list_answered():
            answered.add(hash((document, etag)))
            latest = max(latest, written)
        waiting, youngest = [], NEVER
        async for name, etag, modified in self.files.list_inputs():
            if hash((document_name(name), etag)) in answered:
                youngest = max(youngest, modified)
            else:
                waiting.append((name, etag, modified))
        horizon = self._horizon(latest, youngest)
        return [(name, etag) for name, etag, modified in waiting if modified <= horizon]

    def _horizon(self, latest: datetime, youngest: datetime) -> datetime:
        """What was dropped before this should have its document.

        Events wait in the host's queue in the order in which files came. While a backlog is worked off, only a file
        that a younger one has passed by has lost its event; the others would all be queued twice.
        """
        now = self.clock.now()
        overdue = now - timedelta(seconds=self.patience.overdue)
        if latest < overdue:
            return overdue  # there is no backlog, or nobody works it off
        return max(min(youngest, overdue), now - timedelta(seconds=self.patience.lost))

    async def _queue_again(self, name: str, etag: str, record: StoredClaim | None) -> None:
        """Send, then note: the message comes when the note is there, and whoever answers the file removes it."""
        await self.deferrals.send(Job(name=name), self.patience.first)
        until = self.clock.now() + timedelta(seconds=self.patience.first)
        with contextlib.suppress(Overtaken):  # whoever wrote meanwhile has it in hand
            note = Claim(etag, "deferred", until, 0, crashes_of(record, etag), secrets.token_hex(16))
            await self.claims.write(name, note, replacing=record)

    def _is_in_hand(self, record: StoredClaim | None, etag: str) -> bool:
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
