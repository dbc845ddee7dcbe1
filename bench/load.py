"""Many files through several workers that are killed again and again, a model with a quota, and a long outage.

`make load FILES=N SEED=S` prints what became of them, and writes `bench/results/load.json`.
"""

import asyncio
import base64
import io
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

from azure.core.exceptions import ResourceExistsError
from azure.storage.blob.aio import BlobServiceClient
from azure.storage.queue.aio import QueueClient
from PIL import Image

from bench.quota import Quota, serving
from local.process import Child
from local.storage import Azurite

APPS = Path(__file__).resolve().parent / "apps"
ROOT = APPS.parent.parent
RESULTS = APPS.parent / "results" / "load.json"
HOST_ID = "dropscribe-load"
EVENTS = f"azure-webjobs-blobtrigger-{HOST_ID}"
HIDDEN_SECONDS = 10


@dataclass(frozen=True)
class Load:
    """What is asked of an app: so many files, four times as fast as the model can answer."""

    files: int
    seed: int
    per_second: float = 15
    workers: int = 3
    kill_every: float = 4
    outage: float = 15

    @property
    def most_seconds(self) -> float:
        """When to stop waiting."""
        return 60 + 4 * (self.files / self.per_second + self.outage)


@dataclass
class Figures:
    """What became of it. `extra_paid` are calls for a version of a file that had been answered already."""

    files: int
    lost: int = 0
    doubled: int = 0
    good_errored: int = 0
    extra_paid: int = 0
    kills: int = 0
    drain_ratio: float = 0
    peak_mb: float = 0
    seconds: float = 0


@dataclass
class Workers:
    """Hosts that run one app over one storage."""

    app: str
    environ: dict[str, str]
    logs: Path
    random: random.Random
    running: list[Child] = field(default_factory=list)
    kills: int = 0
    peak_mb: float = 0

    async def start(self) -> None:
        """Start one more."""
        log = self.logs / f"{self.app}-{len(self.running)}-{self.kills}.log"
        command = [sys.executable, "-m", "local.host", str(APPS / self.app), "--no-events"]
        command += ["--hidden-seconds", str(HIDDEN_SECONDS)]
        ready = [r"The host is ready at (?P<address>\S+)"]
        child = await Child.start("A worker", command, environ=self.environ, log=log, ready=ready, folder=ROOT)
        self.running.append(child)

    async def be_killed(self, every: float) -> None:
        """Kill one at random again and again, and start another in its place."""
        while True:
            await asyncio.sleep(every)
            victim = self.running.pop(self.random.randrange(len(self.running)))
            await victim.kill()
            self.kills += 1
            await self.start()

    async def be_weighed(self) -> None:
        """Remember the most memory that all of them held together."""
        while True:
            self.peak_mb = max(self.peak_mb, sum(_resident_mb(child.pid) for child in self.running))
            await asyncio.sleep(0.5)

    async def stop(self) -> None:
        """Stop them all."""
        await asyncio.gather(*(child.stop() for child in self.running))


@dataclass
class Run:
    """One app under load."""

    load: Load
    storage: BlobServiceClient
    queue: QueueClient
    quota: Quota
    random: random.Random
    etags: dict[str, str] = field(default_factory=dict)
    versions: int = 0

    async def drop_all(self) -> None:
        """Drop the files, at four times the quota; one in thirty is overwritten later."""
        pause = 1 / (4 * self.load.per_second)
        for number in range(self.load.files):
            started = time.monotonic()
            await self._drop(f"file-{number:06}")
            if self.random.random() < 1 / 30:
                await self._drop(self.random.choice(list(self.etags)))
            await asyncio.sleep(max(0.0, pause - (time.monotonic() - started)))

    async def _drop(self, name: str) -> None:
        self.versions += 1
        content = PICTURE + f"{self.versions:016}".encode()
        put = await self.storage.get_blob_client("input", name).upload_blob(content, overwrite=True)
        self.etags[name] = str(put["etag"]).strip('"')
        for _ in range(self.random.choice([0] + [1] * 26 + [2, 2, 3])):  # Event Grid loses some, and repeats some
            await self.queue.send_message(_event(name, str(put["etag"])))

    async def have_outage(self) -> None:
        """Be down for a while, once a quarter of the files must have been answered."""
        await asyncio.sleep(self.load.files / self.load.per_second / 4)
        self.quota.is_down = True
        await asyncio.sleep(self.load.outage)
        self.quota.is_down = False

    async def answered(self) -> dict[str, tuple[str, str]]:
        """For each document the version that it answers, and its status."""
        found = {}
        async for blob in self.storage.get_container_client("output").list_blobs(include=["metadata"]):
            labels = blob.metadata or {}
            found[blob.name.removesuffix(".json")] = (labels.get("input_etag", ""), labels.get("status", "ok"))
        return found


