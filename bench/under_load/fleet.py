"""The workers: local hosts that run one app over one storage, are killed at random, and come back."""

import asyncio
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from bench.under_load.planted import model_key
from local.process import Child

ROOT = Path(__file__).resolve().parents[2]
APPS = Path("bench") / "apps"
TIMER = "reconcile_soon"
TRIGGERS_FOR_FILES = (
    *("answer_blob", "answer_event", "answer_deferred"),
    *("settle_poison", "settle_event_poison", "settle_deferred_poison"),
)


@dataclass(frozen=True)
class Worker:
    """One process. Each has a number that no other ever had."""

    number: int
    child: Child


@dataclass
class Fleet:
    """As many workers as there are seats. As on Flex Consumption, the timer has an instance of its own: the first seat.

    Where that one is killed, the next in its seat makes up for the run that it missed or began (schedule_monitor.py).

    Attributes:
        before: the folder of an earlier version, which every second worker runs.
        killed: when each of those that were killed was, by their number (`time.monotonic`).
        peak_mb: the most memory that all held together.
    """

    app: str
    environ: dict[str, str]
    hidden_seconds: int
    logs: Path
    random: Random
    before: Path | None = None
    killed: dict[int, float] = field(default_factory=dict)
    peak_mb: float = 0
    _seats: dict[int, Worker] = field(default_factory=dict)
    _started: int = 0

    async def start(self, workers: int) -> None:
        """Start so many, and the one for the timer."""
        await asyncio.gather(*map(self._fill, range(1 + workers)))

    async def stop(self) -> None:
        """Stop them all."""
        await asyncio.gather(*(worker.child.stop() for worker in self._seats.values()))

    async def be_killed(self, every: float) -> None:
        """Kill one at random, start another in its place, and when that is ready wait for so many seconds."""
        while True:
            await asyncio.sleep(every)
            seat = self.random.choice(sorted(self._seats))
            victim = self._seats.pop(seat)
            self.killed[victim.number] = time.monotonic()
            await victim.child.kill()
            await self._fill(seat)

    async def be_weighed(self) -> None:
        """Remember how much memory they held at most."""
        while True:
            self.peak_mb = max(self.peak_mb, sum(_resident_mb(each.child.pid) for each in self._seats.values()))
            await asyncio.sleep(0.5)

    def said(self) -> Iterator[tuple[str, str]]:
        """All that they logged: the name of each log, and what stands in it."""
        for log in self.logs.glob("worker-*.log"):
            yield log.name, log.read_text(errors="replace")

    async def _fill(self, seat: int) -> None:
        self._started += 1
        number = self._started
        root = self.before if self.before and number % 2 else ROOT
        command = [sys.executable, "-m", "local.host", str(root / APPS / self.app), "--no-events"]
        child = await Child.start(
            "A worker",
            [*command, "--hidden-seconds", str(self.hidden_seconds)],
            environ={**self.environ, **_own(number, seat), "PYTHONPATH": str(root)},
            log=self.logs / f"worker-{number}.log",
            ready=[r"The host is ready at (?P<address>\S+)"],
            folder=root,
        )
        self._seats[seat] = Worker(number, child)


def _own(number: int, seat: int) -> dict[str, str]:
    others = ("reconcile", *(TRIGGERS_FOR_FILES if seat == 0 else [TIMER]))
    silenced = {f"AzureWebJobs.{function}.Disabled": "true" for function in others}
    return {"AZURE_INFERENCE_CREDENTIAL": model_key(number), **silenced}


def _resident_mb(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS")), 0)
