"""Counting what a call cost, or may have cost. No document waits for that, and none is lost for it."""

import contextlib

from shared.models import Turn, Usage, dollars_of, tokens_of
from shared.processing.budget import Budget, billionths
from shared.processing.services import Services
from shared.recipes import Tier

MAX_SECONDS = 5
"""For a count. After that the attempt goes on without it."""


async def count_spending(services: Services, usage: Usage | None, turn: Turn, tier: Tier = None) -> None:
    """Add the tokens and the dollars of a call to those of the day, where these have a limit."""
    if services.budget:
        await _count(services, services.budget, tokens_of(usage, turn.request))
    if services.money:
        dollars = dollars_of(usage, turn.request, turn.model.deployment, tier)
        await _count(services, services.money, billionths(dollars))


async def _count(services: Services, budget: Budget, spent: int) -> None:
    with contextlib.suppress(Exception):
        async with services.clock.within(MAX_SECONDS):
            await budget.spend(spent)
