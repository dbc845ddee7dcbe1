"""A reverse proxy in front of storage, and of the model, that does at one stage of the path what networks do."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime

import aiohttp
import yarl
from aiohttp import web

HOP_BY_HOP = {"transfer-encoding", "connection", "keep-alive"}


@dataclass
class Fault:
    """What goes wrong, at which stage, how often; and how often it did."""

    name: str
    stage: str
    times: int
    fired: int = 0


@dataclass
class Faulty:
    """The proxies' common will. `stage_of` tells from a method and a path which stage of the path a request is."""

    stage_of: Callable[[str, str], str]
    fault: Fault | None = None

    async def handle(self, request: web.Request, upstream: str) -> web.StreamResponse:
        """Pass a request on, unless it is time for the fault."""
        body = await request.read()
        stage = self.stage_of(request.method, request.path)
        name = self._next_fault(stage)
        if name == "reset":
            return _hang_up(request)
        if name == "timeout":
            await asyncio.sleep(3)
            return _hang_up(request)
        if name.startswith("status "):
            return _refusal(name)
        status, headers, content = await _forward(request, upstream, body)
        if name == "lost":
            return _hang_up(request)
        if name == "corrupt":
            content = b"<corrupt" + content[:-9]
        if name == "skew":
            date = parsedate_to_datetime(headers["Date"]) + timedelta(hours=2)
            headers["Date"] = format_datetime(date, usegmt=True)
        if request.method != "HEAD":
            headers.pop("Content-Length", None)
        return web.Response(status=status, headers=headers, body=content or None)

    def _next_fault(self, stage: str) -> str:
        fault = self.fault
        if fault is None or fault.stage != stage or fault.fired >= fault.times:
            return ""
        fault.fired += 1
        return fault.name


def _hang_up(request: web.Request) -> web.Response:
    assert request.transport
    request.transport.abort()
    return web.Response(status=500)


def _refusal(name: str) -> web.Response:
    """`status 429 30`, `status 429 date`, `status 503`."""
    _, status, *wait = name.split()
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True)
    headers = {"Retry-After": later if wait == ["date"] else wait[0]} if wait else {}
    return web.Response(status=int(status), headers=headers)


async def _forward(request: web.Request, upstream: str, body: bytes) -> tuple[int, dict[str, str], bytes]:
    url = yarl.URL(upstream + request.raw_path, encoded=True)
    async with (
        # Nothing may be added: the request is signed.
        aiohttp.ClientSession(auto_decompress=False, skip_auto_headers=["Content-Type", "Accept"]) as session,
        session.request(request.method, url, headers=request.headers, data=body or None) as response,
    ):
        headers = {name: value for name, value in response.headers.items() if name.lower() not in HOP_BY_HOP}
        return response.status, headers, await response.read()


@asynccontextmanager
async def proxy(faulty: Faulty, upstream: str) -> AsyncIterator[str]:
    """Run a proxy before one address, and give the address at which it stands."""
    application = web.Application(client_max_size=1 << 26)

    async def handle(request: web.Request) -> web.StreamResponse:
        return await faulty.handle(request, upstream)

    application.router.add_route("*", "/{path:.*}", handle)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()
