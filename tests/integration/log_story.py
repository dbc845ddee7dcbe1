"""A story that gives the queries in infra/queries something to find, told by the real app on the local host."""

import base64
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from azure.storage.blob.aio import BlobServiceClient
from azure.storage.queue.aio import QueueServiceClient

from bench.under_load.fleet import TRIGGERS_FOR_FILES
from local.host.schedule_monitor import ScheduleMonitor
from local.process import Child
from local.storage import Azurite
from shared.media.names import digest
from tests import samples
from tests.conftest import eventually
from tests.integration.loopback import COMPLETION, Answer, Service, service
from tests.planted import KEY

ROOT = Path(__file__).parents[2]
CHART = samples.CHART.read_bytes()
HELLO = samples.HELLO.read_bytes()
IN_A_HURRY = ROOT / "bench" / "apps" / "ours"
"""The same triggers as function_app.py's, with times of one's choosing."""
PHI = "Phi-4-multimodal-instruct"
OF_PHI, OF_MINI = {"input": 0.08, "audio": 4, "output": 0.32}, {"input": 0.75, "output": 4.5}
"""Dollars for a million tokens, whatever the catalog has."""
HOST_ID = "story"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
ONCE_A_YEAR = "0 0 0 1 1 *"


def costing(
    prompt: int, completion: int, audio: int | None = None, finish_reason: str = "stop", model: str = PHI
) -> Answer:
    """An answer with so many tokens, of which some may be audio."""
    choice = {"finish_reason": finish_reason, "message": {"role": "assistant", "content": "Hello."}}
    usage: dict[str, Any] = {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
    }
    if audio is not None:
        usage["prompt_tokens_details"] = {"audio_tokens": audio}
    return Answer(body={**COMPLETION, "model": model, "choices": [choice], "usage": usage})


BUSY = Answer(status=429, headers={"Retry-After": "1"})
BUSY_FOR_AN_HOUR = Answer(status=429, headers={"Retry-After": "3600"})
REFUSING_US = Answer(status=401, body={"error": {"code": "invalid_api_key", "message": "No such key."}})


@dataclass
class Story:
    """The app's surroundings, and the folder of its logs, one for each host."""

    folder: Path
    foundry: Service
    blobs: BlobServiceClient
    queues: QueueServiceClient
    environ: dict[str, str]
    hosts: list[Path] = field(default_factory=list)

    @asynccontextmanager
    async def host(self, image: str, app: Path = ROOT, **more: str) -> AsyncIterator[None]:
        """The app on the local host, with a deployment of this name for images."""
        self.hosts.append(self.folder / f"host-{len(self.hosts)}.log")
        running = await Child.start(
            "The host",
            [sys.executable, "-m", "local.host", str(app)],
            environ={**self.environ, "AZURE_INFERENCE_DEPLOYMENT_IMAGE": image, **more},
            log=self.hosts[-1],
            ready=[r"The host is ready at (?P<address>\S+)"],
            folder=ROOT,
        )
        try:
            yield
        finally:
            await running.stop()

    async def drop(self, name: str, content: bytes, *answers: Answer) -> None:
        """Drop a file that the model will answer so."""
        self.foundry.answers[:] = [*answers, Answer(status=500)]
        await self.blobs.get_blob_client("input", name).upload_blob(content, overwrite=True)

    async def lease_the_record_of(self, name: str) -> None:
        """Let no claim on this file be written."""
        record = self.blobs.get_blob_client("state", digest(name))
        await record.upload_blob(b"")
        await record.acquire_lease()

    async def send(self, queue: str, **message: object) -> None:
        """Put a message into a queue, as the host does with poison."""
        text = base64.b64encode(json.dumps(message).encode()).decode()
        await self.queues.get_queue_client(queue).send_message(text)

    async def give_up_again(self, name: str) -> None:
        """Put the message of a file's second chance among the poison, as the host does when that fails too."""
        record = self.blobs.get_blob_client("state", digest(name))

        async def look() -> str | None:
            return json.loads(await (await record.download_blob()).readall())["chance"] or None

        await self.send("dropscribe-deferred-poison", name=name, chance=await eventually(look))

    async def logged(self, event: str, name: str) -> None:
        """Wait until the host that runs has said this of a file."""
        await self._read(f'{{"event": "{event}", "name": "{name}"')

    async def _read(self, said: str) -> None:
        async def look() -> bool | None:
            return said in self.hosts[-1].read_text() or None

        await eventually(look)

    async def reconcile(self, **policy: float) -> None:
        """Let a host make up for a run of the timer, and start nothing else; the app's times may be others."""
        await ScheduleMonitor(self.blobs, HOST_ID, "reconcile").note(LONG_AGO)
        others = {f"AzureWebJobs.{name}.Disabled": "true" for name in TRIGGERS_FOR_FILES}
        times = {"LOAD_POLICY": json.dumps(policy), "LOAD_RECONCILE": ONCE_A_YEAR}
        async with self.host("never-asked", IN_A_HURRY, AzureFunctionsWebHost__hostid=HOST_ID, **times, **others):
            await self._read('{"event": "files.waiting"')

    def log(self) -> str:
        """All that was logged so far, in its order."""
        lines = [line for path in self.folder.glob("*.log") for line in path.read_text().splitlines(keepends=True)]
        return "".join(sorted(line for line in lines if line[:2] == "20"))  # each begins with its time


