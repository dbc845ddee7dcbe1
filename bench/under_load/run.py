"""One app under load, from the first file until it has come to rest, and what became of the files."""

import asyncio
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from bench.under_load.emulators import HEARD, HOST_ID, INPUT, OUTPUT, STATE, Emulators, emulators
from bench.under_load.fleet import Fleet
from bench.under_load.inspection import DEFERRED, evidence
from bench.under_load.invariants import INVARIANTS, Evidence, doubled, errored, extra_paid, lost
from bench.under_load.offer import Offer
from bench.under_load.plan import Load
from bench.under_load.progress import Progress
from bench.under_load.quota import Quota, serving


@dataclass(frozen=True)
class Figures:
    """What became of the files.

    Attributes:
        extra_paid: calls for a version of a file that had been answered already.
        drain_ratio: the time to the last document, against what quota and outage make necessary.
        offered_per_second: how fast the files really came.
        broken: how many cases speak against each invariant.
    """

    files: int
    lost: int
    doubled: int
    good_errored: int
    extra_paid: int
    kills: int
    drain_ratio: float
    peak_mb: int
    seconds: int
    quota_per_second: float
    offered_per_second: float
    broken: dict[str, int]


@dataclass(frozen=True)
class Run:
    """All that takes part in one."""

    load: Load
    storage: Emulators
    quota: Quota
    fleet: Fleet
    offer: Offer

    async def drain(self) -> float:
        """Offer everything, wait until no more comes of it, and return the seconds until the last did."""
        progress = Progress(self.load, self.storage, self.quota, self.offer)
        started = time.monotonic()
        trouble = [self.fleet.be_killed(self.load.kill_every), self._have_outage()]
        async with _meanwhile(*trouble, self.fleet.be_weighed(), progress.follow()):
            await self.offer.drop_all()
            is_done = await progress.until_done()
        if is_done:
            await progress.until_at_rest()
        return progress.moved - started

    async def _have_outage(self) -> None:
        await asyncio.sleep(self.load.outage_begins)
        self.quota.is_down = True
        await asyncio.sleep(self.load.outage)
        self.quota.is_down = False


async def measured(app: str, load: Load, folder: Path, before: Path | None = None) -> tuple[Figures, Evidence]:
    """Put an app of `bench/apps` under load; its logs and those of storage are left in the folder.

    Every second worker runs the version that lies in the folder `before`, if there is one.
    """
    chance = Random(load.seed)  # noqa: S311 - a load that can be had again
    async with emulators(folder) as storage, serving(load.per_second) as quota:
        environ = {**load.environ(), **_environ(storage.connection_string, quota.url)}
        fleet = Fleet(app, environ, load.hidden_seconds, folder, Random(chance.random()), before)  # noqa: S311
        run = Run(load, storage, quota, fleet, Offer(load, storage, chance))
        try:
            await fleet.start(load.workers)
            seconds = await run.drain()
        finally:
            await fleet.stop()
        seen = await evidence(storage, quota, fleet, run.offer)
    return _figures(run, seen, seconds), seen


def _figures(run: Run, seen: Evidence, seconds: float) -> Figures:
    least = len(seen.calls) / run.load.per_second + run.load.outage
    return Figures(
        files=len(seen.versions),
        lost=_count(lost(seen)),
        doubled=_count(doubled(seen)),
        good_errored=_count(errored(seen)),
        extra_paid=extra_paid(seen),
        kills=len(seen.killed),
        drain_ratio=round(seconds / least, 2),
        peak_mb=round(run.fleet.peak_mb),
        seconds=round(seconds),
        quota_per_second=run.load.per_second,
        offered_per_second=round(sum(map(len, seen.versions.values())) / run.offer.seconds, 1),
        broken={name: _count(each.broken_by(seen)) for name, each in INVARIANTS.items()},
    )


def _count(cases: Any) -> int:
    return sum(1 for _ in cases)


@asynccontextmanager
async def _meanwhile(*endless: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Let things go on until the end of the block; whatever one of them raises ends it."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(each) for each in endless]
        yield
        for task in tasks:
            task.cancel()


def _environ(storage: str, endpoint: str) -> dict[str, str]:
    return {
        "AzureFunctionsWebHost__hostid": HOST_ID,
        "AzureWebJobsStorage": storage,
        "MEDIA_STORAGE": storage,
        "AZURE_INFERENCE_ENDPOINT": endpoint,
        "AZURE_INFERENCE_DEPLOYMENT": "quota",
        "INPUT_CONTAINER": INPUT,
        "OUTPUT_CONTAINER": OUTPUT,
        "STATE_CONTAINER": STATE,
        "DEFERRED_QUEUE": DEFERRED,
        "DROPSCRIBE_EVENTS_QUEUE": HEARD,
    }
