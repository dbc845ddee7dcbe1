"""Blob triggers with the Event Grid source: event -> webhook -> internal queue -> function.

The queue's name and the message are those of the real extension. As there, an event's container is not
held against the trigger's path, and its etag not against the blob.
"""

import ipaddress
import json
import logging
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from azure.core.exceptions import ResourceNotFoundError
from azure.storage.blob import BlobProperties
from azure.storage.queue import QueueMessage
from azure.storage.queue.aio import QueueClient

from local.host.clients import HOST_STORAGE, Clients, send
from local.host.queue_listener import QueueListener
from local.host.settings import HostSettings
from local.host.worker import Function, Worker, blob_reference
from shared.adapters.storage import properties_of
from shared.errors import InputNotFound

POISON_QUEUE = "webjobs-blobtrigger-poison"

log = logging.getLogger("host.blob")


class BlobTriggers:
    """All functions that start when a blob lands."""

    def __init__(self, worker: Worker, settings: HostSettings, clients: Clients, functions: Sequence[Function]) -> None:
        self._worker = worker
        self._clients = clients
        self._functions = {function.host_name: function for function in functions}
        self._queue = clients.queues(HOST_STORAGE).get_queue_client(f"azure-webjobs-blobtrigger-{settings.host_id}")
        self.listener = QueueListener(self._queue, self._handle, settings.blobs, self._poison_queue)

    async def accept(self, function_name: str, event: Mapping[str, Any]) -> None:
        """Queue an event that came to the webhook."""
        data = event["data"]
        container, name = container_and_name(data["url"])
        message = {
            "Type": "BlobTrigger",
            "FunctionId": function_name,
            "BlobType": data["blobType"],
            "ContainerName": container,
            "BlobName": name,
            "ETag": f'"{data["eTag"]}"',
        }
        await send(self._queue, json.dumps(message, indent=2).encode())
        self.listener.wake()

    async def _handle(self, body: bytes, _message: QueueMessage) -> None:
        message = json.loads(body)
        function = self._functions.get(message["FunctionId"])
        if function is None:
            log.info("there is no function %s; its event is dropped", message["FunctionId"])
            return
        connection, container, name = (
            function.trigger["connection"],
            message["ContainerName"],
            message["BlobName"],
        )
        inside = self._clients.blobs(connection).get_container_client(container)
        try:
            properties = await properties_of(inside, name)
        except (ResourceNotFoundError, InputNotFound):
            log.info("the blob %r is gone; its event is dropped", name)
            return
        reference = blob_reference(connection, container, name)
        await self._worker.invoke(function, reference, _metadata(container, f"{inside.url}/{quote(name)}", properties))

    def _poison_queue(self, body: bytes) -> QueueClient:
        """The poison queue in the function's storage account; in the host's where the message names no function."""
        try:
            function = self._functions.get(json.loads(body)["FunctionId"])
        except (ValueError, LookupError, TypeError, RecursionError):
            function = None
        connection = function.trigger["connection"] if function else HOST_STORAGE
        return self._clients.queues(connection).get_queue_client(POISON_QUEUE)


def container_and_name(url: str) -> tuple[str, str]:
    """The container and the blob's name in a blob's URL, with or without the account in its path."""
    parts = urlsplit(url)
    path = unquote(parts.path).lstrip("/")
    if _has_account_in_path(parts.hostname or ""):
        path = path.partition("/")[2]
    container, _, name = path.partition("/")
    return container, name


def _has_account_in_path(host: str) -> bool:
    """Emulators stand at an address of numbers, or at a bare host name."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return "." not in host
    return True


def _metadata(container: str, url: str, blob: BlobProperties) -> dict[str, Any]:
    return {
        "BlobTrigger": f"{container}/{blob.name}",
        "Uri": url,
        "Properties": {
            "ETag": blob.etag,
            "ContentLength": blob.size,
            "LastModified": str(blob.last_modified),
        },
        "Metadata": dict(blob.metadata or {}),
        "name": blob.name,
    }
