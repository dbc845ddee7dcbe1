"""Every fault of the wire at every stage of the path, over a real storage emulator: the file ends in one ok document.

The test plays the host: it opens the doors, tries again what fails, and passes on what is poison. Time is made to pass
by taking pauses and waits away. Kills are the business of tests/simulation and of test_load.py.
"""

import asyncio
import base64
import itertools
import json
import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass

import pytest
from azure.core.exceptions import ResourceNotFoundError
from azure.storage.blob.aio import BlobServiceClient
from azure.storage.queue.aio import QueueClient

from local.storage import connection_string
from shared import bootstrap
from shared.adapters import azure_storage, inference
from shared.adapters.queues import DeferralQueue
from shared.deferrals import Job
from shared.patience import Patience
from tests import samples
from tests.integration.faulty import Fault, Faulty, proxy
from tests.integration.loopback import Answer, Service, service
from tests.unit.test_settings import GOOD

NAME = "a chart.png"
FAULTS = [
    "reset",
    "lost",
    "timeout",
    "corrupt",
    "skew",
    "status 429 1",
    "status 429 30",
    "status 429 3600",
    "status 429",
    "status 429 date",
    "status 500",
    "status 503",
    "status 401",
    "status 403",
    "status 404",
    "status 412",
]
STAGES = ["look", "find", "claim", "read", "model", "write", "clear", "send"]
NOT_TO_BE_SEEN = [("corrupt", "read")]
"""A file whose bytes change on the way, and nothing else: only TLS can tell, and does."""

CELLS = [cell for cell in itertools.product(FAULTS, STAGES) if cell not in NOT_TO_BE_SEEN]
HURRY = Patience(
    claim=2, invocation=20, call=5, here=0.05, first=0.01, longest=0.02, complete=0, breaker=0.01, overdue=0
)
STORAGE_TRIES = 3  # what the SDK makes of one


class Impatient(DeferralQueue):
    """Nothing waits in it."""

    async def send(self, job: Job, seconds: float) -> None:
        await super().send(job, 0)


@dataclass
class Stage:
    """The app behind faulty wires, and straight lines to storage for whoever looks on."""

    faulty: Faulty
    foundry: Service
    blobs: BlobServiceClient
    queue: QueueClient
    environ: dict[str, str]

    async def play_the_host(self) -> None:
        """Take the file to its document, as the host would: five tries for a message, then poison."""
        await self._deliver(lambda app: app.process(self.environ["INPUT_CONTAINER"], NAME))
        for _ in range(12):
            if await self.document() is not None and not await self._messages():
                return
            await self._let_time_pass()
            messages = await self._messages()
            for text in messages:
                await self._deliver(lambda app, text=text: app.resume(text))
            if not messages and await self.document() is None:
                await self._deliver(lambda app: app.reconcile())

    async def _deliver(self, door) -> None:  # type: ignore[no-untyped-def]
        for _ in range(5):
            app = bootstrap.load(self.environ, patience=HURRY)
            try:
                await door(app)
            except Exception:
                continue
            else:
                return
            finally:
                await app.close()
        poison = json.dumps({"ContainerName": self.environ["INPUT_CONTAINER"], "BlobName": NAME})
        app = bootstrap.load(self.environ, patience=HURRY)
        await app.settle_poison(poison)
        await app.close()

    async def document(self) -> str | None:
        """The status of the document, if it is there."""
        blob = self.blobs.get_blob_client(self.environ["OUTPUT_CONTAINER"], f"{NAME}.json")
        try:
            return str(json.loads(await (await blob.download_blob()).readall())["status"])
        except ResourceNotFoundError:
            return None

    async def documents(self) -> list[str]:
        container = self.blobs.get_container_client(self.environ["OUTPUT_CONTAINER"])
        return [name async for name in container.list_blob_names()]

    async def _messages(self) -> list[str]:
        found = []
        try:
            async for message in self.queue.receive_messages():
                found.append(base64.b64decode(message.content).decode())
                await self.queue.delete_message(message)
        except ResourceNotFoundError:
            pass
        return found

    async def _let_time_pass(self) -> None:
        container = self.blobs.get_container_client(self.environ["STATE_CONTAINER"])
        try:
            async for name in container.list_blob_names():
                await container.delete_blob(name)
        except ResourceNotFoundError:
            pass


