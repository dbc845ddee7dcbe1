"""The host's own addresses: the webhook of the blob extension, and its status."""

import secrets

from aiohttp import web

from local.host.blob_trigger import BlobTriggers
from local.host.settings import HostSettingsError

WEBHOOK = "/runtime/webhooks/blobs"
STATUS = "/admin/host/status"
SHUTDOWN_SECONDS = 0.3
"""How long a request that is being answered may keep the host from stopping."""


class HostWeb:
    """Serves these addresses on this machine's loopback address."""

    def __init__(self, blobs: BlobTriggers, host_id: str, *, refuses_events: bool = False) -> None:
        self._blobs = blobs
        self._refuses_events = refuses_events
        self._host_id = host_id
        self._key = secrets.token_urlsafe(32)  # the real one is the system key `blobs_extension`
        self._application = web.Application()
        self._application.router.add_post(WEBHOOK, self._webhook)
        self._application.router.add_get(STATUS, self._status)
        self._runner = web.AppRunner(self._application, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)

    async def start(self, port: int) -> str:
        """Listen, and return the address.

        Raises:
            HostSettingsError: the port is taken.
        """
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, "127.0.0.1", port).start()
        except OSError as error:
            raise HostSettingsError(f"It cannot listen at port {port}: {error}. Choose another with --port.") from error
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Stop listening."""
        await self._runner.cleanup()

    def webhook(self, address: str) -> str:
        """The address to which events are posted, with its key."""
        return f"{address}{WEBHOOK}?code={self._key}"

    async def _webhook(self, request: web.Request) -> web.Response:
        # As bytes: of texts it compares only those in ASCII.
        code = request.query.get("code", "").encode(errors="replace")
        if self._refuses_events or not secrets.compare_digest(code, self._key.encode()):
            return web.Response(status=401)
        try:
            events = await request.json()
            if request.headers.get("aeg-event-type") == "SubscriptionValidation":
                return web.json_response({"validationResponse": events[0]["data"]["validationCode"]})
            for event in events:
                await self._blobs.accept(request.query["functionName"], event)
        except (ValueError, LookupError, TypeError, RecursionError) as error:
            return web.Response(status=400, text=f"This is no event of Event Grid's: {type(error).__name__}.")
        return web.Response(status=202)

    async def _status(self, _request: web.Request) -> web.Response:
        return web.json_response({"id": self._host_id, "state": "Running", "version": "local"})
