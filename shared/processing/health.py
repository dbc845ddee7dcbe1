"""What this worker saw of each model's deployment lately: whether it answers other files, where it fails on one."""

from collections import defaultdict, deque
from datetime import datetime

REMEMBERED = 100
"""How many calls of a deployment are remembered."""

FAILURES_OF_A_GOOD_HOUR = 1 / 10
"""The largest share of failed calls with which a deployment is still held to be healthy."""


class Health:
    """The last calls of each deployment, by its alias."""

    def __init__(self) -> None:
        self._calls: defaultdict[str, deque[tuple[datetime, bool]]] = defaultdict(lambda: deque(maxlen=REMEMBERED))

    def note(self, deployment: str, now: datetime, *, answered: bool) -> None:
        """Note how a call ended."""
        self._calls[deployment].append((now, answered))

    def is_well(self, deployment: str, since: datetime) -> bool:
        """Whether it has answered since then, and hardly ever failed."""
        calls = [answered for moment, answered in self._calls[deployment] if moment > since]
        return any(calls) and calls.count(False) <= len(calls) * FAILURES_OF_A_GOOD_HOUR
