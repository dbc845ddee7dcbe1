"""Processes that this one starts, and that end with it, however it ends."""

import asyncio
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

from local.stopping import WATCH_STANDARD_INPUT

START_SECONDS = 120
STOP_SECONDS = 15


class NotStartedError(Exception):
    """A process did not come up; the message holds the last that it said."""


class Child:
    """A running process, with its output in a file.

    Its standard input is a pipe that it watches: when the pipe closes, it stops. That works on every
    system, and when we are killed too.
    """

    def __init__(self, name: str, process: asyncio.subprocess.Process, log: Path) -> None:
        self._name = name
        self._process = process
        self._log = log
        self._copying: asyncio.Task[None] | None = None
        self.said: dict[str, str] = {}

    @classmethod
    async def start(
        cls,
        name: str,
        command: Sequence[str],
        *,
        log: Path,
        ready: Sequence[str],
        environ: Mapping[str, str] | None = None,
        folder: Path | None = None,
    ) -> Self:
        """Start the process in `folder` and wait until its output has matched each of `ready`.

        The named groups of these regular expressions are then in `said`. `environ` is added to our own.

        Raises:
            NotStartedError: it ended, or was not ready within `START_SECONDS`.
        """
        log.parent.mkdir(parents=True, exist_ok=True)
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env={**os.environ, WATCH_STANDARD_INPUT: "1", **(environ or {})},
            cwd=folder,
            limit=2**24,  # a log line may be long
        )
        child = cls(name, process, log)
        try:
            async with asyncio.timeout(START_SECONDS):
                await child._wait_until_ready(ready)
        except BaseException:
            await child.stop()
            raise
        return child

    async def stop(self) -> None:
        """Ask it to stop, and wait until it has; after `STOP_SECONDS` it is killed."""
        if self._process.stdin:
            self._process.stdin.close()
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        if self._copying:
            await self._copying

    @property
    def pid(self) -> int:
        """Its number."""
        return self._process.pid

    async def kill(self) -> None:
        """Kill it where it stands, as a crash would."""
        self._process.kill()
        await self._process.wait()
        if self._copying:
            await self._copying

    async def wait(self) -> int:
        """Wait until it ends by itself, and return its exit code."""
        return await self._process.wait()

    async def _wait_until_ready(self, patterns: Sequence[str]) -> None:
        ready = asyncio.Event()
        self._copying = asyncio.create_task(self._copy_output(list(patterns), ready))
        waiting = asyncio.create_task(ready.wait())
        await asyncio.wait({waiting, self._copying}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if not ready.is_set():
            raise NotStartedError(f"{self._name} did not start. The last it said:\n{self.last_lines()}")

    async def _copy_output(self, wanted: list[str], ready: asyncio.Event) -> None:
        assert self._process.stdout
        with self._log.open("wb") as log:
            async for line in self._process.stdout:
                log.write(line)
                log.flush()
                for pattern in list(wanted):
                    found = re.search(pattern, line.decode(errors="replace"))
                    if found:
                        self.said.update(found.groupdict())
                        wanted.remove(pattern)
                if not wanted:
                    ready.set()

    def last_lines(self, holding: str = "") -> str:
        """The end of its output, for people; only lines in which the regular expression `holding` is found."""
        lines = self._log.read_text(errors="replace").splitlines()
        return "\n".join([line for line in lines if re.search(holding, line)][-20:])
