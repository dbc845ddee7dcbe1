"""What time it is: the storage service's, so that instances whose clocks differ agree on who holds what."""

import asyncio
import time
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time, waits, and stops waiting."""

    def now(self) -> datetime:
        """The present moment, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds since some moment, for measuring: nothing puts them right, or back."""
        ...

    def within(self, seconds: float) -> AbstractAsyncContextManager[object]:
        """Break off what takes longer, with a TimeoutError."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


@dataclass
class Deadline:
    """The moment at which some work must be over: so many seconds after this object is made.

    Not by the time of day: what we take for that may be hours off until storage has first answered.
    """

    clock: Clock
    seconds: float
    _end: float = field(init=False)

    def __post_init__(self) -> None:
        self._end = self.clock.monotonic() + self.seconds

    @property
    def seconds_left(self) -> float:
        """Seconds until then; less than 0 afterwards."""
        return self._end - self.clock.monotonic()


class ServerClock:
    """Our own clock, put right by the `Date` of each answer of the storage service."""

    def __init__(self) -> None:
        self._ahead = timedelta(0)

    def observe(self, date: datetime) -> None:
        """Take note of what time it is on the server, which says so in whole seconds: its time is up to one later."""
        least = date - datetime.now(UTC)
        self._ahead = min(max(self._ahead, least), least + timedelta(seconds=1))

    def now(self) -> datetime:
        """See `Clock.now`."""
        return datetime.now(UTC) + self._ahead

    def monotonic(self) -> float:
        """See `Clock.monotonic`."""
        return time.monotonic()

    def within(self, seconds: float) -> AbstractAsyncContextManager[object]:
        """See `Clock.within`."""
        return asyncio.timeout(seconds)

    async def sleep(self, seconds: float) -> None:
        """See `Clock.sleep`."""
        await asyncio.sleep(seconds)
