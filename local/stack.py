"""Storage, model and host together, for as long as somebody needs them."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from azure.core.exceptions import HttpResponseError, ResourceExistsError
from azure.storage.blob.aio import BlobServiceClient

from local.offline_model import MODEL
from local.process import Child, NotStartedError
from local.storage import Azurite
from shared.settings.model_settings import endpoint_forgotten

APP = Path(__file__).resolve().parent.parent
MODEL_SETTINGS = ("AZURE_INFERENCE_ENDPOINT", "AZURE_INFERENCE_CREDENTIAL", "AZURE_INFERENCE_DEPLOYMENT")


@dataclass(frozen=True)
class Ports:
    """Where the services listen; 0 is any free port."""

    blob: int = 0
    queue: int = 0
    host: int = 0


@dataclass(frozen=True)
class Stack:
    """What runs.

    Attributes:
        storage: the connection string of the storage, and `blobs` the address of its containers.
        model: the name of the model, for people.
        host: the process of the host.
        logs: the folder with what each process writes.
    """

    storage: str
    blobs: str
    input_container: str
    output_container: str
    model: str
    host: Child
    logs: Path


@asynccontextmanager
async def running(logs: Path, *, storage: Path | None = None, ports: Ports | None = None) -> AsyncIterator[Stack]:
    """Run everything, and stop it all at the end.

    Storage is kept in the folder `storage`, or in memory. The model is the one of `AZURE_INFERENCE_ENDPOINT`
    where that is set, else the offline model.

    Raises:
        NotStartedError: one of them did not come up.
    """
    ports = ports or Ports()
    input_container = os.environ.get("INPUT_CONTAINER") or "input"
    output_container = os.environ.get("OUTPUT_CONTAINER") or "output"
    async with AsyncExitStack() as exits:
        azurite, model = await _both(_start_storage(exits, logs, storage, ports), _start_model(exits, logs))
        await _create_containers(azurite.connection_string, input_container, output_container)
        own = dict.fromkeys(("AzureWebJobsStorage", "MEDIA_STORAGE"), azurite.connection_string)
        own["BLOB_TRIGGER_SOURCE"] = "EventGrid"
        own["ARRIVAL_SECONDS"] = os.environ.get("ARRIVAL_SECONDS", "0")  # here events come when files are whole
        host = await Child.start(
            "The host",
            [sys.executable, "-m", "local.host", str(APP), "--port", str(ports.host)],
            environ={**own, **model},
            log=logs / "host.log",
            ready=[r"The host is ready at (?P<address>\S+)"],
            folder=APP,
        )
        exits.push_async_callback(host.stop)
        yield Stack(
            storage=azurite.connection_string,
            blobs=azurite.blobs,
            input_container=input_container,
            output_container=output_container,
            model=model.get("AZURE_INFERENCE_DEPLOYMENT") or os.environ["AZURE_INFERENCE_ENDPOINT"],
            host=host,
            logs=logs,
        )


async def _both[T, U](one: Awaitable[T], other: Awaitable[U]) -> tuple[T, U]:
    """Wait for both even if one fails, so that whatever has started is known and can be stopped."""
    results = await asyncio.gather(one, other, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return cast("tuple[T, U]", tuple(results))


async def _start_storage(exits: AsyncExitStack, logs: Path, location: Path | None, ports: Ports) -> Azurite:
    azurite = await Azurite.start(log=logs / "azurite.log", location=location, ports=(ports.blob, ports.queue))
    exits.push_async_callback(azurite.stop)
    return azurite


async def _start_model(exits: AsyncExitStack, logs: Path) -> Mapping[str, str]:
    """The settings that lead to the offline model; none where the environment leads to another.

    Raises:
        NotStartedError: the environment describes another, but does not say where it is.
    """
    if forgotten := endpoint_forgotten(os.environ):
        raise NotStartedError(forgotten)
    if os.environ.get("AZURE_INFERENCE_ENDPOINT"):
        return {}
    child = await Child.start(
        "The offline model",
        [sys.executable, "-m", "local.offline_model"],
        log=logs / "model.log",
        ready=[r"listens at (?P<address>\S+)"],
        folder=APP,
    )
    exits.push_async_callback(child.stop)
    return dict(zip(MODEL_SETTINGS, (f"{child.said['address']}/models", "offline", MODEL), strict=True))


async def _create_containers(connection_string: str, *names: str) -> None:
    async with BlobServiceClient.from_connection_string(connection_string) as service:
        for name in names:
            # Of a name that storage does not take the app speaks when it starts, with all else that is wrong.
            with suppress(ResourceExistsError, HttpResponseError):
                await service.create_container(name)
