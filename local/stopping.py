"""How a process of the local stack learns that it is to stop, and how it stops."""

import asyncio
import contextlib
import logging
import os
import signal
import sys
import threading
from typing import NoReturn

WATCH_STANDARD_INPUT = "STOP_WHEN_STANDARD_INPUT_CLOSES"
"""The environment variable that has a child stop when its standard input closes."""


def stop_event() -> asyncio.Event:
    """An event that is set on Ctrl-C, on SIGTERM, and in a `Child` when its parent has gone."""
    loop, event = asyncio.get_running_loop(), asyncio.Event()

    def set_it(*_: object) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(event.set)

    def watch_standard_input() -> None:
        while os.read(sys.stdin.fileno(), 4096):  # not its buffer, whose lock a thread would keep to the bitter end
            pass
        set_it()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, set_it)
    if os.environ.pop(WATCH_STANDARD_INPUT, None):
        threading.Thread(target=watch_standard_input, daemon=True).start()
    return event


def end_now(problem: str = "") -> NoReturn:
    """End this process at once, with exit code 1 after a problem.

    Python itself would first wait for every thread, also for one that hears half an hour of speech.
    """
    with contextlib.suppress(OSError, ValueError):  # their reader has gone
        if problem:
            print(problem, file=sys.stderr)  # noqa: T201 - the last word of a process
        logging.shutdown()
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(1 if problem else 0)
