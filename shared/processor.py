"""The one path that a file takes, from the event to its document, and what becomes of it on the way.

A message is given up only when the file has its document, is gone, or waits in another message. So what cannot be
done now is first sent to the queue of work that waits, and only then written down as waiting.
"""

import contextlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Never

from shared.answering import Answering
from shared.budget import Budget
from shared.claims import ClaimStore, unwritten_of
from shared.clock import Clock
from shared.conclusion import Conclusion
from shared.deferrals import Deferrals, Job
from shared.draft import Draft
from shared.errors import FileRejected, InputGone, ModelUnavailable, Overtaken, StorageUnavailable
from shared.events import log_event
from shared.files import FileStore, InputFile, StoredOutcome
from shared.hold import Hold
from shared.outcome import Outcome
from shared.patience import Patience
from shared.pauses import Pauses
from shared.verdict import verdict_on

MOST_RESTARTS = 5
"""How often a file that changes under our hands is looked at anew before it is put off."""

MOST_ON_THE_SIDE = 5
"""Seconds for what is not worth a late document."""

WRITE_AGAIN_AFTER = (1 / 8, 1 / 4, 1 / 2)
"""The waits between two tries to write a document, as parts of the longest wait for which an invocation is kept."""


class NotNow(Exception):
    """The file is to be taken up after so many seconds; the message says why."""

    def __init__(self, seconds: float, why: str) -> None:
        super().__init__(why)
        self.seconds = seconds


