"""A model service over TLS that reads what comes, throws it away, and answers. A process of its own."""

import asyncio
import json
import sys
from pathlib import Path

from aiohttp import web

from local.stopping import stop_event
from local.tls import server_context

COMPLETION = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1,
    "model": "sink",
    "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Read."}}],
    "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
}
TRANSCRIPT = {
    "text": "Read.",
    "durationMilliseconds": 1000,
    "combinedPhrases": [{"text": "Read."}],
    "phrases": [{"offsetMilliseconds": 0, "durationMilliseconds": 1000, "text": "Read."}],
}
"""Of either API of speech models."""


async def complete(request: web.Request) -> web.Response:
    """Read it all and say so."""
    async for _ in request.content.iter_chunked(1 << 18):
        pass
    answer = TRANSCRIPT if "transcri" in request.path else COMPLETION
    return web.Response(text=json.dumps(answer), content_type="application/json")


async def main(certificate: str, key: str) -> None:
    """Serve until the parent goes."""
    stop = stop_event()
    application = web.Application(client_max_size=1 << 40)
    application.router.add_post("/{path:.*}", complete)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=server_context(Path(certificate), Path(key))).start()
    print(f"The sink listens at https://127.0.0.1:{runner.addresses[0][1]}", flush=True)
    await stop.wait()
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:3]))
