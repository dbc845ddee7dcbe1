"""`python -m local.offline_model [PORT]`: run the offline model until it is stopped."""

import asyncio
import sys

from aiohttp import web

from local.offline_model.hearing import Listener
from local.offline_model.reading import Reader
from local.offline_model.server import OfflineModel
from local.stopping import stop_event


async def main(port: int) -> None:
    """Serve on this machine's loopback address; 0 is any free port."""
    stop = stop_event()
    listener, reader = await asyncio.gather(asyncio.to_thread(Listener), asyncio.to_thread(Reader))
    runner = web.AppRunner(OfflineModel(listener, reader).application(), access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    address = runner.addresses[0]
    print(f"The offline model listens at http://127.0.0.1:{address[1]}", flush=True)  # noqa: T201 - for who started it
    await stop.wait()
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 0))
