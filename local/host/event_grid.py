"""Plays Event Grid: looks for new blobs, and posts an event for each to the host's own webhook."""

import asyncio
import logging
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import aiohttp
from azure.core.exceptions import DecodeError
from azure.storage.blob import BlobProperties

from local.host.clients import Clients
from local.host.settings import HostSettingsError, resolve
from local.host.worker import Function

SCAN_SECONDS = 1.0
DELIVERY_SECONDS = 30
"""The real one waits so long for an endpoint."""
INTERNAL_ERROR = 500

log = logging.getLogger("host.event_grid")


class EventGrid:
    """One subscription for each blob-triggered function, on the container of its path."""

    def __init__(self, clients: Clients, functions: Sequence[Function], webhook: str) -> None:
        self._clients = clients
        self._functions = functions
        self._webhook = webhook
        self._delivered: dict[tuple[str, str], str] = {}
        self._complaints: dict[str, str] = {}

    async def watch(self) -> None:
        """Scan until cancelled, whatever storage does.

        Raises:
            HostSettingsError: a setting of a function is missing.
        """
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(DELIVERY_SECONDS)) as session:
            while True:
                for function in self._functions:
                    await self._try_to_scan(function, session)
                await asyncio.sleep(SCAN_SECONDS)

    async def _try_to_scan(self, function: Function, session: aiohttp.ClientSession) -> None:
        try:
            await self._scan(function, session)
        except HostSettingsError:
            raise
        except Exception as error:  # of storage, of the webhook, or of what a listing holds: the next may go well
            self._complain(function, error)
        else:
            self._complaints.pop(function.name, None)

    def _complain(self, function: Function, error: Exception) -> None:
        """Log each kind of error once: a scan comes each second."""
        what = type(error).__name__
        if self._complaints.get(function.name) == what:
            return
        self._complaints[function.name] = what
        log.warning("the scan for %s failed: %s", function.name, what)
        if isinstance(error, DecodeError) or getattr(error, "status_code", None) == INTERNAL_ERROR:
            log.error(
                "If this goes on, some file's name has a character that the storage emulator cannot list (U+FFFE, "
                "say): remove that file, or with `make clean` the whole storage."
            )

    async def _scan(self, function: Function, session: aiohttp.ClientSession) -> None:
        container_name = resolve(function.trigger["path"]).partition("/")[0]
        container = self._clients.blobs(function.trigger["connection"]).get_container_client(container_name)
        async for blob in container.list_blobs(retry_total=0):  # the next scan comes in a second
            key = (function.name, blob.name)
            if self._delivered.get(key) != blob.etag:
                url = container.get_blob_client(blob.name).url
                await self._deliver(session, function, created(container_name, url, blob))
                self._delivered[key] = blob.etag

    async def _deliver(self, session: aiohttp.ClientSession, function: Function, event: dict[str, Any]) -> None:
        address = f"{self._webhook}&functionName={function.host_name}"
        headers = {"aeg-event-type": "Notification"}
        async with session.post(address, json=[event], headers=headers) as response:
            response.raise_for_status()


def created(container: str, url: str, blob: BlobProperties) -> dict[str, Any]:
    """The event `Microsoft.Storage.BlobCreated`, in the Event Grid schema."""
    return {
        "topic": "/subscriptions/local",
        "subject": f"/blobServices/default/containers/{container}/blobs/{blob.name}",
        "eventType": "Microsoft.Storage.BlobCreated",
        "id": str(uuid.uuid4()),
        "eventTime": datetime.now(UTC).isoformat(),
        "dataVersion": "",
        "metadataVersion": "1",
        "data": {
            "api": "PutBlob",
            "contentType": blob.content_settings.content_type,
            "contentLength": blob.size,
            "blobType": "BlockBlob",
            "eTag": blob.etag.strip('"'),
            "url": url,
        },
    }
