"""From a plan to its answers, however busy the model is: when to claim, when to ask, how long to wait.

The claim of an attempt is acquired here and nowhere else.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta

from shared.errors import (
    Conflict,
    FileRejected,
    InputNotFound,
    ModelMisconfigured,
    ModelTimeout,
    ModelUnavailable,
    SchemaNotTaken,
    StorageUnavailable,
    UrlNotFetched,
)
from shared.media import InputFile
from shared.models import ChatAnswer, Conversation, Turn, Usage, is_speech
from shared.observability import log_event
from shared.processing.claim_handle import ClaimHandle
from shared.processing.claims import MAX_CRASHES
from shared.processing.retry import MAX_ASKED, RetryLater, asked_enough_before
from shared.processing.services import Services
from shared.processing.spending import count_spending
from shared.processing.tiers import TierChoice
from shared.recipes import Tier

MAX_CHARACTERS_HERE = 8_000
"""Longer answers are judged and joined in a thread: it takes some 10 ms for so many."""


class ModelCalls:
    """The model calls of one attempt.

    `tiers` tells which tier of a model is asked; `deadline` is when the attempt must be over, by the monotonic clock;
    `keep` keeps the answers about pieces.
    """

    def __init__(
        self,
        services: Services,
        claim: ClaimHandle,
        talk: Conversation,
        tiers: TierChoice,
        deadline: float,
        keep: Callable[[], Awaitable[None]],
    ) -> None:
        self._with = services
        self._policy = services.policy
        self._claim = claim
        self._talk = talk
        self._tiers = tiers
        self._deadline = deadline
        self._keep = keep

    async def hold_to_prepare(self, file: InputFile) -> None:
        """Claim the file for the work that comes before its first call, if that call might be made now.

        Raises what `ask` raises.
        """
        self._require_worth_asking()
        await self._require_budget()
        self._choose_tier()
        while await self._waits_for_cooldown(self._talk.next_capacity):
            self._choose_tier()
        self._require_time()
        await self._hold(file)
        self._claim.uncount()

    async def ask(self, file: InputFile) -> None:
        """Ask turn after turn until there is an answer; a busy model costs a file time, and nothing else.

        Raises:
            RetryLater: another attempt is to go on.
            FileRejected: there will be no answer.
            Conflict: another worker has the file, or it changed.
            InputNotFound: it was deleted.
            StorageUnavailable: our own storage failed.
        """
        while turn := await self._next_turn():
            self._require_worth_asking()
            await self._require_budget()
            if await self._waits_for_cooldown(turn.capacity):
                continue  # it may be time for another tier
            if error := await self._ask(file, turn):
                await self._bear(error, turn)
        if not self._claim.is_ours:  # all was answered before: no other worker is to write the document meanwhile
            await self._hold(file)
            self._claim.uncount()
        if self._talk.media.sent_as == "url":
            await self._require_unchanged(file)

    def _choose_tier(self) -> None:
        is_tiered = not is_speech(self._talk.next_model)
        self._talk.tier = self._tiers.tier(self._claim.progress, self._with.clock.now()) if is_tiered else None

    async def _next_turn(self) -> Turn | None:
        self._choose_tier()
        # Data may take a second to be checked; a recipe without a form has nothing to check.
        return await asyncio.to_thread(self._talk.next_turn) if self._talk.recipe.schema else self._talk.next_turn()

    def _require_worth_asking(self) -> None:
        if self._claim.progress.asked >= MAX_ASKED:
            raise asked_enough_before()

    async def _require_budget(self) -> None:
        for budget in (self._with.budget, self._with.money):
            if budget and (seconds := await budget.seconds_until_available()):
                self._claim.know(since=None)  # it waits because we want it to
                jitter = self._with.random.uniform(0, self._policy.max_wait)
                raise RetryLater(seconds + jitter, f"the day's {budget.name} are spent")

    async def _waits_for_cooldown(self, capacity: str) -> bool:
        """Wait where it is left alone, and say whether that was so."""
        seconds = await self._with.cooldowns.seconds_until_available(capacity)
        if seconds > 0:
            jitter = self._with.random.uniform(0, min(seconds, self._policy.first))
            await self._wait(seconds + jitter, "the model is left alone for a while")
        return seconds > 0

    async def _ask(self, file: InputFile, turn: Turn) -> ModelUnavailable | None:
        """Ask once, and take note of the answer; return why there is none, if another call may bring one."""
        async with self._gate():
            self._require_time()
            await self._hold(file)
            try:
                answer = await self._complete(turn)
            except ModelUnavailable as error:
                return error
            except FileRejected as error:
                await self._spend(error.usage, turn, is_billed=error.usage is not None)
                if not self._talk.pass_over(turn, error):
                    raise
                self._claim.uncount()
                return None
            except (Conflict, InputNotFound, StorageUnavailable):  # the file could not be read, so nothing was asked
                self._claim.uncount()
                raise
        if not answer.is_empty:
            self._claim.uncount()
        self._with.health.note(turn.capacity, self._with.clock.now(), answered=True)
        await self._take(turn, answer)
        await self._spend(answer.usage, turn, is_billed=True, tier=answer.billed_tier)
        if self._talk.is_between_pieces:
            await self._keep()
        return None

    async def _take(self, turn: Turn, answer: ChatAnswer) -> None:
        characters = len(answer.text) + sum(len(each.answer.text) for each in self._talk.said)
        if characters > MAX_CHARACTERS_HERE:
            await asyncio.to_thread(self._talk.add, turn, answer)
        else:
            self._talk.add(turn, answer)

    @asynccontextmanager
    async def _gate(self) -> AsyncIterator[None]:
        """Where two workers broke down over the file, no other call is made beside this one in this worker."""
        alone = self._claim.progress.crashes == MAX_CRASHES - 1
        async with AsyncExitStack() as gate:
            try:
                async with self._with.clock.within(max(0, self._time_left - self._policy.call)):
                    await gate.enter_async_context(self._with.gate.enter(alone=alone))
            except TimeoutError:
                raise RetryLater(self._policy.first, "other files have the worker for themselves") from None
            yield

    def _require_time(self) -> None:
        """A call that began too late would be cut off, and paid for all the same."""
        if self._time_left < self._policy.call:
            raise RetryLater(0, "this invocation has too little time left")

    async def _hold(self, file: InputFile) -> None:
        """Have the claim, for a call that begins now."""
        was_ours = self._claim.is_ours
        await self._claim.acquire()
        if was_ours:
            return
        log_event("blob.started", name=file.name)
        try:
            await self._require_unanswered(file)
            self._require_time()  # again: storage may have been slow
        except Exception:
            self._claim.uncount()
            raise

    async def _require_unanswered(self, file: InputFile) -> None:
        """Between our look and our claim another worker may have claimed it, answered it and deleted the record."""
        found = await self._with.files.find_result(file.name)
        if found and found.input_etag == file.etag:
            raise Conflict(file.name)

    async def _complete(self, turn: Turn) -> ChatAnswer:
        try:
            await self._claim.begin_call()
            async with self._with.clock.within(self._time_left):
                return await turn.ask()
        except TimeoutError:
            raise ModelTimeout("The model did not answer in the time that an invocation has.") from None

    async def _require_unchanged(self, file: InputFile) -> None:
        """A service that fetches a file by its address knows no etag, and may have fetched another version."""
        if (await self._with.files.look(file.name)).etag != file.etag:
            raise Conflict(file.name)

    async def _bear(self, error: ModelUnavailable, turn: Turn) -> None:
        """Change the request, or wait, or raise: what becomes of a call that failed."""
        if isinstance(error, SchemaNotTaken) or (isinstance(error, UrlNotFetched) and self._talk.send_inline()):
            self._claim.uncount()
            return
        await self._spend(error.usage, turn, is_billed=error.asked_at_most_thrice or error.usage is not None)
        capacity, now, progress = turn.capacity, self._with.clock.now(), self._claim.progress
        is_well = self._with.health.is_well(
            capacity, progress.failed_at or now - timedelta(seconds=self._policy.breaker)
        )
        decision = self._policy.decide(error, progress, now=now, random=self._with.random, answers_others=is_well)
        if type(error) in (ModelUnavailable, ModelMisconfigured):
            self._with.health.note(capacity, now, answered=False)
        log_event(
            "model.unavailable",
            decision.level,
            name=self._claim.name,
            model=turn.model.deployment.name,
            fault=type(error).__name__,
            seconds=round(decision.wait, 1),
            why=error.safe_message,
        )
        self._claim.progress = decision.progress
        if decision.cooldown:
            await self._with.cooldowns.cool_down(capacity, decision.cooldown)
        await self._wait(decision.wait, error.safe_message)

    async def _wait(self, seconds: float, why: str) -> None:
        """Wait here if it is not for long. Others may take the file meanwhile, unless there are answers in hand."""
        seconds = self._tiers.capped(seconds, self._talk.tier, self._with.clock.now())
        if seconds > min(self._policy.here, self._time_left):
            raise RetryLater(seconds, why)
        if not self._talk.paid:
            await self._claim.release(seconds)
        await self._with.clock.sleep(seconds)

    async def _spend(self, usage: Usage | None, turn: Turn, *, is_billed: bool, tier: Tier = None) -> None:
        if is_billed:
            await count_spending(self._with, usage, turn, tier)

    @property
    def _time_left(self) -> float:
        """Seconds until the attempt must be over."""
        return self._deadline - self._with.clock.monotonic()
