"""Storage clients, one for each connection that a binding names."""

import base64
import contextlib
import functools
from collections.abc import Callable

from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError
from azure.storage.blob.aio import BlobServiceClient
from azure.storage.queue.aio import QueueClient, QueueServiceClient

from local.host.settings import HostSettingsError, connection_string
from shared.adapters.storage import stay_in_container

HOST_STORAGE = "AzureWebJobsStorage"
"""The connection of the host's own queues."""


class Clients:
    """A client for each connection; close it when the host stops."""

    def __init__(self) -> None:
        self.blobs = functools.cache(self._blobs)
        self.queues = functools.cache(self._queues)
        self._open: list[BlobServiceClient | QueueServiceClient] = []

    def _blobs(self, connection: str) -> BlobServiceClient:
        guarded = functools.partial(BlobServiceClient.from_connection_string, raw_request_hook=stay_in_container)
        return self._opened(guarded, connection)

    def _queues(self, connection: str) -> QueueServiceClient:
        return self._opened(QueueServiceClient.from_connection_string, connection)

    def _opened[T: BlobServiceClient | QueueServiceClient](self, open_: Callable[[str], T], connection: str) -> T:
        try:
            client = open_(connection_string(connection))
        except ValueError as error:
            raise HostSettingsError(f"The setting {connection} holds no connection string: {error}") from error
        self._open.append(client)
        return client

    async def close(self) -> None:
        """Close their connections."""
        for client in self._open:
            await client.close()


async def send(queue: QueueClient, body: bytes) -> None:
    """Put a message into a queue, in base64 as the host does, making the queue if there is none."""
    await send_text(queue, in_base64(body))


def in_base64(body: bytes) -> str:
    """The text of a message with this body."""
    return base64.b64encode(body).decode()


async def send_text(queue: QueueClient, text: str) -> None:
    """Put a message into a queue as it is, making the queue if there is none."""
    try:
        await queue.send_message(text)
    except ResourceNotFoundError:
        await create(queue)
        await queue.send_message(text)


async def create(queue: QueueClient) -> None:
    """Make a queue unless it is there."""
    with contextlib.suppress(ResourceExistsError):
        await queue.create_queue()
