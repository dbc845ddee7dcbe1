"""`python -m local.inbox`: serve the inbox for the storage of the environment until it is stopped."""

import argparse
import asyncio
import logging
import os
import sys

from local.inbox import PAGE
from local.inbox.access import InboxStorage, admit
from local.inbox.server import InboxServer
from local.stopping import end_now, stop_event

RECIPES = PAGE.parents[1] / "recipes"


async def main(port: int) -> None:
    """Serve it until Ctrl-C, SIGTERM, or the end of standard input."""
    stop = stop_event()
    environ = os.environ
    storage = InboxStorage(
        connection_string=environ["MEDIA_STORAGE"],
        input_container=environ.get("INPUT_CONTAINER") or "input",
        output_container=environ.get("OUTPUT_CONTAINER") or "output",
        deferred_queue=environ.get("DEFERRED_QUEUE") or "dropscribe-deferred",
    )
    server = InboxServer(PAGE, storage, RECIPES)
    address = await server.start(port)
    try:
        await asyncio.to_thread(admit, storage, address)
        logging.getLogger("inbox").info("The page is ready at %s", address)
        await stop.wait()
    finally:
        await server.stop()


def _port() -> int:
    parser = argparse.ArgumentParser(prog="python -m local.inbox", description="Serve the inbox on this machine.")
    parser.add_argument("--port", type=int, default=0, help="of the page (default: any free one)")
    return int(parser.parse_args().port)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s", stream=sys.stdout)
    logging.getLogger("azure.core").setLevel(logging.WARNING)
    asyncio.run(main(_port()))
    end_now()
