"""The host's own addresses: the webhook of the blob extension, and its status."""

import secrets

from aiohttp import web

from local.host.blob_trigger import BlobTriggers

WEBHOOK = "/runtime/webhooks/blobs"
STATUS = "/admin/host/status"


class HostWeb:
    """Serves them on this machine's loopback address."""

    def __init__(self, blobs: BlobTriggers, host_id: str) -> None:
        self._blobs = blobs
        self._host_id = host_id
        self._key = secrets.token_urlsafe(32)  # the real one is the system key `blobs_extension`
        self._application = web.Application()
        self._application.router.add_post(WEBHOOK, self._webhook)
        self._application.router.add_get(STATUS, self._status)
        self._runner = web.AppRunner(self._application, access_log=None)

    async def start(self, port: int) -> str:
        """Listen, and return the address."""
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", port).start()
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Stop listening."""
        await self._runner.cleanup()

    def webhook(self, address: str) -> str:
        """The address to which events are posted, with its key."""
        return f"{address}{WEBHOOK}?code={self._key}"

    async def _webhook(self, request: web.Request) -> web.Response:
        if not secrets.compare_digest(request.query.get("code", ""), self._key):
            return web.Response(status=401)
        events = await request.json()
        if request.headers.get("aeg-event-type") == "SubscriptionValidation":
            return web.json_response({"validationResponse": events[0]["data"]["validationCode"]})
        for event in events:
            await self._blobs.accept(request.query["functionName"], event)
        return web.Response(status=202)

    async def _status(self, _request: web.Request) -> web.Response:
        return web.json_response({"id": self._host_id, "state": "Running", "version": "local"})