@pytest.fixture
async def stage(azurite: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    for name in ("initial_backoff", "increment_base", "random_jitter_range"):
        monkeypatch.setitem(azure_storage._OPTIONS, name, 0)
    monkeypatch.setitem(azure_storage._OPTIONS, "read_timeout", 1)
    monkeypatch.setattr(inference, "READ_SECONDS", 1)
    monkeypatch.setattr(bootstrap, "DeferralQueue", Impatient)
    names = {kind: f"{kind}-{uuid.uuid4().hex[:12]}" for kind in ("input", "output", "state", "later")}
    faulty = Faulty(lambda method, path: stage_of(names, method, path))
    ends = dict(part.partition("=")[::2] for part in azurite.strip(";").split(";"))
    async with AsyncExitStack() as exits:
        foundry = await exits.enter_async_context(service())
        upstreams = [ends[end].rpartition("/")[0] for end in ("BlobEndpoint", "QueueEndpoint")]
        fronts = [await exits.enter_async_context(proxy(faulty, each)) for each in (*upstreams, foundry.url)]
        blobs = await exits.enter_async_context(BlobServiceClient.from_connection_string(azurite))
        queue = await exits.enter_async_context(QueueClient.from_connection_string(azurite, names["later"]))
        for kind in ("input", "output", "state"):
            await blobs.create_container(names[kind])
        await queue.create_queue()
        await blobs.get_blob_client(names["input"], NAME).upload_blob(samples.CHART.read_bytes())
        environ = {
            **GOOD,
            "MEDIA_STORAGE": connection_string(fronts[0], fronts[1]),
            "AZURE_INFERENCE_ENDPOINT": f"{fronts[2]}/models",
            "INPUT_CONTAINER": names["input"],
            "OUTPUT_CONTAINER": names["output"],
            "STATE_CONTAINER": names["state"],
            "DEFERRED_QUEUE": names["later"],
            "ARRIVAL_SECONDS": "0",
        }
        yield Stage(faulty, foundry, blobs, queue, environ)


def stage_of(names: dict[str, str], method: str, path: str) -> str:
    """Which stage of the path a request is."""
    if path.startswith("/models"):
        return "model"
    kind = next((kind for kind, name in names.items() if f"/{name}" in path), "")
    stages = {
        ("HEAD", "input"): "look",
        ("GET", "input"): "read",
        ("HEAD", "output"): "find",
        ("PUT", "output"): "write",
        ("PUT", "state"): "claim",
        ("DELETE", "state"): "clear",
        ("POST", "later"): "send",
    }
    return stages.get((method, kind), "")


@pytest.mark.parametrize(("fault", "stage_name"), CELLS)
async def test_whatever_goes_wrong_and_wherever_the_file_ends_in_one_ok_document(
    stage: Stage, fault: str, stage_name: str
) -> None:
    if stage_name == "send":  # there is something to put off
        stage.foundry.answers = [Answer(429, "", {"Retry-After": "600"}), Answer()]
    stage.faulty.fault = Fault(fault, stage_name, times=1 if stage_name == "model" else STORAGE_TRIES)
    async with asyncio.timeout(60):
        await stage.play_the_host()
    assert stage.faulty.fault.fired >= 1
    assert await stage.document() == "ok"
    assert await stage.documents() == [f"{NAME}.json"]
    paid = sum(1 for each in stage.foundry.arrived if each.body) - (stage_name == "send")
    assert paid <= 1 + stage.faulty.fault.fired
