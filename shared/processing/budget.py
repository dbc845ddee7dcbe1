"""How many tokens, and how much money, a day may cost. When that is spent, files wait for the next day (UTC)."""

from datetime import UTC, datetime, timedelta
from decimal import ROUND_CEILING, Decimal
from typing import Protocol

from shared.errors import Conflict, StorageUnavailable
from shared.processing.clock import Clock
from shared.processing.cooldowns import FRESH_SECONDS

BILLIONTHS = Decimal(1_000_000_000)
"""Money is counted in billionths of a dollar: in whole numbers, as tokens are, and fine enough for one token."""


def billionths(dollars: Decimal) -> int:
    """An amount as it is counted; rather too much than too little."""
    return int((dollars * BILLIONTHS).to_integral_value(ROUND_CEILING))


class SpendingStore(Protocol):
    """Where is counted what was spent on a day, such as `2026-11-24` for tokens, and `2026-11-24-dollars` for money.

    Any call may raise `StorageUnavailable`.
    """

    async def read_spent(self, day: str) -> int:
        """All that was spent so far."""
        ...

    async def add_spent(self, day: str, spent: int) -> int:
        """Add to it, and return the sum.

        Raises:
            Conflict: another worker counted at the same moment, and nothing was added.
        """
        ...


class Budget:
    """What may be spent on a day, by all instances together: `limit` tokens, or billionths of a dollar.

    `name` says of what it is, in the log too.
    It is looked at before a call and counted after it, so calls that are under way when it ends go over it.
    """

    def __init__(self, limit: int, *, spending: SpendingStore, clock: Clock, name: str = "tokens") -> None:
        self.name = name
        self._limit = limit
        self._suffix = "" if name == "tokens" else f"-{name}"
        self._store = spending
        self._clock = clock
        self._uncounted = 0
        self._spent = 0
        self._read = datetime.min.replace(tzinfo=UTC)

    async def seconds_until_available(self) -> float:
        """For how many more seconds nothing may be spent."""
        now = self._clock.now()
        if now - self._read > timedelta(seconds=FRESH_SECONDS) or now.date() != self._read.date():
            self._spent, self._read = await self._store.read_spent(self._day(now)), now
        return _rest_of_day(now) if self._spent >= self._limit else 0

    async def spend(self, spent: int) -> None:
        """Count what a file cost; what cannot be counted now is counted with the next, so that no document waits."""
        counting, self._uncounted = self._uncounted + spent, 0
        try:
            self._spent = await self._store.add_spent(self._day(self._clock.now()), counting)
        except (Conflict, StorageUnavailable):
            self._uncounted += counting
        except BaseException:  # broken off, because storage was silent
            self._uncounted += counting
            raise

    def _day(self, now: datetime) -> str:
        return f"{now.date().isoformat()}{self._suffix}"


def _rest_of_day(now: datetime) -> float:
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return (midnight - now).total_seconds()
