"""Storage clients, one for each connection that a binding names."""

import base64
import contextlib
import functools

from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError
from azure.storage.blob.aio import BlobServiceClient
from azure.storage.queue.aio import QueueClient, QueueServiceClient

from local.host.settings import connection_string
from shared.adapters.storage.addresses import stay_in_container

HOST_STORAGE = "AzureWebJobsStorage"
"""The connection of the host's own queues."""


class Clients:
    """All of them; close it when the host stops."""

    def __init__(self) -> None:
        self.blobs = functools.cache(self._blobs)
        self.queues = functools.cache(self._queues)
        self._open: list[BlobServiceClient | QueueServiceClient] = []

    def _blobs(self, connection: str) -> BlobServiceClient:
        text = connection_string(connection)
        client = BlobServiceClient.from_connection_string(text, raw_request_hook=stay_in_container)
        self._open.append(client)
        return client

    def _queues(self, connection: str) -> QueueServiceClient:
        client = QueueServiceClient.from_connection_string(connection_string(connection))
        self._open.append(client)
        return client

    async def close(self) -> None:
        """Close their connections."""
        for client in self._open:
            await client.close()


async def send(queue: QueueClient, body: bytes) -> None:
    """Put a message into a queue, in base64 as the host does, making the queue if there is none."""
    text = base64.b64encode(body).decode()
    try:
        await queue.send_message(text)
    except ResourceNotFoundError:
        await create(queue)
        await queue.send_message(text)


async def create(queue: QueueClient) -> None:
    """Make a queue unless it is there."""
    with contextlib.suppress(ResourceExistsError):
        await queue.create_queue()
