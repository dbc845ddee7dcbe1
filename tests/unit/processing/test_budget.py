import asyncio
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import Conflict
from shared.processing.budget import Budget
from tests.unit.fakes import MemoryState

DAY = 86_400


class Contended(MemoryState):
    """Others count at the same moment, each other time."""

    busy = True

    async def add_spent(self, day: str, spent: int) -> int:
        self.busy = not self.busy
        if not self.busy:
            raise Conflict(day)
        return await super().add_spent(day, spent)


@given(st.lists(st.integers(0, 1000), min_size=2, max_size=30))
async def test_nothing_is_counted_twice_and_what_could_not_be_counted_is_counted_with_the_next(
    costs: list[int],
) -> None:
    state = Contended()
    budget = Budget(1, spending=state, clock=state)
    for cost in costs:
        await budget.spend(cost)
    even = len(costs) - len(costs) % 2
    assert sum(state.tokens.values()) == sum(costs[:even])


async def test_a_count_that_is_broken_off_is_made_with_the_next() -> None:
    class Silent(MemoryState):
        is_silent = True

        async def add_spent(self, day: str, spent: int) -> int:
            if self.is_silent:
                await asyncio.Event().wait()
            return await super().add_spent(day, spent)

    state = Silent()
    budget = Budget(100, spending=state, clock=state)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await budget.spend(7)
    state.is_silent = False
    await budget.spend(3)
    assert sum(state.tokens.values()) == 10


async def test_tokens_that_other_workers_spent_count_within_seconds_and_a_new_day_begins_with_none() -> None:
    state = MemoryState()
    budget = Budget(100, spending=state, clock=state)
    assert await budget.seconds_until_available() == 0
    await state.add_spent(state.time.date().isoformat(), 100)
    state.time += timedelta(seconds=6)
    left = await budget.seconds_until_available()
    assert 0 < left <= DAY
    state.time += timedelta(seconds=left)
    assert await budget.seconds_until_available() == 0
