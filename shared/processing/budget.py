"""How many tokens a day may cost. When they are spent, files wait for the next day (UTC) and nothing is lost."""

from datetime import UTC, datetime, timedelta
from typing import Protocol

from shared.errors import Conflict, StorageUnavailable
from shared.processing.clock import Clock
from shared.processing.cooldowns import FRESH_SECONDS


class TokenCounts(Protocol):
    """Where is counted what was spent on a day, such as `2026-11-24`. Any call may raise `StorageUnavailable`."""

    async def read_tokens(self, day: str) -> int:
        """All that was spent so far."""
        ...

    async def add_tokens(self, day: str, tokens: int) -> int:
        """Add to it, and return the sum.

        Raises:
            Conflict: another worker counted at the same moment, and nothing was added.
        """
        ...


class Budget:
    """What may be spent on a day, by all instances together.

    It is looked at before a call and counted after it, so calls that are under way when it ends go over it.
    """

    def __init__(self, tokens: int, *, counts: TokenCounts, clock: Clock) -> None:
        self._tokens = tokens
        self._counts = counts
        self._clock = clock
        self._uncounted = 0
        self._spent = 0
        self._read = datetime.min.replace(tzinfo=UTC)

    async def seconds_until_available(self) -> float:
        """For how many more seconds nothing may be spent."""
        now = self._clock.now()
        if now - self._read > timedelta(seconds=FRESH_SECONDS) or now.date() != self._read.date():
            self._spent, self._read = await self._counts.read_tokens(_day(now)), now
        return _rest_of_day(now) if self._spent >= self._tokens else 0

    async def spend(self, tokens: int) -> None:
        """Count what a file cost; what cannot be counted now is counted with the next, so that no document waits."""
        counting, self._uncounted = self._uncounted + tokens, 0
        try:
            self._spent = await self._counts.add_tokens(_day(self._clock.now()), counting)
        except (Conflict, StorageUnavailable):
            self._uncounted += counting
        except BaseException:  # broken off, because storage was silent
            self._uncounted += counting
            raise


def _day(now: datetime) -> str:
    return now.date().isoformat()


def _rest_of_day(now: datetime) -> float:
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return (midnight - now).total_seconds()
