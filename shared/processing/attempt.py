"""One attempt to take a file to its document: load, plan, acquire, ask, publish.

Between plan and acquire the answers that an earlier attempt kept are read (`keeping.py`). The claim is acquired in
`asking.py`, as late as possible: before the file is converted, where the plan says that it must be, else before the
first call. A file that is asked about in pieces has one call or more for each, and each answer is kept at once.

A message is acknowledged only when the file has its document, is gone, or waits in another message. So what cannot be
done now is first sent to the queue of work that waits, and only then written down as waiting.
"""

import asyncio
import contextlib
import logging
from contextlib import AsyncExitStack
from dataclasses import replace

from shared.errors import Conflict, FileRejected, InputNotFound, KindNotTaken, StorageUnavailable
from shared.media import InputFile, Media
from shared.models import Conversation, NotPlanned, Plan
from shared.observability import log_event
from shared.processing.asking import ModelCalls
from shared.processing.claim_handle import ClaimHandle, require_unchanged
from shared.processing.claims import MAX_CRASHES
from shared.processing.clock import Deadline
from shared.processing.jobs import Job
from shared.processing.keeping import MAX_ASIDE, AnswerKeeper
from shared.processing.retry import RetryLater, crash_loop, took_too_long
from shared.processing.services import Services
from shared.processing.tiers import TierChoice
from shared.results import Facts, Result, StoredResult, answered, answered_in_text_only, rejected

MAX_RESTARTS = 5
"""How often a file that changes under our hands is looked at anew before it is put off."""

MIN_WAIT = 2
"""Seconds that every message waits, so that its note is there before it is seen."""

MIN_SHARE = 0.9
"""A conversion that had less than this share of its time is tried again; after more of it the file is too large."""

WRITE_AGAIN_AFTER = (1 / 8, 1 / 4, 1 / 2)
"""The waits between two tries to write a document, as parts of the longest wait for which an invocation is kept."""


