"""Storage, model and host, which start and stop together."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from azure.core.exceptions import HttpResponseError, ResourceExistsError
from azure.storage.blob.aio import BlobServiceClient
from azure.storage.queue.aio import QueueClient

from local.host.events import Schema
from local.isolation import offline_settings, process_settings, storage_settings
from local.offline_model import MODEL
from local.process import Child, NotStartedError
from local.storage import Azurite, kept_key, new_key
from shared.settings import endpoint_forgotten

APP = Path(__file__).resolve().parent.parent
EVENTS_QUEUE = "dropscribe-events"
DEAD_LETTERS = "events-deadletter"
"""Both as infra/ names them."""
ENDPOINT = "AZURE_INFERENCE_ENDPOINT"


@dataclass(frozen=True)
class Ports:
    """Where the services listen; 0 is any free port."""

    blob: int = 0
    queue: int = 0
    host: int = 0
    inbox: int = 0


@dataclass(frozen=True)
class Events:
    """How the app hears of files: as it does in Azure, but for what a test closes.

    Attributes:
        are_refused: whether the webhook answers each event with 401.
        are_queued: whether they come into the queue too.
        schema: of those in the queue.
        in_array: whether each of those stands in an array.
    """

    are_refused: bool = False
    are_queued: bool = True
    schema: Schema = "EventGridSchema"
    in_array: bool = False

    def arguments(self) -> list[str]:
        """The host's."""
        queue = ["--events-queue", EVENTS_QUEUE, "--events-schema", self.schema] if self.are_queued else []
        flags = {"--events-in-array": self.in_array, "--refuse-events": self.are_refused}
        return [*queue, *(flag for flag, is_set in flags.items() if is_set)]


