"""`python -m local.host [APP]`: run the function app in a folder until it is stopped."""

import argparse
import asyncio
import logging
import sys
from pathlib import Path

from local.host import DIFFERENCES, SELF
from local.host.events import SCHEMAS
from local.host.host import Host
from local.host.settings import HostSettings, HostSettingsError
from local.host.subscriptions import Delivery
from local.host.worker import AppNotLoadedError
from local.stopping import end_now, stop_event


async def main(arguments: argparse.Namespace) -> None:
    """Run the app until Ctrl-C, SIGTERM, or the end of standard input.

    Raises:
        AppNotLoadedError, HostSettingsError: the app cannot be run.
    """
    stop = stop_event()
    settings = HostSettings.load(arguments.app, local_settings=not arguments.no_local_settings)
    delivery = Delivery(
        is_played=not arguments.no_events,
        queue=arguments.events_queue,
        schema=arguments.events_schema,
        in_array=arguments.events_in_array,
        is_refused=arguments.refuse_events,
    )
    host = Host(settings.hiding(arguments.hidden_seconds), delivery)
    await host.run(arguments.port, stop)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local.host", description="Run a function app on this machine.")
    parser.add_argument("app", type=Path, nargs="?", default=Path(), help="the folder with its host.json")
    parser.add_argument("--port", type=int, default=0, help="for the host's web addresses (default: any free one)")
    parser.add_argument(
        "--hidden-seconds", type=int, default=600, help="how long a message is hidden while its function runs"
    )
    parser.add_argument("--no-events", action="store_true", help="do not play Event Grid: another process does")
    parser.add_argument("--events-queue", default="", help="a queue into which events are delivered too")
    parser.add_argument("--events-schema", choices=SCHEMAS, default=SCHEMAS[0], help="of the events in that queue")
    parser.add_argument("--events-in-array", action="store_true", help="each of those in an array of its own")
    parser.add_argument(
        "--refuse-events", action="store_true", help="answer events at the webhook with 401, as a cold host may"
    )
    parser.add_argument("--no-local-settings", action="store_true", help="take no settings from local.settings.json")
    parser.add_argument("--differences", action="store_true", help="say what differs from the real host, and stop")
    return parser.parse_args()


def _log_to_standard_output() -> None:
    words = "%(asctime)s %(name)s %(levelname)s %(message)s"
    logging.basicConfig(level=logging.INFO, format=words, stream=sys.stdout)
    for noisy in ("azure.core", "azure.functions"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    logging.getLogger("host").info(SELF)


async def _run() -> None:
    arguments = _arguments()
    if arguments.differences:
        print(DIFFERENCES)  # noqa: T201 - it was asked for
        return
    _log_to_standard_output()
    try:
        await main(arguments)
    except (AppNotLoadedError, HostSettingsError) as error:
        end_now(f"The host stops: {error}")
    end_now()  # functions that are not async, and threads of the app's, may still run: we do not wait


if __name__ == "__main__":
    asyncio.run(_run())
