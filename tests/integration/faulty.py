"""A reverse proxy in front of storage, and of the model, that does at one stage of the path what networks do.

It also kills: while a request is held here, its sender is certainly at that stage.
"""

import asyncio
import contextlib
import json
import os
import signal
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import aiohttp
import yarl
from aiohttp import web

from tests.integration.stages import TAKEN_FROM
from tests.integration.workers import Worker
from tests.planted import ANSWER, PROMPT

HOP_BY_HOP = {"transfer-encoding", "connection", "keep-alive"}
BEFORE = ("reset", "timeout", "status ", "SIGKILL before")
"""Faults that a request meets before it has any effect."""
AFTER = ("lost", "corrupt", "clock", "SIGKILL after", "SIGTERM")
"""Faults that its answer meets."""
SCALE_IN_SECONDS = 2
"""How long an instance that is told to stop, and has something in hand, has until it is killed."""
HANGING_SECONDS = 3
QUOTING = {"error": {"code": PROMPT, "message": f"{PROMPT} {ANSWER}"}}
"""How a model refuses: with what it was sent, and what it was about to say."""


@dataclass
class Fault:
    """What goes wrong, at which stage, how often; and how often it did. A kill needs a victim."""

    name: str
    stage: str
    times: int = 1
    fired: int = 0
    victim: Worker | None = None

    def strikes(self, stage: str, kinds: tuple[str, ...] = ("",)) -> bool:
        """Whether it is its time, where it is one of these; then it counts."""
        its_time = stage == self.stage and self.fired < self.times and self.name.startswith(kinds)
        self.fired += its_time
        return its_time


@dataclass(frozen=True)
class Passed:
    """A request that had its effect."""

    stage: str
    method: str
    path: str
    query: dict[str, str]
    body: bytes
    status: int
    answer: bytes


@dataclass
class Faulty:
    """The proxies' common will. `stage_of` tells which stage of the path a request is.

    Attributes:
        passed: the requests that had their effect; at each more `has_passed` is set.
        undelivered: of these, the ones that gave messages to a host which never got to know.
    """

    stage_of: Callable[[web.Request], str]
    error: Fault = field(default_factory=lambda: Fault("", ""))
    passed: list[Passed] = field(default_factory=list)
    undelivered: list[Passed] = field(default_factory=list)
    has_passed: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle(self, request: web.Request, upstream: str, session: aiohttp.ClientSession) -> web.StreamResponse:
        """Pass a request on, unless it is time for the fault."""
        try:
            body, stage = await request.read(), self.stage_of(request)
        except ConnectionError:
            return web.Response(status=400)  # its sender broke off
        if self.error.strikes(stage, BEFORE):
            return await self._break(request)
        answer = await _forward(request, upstream, body, session)
        passed = Passed(stage, request.method, request.path, dict(request.query), body, answer.status, _content(answer))
        self.passed.append(passed)
        self.has_passed.set()
        looked_in_vain = stage in TAKEN_FROM and b"<QueueMessage>" not in _content(answer)
        if looked_in_vain or not self.error.strikes(stage, AFTER):
            return answer
        if stage in TAKEN_FROM:
            self.undelivered.append(passed)
        return _spoilt(answer, self.error.name) or await self._break(request)

    async def _break(self, request: web.Request) -> web.Response:
        """Whatever leaves a request without its answer."""
        error = self.error
        if error.name.startswith("status "):
            return _refusal(error.name, QUOTING if error.stage == "model" else None)
        if error.name == "timeout":
            await asyncio.sleep(HANGING_SECONDS)
        if error.victim and error.name == "SIGTERM":
            os.kill(error.victim.pid, signal.SIGTERM)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(error.victim.wait(), None if error.stage in TAKEN_FROM else SCALE_IN_SECONDS)
        if error.victim:
            await error.victim.kill()
        if request.transport:
            request.transport.abort()
        return web.Response(status=500)


def _spoilt(answer: web.Response, name: str) -> web.Response | None:
    if name == "corrupt":
        answer.body = b"<corrupt" + _content(answer)[:-9]
    elif not name.startswith("clock"):  # what jumps is the clock of the process that is answered
        return None
    return answer


def _refusal(name: str, body: object) -> web.Response:
    """`status 503`, `status 429 30`, `status 429 date`, `status 412 ConditionNotMet`."""
    _, status, *more = name.split()
    return web.Response(status=int(status), headers=dict(map(_header, more)), text=json.dumps(body) if body else None)


def _header(said: str) -> tuple[str, str]:
    """What storage calls the fault, or when to come back."""
    if said[0].isupper():
        return "x-ms-error-code", said
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True)
    return "Retry-After", later if said == "date" else said


async def _forward(request: web.Request, upstream: str, body: bytes, session: aiohttp.ClientSession) -> web.Response:
    url = yarl.URL(upstream + request.raw_path, encoded=True)
    async with session.request(request.method, url, headers=request.headers, data=body or None) as response:
        headers = {name: value for name, value in response.headers.items() if name.lower() not in HOP_BY_HOP}
        if request.method != "HEAD":
            headers.pop("Content-Length", None)
        return web.Response(status=response.status, headers=headers, body=await response.read() or None)


def _content(answer: web.Response) -> bytes:
    return answer.body if isinstance(answer.body, bytes) else b""


@asynccontextmanager
async def proxy(faulty: Faulty, upstream: str, tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """Run a proxy before one address, over TLS where a context is given, and give the address at which it stands."""
    application = web.Application(client_max_size=1 << 26)
    async with aiohttp.ClientSession(
        # Nothing may be added: the request is signed.
        auto_decompress=False,
        skip_auto_headers=["Content-Type", "Accept"],
        connector=aiohttp.TCPConnector(ssl=False),
    ) as session:

        async def handle(request: web.Request) -> web.StreamResponse:
            return await faulty.handle(request, upstream, session)

        application.router.add_route("*", "/{path:(?s:.*)}", handle)  # a name may have a line break
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
        yield f"{'https' if tls else 'http'}://127.0.0.1:{runner.addresses[0][1]}"
        await runner.cleanup()
