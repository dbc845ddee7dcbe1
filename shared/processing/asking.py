"""From a plan to its answers, however busy the model is: when to claim, and when to ask (`waiting.py`: when to wait).

The claim of an attempt is acquired here and nowhere else.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager

from shared.errors import (
    Conflict,
    FileRejected,
    InputNotFound,
    ModelTimeout,
    ModelUnavailable,
    SchemaNotTaken,
    StorageUnavailable,
    UrlNotFetched,
)
from shared.media import InputFile
from shared.models import ChatAnswer, Conversation, Turn, Usage, is_speech
from shared.observability import log_event
from shared.processing.claim_handle import ClaimHandle, require_unchanged
from shared.processing.claims import MAX_CRASHES
from shared.processing.clock import Deadline
from shared.processing.retry import MAX_ASKED, RetryLater, asked_enough_before
from shared.processing.services import Services
from shared.processing.spending import count_spending
from shared.processing.tiers import TierChoice
from shared.processing.waiting import Waits
from shared.recipes import Tier

MAX_CHARACTERS_HERE = 8_000
"""Longer answers are judged and joined in a thread: it takes some 10 ms for so many."""


class ModelCalls:
    """The model calls of one attempt.

    `tiers` tells which tier of a model is asked; `deadline` is when the attempt must be over; `keep` keeps the answers
    about pieces.
    """

    def __init__(
        self,
        services: Services,
        claim: ClaimHandle,
        talk: Conversation,
        tiers: TierChoice,
        deadline: Deadline,
        keep: Callable[[], Awaitable[None]],
    ) -> None:
        self._with = services
        self._policy = services.policy
        self._claim = claim
        self._talk = talk
        self._tiers = tiers
        self._deadline = deadline
        self._keep = keep
        self._waits = Waits(services, claim, talk, tiers, deadline)

    async def acquire_to_prepare(self, file: InputFile) -> None:
        """Claim the file for the work that comes before its first call, if that call might be made now.

        Raises what `ask` raises.
        """
        self._require_worth_asking()
        await self._waits.require_budget()
        self._choose_tier()
        while await self._waits.for_cooldown(self._talk.next_capacity):
            self._choose_tier()
        self._require_time()
        await self._acquire(file)
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
            await self._waits.require_budget()
            if await self._waits.for_cooldown(turn.capacity):
                continue  # it may be time for another tier
            error = await self._ask(file, turn)
            if error and not self._change_request(error):
                await self._spend(error.usage, turn, is_billed=error.asked_at_most_thrice or error.usage is not None)
                await self._waits.after(error, turn)
        if not self._claim.is_ours:  # all was answered before: no other worker is to write the document meanwhile
            await self._acquire(file)
            self._claim.uncount()
        if self._talk.media.sent_as == "url":  # the service that fetched it knows no etag
            await require_unchanged(self._with.files, file.name, file.etag)

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

    async def _ask(self, file: InputFile, turn: Turn) -> ModelUnavailable | None:
        """Ask once, and take note of the answer; return why there is none, if another call may bring one."""
        async with self._gate():
            self._require_time()
            await self._acquire(file)
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
                async with self._with.clock.within(max(0, self._deadline.seconds_left - self._policy.call)):
                    await gate.enter_async_context(self._with.gate.enter(alone=alone))
            except TimeoutError:
                raise RetryLater(self._policy.first, "other files have the worker for themselves") from None
            yield

    def _require_time(self) -> None:
        """A call that began too late would be cut off, and paid for all the same."""
        if self._deadline.seconds_left < self._policy.call:
            raise RetryLater(0, "this invocation has too little time left")

    async def _acquire(self, file: InputFile) -> None:
        """Acquire the claim, unless it is ours, and see then that no other worker has answered the file."""
        was_ours = self._claim.is_ours
        await self._claim.acquire()
        try:
            if not was_ours:
                log_event("blob.started", name=file.name)
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
            async with self._with.clock.within(self._deadline.seconds_left):
                return await turn.ask()
        except TimeoutError:
            raise ModelTimeout("The model did not answer in the time that an invocation has.") from None

    def _change_request(self, error: ModelUnavailable) -> bool:
        """Ask in another way next time, where that may help, and say whether it may."""
        is_changed = isinstance(error, SchemaNotTaken) or (
            isinstance(error, UrlNotFetched) and self._talk.send_inline()
        )
        if is_changed:
            self._claim.uncount()
        return is_changed

    async def _spend(self, usage: Usage | None, turn: Turn, *, is_billed: bool, tier: Tier = None) -> None:
        if is_billed:
            await count_spending(self._with, usage, turn, tier)
