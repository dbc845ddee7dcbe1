"""The storage of one run: an emulator for blobs and one for queues, and what stands in them at the end.

What Azurite (3.35) does is one thread's work. It looks at every message that there is for each that it hands out or
deletes: with 250 in its queues that takes 3 ms, with 7000 50 ms, and blobs would wait for it. In memory it keeps each
message, and each version of a blob, as an extent of its own, and sorts all of them again for each that it clears away,
90 ms with 10 000, every minute for queues and every ten for blobs: it stands still for minutes. On disk it has a few.
"""

import asyncio
import base64
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from azure.storage.blob.aio import BlobServiceClient
from azure.storage.queue.aio import QueueClient, QueueServiceClient

from bench.under_load.access_log import Write, writes
from local.storage import Azurite, connection_string

HOST_ID = "dropscribe-load"
EVENTS = f"azure-webjobs-blobtrigger-{HOST_ID}"
HEARD = "dropscribe-events"
INPUT, OUTPUT, STATE = CONTAINERS = ("input", "output", "state")


@dataclass
class Emulators:
    """Both emulators, with clients that write files and read what has become of them."""

    connection_string: str
    logs: list[Path]
    blobs: BlobServiceClient
    queues: QueueServiceClient

    @property
    def events(self) -> QueueClient:
        """The host's own queue, into which the real one puts what Event Grid tells it."""
        return self.queues.get_queue_client(EVENTS)

    @property
    def heard(self) -> QueueClient:
        """The app's queue, into which Event Grid itself puts events."""
        return self.queues.get_queue_client(HEARD)

    async def containers(self) -> list[str]:
        """The names of all containers."""
        return [container.name async for container in self.blobs.list_containers()]

    async def inputs(self) -> dict[str, str]:
        """The etag of every file that is in the input container."""
        files = self.blobs.get_container_client(INPUT).list_blobs()
        return {file.name: file.etag.strip('"') async for file in files}

    async def waiting(self) -> Counter[str]:
        """How many messages there are in each queue, with those that are hidden now."""
        found: Counter[str] = Counter()
        async for queue in self.queues.list_queues():
            properties = await self.queues.get_queue_client(queue.name).get_queue_properties()
            found[queue.name] = properties.approximate_message_count or 0
        return found

    async def messages(self) -> list[tuple[str, str]]:
        """Every message that can be seen, with the name of its queue; it is hidden for an hour then."""
        found = []
        for name in await self.waiting():
            pages = self.queues.get_queue_client(name).receive_messages(messages_per_page=32, visibility_timeout=3600)
            found += [(name, base64.b64decode(message.content).decode()) async for message in pages]
        return found

    def writes(self) -> Iterator[Write]:
        """All that was written."""
        for log in self.logs:
            with log.open(errors="replace") as lines:
                yield from writes(lines)


@asynccontextmanager
async def emulators(folder: Path) -> AsyncIterator[Emulators]:
    """Run both, with the containers of the app and the host's queue; their logs and files lie in the folder."""
    places = [folder / "azurite-blobs", folder / "azurite-queues"]
    logs = [place.with_suffix(".log") for place in places]
    async with AsyncExitStack() as exits:
        starts = (
            Azurite.start(log=log, location=place, tells_requests=True) for log, place in zip(logs, places, strict=True)
        )
        running = await asyncio.gather(*starts)
        for each in running:
            exits.push_async_callback(each.stop)
        address = connection_string(running[0].blob_endpoint, running[1].queue_endpoint)
        blobs = await exits.enter_async_context(BlobServiceClient.from_connection_string(address))
        queues = await exits.enter_async_context(QueueServiceClient.from_connection_string(address))
        for name in CONTAINERS:
            await blobs.create_container(name)
        for name in (EVENTS, HEARD):
            await queues.create_queue(name)
        yield Emulators(address, logs, blobs, queues)