@asynccontextmanager
async def story_in(folder: Path) -> AsyncIterator[Story]:
    """The surroundings: an emulator of our own, and a model service on loopback."""
    azurite = await Azurite.start(log=folder / "azurite.txt", location=None)
    storage = azurite.connection_string
    async with (
        service() as foundry,
        BlobServiceClient.from_connection_string(storage) as blobs,
        QueueServiceClient.from_connection_string(storage) as queues,
    ):
        for container in ("input", "output"):
            await blobs.create_container(container)
        for queue in ("webjobs-blobtrigger-poison", "dropscribe-deferred-poison"):
            await queues.create_queue(queue)
        environ = {
            "AzureWebJobsStorage": storage,
            "MEDIA_STORAGE": storage,
            "BLOB_TRIGGER_SOURCE": "EventGrid",
            "ARRIVAL_SECONDS": "0",
            "AZURE_INFERENCE_ENDPOINT": f"{foundry.url}/models",
            "AZURE_INFERENCE_CREDENTIAL": KEY,
            "AZURE_INFERENCE_DEPLOYMENT": PHI,
            "MODEL_PRICES": json.dumps({PHI: OF_PHI, "gpt-5.4-mini-2026-03-17": OF_MINI}),
        }
        yield Story(folder, foundry, blobs, queues, environ)
    await azurite.stop()


async def all_goes_well(story: Story) -> None:
    """An image, a recording, a conversation of two turns; then nothing waits."""
    async with story.host(image="gpt-5.4-mini-eu"):
        await story.drop("describe/chart.png", CHART, costing(100_000, 10_000, model="gpt-5.4-mini-2026-03-17"))
        await story.logged("blob.answered", "describe/chart.png")
        await story.drop("hello.mp3", HELLO, costing(20_000, 2_000, audio=15_000))
        await story.logged("blob.answered", "hello.mp3")
        await story.drop("summarize/talk.mp3", HELLO, costing(30_000, 3_000, audio=15_000), costing(40_000, 4_000))
        await story.logged("blob.answered", "summarize/talk.mp3")
    await story.reconcile()


async def all_goes_wrong(story: Story) -> None:
    """A letter, a dear picture, one that is filtered, a busy model, refusals by a model and by storage, poison, and a
    lost event.
    """
    async with story.host(image="our-vision"):
        await story.drop("letter.png", b"Dear Sir or Madam, this is no picture.")
        await story.logged("blob.rejected", "letter.png")
        await story.drop("dear.png", CHART, costing(2_000_000, 1_000, model="our-vision"))
        await story.logged("blob.answered", "dear.png")
        await story.drop("filtered.png", CHART, costing(1_000, 100, finish_reason="content_filter", model="our-vision"))
        await story.logged("blob.rejected", "filtered.png")
        await story.drop("busy.mp3", HELLO, BUSY, BUSY, costing(20_000, 2_000))
        await story.logged("blob.answered", "busy.mp3")
    async with story.host(image="our-vision"):  # which has not seen the model answer
        await story.drop("refused.png", CHART, REFUSING_US)
        await story.logged("blob.deferred", "refused.png")
        await story.drop("later.mp3", HELLO, BUSY_FOR_AN_HOUR)
        await story.logged("blob.deferred", "later.mp3")
        await story.drop("cursed.png", CHART)
        await story.logged("blob.deferred", "cursed.png")
        await story.drop("letter.png", CHART)
        await story.logged("blob.deferred", "letter.png")
        await story.send("webjobs-blobtrigger-poison", ContainerName="input", BlobName="cursed.png")
        await story.logged("blob.poisoned_once", "cursed.png")
        await story.give_up_again("cursed.png")
        await story.logged("blob.rejected", "cursed.png")
        await story.send("webjobs-blobtrigger-poison", ContainerName="input", BlobName="refused.png")
        await story.logged("blob.poisoned_once", "refused.png")
        await story.lease_the_record_of("leased.png")
        await story.drop("leased.png", CHART)
        await story.logged("blob.deferred", "leased.png")
    await story.blobs.get_blob_client("input", "leased.png").delete_blob()
    await story.drop("lost.png", CHART)
    await story.reconcile(overdue=0)
