"""A model service with a quota and bad hours, which remembers whom it answered what, and was paid for."""

import asyncio
import math
import re
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

from bench.under_load.files import PAGES, Asked, asked_in
from bench.under_load.planted import ANSWER, owner_of

SECONDS_TO_ANSWER = 0.05
_ANSWERED = re.compile(rf"{ANSWER} to version (\d+)(?:, page (\d+))?")


@dataclass
class Call:
    """A call that is paid for. `is_heard` is whether the client was still there when the answer came."""

    worker: int
    at: float
    is_heard: bool = False


@dataclass
class Quota:
    """A token bucket: so many answers a second, and no more than that in hand. `is_down` makes it answer 503.

    It remembers the calls for each version of a file, or page of it; and, as some services do, names the caller's key
    when it refuses something.
    """

    per_second: float
    calls: dict[Asked, list[Call]] = field(default_factory=lambda: defaultdict(list))
    refused: int = 0
    is_down: bool = False
    url: str = ""
    _tokens: float = 0
    _filled: float = field(default_factory=time.monotonic)

    @property
    def versions(self) -> set[int]:
        """Those about which it answered something."""
        return {asked.version for asked in self.calls}

    async def answer(self, request: web.Request) -> web.Response:
        """Answer, or refuse as services do."""
        key = request.headers["api-key"]
        try:
            asked = asked_in(await request.read())
        except ConnectionError:
            return web.Response(status=400)  # the client was killed
        if self.is_down:
            return _refusal(503, f"Overloaded. Your key: {key}")
        wait = self._take()
        if wait:
            self.refused += 1
            headers = {"Retry-After": str(math.ceil(wait)), "retry-after-ms": str(math.ceil(wait * 1000))}
            return _refusal(429, f"Too many requests with the key {key}", headers)
        call = Call(owner_of(key), time.monotonic())
        self.calls[asked].append(call)
        await asyncio.sleep(SECONDS_TO_ANSWER)
        call.is_heard = request.transport is not None and not request.transport.is_closing()
        return web.json_response(_completion(asked))

    def _take(self) -> float:
        """Take a token; else the seconds until there is one."""
        now = time.monotonic()
        self._tokens = min(self.per_second, self._tokens + (now - self._filled) * self.per_second)
        self._filled = now
        if self._tokens < 1:
            return (1 - self._tokens) / self.per_second
        self._tokens -= 1
        return 0


def answer_to(asked: Asked) -> str:
    """What is answered; it tells what it is an answer to."""
    return f"{ANSWER} to version {asked.version}" + (f", page {asked.page}" if asked.page else "")


def version_answered(text: str) -> int | None:
    """The version to which an answer is one; None where it does not have all pages of one version."""
    found = [(int(version), int(page or 0)) for version, page in _ANSWERED.findall(text)]
    is_whole = [page for _, page in found] in ([0], list(range(1, PAGES + 1)))
    return found[0][0] if is_whole and len({version for version, _ in found}) == 1 else None


def _completion(asked: Asked) -> dict[str, object]:
    message = {"role": "assistant", "content": answer_to(asked)}
    return {
        "model": "quota",
        "choices": [{"finish_reason": "stop", "message": message}],
        "usage": {"prompt_tokens": 9, "completion_tokens": 1, "total_tokens": 10},
    }


def _refusal(status: int, message: str, headers: dict[str, str] | None = None) -> web.Response:
    error = {"error": {"code": str(status), "message": message}}
    return web.json_response(error, status=status, headers=headers)


@asynccontextmanager
async def serving(per_second: float) -> AsyncIterator[Quota]:
    """Run it on loopback."""
    quota = Quota(per_second)
    application = web.Application(client_max_size=1 << 24)
    application.router.add_post("/{path:.*}", quota.answer)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    quota.url = f"http://127.0.0.1:{runner.addresses[0][1]}/models"
    try:
        yield quota
    finally:
        await runner.cleanup()
