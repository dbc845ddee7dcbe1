"""Whether a call may be made now, and how long a file waits where it may not, or where a call failed."""

from datetime import timedelta

from shared.errors import ModelMisconfigured, ModelUnavailable
from shared.models import Conversation, Turn
from shared.observability import log_event
from shared.processing.claim_handle import ClaimHandle
from shared.processing.clock import Deadline
from shared.processing.retry import RetryDecision, RetryLater
from shared.processing.services import Services
from shared.processing.tiers import TierChoice


class Waits:
    """The waits of one attempt: short ones here, longer ones in the queue, by `RetryLater`."""

    def __init__(
        self, services: Services, claim: ClaimHandle, talk: Conversation, tiers: TierChoice, deadline: Deadline
    ) -> None:
        self._with = services
        self._policy = services.policy
        self._claim = claim
        self._talk = talk
        self._tiers = tiers
        self._deadline = deadline

    async def require_budget(self) -> None:
        """Raise `RetryLater` where what a day may cost is spent."""
        for budget in (self._with.budget, self._with.money):
            if budget and (seconds := await budget.seconds_until_available()):
                self._claim.know(since=None)  # it waits because we want it to
                jitter = self._with.random.uniform(0, self._policy.max_wait)
                raise RetryLater(seconds + jitter, f"the day's {budget.name} are spent")

    async def for_cooldown(self, capacity: str) -> bool:
        """Wait where the model is left alone, and say whether it was."""
        seconds = await self._with.cooldowns.seconds_until_available(capacity)
        if seconds > 0:
            jitter = self._with.random.uniform(0, min(seconds, self._policy.first))
            await self._wait(seconds + jitter, "the model is left alone for a while")
        return seconds > 0

    async def after(self, error: ModelUnavailable, turn: Turn) -> None:
        """Wait after a call that failed.

        Raises:
            RetryLater: it is for long.
            FileRejected: the file has waited, or may have cost, enough.
            Conflict, StorageUnavailable: as `ClaimHandle.release` raises them.
        """
        decision = self._decide(error, turn.capacity)
        log_event(
            "model.unavailable",
            decision.level,
            name=self._claim.name,
            model=turn.model.deployment.name,
            error=type(error).__name__,
            seconds=round(decision.wait, 1),
            why=error.safe_message,
        )
        self._claim.progress = decision.progress
        if decision.cooldown:
            await self._with.cooldowns.cool_down(turn.capacity, decision.cooldown)
        await self._wait(decision.wait, error.safe_message)

    def _decide(self, error: ModelUnavailable, capacity: str) -> RetryDecision:
        now, progress, health = self._with.clock.now(), self._claim.progress, self._with.health
        is_well = health.is_well(capacity, progress.failed_at or now - timedelta(seconds=self._policy.breaker))
        decision = self._policy.decide(error, progress, now=now, random=self._with.random, answers_others=is_well)
        if type(error) in (ModelUnavailable, ModelMisconfigured):
            health.note(capacity, now, answered=False)
        return decision

    async def _wait(self, seconds: float, why: str) -> None:
        """Wait here if it is not for long. Others may take the file meanwhile, unless there are answers in hand."""
        seconds = self._tiers.capped(seconds, self._talk.tier, self._with.clock.now())
        if seconds > min(self._policy.here, self._deadline.seconds_left):
            raise RetryLater(seconds, why)
        if not self._talk.paid:
            await self._claim.release(seconds)
        await self._with.clock.sleep(seconds)
