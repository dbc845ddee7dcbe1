"""A program that is run once over a file, where its end is not its own."""

import asyncio
import sys
from pathlib import Path

import pytest

from shared.conversion.process import ProcessLimits, run

ENDLESS = "import sys\nwhile True: sys.stdout.buffer.write(b'x' * 65536)"
MAX_SECONDS = 30
"""In which all of this is done many times over."""


class Enough(Exception):
    pass


def refuse(_piece: bytes) -> None:
    raise Enough


async def test_a_program_that_writes_on_is_ended_when_its_output_is_refused() -> None:
    """What it wrote and nobody read must not keep its pipe open: its end would be waited for without end."""
    command = [sys.executable, "-c", ENDLESS]
    async with asyncio.timeout(MAX_SECONDS):
        for _ in range(5):  # the pipe is not full each time
            with Path("/dev/null").open("rb") as nothing, pytest.raises(Enough):  # noqa: ASYNC230 - it has no content
                await run(command, ProcessLimits(), feed=nothing, output=refuse)
