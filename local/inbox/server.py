"""Serves the page on this machine's loopback address, with the two documents that it reads first."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from aiohttp import web

from local.inbox.access import InboxStorage, config_of
from local.inbox.page import page_for
from local.inbox.recipes import recipes_for_page

HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""What a static website of Azure cannot send; the page does not depend on them."""
SHUTDOWN_SECONDS = 0.3

type _Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class InboxServer:
    """The page in a folder, for this storage and the recipes of a folder."""

    def __init__(self, page: Path, storage: InboxStorage, recipes: Path) -> None:
        self._page, self._storage, self._recipes = page, storage, recipes
        self._hosts: set[str] = set()
        self._application = web.Application(middlewares=[self._guard])
        self._application.router.add_get("/", self._index)
        self._application.router.add_get("/config.json", self._config)
        self._application.router.add_get("/recipes.json", self._list)
        self._application.router.add_static("/", page)
        self._runner = web.AppRunner(self._application, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)

    async def start(self, port: int) -> str:
        """Listen, and return the address.

        Raises:
            OSError: the port is taken.
        """
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", port).start()
        host = f"127.0.0.1:{self._runner.addresses[0][1]}"
        self._hosts.add(host)
        return f"http://{host}"

    async def stop(self) -> None:
        """Stop listening."""
        await self._runner.cleanup()

    @web.middleware
    async def _guard(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        """Answer our own page only: a name of a stranger's that leads to this machine is another host."""
        if request.host not in self._hosts or request.headers.get("Sec-Fetch-Site", "none") not in (
            "none",
            "same-origin",
        ):
            return web.Response(status=403, text="This address is for the inbox alone.")
        response = await handler(request)
        response.headers.update(HEADERS)
        return response

    async def _index(self, _request: web.Request) -> web.Response:
        config = config_of(self._storage)
        text = page_for(self._page / "index.html", str(config["blobs"]), str(config["queues"]))
        return web.Response(text=text, content_type="text/html")

    async def _config(self, _request: web.Request) -> web.Response:
        return web.json_response(config_of(self._storage))

    async def _list(self, _request: web.Request) -> web.Response:
        return web.json_response(await asyncio.to_thread(recipes_for_page, self._recipes))
