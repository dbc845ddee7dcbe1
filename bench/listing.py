"""The reconciler over many millions of files: how long a look at all of them takes, and until a lost event is found.

`python -m bench.listing FILES MS` prints a line of JSON for so many files with their documents, where each blob of a
listing takes so many ms. The reconciler is the real one; storage makes the names up, and the time that it says is what
listing would take. The memory and the CPU time of the process are what they are.
"""

import asyncio
import json
import logging
import subprocess
import sys
import time
from contextlib import AbstractAsyncContextManager, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from shared.adapters.storage.listing import PAGE_BLOBS as PAGE
from shared.media import ListedFile, Page
from shared.processing import Claim, Job, Services, VersionedClaim
from shared.recovery import Reconciler, ScanProgress
from shared.results import StoredResult

ROOT = Path(__file__).resolve().parent.parent
START = datetime(2026, 1, 1, tzinfo=UTC)
LONG_AGO = START - timedelta(days=30)
EVERY = 900.0


class ManyFiles:
    """So many files, all answered but one, which comes when the first run has just passed its name by.

    Attributes:
        seconds: the time.
        lost_at: when the file came whose event was lost.
        requests: pages that were listed.
        found_at: when that file was queued again.
    """

    def __init__(self, files: int, blob_seconds: float) -> None:
        self._files = files
        self._blob_seconds = blob_seconds
        self.seconds = 0.0
        self.lost_at: float | None = None
        self.found_at: float | None = None
        self.requests = 0
        self.scan: ScanProgress | None = None

    async def list_inputs(self, marker: str = "") -> Page[ListedFile]:
        """See `FileStore.list_inputs`."""
        numbers = self._page(marker)
        files = [ListedFile(_name(number), f"0x8DC{number:012X}", LONG_AGO) for number in numbers]
        if not marker and self.lost_at is not None:
            files.append(ListedFile(_name(0) + "-lost", "0x8DC", START + timedelta(seconds=self.lost_at)))
            files.sort(key=lambda file: file.name)
        return Page(files, self._following(numbers))

    async def list_answered(self, marker: str = "") -> Page[tuple[str, StoredResult]]:
        """See `FileStore.list_answered`."""
        numbers = self._page(marker)
        page = [(f"{_name(n)}.json", StoredResult("0x8DD", f"0x8DC{n:012X}", LONG_AGO)) for n in numbers]
        return Page(page, self._following(numbers))

    def _page(self, marker: str) -> range:
        start = int(marker or 0)
        numbers = range(start, min(start + PAGE, self._files))
        self.requests += 1
        self.seconds += len(numbers) * self._blob_seconds
        return numbers

    def _following(self, numbers: range) -> str:
        return str(numbers.stop) if numbers.stop < self._files else ""

    async def find_result(self, _name: str) -> StoredResult | None:
        """See `FileStore.find_result`."""
        self.requests += 1
        return None

    async def read_scan(self) -> ScanProgress | None:
        """See `ScanStore.read_scan`."""
        return self.scan

    async def write_scan(self, progress: ScanProgress) -> None:
        """See `ScanStore.write_scan`."""
        self.scan = progress

    async def read(self, _name: str) -> VersionedClaim | None:
        """See `ClaimStore.read`."""
        return None

    async def write(self, _name: str, claim: Claim, *, replacing: VersionedClaim | None) -> VersionedClaim:
        """See `ClaimStore.write`."""
        assert replacing is None
        return VersionedClaim("1", claim)

    async def send(self, job: Job, _seconds: float) -> None:
        """See `JobQueue.send`."""
        assert job.name.endswith("-lost"), job.name
        self.found_at = self.seconds

    def now(self) -> datetime:
        """See `Clock.now`."""
        return START + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        """See `Clock.monotonic`."""
        return self.seconds

    def within(self, seconds: float) -> AbstractAsyncContextManager[object]:  # noqa: ARG002 - nothing takes long here
        """See `Clock.within`."""
        return nullcontext()

    async def sleep(self, seconds: float) -> None:
        """See `Clock.sleep`."""
        self.seconds += seconds


def _name(number: int) -> str:
    return f"receipts/2026/11/{number:09}-scan.jpg"


async def look(files: int, blob_ms: float) -> dict[str, float]:
    """A look at all of them, and runs until the lost event is found that came as late as it could."""
    many = ManyFiles(files, blob_ms / 1000)
    parts = ("files", "claims", "kept", "jobs", "cooldowns", "planner", "preparer", "publisher")
    services = Services(input_container="input", clock=many, **dict.fromkeys(parts, cast("Any", many)))
    before, started = _peak_mb(), time.process_time()
    max_seconds, runs = await _run(services, many), 1
    many.lost_at = max_seconds + 60
    while many.scan and many.scan.inputs:
        max_seconds = max(max_seconds, await _run(services, many))
        runs += 1
    figures = {"runs": runs, "requests": many.requests, "run_s": max_seconds, "cpu_s": time.process_time() - started}
    while many.found_at is None:
        await _run(services, many)
    return {**figures, "found_h": (many.found_at - many.lost_at) / 3600, "mb": _peak_mb() - before}


async def _run(services: Services, many: ManyFiles) -> float:
    """One run, and the wait for the next; return the seconds that the run took."""
    started = many.seconds
    await Reconciler(services, many).reconcile()
    took = many.seconds - started
    many.seconds = max(many.seconds, started + EVERY)
    return took


def _peak_mb() -> float:
    """The most memory that this program had; what `getrusage` tells may be its parent's."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def looked(files: int, blob_ms: float) -> dict[str, float]:
    """What `look` finds, in a process of its own."""
    command = [sys.executable, "-m", "bench.listing", str(files), str(blob_ms)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


if __name__ == "__main__":
    logging.getLogger("dropscribe").setLevel(logging.CRITICAL)
    print(json.dumps(asyncio.run(look(int(sys.argv[1]), float(sys.argv[2])))))
