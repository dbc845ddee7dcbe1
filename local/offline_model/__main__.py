"""`python -m local.offline_model [PORT]`: run the offline model until it is stopped."""

import argparse
import asyncio
import logging
import os
from typing import Any

from aiohttp import web

from local.offline_model.hearing import Listener, SpeechModelError
from local.offline_model.reading import Reader
from local.offline_model.server import OfflineModel
from local.stopping import end_now, stop_event


async def main(port: int) -> None:
    """Serve on this machine's loopback address; 0 is any free port.

    Raises:
        OSError: the port is taken.
        SpeechModelError: the speech model that is wanted cannot be loaded.
    """
    stop = stop_event()
    logging.basicConfig(format="%(asctime)s %(name)s %(levelname)s %(message)s")
    logging.getLogger("offline_model").setLevel(logging.INFO)
    listener, reader = Listener(), Reader()
    if os.environ.get("LOCAL_SPEECH_MODEL"):
        await listener.load()  # it may be wrong, and then that is said at once
    runner = web.AppRunner(OfflineModel(listener, reader).application(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    print(f"The offline model listens at {address}", flush=True)  # noqa: T201 - for the process that started it
    await _load_until(stop, listener, reader)


async def _load_until(stop: asyncio.Event, listener: Listener, reader: Reader) -> None:
    """Load both meanwhile: the first request need not wait so long."""
    stopped, loading = asyncio.ensure_future(stop.wait()), asyncio.gather(listener.load(), reader.load())
    ending: set[asyncio.Future[Any]] = {stopped, loading}
    await asyncio.wait(ending, return_when=asyncio.FIRST_COMPLETED)
    if loading.done():
        await loading
        await stopped


async def _run() -> None:
    parser = argparse.ArgumentParser(prog="python -m local.offline_model", description="A model without a cloud.")
    parser.add_argument("port", type=int, nargs="?", default=0, help="where to listen (default: any free port)")
    try:
        await main(parser.parse_args().port)
    except (SpeechModelError, OSError) as error:
        end_now(f"The offline model stops: {error}")
    end_now()  # not at the end of a recording that is being heard: we do not wait for that


if __name__ == "__main__":
    asyncio.run(_run())
