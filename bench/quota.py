"""A model service with a quota and bad hours, which remembers for what it was paid."""

import asyncio
import base64
import json
import math
import re
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

ANSWER = {
    "model": "quota",
    "choices": [{"finish_reason": "stop", "message": {"role": "assistant", "content": "Seen."}}],
    "usage": {"prompt_tokens": 9, "completion_tokens": 1, "total_tokens": 10},
}
DATA = re.compile(rb"base64,([A-Za-z0-9+/=]+)")
SECONDS_TO_ANSWER = 0.05


@dataclass
class Quota:
    """A token bucket: so many answers a second, and no more than that in hand. `is_down` makes it answer 503."""

    per_second: float
    paid: Counter[bytes] = field(default_factory=Counter)
    refused: int = 0
    is_down: bool = False
    url: str = ""
    _tokens: float = 0
    _filled: float = field(default_factory=time.monotonic)

    async def answer(self, request: web.Request) -> web.Response:
        """Answer, or refuse as services do."""
        try:
            found = DATA.search(await request.read())
        except ConnectionError:
            return web.Response(status=400)  # whoever asked was killed
        assert found
        if self.is_down:
            return web.json_response({"error": {"code": "overloaded", "message": "down"}}, status=503)
        wait = self._take()
        if wait:
            self.refused += 1
            headers = {"Retry-After": str(math.ceil(wait)), "retry-after-ms": str(math.ceil(wait * 1000))}
            return web.json_response({"error": {"code": "429", "message": "busy"}}, status=429, headers=headers)
        self.paid[base64.b64decode(found[1])[-16:]] += 1
        await asyncio.sleep(SECONDS_TO_ANSWER)
        return web.Response(text=json.dumps(ANSWER), content_type="application/json")

    def _take(self) -> float:
        """Take a token; else the seconds until there is one."""
        now = time.monotonic()
        self._tokens = min(self.per_second, self._tokens + (now - self._filled) * self.per_second)
        self._filled = now
        if self._tokens < 1:
            return (1 - self._tokens) / self.per_second
        self._tokens -= 1
        return 0


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
    yield quota
    await runner.cleanup()
