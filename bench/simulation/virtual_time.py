"""Time that passes only when everybody waits: hours of it in seconds, and the same each time."""

import heapq
import itertools
from collections.abc import Callable, Coroutine, Generator
from contextlib import AbstractAsyncContextManager, nullcontext
from datetime import UTC, datetime, timedelta
from functools import partial

START = datetime(2026, 1, 1, tzinfo=UTC)

type Steps = Coroutine["_Sleep", None, object]


class _Sleep:
    """What a coroutine waits for: nothing but a moment."""

    def __init__(self, until: float) -> None:
        self.until = until

    def __await__(self) -> Generator["_Sleep"]:
        yield self


class VirtualTime:
    """A clock (implements `Clock`) and the agenda of all that is to happen; `seconds` have passed since it began."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._agenda: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()

    def now(self) -> datetime:
        """See `Clock.now`."""
        return self.moment(self.seconds)

    def monotonic(self) -> float:
        """See `Clock.monotonic`."""
        return self.seconds

    def within(self, seconds: float) -> AbstractAsyncContextManager[object]:  # noqa: ARG002 - nothing takes long here
        """See `Clock.within`."""
        return nullcontext()

    @staticmethod
    def moment(seconds: float) -> datetime:
        """So many seconds after the beginning."""
        return START + timedelta(seconds=seconds)

    async def sleep(self, seconds: float) -> None:
        """See `Clock.sleep`."""
        await _Sleep(self.seconds + seconds)

    def later(self, seconds: float, action: Callable[[], None]) -> None:
        """Let something happen after so many seconds; of two things of one moment, first what was told first."""
        heapq.heappush(self._agenda, (self.seconds + seconds, next(self._order), action))

    def start(self, steps: Steps, then: Callable[[], None]) -> None:
        """Run a coroutine that waits for nothing but this clock, and do something when it has ended."""
        try:
            sleep = steps.send(None)
        except StopIteration:
            then()
        else:
            self.later(sleep.until - self.seconds, partial(self.start, steps, then))

    def run(self, until: float, is_over: Callable[[], bool]) -> None:
        """Let time pass: until that moment, or until it is over, or until there is nothing more to happen."""
        while self._agenda and self._agenda[0][0] <= until and not is_over():
            self.seconds, _, action = heapq.heappop(self._agenda)
            action()
