"""The Azure CLI (`az`), with the login of whoever calls us."""

import asyncio
import contextlib
import json
import os
import shutil
import signal
import tempfile
from asyncio.subprocess import DEVNULL, Process
from typing import IO, Any

MAX_SECONDS = 60
MAX_ANSWER = 32 * 2**20
"""Bytes of an answer that are read; the models of a resource are some megabytes."""
LOOK_SECONDS = 0.1
"""How often is looked at how much `az` has said so far."""


class NotToldError(Exception):
    """`az` does not say; the message says why."""


async def ask_az(subscription: str, *arguments: str) -> Any:
    """What `az` answers, parsed; for the subscription that is its default where none is given.

    Raises:
        NotToldError: it is not there, fails, takes too long, says too much, or answers no JSON.
    """
    program = shutil.which("az")
    if program is None:
        raise NotToldError("the Azure CLI (`az`) is not installed here.")
    where = ("--subscription", subscription) if subscription else ()
    asked = f"`az {' '.join(arguments[:2])}`"
    code, content = await _said_by(asked, program, *arguments, *where, "--output", "json")
    if code:
        raise NotToldError(f"{asked} failed. Sign in: `az login`")
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        raise NotToldError(f"{asked} answered no JSON.") from None


async def _said_by(asked: str, *command: str) -> tuple[int | None, bytes]:
    """The exit code of a command, and what it said. Raises as `ask_az` does."""
    # Into a file, not a pipe: `az` is a script, and a child of it would hold a pipe open after its end.
    with tempfile.TemporaryFile() as said:
        try:
            process = await asyncio.create_subprocess_exec(
                *command, stdin=DEVNULL, stdout=said, stderr=DEVNULL, start_new_session=True
            )
        except OSError as error:
            raise NotToldError(f"`az` cannot be started: {error}.") from None
        try:
            async with asyncio.timeout(MAX_SECONDS):
                while await _is_running(process):
                    _require_bounded(asked, said)
        except TimeoutError:
            raise NotToldError(f"`az` did not answer within {MAX_SECONDS} seconds.") from None
        finally:
            if process.returncode is None:
                await _end(process)
        _require_bounded(asked, said)
        said.seek(0)
        return process.returncode, said.read()


async def _is_running(process: Process) -> bool:
    """Whether it still is after a moment."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(LOOK_SECONDS):
            await process.wait()
    return process.returncode is None


def _require_bounded(asked: str, said: IO[bytes]) -> None:
    if os.fstat(said.fileno()).st_size > MAX_ANSWER:
        raise NotToldError(f"{asked} said more than {MAX_ANSWER:,} bytes.")


async def _end(process: Process) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):  # macOS: only one that ended is left of the group
        if os.name == "nt":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)  # it leads a group of its own, with all its children
    await process.wait()