@dataclass(frozen=True)
class Processor:
    """Takes files to their documents: all that is needed for that, and the door."""

    input_container: str
    files: FileStore
    claims: ClaimStore
    deferrals: Deferrals
    pauses: Pauses
    answering: Answering
    conclusion: Conclusion
    clock: Clock
    budget: Budget | None = None
    patience: Patience = field(default_factory=Patience)
    random: Random = field(default_factory=Random)

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

    def __init__(self, processor: Processor, job: Job) -> None:
        self._with = processor
        self._job = job
        # Not by the time of day: what we take for that may be hours off until storage has first answered.
        self._deadline = processor.clock.monotonic() + processor.patience.invocation
        self._hold = Hold(job.name, processor.claims, processor.clock, processor.random, processor.patience.claim)

    async def run(self) -> None:
        """Go on until the file has its document, is gone, or waits in another message."""
        try:
            await self._settle_it_as_it_is_now()
        except NotNow as wait:
            await self._put_off(wait)
        except StorageUnavailable as fault:
            # Where only a part of storage fails, the queue may still take the file; else the host must try again.
            await self._put_off(NotNow(self._growing_wait(), str(fault)))

    async def _settle_it_as_it_is_now(self) -> None:
        for _ in range(MOST_RESTARTS):
            try:
                await self._settle()
            except Overtaken:
                log_event("blob.overtaken", name=self._job.name)
                continue
            except InputGone:
                await self._forget()
            return
        self._later(self._growing_wait(), "it changes all the time")

    async def _settle(self) -> None:
        file = await self._with.files.look(self._job.name)
        self._job = self._job.about(file.etag)
        earlier = await self._with.files.find_outcome(file.name)
        await self._hold.look()
        self._require_free(file)
        if earlier and earlier.input_etag == file.etag:
            await self._with.conclusion.tidy(file.name, self._hold.record)
            return
        self._require_complete(file)
        outcome = await self._outcome(file)
        try:
            async with self._with.clock.within(self._time_left + self._with.patience.writing):
                await self._conclude(outcome, earlier)
        except Overtaken:
            await self._hold.give_back(0)
            raise
        except (StorageUnavailable, TimeoutError) as fault:
            await self._bear_unwritten(fault, file.etag)

    async def _conclude(self, outcome: Outcome, earlier: StoredOutcome | None) -> None:
        """Write the document, several times if need be: the answer in hand was paid for."""
        await self._count(outcome)
        for part in WRITE_AGAIN_AFTER:
            try:
                return await self._with.conclusion.write(outcome, replacing=earlier, record=self._hold.record)
            except StorageUnavailable as fault:
                log_event("blob.not_written", logging.WARNING, name=self._job.name, why=str(fault))
                await self._with.clock.sleep(self._with.patience.here * part)
        return await self._with.conclusion.write(outcome, replacing=earlier, record=self._hold.record)

    async def _count(self, outcome: Outcome) -> None:
        if self._with.budget and outcome.usage:
            with contextlib.suppress(TimeoutError):  # no document waits for that
                async with self._with.clock.within(MOST_ON_THE_SIDE):
                    await self._with.budget.spend(outcome.usage.total_tokens or 0)

    async def _bear_unwritten(self, fault: Exception, etag: str) -> Never:
        """Give the file back. It is paid for again when a document can be written; if not even then, once a day."""
        is_first = unwritten_of(self._hold.record, etag) == 0
        seconds = self._growing_wait() if is_first else self._with.patience.lost
        self._hold.is_unwritten = True
        with contextlib.suppress(StorageUnavailable, TimeoutError):  # the note that it waits does so again
            async with self._with.clock.within(MOST_ON_THE_SIDE):
                await self._hold.give_back(seconds)
        self._later(seconds, f"its document cannot be written: {fault or 'storage was silent'}")

    def _require_complete(self, file: InputFile) -> None:
        """An upload may show itself empty first, and a copy before it is whole."""
        age = (self._now - file.modified).total_seconds()
        if (file.size == 0 or file.is_arriving) and age < self._with.patience.complete:
            self._later(self._with.patience.complete, "it is still arriving")

    def _require_free(self, file: InputFile) -> None:
        if left := self._hold.others_seconds(file.etag):
            self._later(left + self._spread(self._with.patience.first * 2), "somebody else works on it")

    async def _outcome(self, file: InputFile) -> Outcome:
        draft = Draft(file.container, file.name, file.etag, file.size, attempts=self._job.attempt + 1)
        try:
            await self._answer(file, draft)
        except FileRejected as fault:
            return draft.rejected(fault)
        return draft.answered()

    async def _answer(self, file: InputFile, draft: Draft) -> None:
        """Ask until there is an answer; a busy model costs a file time, and nothing else."""
        deployments = await self._with.answering.prepare(file, draft)
        await self._require_writable(file, draft)
        while True:
            if not draft.has_answers:
                await self._require_budget()
            await self._wait_for_turn(deployments, draft)
            self._require_time()
            await self._hold.take(file.etag, self._job.attempt)
            try:
                await self._require_unanswered(file)
                self._require_time()  # again: storage may have been slow
                await self._with.answering.ask(file, draft, self._time_left)
            except ModelUnavailable as fault:
                await self._bear(fault, fault.deployment or deployments[0], draft)
            except (Overtaken, StorageUnavailable):
                await self._hold.give_back(0)
                raise
            else:
                return

    async def _require_writable(self, file: InputFile, draft: Draft) -> None:
        """Where an answer was lost already, see that the next is not; where that does not help, one a day is enough."""
        record = self._hold.record
        lost = unwritten_of(record, file.etag)
        if record and lost > 1 and (left := (record.claim.until - self._now).total_seconds()) > 0:
            await self._wait(left, "no document could be written", draft)
        if lost:
            await self._with.files.require_writable(file.name)

    def _require_time(self) -> None:
        """A call that began too late would be cut off, and paid for all the same."""
        if self._time_left < self._with.patience.call:
            self._later(0, "this invocation has too little time left")

    async def _require_budget(self) -> None:
        if self._with.budget and (seconds := await self._with.budget.pause()):
            self._job = self._job.model_copy(update={"since": None})  # it waits because we want it to
            self._later(seconds + self._spread(self._with.patience.longest), "the day's tokens are spent")

    async def _wait_for_turn(self, deployments: Sequence[str], draft: Draft) -> None:
        while (seconds := max([await self._with.pauses.remaining(each) for each in deployments])) > 0:
            spread = self._spread(min(seconds, self._with.patience.first))
            await self._wait(seconds + spread, "the model has a pause", draft)

    async def _require_unanswered(self, file: InputFile) -> None:
        """Between our look and our claim somebody else may have claimed, answered and cleared away."""
        found = await self._with.files.find_outcome(file.name)
        if found and found.input_etag == file.etag:
            raise Overtaken(file.name)

    async def _bear(self, fault: ModelUnavailable, deployment: str, draft: Draft) -> None:
        verdict = verdict_on(fault, self._job, now=self._now, patience=self._with.patience, random=self._with.random)
        log_event(
            "model.unavailable",
            verdict.level,
            name=self._job.name,
            model=fault.model or deployment,
            fault=type(fault).__name__,
            seconds=round(verdict.wait, 1),
            why=fault.in_our_words,
        )
        self._job = verdict.job
        if verdict.pause:
            await self._with.pauses.pause(deployment, verdict.pause)
        await self._wait(verdict.wait, fault.in_our_words, draft)

    async def _wait(self, seconds: float, why: str, draft: Draft) -> None:
        """Wait here if it is not for long, and hold nobody up meanwhile.

        Answers in hand are kept as long as the next call can still be made, and nobody else may pay for them again.
        """
        longest = self._time_left - self._with.patience.call if draft.has_answers else self._with.patience.here
        if seconds > min(longest, self._time_left):
            self._later(seconds, why)
        if not draft.has_answers:
            await self._hold.give_back(seconds)
        await self._with.clock.sleep(seconds)

    async def _put_off(self, wait: NotNow) -> None:
        log_event("blob.deferred", name=self._job.name, seconds=round(wait.seconds, 1), why=str(wait))
        try:
            await self._with.deferrals.send(self._job, wait.seconds)
        except StorageUnavailable:
            with contextlib.suppress(Overtaken, StorageUnavailable):
                await self._hold.give_back(0)  # the host tries again, and nobody broke down
            raise
        try:
            await self._hold.note(self._job.etag, self._job.attempt, wait.seconds)
        except Overtaken:
            log_event("blob.overtaken", name=self._job.name)  # whoever has it now has a message of its own
        except StorageUnavailable as fault:
            log_event("blob.not_noted", logging.WARNING, name=self._job.name, why=str(fault))  # the message is sent

    async def _forget(self) -> None:
        log_event("blob.gone", name=self._job.name)
        if record := await self._hold.left_behind():
            await self._with.conclusion.clear_away(self._job.name, record)

    def _growing_wait(self) -> float:
        """For a trouble that is neither the file's nor the model's: twice as long each time."""
        attempt = self._job.attempt
        self._job = self._job.model_copy(update={"attempt": attempt + 1, "since": None})
        return self._with.patience.wait(attempt, None, self._with.random)

    def _later(self, seconds: float, why: str) -> Never:
        raise NotNow(seconds, why)

    def _spread(self, seconds: float) -> float:
        """Anything up to so many seconds, so that those who waited for one thing do not all come at once."""
        return self._with.random.uniform(0, seconds)

    @property
    def _now(self) -> datetime:
        return self._with.clock.now()

    @property
    def _time_left(self) -> float:
        return self._deadline - self._with.clock.monotonic()
