"""`python -m local.host [APP]`: run the function app in a folder until it is stopped."""

import argparse
import asyncio
import logging
import sys
from pathlib import Path

from local.host import DIFFERENCES
from local.host.host import Host
from local.host.settings import HostSettings, HostSettingsError
from local.host.worker import AppNotLoadedError
from local.stopping import stop_event


async def main(app: Path, port: int, hidden_seconds: int, *, events: bool) -> None:
    """Run the app until Ctrl-C, SIGTERM, or the end of standard input."""
    stop = stop_event()
    settings = HostSettings.load(app).hiding(hidden_seconds)
    await Host(settings, plays_event_grid=events).run(port, stop)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local.host", description="Run a function app on this machine.")
    parser.add_argument("app", type=Path, nargs="?", default=Path(), help="the folder with its host.json")
    parser.add_argument("--port", type=int, default=0, help="for the host's web addresses (default: any free one)")
    parser.add_argument(
        "--hidden-seconds", type=int, default=600, help="how long a message is hidden while its function runs"
    )
    parser.add_argument("--no-events", action="store_true", help="do not play Event Grid: somebody else does")
    return parser.parse_args()


def _log_to_standard_output() -> None:
    words = "%(asctime)s %(name)s %(levelname)s %(message)s"
    logging.basicConfig(level=logging.INFO, format=words, stream=sys.stdout)
    for noisy in ("azure.core", "azure.functions"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    for line in DIFFERENCES.splitlines():
        logging.getLogger("host").info(line)


if __name__ == "__main__":
    arguments = _arguments()
    _log_to_standard_output()
    try:
        hidden, events = arguments.hidden_seconds, not arguments.no_events
        asyncio.run(main(arguments.app, arguments.port, hidden, events=events))
    except (AppNotLoadedError, HostSettingsError) as error:
        sys.exit(f"The host stops: {error}")
