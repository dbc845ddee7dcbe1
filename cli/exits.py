"""How a command ends: its exit codes, what ends it early, and Ctrl-C."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable, Coroutine
from typing import Any

OK = 0
FAILED = 1
"""Something that was asked for was not done; a sentence on standard error says what."""
USAGE = 2
"""The command line itself is wrong; nothing was started."""
TIMED_OUT = 4
"""The time was up before every file had its document."""
INTERRUPTED = 130
"""Ctrl-C, or SIGTERM."""

STOP_SECONDS = 1.8
"""How long an orderly end may take after Ctrl-C. What then still runs notices that we have gone, and stops."""


class CommandFailedError(Exception):
    """The command ends with `FAILED`; the message is for people."""


def run_to_the_end(
    action: Coroutine[Any, Any, int], tell: Callable[[str], None], *, interrupted: int = INTERRUPTED
) -> int:
    """Run the action and return its exit code, or `interrupted` where Ctrl-C stopped it.

    The first Ctrl-C stops it in good order, a second one, or the end of `STOP_SECONDS`, at once. `tell` shows a
    sentence to people.
    """
    try:
        code = asyncio.run(_interruptible(action, tell))
    except KeyboardInterrupt:  # where signals cannot be handled by the loop, and while it closes
        return interrupted
    else:
        return interrupted if code is None else code
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # what is left is a moment in which nothing can be shown


async def _interruptible(action: Coroutine[Any, Any, int], tell: Callable[[str], None]) -> int | None:
    """The exit code of the action; None where it was interrupted."""
    loop, acting = asyncio.get_running_loop(), asyncio.ensure_future(action)
    interrupted = False

    def interrupt() -> None:
        nonlocal interrupted
        if interrupted:
            end_at_once()
        interrupted = True
        tell("Stopping …")
        acting.cancel()
        loop.call_later(STOP_SECONDS, end_at_once)

    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows
            loop.add_signal_handler(number, interrupt)
    try:
        code = await acting
    except BaseException:
        if not interrupted:
            raise
        return None
    return None if interrupted else code


def end_at_once() -> None:
    """End this process now; the processes that it started watch for that."""
    _show_cursor()
    os._exit(INTERRUPTED)


def _show_cursor() -> None:
    """A bar hides the cursor for as long as it moves."""
    if os.isatty(2):
        os.write(2, b"\x1b[?25h\n")