@dataclass(frozen=True)
class Stack:
    """What runs.

    Attributes:
        storage: the connection string of the storage, and `blobs` the address of its containers.
        model: the name of the model, for people.
        events_queue: the queue into which events are delivered too; empty where they are not.
        host: the process of the host.
        others: those of storage, model and inbox.
        logs: the folder with what each process writes.
        inbox: the address of the page; None where it was not asked for.
    """

    storage: str
    blobs: str
    input_container: str
    output_container: str
    model: str
    host: Child
    others: tuple[Child, ...]
    logs: Path
    events_queue: str = ""
    inbox: str | None = None

    async def stopped(self) -> str:
        """Wait until one of its processes ends by itself, and return a sentence about it, for people."""
        ending = {asyncio.create_task(child.wait()): child for child in (self.host, *self.others)}
        try:
            done, _ = await asyncio.wait(ending, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in ending:
                task.cancel()
        child = ending[done.pop()]
        return f"{child.name} has stopped. The last it said:\n{child.last_lines()}"


@asynccontextmanager
async def running(
    logs: Path,
    *,
    storage: Path | None = None,
    ports: Ports | None = None,
    heard: Callable[[str], None] | None = None,
    events: Events = Events(),
    with_inbox: bool = False,
) -> AsyncIterator[Stack]:
    """Run everything, and stop it all at the end.

    Storage is kept in the folder `storage`, or in memory. The model is the one of `AZURE_INFERENCE_ENDPOINT`
    where that is set, else the offline model. `heard` is given each line that the host writes.

    Raises:
        NotStartedError: one of them did not come up.
    """
    ports = ports or Ports()
    async with AsyncExitStack() as exits:
        azurite, model = await _both(_start_storage(exits, logs, storage, ports), _start_model(exits, logs))
        containers = [os.environ.get(f"{kind.upper()}_CONTAINER") or kind for kind in ("input", "output")]
        await _create_containers(azurite.connection_string, *containers, DEAD_LETTERS)
        if events.are_queued:
            await _create_queue(azurite.connection_string, EVENTS_QUEUE)
        command = [sys.executable, "-m", "local.host", str(APP), "--port", str(ports.host), "--no-local-settings"]
        host = await Child.start(
            "The host",
            [*command, *events.arguments()],
            environ=app_settings(azurite.connection_string, model.said["address"] if model else None),
            log=logs / "host.log",
            ready=[r"The host is ready at (?P<address>\S+)"],
            folder=APP,
            heard=heard,
        )
        exits.push_async_callback(host.stop)
        page = await _start_inbox(exits, logs, azurite, ports) if with_inbox else None
        yield Stack(
            storage=azurite.connection_string,
            blobs=azurite.blobs,
            input_container=containers[0],
            output_container=containers[1],
            model=MODEL if model else os.environ[ENDPOINT],
            host=host,
            others=(azurite.child, *filter(None, (model, page))),
            logs=logs,
            events_queue=EVENTS_QUEUE if events.are_queued else "",
            inbox=page.said["address"] if page else None,
        )


def app_settings(storage: str, offline_model: str | None) -> dict[str, str]:
    """The app's settings in a stack, to be laid over the environment.

    Args:
        storage: the connection string.
        offline_model: the address of the offline model; None where another answers.
    """
    arrival = os.environ.get("ARRIVAL_SECONDS", "0")  # here events come when files are whole
    own = {
        "BLOB_TRIGGER_SOURCE": "EventGrid",
        "ARRIVAL_SECONDS": arrival,
        "DROPSCRIBE_EVENTS_QUEUE": EVENTS_QUEUE,
    }
    offline = offline_settings(offline_model) if offline_model else {}
    return {**process_settings(), **storage_settings(storage), **own, **offline}


async def _both[T, U](one: Awaitable[T], other: Awaitable[U]) -> tuple[T, U]:
    """Wait for both even if one fails, so that whatever has started is known and can be stopped."""
    results = await asyncio.gather(one, other, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return cast("tuple[T, U]", tuple(results))


async def _start_storage(exits: AsyncExitStack, logs: Path, location: Path | None, ports: Ports) -> Azurite:
    azurite = await Azurite.start(
        log=logs / "azurite.log",
        location=location,
        ports=(ports.blob, ports.queue),
        key=kept_key(location) if location else new_key(),
    )
    # What is in memory goes with it; what is in a folder must be written.
    exits.push_async_callback(azurite.stop if location else azurite.child.kill)
    return azurite


async def _start_model(exits: AsyncExitStack, logs: Path) -> Child | None:
    """The offline model; None where the environment leads to another.

    Raises:
        NotStartedError: the environment describes another, but does not say where it is.
    """
    if forgotten := endpoint_forgotten(os.environ):
        raise NotStartedError(forgotten)
    if os.environ.get(ENDPOINT):
        return None
    child = await Child.start(
        "The offline model",
        [sys.executable, "-m", "local.offline_model"],
        environ=process_settings(),
        log=logs / "model.log",
        ready=[r"listens at (?P<address>\S+)"],
        folder=APP,
    )
    exits.push_async_callback(child.kill)  # it has nothing to put in order
    return child


async def _start_inbox(exits: AsyncExitStack, logs: Path, azurite: Azurite, ports: Ports) -> Child:
    child = await Child.start(
        "The inbox",
        [sys.executable, "-m", "local.inbox", "--port", str(ports.inbox)],
        environ={**process_settings(), **storage_settings(azurite.connection_string)},
        log=logs / "inbox.log",
        ready=[r"The page is ready at (?P<address>\S+)"],
        folder=APP,
    )
    exits.push_async_callback(child.kill)
    return child


async def _create_containers(connection_string: str, *names: str) -> None:
    async with BlobServiceClient.from_connection_string(connection_string, use_env_settings=False) as service:
        for name in names:
            # Of a name that storage does not take the app speaks when it starts, with all else that is wrong.
            with suppress(ResourceExistsError, HttpResponseError):
                await service.create_container(name)


async def _create_queue(connection_string: str, name: str) -> None:
    async with QueueClient.from_connection_string(connection_string, name, use_env_settings=False) as queue:
        with suppress(ResourceExistsError):
            await queue.create_queue()