async def measured(app: str, load: Load, folder: Path) -> Figures:
    """Put an app under load, wait until it is done or nothing moves any more, and count."""
    async with _place(app, load, folder) as (run, workers):
        started = time.monotonic()
        nuisances = [workers.be_killed(load.kill_every), workers.be_weighed(), run.have_outage()]
        tasks = [asyncio.create_task(each) for each in nuisances]
        await run.drop_all()
        answered = await _until_done(run, versions_count=app == "ours", deadline=started + load.most_seconds)
        seconds = time.monotonic() - started
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        figures = _counted(run, answered, checks_versions=app == "ours")
        figures.kills, figures.peak_mb = workers.kills, round(workers.peak_mb)
        figures.seconds = round(seconds, 1)
        least = sum(1 for _ in run.quota.paid) / load.per_second + load.outage
        figures.drain_ratio = round(seconds / least, 2)
        return figures


async def _until_done(run: Run, *, versions_count: bool, deadline: float) -> dict[str, tuple[str, str]]:
    seen, moved = 0, time.monotonic()
    while True:
        answered = await run.answered()
        done = sum(1 for name, etag in run.etags.items() if _is_answered(answered, name, etag, versions_count))
        progress = done + sum(run.quota.paid.values())
        if progress != seen:
            seen, moved = progress, time.monotonic()
        if done == len(run.etags) or time.monotonic() > deadline or time.monotonic() - moved > 45:
            return answered
        await asyncio.sleep(0.5)


def _is_answered(answered: dict[str, tuple[str, str]], name: str, etag: str, versions_count: bool) -> bool:
    return name in answered and (not versions_count or answered[name][0] == etag)


def _counted(run: Run, answered: dict[str, tuple[str, str]], *, checks_versions: bool) -> Figures:
    return Figures(
        files=len(run.etags),
        lost=sum(1 for name, etag in run.etags.items() if not _is_answered(answered, name, etag, checks_versions)),
        doubled=len(answered.keys() - run.etags.keys()),
        good_errored=sum(1 for _, status in answered.values() if status == "error"),
        extra_paid=sum(times - 1 for times in run.quota.paid.values()),
    )


@asynccontextmanager
async def _place(app: str, load: Load, folder: Path) -> AsyncIterator[tuple[Run, Workers]]:
    azurite = await Azurite.start(log=folder / f"azurite-{app}.log", location=None)
    chance = random.Random(load.seed)  # noqa: S311 - a load that can be had again
    try:
        async with (
            serving(load.per_second) as quota,
            BlobServiceClient.from_connection_string(azurite.connection_string) as storage,
            QueueClient.from_connection_string(azurite.connection_string, EVENTS) as queue,
        ):
            for name in ("input", "output", "state"):
                await storage.create_container(name)
            with suppress(ResourceExistsError):
                await queue.create_queue()
            workers = Workers(app, _environ(azurite.connection_string, quota.url), folder, chance)
            try:
                for _ in range(load.workers):
                    await workers.start()
                yield Run(load, storage, queue, quota, chance), workers
            finally:
                await workers.stop()
    finally:
        await azurite.stop()


def _environ(storage: str, endpoint: str) -> dict[str, str]:
    return {
        "AzureFunctionsWebHost__hostid": HOST_ID,
        "AzureWebJobsStorage": storage,
        "MEDIA_STORAGE": storage,
        "AZURE_INFERENCE_ENDPOINT": endpoint,
        "AZURE_INFERENCE_CREDENTIAL": "key",
        "AZURE_INFERENCE_DEPLOYMENT": "quota",
        "INPUT_CONTAINER": "input",
        "OUTPUT_CONTAINER": "output",
        "PYTHONPATH": str(ROOT),
    }


def _event(name: str, etag: str) -> str:
    function = "answer_blob"
    fields = {
        "Type": "BlobTrigger",
        "FunctionId": f"Host.Functions.{function}",
        "BlobType": "BlockBlob",
        "ContainerName": "input",
        "BlobName": name,
        "ETag": etag,
    }
    return base64.b64encode(json.dumps(fields).encode()).decode()


def _picture() -> bytes:
    picture = io.BytesIO()
    Image.new("RGB", (8, 8), "white").save(picture, "PNG")
    return picture.getvalue()


PICTURE = _picture()


def _resident_mb(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS")), 0)


def main(files: int, seed: int) -> None:
    """Measure ours and the naive way, print both, and write them down."""
    load = Load(files, seed)
    results: dict[str, object] = {}
    with tempfile.TemporaryDirectory() as folder:
        for app in ("ours", "naive"):
            figures = asyncio.run(measured(app, load, Path(folder)))
            print(f"{app}: {asdict(figures)}", flush=True)
            results = asdict(figures) if app == "ours" else {**results, "naive": asdict(figures)}
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(results, indent=2) + "\n")
    print(f"Written: {os.path.relpath(RESULTS, ROOT)}")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
