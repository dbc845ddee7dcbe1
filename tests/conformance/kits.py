"""All that implements our storage protocols, with what a test must be able to do beside them."""

import base64
import json
import uuid
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Generator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol, cast

from azure.storage.blob.aio import BlobServiceClient
from azure.storage.queue.aio import QueueServiceClient

from shared.adapters.storage.blobs import BlobFiles
from shared.adapters.storage.clients import blobs_by_connection_string, queues_by_connection_string
from shared.adapters.storage.dead_letters import BlobDeadLetters
from shared.adapters.storage.queues import StorageEventQueue, StorageJobQueue
from shared.adapters.storage.state import BlobState
from shared.processing.budget import SpendingStore
from shared.processing.claims import ClaimStore
from shared.processing.cooldowns import CooldownStore
from shared.processing.jobs import Job, JobQueue, job_of
from shared.processing.kept import AnswerStore
from shared.recovery.dead_letters import DeadLetterStore
from shared.recovery.progress import ScanStore
from shared.results.events import EventPublisher
from shared.results.result import document_name
from shared.results.store import FileStore
from tests.simulation.world import World
from tests.unit.fakes import MemoryFiles, MemoryState
from tests.unit.recovery.test_dead_letters import MemoryLetters, letter


class StateStore(ClaimStore, CooldownStore, SpendingStore, AnswerStore, ScanStore, Protocol):
    """All that lies in the state container."""


@dataclass
class Kit(ABC):
    """The implementations, and a way round them."""

    files: FileStore
    state: StateStore
    jobs: JobQueue
    events: EventPublisher
    dead_letters: DeadLetterStore

    @abstractmethod
    async def upload(self, name: str, content: bytes = b"x", **metadata: str) -> None:
        """Drop a file, or a new version of it."""

    @abstractmethod
    async def remove(self, name: str) -> None:
        """Delete a file."""

    @abstractmethod
    async def remove_document(self, name: str) -> None:
        """Delete the document of a file."""

    @abstractmethod
    async def refuse(self, name: str, content: bytes | None = None) -> None:
        """Deliver the event of a file nowhere; `content` is what stands among the dead letters in place of it."""

    @abstractmethod
    async def jobs_sent(self) -> list[Job]:
        """What lies in the queue of work that waits."""

    @abstractmethod
    async def told_of(self) -> list[str]:
        """The names of the files whose documents were told of."""


@dataclass
class MemoryKit(Kit):
    """The fakes of the unit tests."""

    files: MemoryFiles = field(default_factory=MemoryFiles)
    state: MemoryState = field(default_factory=MemoryState)
    jobs: JobQueue = field(init=False)
    events: EventPublisher = field(init=False)
    dead_letters: MemoryLetters = field(default_factory=MemoryLetters)

    def __post_init__(self) -> None:
        self.jobs = self.events = self.state

    async def upload(self, name: str, content: bytes = b"x", **metadata: str) -> None:
        self.files.put(name, content, **metadata)

    async def remove(self, name: str) -> None:
        del self.files.contents[name]

    async def remove_document(self, name: str) -> None:
        del self.files.outcomes[name]

    async def refuse(self, name: str, content: bytes | None = None) -> None:
        self.dead_letters.letters[f"{len(self.dead_letters.letters)}.json"] = (
            letter(name) if content is None else content
        )

    async def jobs_sent(self) -> list[Job]:
        return [job for job, _ in self.state.sent]

    async def told_of(self) -> list[str]:
        return [result.input.name for result in self.state.published]


class Stepped:
    """The world of the simulation, whose every step is taken at once."""

    def __init__(self, world: World) -> None:
        self._world = world

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._world, name)

        async def called(*arguments: Any, **named: Any) -> Any:
            return _finished(method(*arguments, **named))

        return called


def _finished(steps: Awaitable[Any]) -> Any:
    running: Generator[Any, Any, Any] = steps.__await__()
    while True:
        try:
            next(running)
        except StopIteration as end:
            return end.value


@dataclass
class SimulatedKit(Kit):
    """The world of the simulation. Its files have no content."""

    world: World

    async def upload(self, name: str, content: bytes = b"x", **metadata: str) -> None:
        self.world.upload(name)

    async def remove(self, name: str) -> None:
        self.world.remove(name)

    async def remove_document(self, name: str) -> None:
        del self.world.outcomes[document_name(name)]

    async def refuse(self, name: str, content: bytes | None = None) -> None:
        self.world.dead_letters[self.world.version()] = name

    async def jobs_sent(self) -> list[Job]:
        return [message.job for message in self.world.queues["deferred"]]

    async def told_of(self) -> list[str]:
        return [name for (name, _), times in self.world.published.items() for _ in range(times)]


@dataclass
class AzureKit(Kit):
    """The adapters, on an emulator or on a real account."""

    blobs: BlobServiceClient
    queues: QueueServiceClient
    suffix: str

    async def upload(self, name: str, content: bytes = b"x", **metadata: str) -> None:
        blob = self.blobs.get_blob_client(f"input-{self.suffix}", name)
        await blob.upload_blob(content, overwrite=True, metadata=metadata)

    async def remove(self, name: str) -> None:
        await self.blobs.get_blob_client(f"input-{self.suffix}", name).delete_blob()

    async def remove_document(self, name: str) -> None:
        await self.blobs.get_blob_client(f"output-{self.suffix}", document_name(name)).delete_blob()

    async def refuse(self, name: str, content: bytes | None = None) -> None:
        container = self.blobs.get_container_client(f"dead-{self.suffix}")
        if not await container.exists():
            await container.create_container()
        letters = f"TOPIC/FILES/2026/11/26/1/{uuid.uuid4()} #.json"
        await container.upload_blob(letters, letter(name) if content is None else content)

    async def jobs_sent(self) -> list[Job]:
        read = [job_of(body, "input") for body in await self._bodies("later")]
        return [job for _, job in filter(None, read)]

    async def told_of(self) -> list[str]:
        return [json.loads(body)["subject"] for body in await self._bodies("done")]

    async def _bodies(self, queue: str) -> list[bytes]:
        seen = await self.queues.get_queue_client(f"{queue}-{self.suffix}").peek_messages(32)
        return [base64.b64decode(each.content) for each in seen]


@asynccontextmanager
async def azure_kit(connection: str) -> AsyncIterator[Kit]:
    """Containers and queues of a test's own, which are deleted at its end."""
    suffix = uuid.uuid4().hex[:12]
    async with blobs_by_connection_string(connection) as blobs, queues_by_connection_string(connection) as queues:
        for kind in ("input", "output", "state"):
            await blobs.create_container(f"{kind}-{suffix}")
        files = BlobFiles(blobs, input_container=f"input-{suffix}", output_container=f"output-{suffix}")
        jobs = StorageJobQueue(queues, f"later-{suffix}")
        events = StorageEventQueue(queues, f"done-{suffix}", output=f"{blobs.url}output-{suffix}")
        state, dead_letters = BlobState(blobs, f"state-{suffix}"), BlobDeadLetters(blobs, f"dead-{suffix}")
        yield AzureKit(files, state, jobs, events, dead_letters, blobs, queues, suffix)
        for container in [each async for each in blobs.list_containers() if each.name.endswith(suffix)]:
            await blobs.delete_container(container)
        for queue in [each async for each in queues.list_queues() if each.name.endswith(suffix)]:
            await queues.delete_queue(queue)


def simulated_kit() -> Kit:
    """A world of its own."""
    world = World()
    stepped = cast(Any, Stepped(world))
    return SimulatedKit(stepped, stepped, stepped, stepped, stepped, world)
