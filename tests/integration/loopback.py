"""A model service on loopback: keeps what arrives, and answers what it is told."""

import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

COMPLETION = {
    "choices": [{"finish_reason": "stop", "message": {"role": "assistant", "content": "Hola."}}],
    "model": "Phi-4-multimodal-instruct",
    "usage": {"prompt_tokens": 77, "completion_tokens": 7, "total_tokens": 84},
}


@dataclass
class Arrived:
    """A request as it arrived."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Answer:
    """What to answer; `hang_up` closes the connection instead, `unread` answers before the body is read."""

    status: int = 200
    body: Any = field(default_factory=lambda: COMPLETION)
    headers: dict[str, str] = field(default_factory=dict)
    hang_up: bool = False
    unread: bool = False


def saying(text: str, **usage: int) -> Answer:
    """A completion with this text, and with these counts of tokens where some are given."""
    choice = {"finish_reason": "stop", "message": {"role": "assistant", "content": text}}
    return Answer(body={**COMPLETION, "choices": [choice], "usage": usage or COMPLETION["usage"]})


@dataclass
class Service:
    """The service: its address, what has arrived, and its answers, of which the last is given for ever."""

    url: str = ""
    arrived: list[Arrived] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=lambda: [Answer()])

    async def handle(self, request: web.Request) -> web.StreamResponse:
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        body = b"" if answer.unread else await request.read()
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.arrived.append(Arrived(str(request.rel_url), headers, body))
        if answer.hang_up and request.transport:
            request.transport.close()
        content = answer.body if isinstance(answer.body, str) else json.dumps(answer.body)
        headers = {"Content-Type": "text/plain; charset=utf-8", **answer.headers}
        return web.Response(status=answer.status, body=content.encode(), headers=headers)


@asynccontextmanager
async def service(running: Service | None = None, tls: ssl.SSLContext | None = None) -> AsyncIterator[Service]:
    """Run the service, over TLS where a context is given."""
    running = running or Service()
    application = web.Application(client_max_size=2**30)
    application.router.add_route("*", "/{path:.*}", running.handle)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
    running.url = f"{'https' if tls else 'http'}://127.0.0.1:{runner.addresses[0][1]}"
    yield running
    await runner.cleanup()
