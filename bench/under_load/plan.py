"""What is asked of an app, and the times that go with it."""

import json
from dataclasses import dataclass

SECONDS_IN_AZURE = 20_000
"""What a load is made out to take there, where all its times are the protocol's own: some five hours."""

CALLS_A_FILE = 1.2
"""One file in ten has three pages, each of which is a call."""


@dataclass(frozen=True)
class Load:
    """So many files, four times as fast as the model can answer, while workers are killed.

    A worker has four slots (bench/apps), where a deployed one has sixteen: those are for calls that take seconds, and
    here one takes a twentieth of a second.

    Attributes:
        per_second: the model's quota.
        kill_every: seconds from when all workers are up to the next `kill -9`.
        both_ways: whether events come into the app's own queue too; then the webhook refuses some.
    """

    files: int
    seed: int
    per_second: float = 4
    workers: int = 3
    kill_every: float = 5
    both_ways: bool = True

    @property
    def offered_per_second(self) -> float:
        """How fast the files come."""
        return 4 * self.per_second

    @property
    def least_seconds(self) -> float:
        """What the quota alone makes of it, if each file is answered once."""
        return CALLS_A_FILE * self.files / self.per_second

    @property
    def outage(self) -> float:
        """How long the model is down, in seconds."""
        return max(4, self.least_seconds / 8)

    @property
    def outage_begins(self) -> float:
        """When, in seconds from the first file: once a quarter of them must have been answered."""
        return self.least_seconds / 4

    @property
    def policy(self) -> dict[str, float]:
        """The times of shared/processing/retry.py, as much shorter as the load is; none shorter than it can be."""
        return {
            "claim": max(20, self._sped_up(900)),
            "invocation": max(15, self._sped_up(540)),  # what `call` leaves of it is for converting
            "call": max(4, self._sped_up(310)),
            "writing": max(4, self._sped_up(45)),
            "here": 4,
            "first": max(1, self._sped_up(15)),
            "max_wait": max(20, self._sped_up(3600)),
            "complete": 1,
            "breaker": max(4, self._sped_up(300)),
            "overdue": max(12, self._sped_up(1800)),
            "lost": self._sped_up(86_400),
        }

    @property
    def hidden_seconds(self) -> int:
        """For how long the host hides a message: so late those of a killed worker come back."""
        return round(max(8, self._sped_up(600)))

    @property
    def reconcile_schedule(self) -> str:
        """When the reconciler runs (NCRONTAB)."""
        seconds = round(max(6, self._sped_up(900)))
        return f"*/{seconds} * * * * *" if seconds < 60 else f"0 */{round(seconds / 60)} * * * *"

    @property
    def still_seconds(self) -> float:
        """After so long without any progress there will be none: nothing in the protocol waits for longer."""
        return 1.5 * self.policy["max_wait"] + self.hidden_seconds

    @property
    def max_seconds(self) -> float:
        """When to stop waiting for an app of which something comes all the time: late, on a machine that is busy."""
        return 600 + 4 * (self.least_seconds + self.outage)

    def environ(self) -> dict[str, str]:
        """What an app must know of all this."""
        wait = str(max(4, self._sped_up(60)))
        return {
            "LOAD_POLICY": json.dumps(self.policy),
            "LOAD_RECONCILE": self.reconcile_schedule,
            "DROPSCRIBE_EVENTS_WAIT": wait,
        }

    def _sped_up(self, seconds: float) -> float:
        return seconds / max(1, min(150, SECONDS_IN_AZURE / self.least_seconds))