class Attempt:
    """One invocation for one file. Owns the order of the steps, and what becomes of each error.

    A new file is not expected to have a record: the claim itself shows whether it has.
    """

    def __init__(self, services: Services, name: str, *, is_new: bool) -> None:
        self._with = services
        self._is_new = is_new
        self._policy = services.policy
        self._name = name
        self._claim = ClaimHandle(name, services.claims, services.clock, services.random, services.policy.claim)
        self._deadline = Deadline(services.clock, services.policy.invocation)
        self._keeper = AnswerKeeper(services, self._claim)

    async def run(self) -> None:
        """Go on until the file has its document, is gone, or waits in another message.

        Raises:
            StorageUnavailable: our own storage failed, so the message must be kept.
        """
        try:
            await self._settle_or_put_off()
        except asyncio.CancelledError:  # the worker is told to stop; that is no crash
            await self._keeper.keep()
            await self._let_go()
            raise

    async def _settle_or_put_off(self) -> None:
        try:
            await self._settle_it_as_it_is_now()
        except RetryLater as later:
            await self._put_off(later)
        except StorageUnavailable as error:
            # Where only a part of storage fails, the queue may still take the file; else the host must try again.
            await self._put_off(RetryLater(self._growing_wait(), str(error)))
        except Exception as error:
            await self._break_down(error)
            raise

    async def _settle_it_as_it_is_now(self) -> None:
        for _ in range(MAX_RESTARTS):
            try:
                await self._settle()
            except Conflict:
                self._is_new = False
                log_event("blob.overtaken", name=self._name)
                with contextlib.suppress(Conflict):
                    await self._claim.release(0)
                continue
            except InputNotFound:
                await self._forget()
            return
        raise RetryLater(self._growing_wait(), "it changes all the time")

    async def _settle(self) -> None:
        file = await self._with.files.load(self._name)
        earlier = await self._with.files.find_result(file.name)
        is_answered = earlier is not None and earlier.input_etag == file.etag
        if earlier and not is_answered:  # while we looked for it another worker may have answered a newer version
            await require_unchanged(self._with.files, file.name, file.etag)
        self._keeper.begin()
        if self._is_new and not is_answered:
            self._claim.expect_none(file.etag)
        else:
            await self._look_at_record(file)
        if is_answered:
            await self._with.publisher.finish(file.name, self._claim.record)
            return
        self._require_complete(file)
        result = await self._result(file, is_again=earlier is not None)
        if result.status == "error":
            await self._keeper.keep_for_redrive()
        if not self._claim.is_known:  # the file was refused before anybody claimed it
            await self._look_at_record(file)
        await self._publish(result, earlier)

    async def _look_at_record(self, file: InputFile) -> None:
        await self._claim.look(file.etag)
        await self._claim.require_newest(self._with.files)
        if left := self._claim.seconds_until_free:
            raise RetryLater(left + self._jitter(self._policy.first * 2), "another worker has it")

    def _require_complete(self, file: InputFile) -> None:
        """An upload may show itself empty first, and a copy before it is whole."""
        age = (self._with.clock.now() - file.modified).total_seconds()
        if (file.size == 0 or file.is_arriving) and age < self._policy.complete:
            raise RetryLater(self._policy.complete, "it is still arriving")

    async def _result(self, file: InputFile, *, is_again: bool) -> Result:
        """The document of a file, with its answer or with what is wrong. `is_again` says that it had one before."""
        facts = Facts(file, received=self._with.clock.now(), attempts=self._claim.progress.attempt + 1)
        try:
            plan = await self._with.planner.plan(file)
        except NotPlanned as refused:
            facts = replace(facts, selection=refused.selection, media=refused.media)
            return rejected(facts, refused.error, self._with.clock.now())
        may_be_redriven = self._claim.is_known and self._claim.progress.is_untried
        talk = await self._keeper.conversation(plan, is_again=is_again or may_be_redriven)
        facts = replace(facts, selection=plan.selection, media=talk.media.media)
        # Workers crash over the answer: work on it no more.
        if talk.is_answered and self._claim.progress.crashes >= MAX_CRASHES:
            return answered_in_text_only(facts, talk, self._with.clock.now())
        try:
            self._require_no_crash_loop(talk)
            facts = await self._ask(file, plan, talk, facts)
        except NotPlanned as refused:  # no model was asked, unless about pieces, by an earlier attempt
            return rejected(facts, refused.error, self._with.clock.now(), talk if talk.said else None)
        except FileRejected as error:
            if talk.is_answered:  # only its form was asked for once more
                await asyncio.to_thread(talk.settle)
                return answered(facts, talk, self._with.clock.now())
            told = self._with.planner.naming_others(error, plan) if isinstance(error, KindNotTaken) else error
            return rejected(facts, told, self._with.clock.now(), talk)
        return answered(facts, talk, self._with.clock.now())

    async def _ask(self, file: InputFile, plan: Plan, talk: Conversation, facts: Facts) -> Facts:
        """Ask until all is answered, and return what is known of the file then."""
        tiers = TierChoice(talk.recipe, file)
        async with AsyncExitStack() as made:
            calls = ModelCalls(self._with, self._claim, talk, tiers, self._deadline, self._keeper.keep_piece)
            if plan.preparation and not talk.is_answered:
                await calls.acquire_to_prepare(file)
                facts = replace(facts, media=await self._prepare(plan, talk, made))
            await calls.ask(file)
        return facts

    async def _prepare(self, plan: Plan, talk: Conversation, made: AsyncExitStack) -> Media:
        """Make of the file what the model takes, and tell what the file is. What is made lasts as long as `made`."""
        seconds = max(0.0, self._deadline.seconds_left - self._policy.call)
        try:
            async with self._with.clock.within(seconds):
                prepared = await made.enter_async_context(self._with.preparer.prepared(plan, talk.first_turn.extents))
        except FileRejected as error:
            raise NotPlanned(error, plan.selection, talk.media.media) from error
        except TimeoutError:
            if seconds < MIN_SHARE * (self._policy.invocation - self._policy.call):  # waits took the rest
                raise RetryLater(0, "this invocation has too little time left to convert it") from None
            raise NotPlanned(took_too_long(seconds), plan.selection, talk.media.media) from None
        talk.prepare(prepared.media, prepared.pieces, prepared.warnings)
        return prepared.media

    def _require_no_crash_loop(self, talk: Conversation) -> None:
        if self._claim.progress.crashes >= MAX_CRASHES and not talk.is_answered:
            raise crash_loop(self._claim.progress.crashes)

    async def _publish(self, result: Result, earlier: StoredResult | None) -> None:
        try:
            async with self._with.clock.within(self._deadline.seconds_left + self._policy.writing):
                await self._write(result, earlier)
        except (StorageUnavailable, TimeoutError) as error:
            why = f"its document cannot be written: {error or 'storage was silent'}"
            raise RetryLater(self._growing_wait(), why) from None

    async def _write(self, result: Result, earlier: StoredResult | None) -> None:
        """Write the document, several times if need be: the answer in hand was paid for."""
        for part in WRITE_AGAIN_AFTER:
            try:
                return await self._publish_once(result, earlier)
            except StorageUnavailable as error:
                log_event("blob.not_written", logging.WARNING, name=self._name, why=str(error))
                await self._with.clock.sleep(self._policy.here * part)
        return await self._publish_once(result, earlier)

    async def _publish_once(self, result: Result, earlier: StoredResult | None) -> None:
        await self._claim.see_last_write()
        await self._with.publisher.publish(
            result, replacing=earlier, claim=self._claim, keeps_answers=self._keeper.stays
        )

    async def _put_off(self, later: RetryLater) -> None:
        """First the message, then the note: a file without a message would be forgotten."""
        await self._keeper.keep()
        log_event("blob.deferred", name=self._name, seconds=round(later.seconds, 1), why=str(later))
        self._claim.know(chance="")  # whatever made the host give up, this time we came to an end
        try:
            await self._with.jobs.send(Job(name=self._name), max(MIN_WAIT, later.seconds))
        except StorageUnavailable:
            with contextlib.suppress(Conflict, StorageUnavailable):
                await self._claim.release(later.seconds)  # the host tries again; that is no crash
            raise
        try:
            await self._claim.defer(later.seconds, self._with.files)
        except (Conflict, InputNotFound):
            log_event("blob.overtaken", name=self._name)  # the worker that has it now has a message of its own
        except StorageUnavailable as error:
            log_event("blob.not_noted", logging.WARNING, name=self._name, why=str(error))  # the message is sent

    async def _break_down(self, error: Exception) -> None:
        """Release the claim at once after an unexpected error: the host's own tries then do the rest in seconds."""
        log_event("blob.broke_down", logging.ERROR, name=self._name, error=type(error).__name__)
        if self._claim.is_ours:
            await self._keeper.keep()
            self._claim.know(crashes=self._claim.progress.crashes + 1)
            await self._let_go()

    async def _let_go(self) -> None:
        with contextlib.suppress(Conflict, StorageUnavailable, TimeoutError):
            async with self._with.clock.within(MAX_ASIDE):
                await self._claim.release(0)

    async def _forget(self) -> None:
        log_event("blob.gone", name=self._name)
        if record := await self._claim.left_behind():
            await self._with.publisher.forget(self._name, record)

    def _growing_wait(self) -> float:
        """Seconds to wait for a trouble that is neither the file's nor the model's: twice as long each time."""
        attempt = self._claim.progress.attempt
        self._claim.know(attempt=attempt + 1, since=None)
        return self._policy.wait(attempt, None, self._with.random)

    def _jitter(self, seconds: float) -> float:
        """Anything up to so many seconds, so that those who waited for one thing do not all come at once."""
        return self._with.random.uniform(0, seconds)
