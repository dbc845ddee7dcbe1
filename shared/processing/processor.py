"""The one path that a file takes, from the event to its document, and what becomes of it on the way.

A message is given up only when the file has its document, is gone, or waits in another message. So what cannot be
done now is first sent to the queue of work that waits, and only then written down as waiting.
"""

import contextlib
import logging
from dataclasses import dataclass
from typing import Never

from shared.errors import Conflict, FileRejected, InputNotFound, StorageUnavailable
from shared.media.files import InputFile
from shared.observability.log import log_event
from shared.processing.asking import Asking
from shared.processing.invocation import Invocation, NotNow
from shared.processing.jobs import Job
from shared.processing.services import Services
from shared.results.draft import Draft
from shared.results.result import Result
from shared.results.store import StoredResult

MAX_RESTARTS = 5
"""How often a file that changes under our hands is looked at anew before it is put off."""

MAX_ON_THE_SIDE = 5
"""Seconds for what is not worth a late document."""

WRITE_AGAIN_AFTER = (1 / 8, 1 / 4, 1 / 2)
"""The waits between two tries to write a document, as parts of the longest wait for which an invocation is kept."""


@dataclass(frozen=True, kw_only=True)
class Processor(Services):
    """Takes files to their documents: all that is needed for that, and the door."""

    input_container: str

    async def process(self, container: str, job: Job) -> None:
        """Make sure that the file, as it is now, gets its document. Safe to call again at any time.

        Raises:
            StorageUnavailable: our own storage failed, so the message must be kept.
        """
        if container != self.input_container:
            # The host does not filter by the trigger's path, so a forged event may name any container.
            log_event("event.foreign_container", logging.WARNING, container=container)
            return
        await Errand(self, job).run()


class Errand:
    """One invocation for one file. Owns the order of the steps and what becomes of each fault."""

    def __init__(self, means: Services, job: Job) -> None:
        self._with = means
        self._invocation = Invocation(means, job)
        self._hold = self._invocation.hold

    async def run(self) -> None:
        """Go on until the file has its document, is gone, or waits in another message."""
        try:
            await self._settle_it_as_it_is_now()
        except NotNow as wait:
            await self._put_off(wait)
        except StorageUnavailable as error:
            # Where only a part of storage fails, the queue may still take the file; else the host must try again.
            await self._put_off(NotNow(self._invocation.growing_wait(), str(error)))

    async def _settle_it_as_it_is_now(self) -> None:
        for _ in range(MAX_RESTARTS):
            try:
                await self._settle()
            except Conflict:
                log_event("blob.overtaken", name=self._job.name)
                continue
            except InputNotFound:
                await self._forget()
            return
        raise NotNow(self._invocation.growing_wait(), "it changes all the time")

    async def _settle(self) -> None:
        file = await self._with.files.look(self._job.name)
        self._invocation.job = self._job.about(file.etag)
        earlier = await self._with.files.find_result(file.name)
        await self._hold.look()
        self._require_free(file)
        if earlier and earlier.input_etag == file.etag:
            await self._with.conclusion.tidy(file.name, self._hold.record)
            return
        self._require_complete(file)
        outcome = await self._outcome(file)
        try:
            async with self._with.clock.within(self._invocation.time_left + self._with.patience.writing):
                await self._conclude(outcome, earlier)
        except Conflict:
            await self._hold.give_back(0)
            raise
        except (StorageUnavailable, TimeoutError) as error:
            await self._bear_unwritten(error)

    async def _conclude(self, outcome: Result, earlier: StoredResult | None) -> None:
        """Write the document, several times if need be: the answer in hand was paid for."""
        await self._count(outcome)
        for part in WRITE_AGAIN_AFTER:
            try:
                return await self._with.conclusion.write(outcome, replacing=earlier, record=self._hold.record)
            except StorageUnavailable as error:
                log_event("blob.not_written", logging.WARNING, name=self._job.name, why=str(error))
                await self._with.clock.sleep(self._with.patience.here * part)
        return await self._with.conclusion.write(outcome, replacing=earlier, record=self._hold.record)

    async def _count(self, outcome: Result) -> None:
        if self._with.budget and outcome.usage:
            with contextlib.suppress(TimeoutError):  # no document waits for that
                async with self._with.clock.within(MAX_ON_THE_SIDE):
                    await self._with.budget.spend(outcome.usage.total_tokens or 0)

    async def _bear_unwritten(self, error: Exception) -> Never:
        """Give the file back. It is paid for again when a document can be written; if not even then, once a day."""
        seconds = self._invocation.lose_answers(self._invocation.growing_wait())
        with contextlib.suppress(StorageUnavailable, TimeoutError):  # the note that it waits does so again
            async with self._with.clock.within(MAX_ON_THE_SIDE):
                await self._hold.give_back(seconds)
        raise NotNow(seconds, f"its document cannot be written: {error or 'storage was silent'}")

    def _require_complete(self, file: InputFile) -> None:
        """An upload may show itself empty first, and a copy before it is whole."""
        age = (self._invocation.now - file.modified).total_seconds()
        if (file.size == 0 or file.is_arriving) and age < self._with.patience.complete:
            raise NotNow(self._with.patience.complete, "it is still arriving")

    def _require_free(self, file: InputFile) -> None:
        if left := self._hold.others_seconds(file.etag):
            raise NotNow(left + self._invocation.spread(self._with.patience.first * 2), "somebody else works on it")

    async def _outcome(self, file: InputFile) -> Result:
        now, attempts = self._with.clock.now, self._job.attempt + 1
        draft = Draft(file.container, file.name, file.etag, file.size, now, attempts=attempts)
        try:
            await Asking(self._with, self._invocation).answer(file, draft)
        except FileRejected as error:
            return draft.rejected(error)
        return draft.answered()

    async def _put_off(self, wait: NotNow) -> None:
        log_event("blob.deferred", name=self._job.name, seconds=round(wait.seconds, 1), why=str(wait))
        self._invocation.note(poisoned=0)  # whatever made the host give up, this time we came to an end
        try:
            await self._with.deferrals.send(self._job, wait.seconds)
        except StorageUnavailable:
            with contextlib.suppress(Conflict, StorageUnavailable):
                await self._hold.give_back(wait.seconds)  # the host tries again, and nobody broke down
            raise
        try:
            await self._hold.note(self._job.etag, self._job.attempt, wait.seconds)
        except Conflict:
            log_event("blob.overtaken", name=self._job.name)  # whoever has it now has a message of its own
        except StorageUnavailable as error:
            log_event("blob.not_noted", logging.WARNING, name=self._job.name, why=str(error))  # the message is sent

    async def _forget(self) -> None:
        log_event("blob.gone", name=self._job.name)
        if record := await self._hold.left_behind():
            await self._with.conclusion.clear_away(self._job.name, record)

    @property
    def _job(self) -> Job:
        return self._invocation.job
