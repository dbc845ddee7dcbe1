"""The Azure CLI (`az`), with the login of whoever calls us."""

import asyncio
import json
import shutil
from typing import Any

MAX_SECONDS = 60
MAX_ANSWER = 32 * 2**20
"""Bytes of an answer that are read; the models of a resource are some megabytes."""


class NotToldError(Exception):
    """`az` does not say; the message says why."""


async def ask_az(subscription: str, *arguments: str) -> Any:
    """What `az` answers, parsed; for the subscription that is its default where none is given.

    Raises:
        NotToldError: it is not there, fails, takes too long, or answers no JSON.
    """
    program = shutil.which("az")
    if program is None:
        raise NotToldError("the Azure CLI (`az`) is not installed here.")
    where = ("--subscription", subscription) if subscription else ()
    process = await asyncio.create_subprocess_exec(
        *(program, *arguments, *where, "--output", "json"),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(MAX_SECONDS):
            content, _ = await process.communicate()
    except TimeoutError:
        raise NotToldError(f"`az` did not answer within {MAX_SECONDS} seconds.") from None
    finally:
        if process.returncode is None:
            process.kill()
    if process.returncode or len(content) > MAX_ANSWER:
        raise NotToldError(f"`az {' '.join(arguments[:2])}` failed. Sign in: `az login`")
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        raise NotToldError(f"`az {' '.join(arguments[:2])}` answered no JSON.") from None
