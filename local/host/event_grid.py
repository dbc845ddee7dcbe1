"""Plays Event Grid: looks for new blobs, and delivers an event for each to all that subscribed."""

import asyncio
import logging
from collections.abc import Sequence

import aiohttp
from azure.core.exceptions import DecodeError

from local.host.clients import Clients
from local.host.events import created
from local.host.settings import HostSettingsError, resolve
from local.host.subscriptions import Subscription

SCAN_SECONDS = 1.0
DELIVERY_SECONDS = 30
"""The real one waits so long for an endpoint."""
INTERNAL_ERROR = 500

log = logging.getLogger("host.event_grid")


class EventGrid:
    """Scans the container of each subscription."""

    def __init__(self, clients: Clients, subscriptions: Sequence[Subscription]) -> None:
        self._clients = clients
        self._subscriptions = subscriptions
        self._delivered: dict[tuple[str, str], str] = {}
        self._complaints: dict[str, str] = {}

    async def watch(self) -> None:
        """Scan until cancelled, whatever storage does.

        Raises:
            HostSettingsError: a setting of a function is missing.
        """
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(DELIVERY_SECONDS)) as session:
            while True:
                for subscription in self._subscriptions:
                    await self._try_to_scan(subscription, session)
                await asyncio.sleep(SCAN_SECONDS)

    async def _try_to_scan(self, subscription: Subscription, session: aiohttp.ClientSession) -> None:
        try:
            await self._scan(subscription, session)
        except HostSettingsError:
            raise
        except Exception as error:  # of storage, of the webhook, or of what a listing holds: the next may go well
            self._complain(subscription, error)
        else:
            self._complaints.pop(subscription.name, None)

    def _complain(self, subscription: Subscription, error: Exception) -> None:
        """Log each kind of error once: a scan comes each second."""
        what = type(error).__name__
        if self._complaints.get(subscription.name) == what:
            return
        self._complaints[subscription.name] = what
        log.warning("the scan for %s failed: %s", subscription.name, what)
        if isinstance(error, DecodeError) or getattr(error, "status_code", None) == INTERNAL_ERROR:
            log.error(
                "If this goes on, some file's name has a character that the storage emulator cannot list (U+FFFE, "
                "say): remove that file, or with `make clean` the whole storage."
            )

    async def _scan(self, subscription: Subscription, session: aiohttp.ClientSession) -> None:
        container_name = resolve(subscription.path).partition("/")[0]
        container = self._clients.blobs(subscription.connection).get_container_client(container_name)
        async for blob in container.list_blobs(retry_total=0):  # the next scan comes in a second
            key = (subscription.name, blob.name)
            if self._delivered.get(key) != blob.etag:
                url = container.get_blob_client(blob.name).url
                await subscription.deliver(created(container_name, url, blob), session)
                self._delivered[key] = blob.etag
