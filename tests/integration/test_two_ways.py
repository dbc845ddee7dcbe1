"""The whole stack, with events at the webhook, in the queue, or both: one document and one call of the model each."""

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from azure.core.exceptions import ResourceNotFoundError
from azure.storage.blob.aio import BlobServiceClient
from azure.storage.queue.aio import QueueServiceClient

from local.stack import DEAD_LETTERS, Events, running
from shared import bootstrap
from shared.processing.retry import RetryPolicy
from tests import samples
from tests.conftest import eventually
from tests.integration.command import model_at
from tests.integration.loopback import Service, service

pytestmark = pytest.mark.usefixtures("forked_hosts")

NAMES = ["chart.png", "a/blobs/50%20off #1.png", "图表 😀.png"]
QUEUES = ["dropscribe-events", "dropscribe-deferred"]
ONLY_QUEUE, ONLY_WEBHOOK, NEITHER = Events(are_refused=True), Events(are_queued=False), Events(True, False)
WAYS = {
    "both": (Events(), "2"),
    "webhook": (ONLY_WEBHOOK, "2"),
    "CloudEvents": (Events(are_refused=True, schema="CloudEventSchemaV1_0"), "0"),
}
if "FUZZ_EXAMPLES" in os.environ:
    WAYS |= {"queue": (ONLY_QUEUE, "1"), "array at once": (Events(are_refused=True, in_array=True), "0")}


@dataclass
class World:
    """A running stack whose model is a stand-in."""

    blobs: BlobServiceClient
    queues: QueueServiceClient
    model: Service
    storage: str

    async def drop(self) -> None:
        for name in NAMES:
            await self.blobs.get_blob_client("input", name).upload_blob(samples.CHART.read_bytes())

    async def names(self, container: str) -> list[str]:
        return sorted([name async for name in self.blobs.get_container_client(container).list_blob_names()])

    async def messages(self) -> int:
        return sum([await self._count(name) for name in QUEUES])

    async def _count(self, queue: str) -> int:
        try:
            properties = await self.queues.get_queue_client(queue).get_queue_properties()
        except ResourceNotFoundError:
            return 0  # no message was ever put into it
        return properties.approximate_message_count or 0

    async def at_rest(self) -> None:
        """Wait until each file has its document and no message is left."""

        async def look() -> bool | None:
            return (len(await self.names("output")) == len(NAMES) and await self.messages() == 0) or None

        await eventually(look)


@asynccontextmanager
async def stack(events: Events, wait: str, logs: Path) -> AsyncIterator[World]:
    async with AsyncExitStack() as exits:
        model = await exits.enter_async_context(service())
        with pytest.MonkeyPatch.context() as shell:
            for name, value in {**model_at(model.url), "DROPSCRIBE_EVENTS_WAIT": wait}.items():
                shell.setenv(name, value)
            storage = (await exits.enter_async_context(running(logs, events=events))).storage
            blobs = await exits.enter_async_context(BlobServiceClient.from_connection_string(storage))
            queues = await exits.enter_async_context(QueueServiceClient.from_connection_string(storage))
            yield World(blobs, queues, model, storage)


@pytest.mark.parametrize(("events", "wait"), WAYS.values(), ids=WAYS)
async def test_whichever_way_events_come_each_file_has_one_document_and_one_call(
    events: Events, wait: str, tmp_path: Path
) -> None:
    refusals = len(NAMES) if events.are_refused else 0

    async def were_refused() -> bool | None:
        return (tmp_path / "host.log").read_text().count("was refused with 401") == refusals or None

    async with stack(events, wait, tmp_path) as world:
        await world.drop()
        await eventually(were_refused)
        await world.at_rest()
        assert await world.names("output") == sorted(f"{name}.json" for name in NAMES)
        assert (len(world.model.arrived), await world.names("state")) == (len(NAMES), [])


async def test_files_whose_events_are_dead_letters_are_answered_after_the_next_run_of_the_reconciler(
    tmp_path: Path,
) -> None:
    async with stack(NEITHER, "2", tmp_path) as world:

        async def are_dead_letters() -> bool | None:
            return len(await world.names(DEAD_LETTERS)) == len(NAMES) or None

        await world.drop()
        await eventually(are_dead_letters)
        assert (await world.names("output"), await world.messages()) == ([], 0)
        app = bootstrap.load({**os.environ, "MEDIA_STORAGE": world.storage}, policy=RetryPolicy(first=0))
        await app.reconcile()
        await app.close()
        await world.at_rest()
        assert (len(world.model.arrived), await world.names(DEAD_LETTERS)) == (len(NAMES), [])
