"""Processes that this one starts, and that end with it, however it ends."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from local.output import Output
from local.stopping import WATCH_STANDARD_INPUT

START_SECONDS = 120
STOP_SECONDS = 1.2
"""How long a process may take to stop before it is killed: all of the stack is to be gone within two."""
READ_SECONDS = 2
"""How long we read on after its end: what it left behind may hold its output open."""

# A Ctrl-C in a terminal reaches a whole group. Ours are stopped by us, in order.
_OWN_GROUP: dict[str, Any] = {"creationflags": 0x200} if os.name == "nt" else {"process_group": 0}


class NotStartedError(Exception):
    """A process did not come up; the message, for people, holds what it said."""


class Child:
    """A running process, with its output in a file.

    Its standard input is a pipe that it watches: when the pipe closes, it stops. That works on every
    system, and when we are killed too.
    """

    def __init__(self, name: str, process: asyncio.subprocess.Process, output: Output) -> None:
        assert process.stdout
        self._name = name
        self._process = process
        self._output = output
        self._reading = asyncio.create_task(output.read(process.stdout))

    @classmethod
    async def start(
        cls,
        name: str,
        command: Sequence[str],
        *,
        log: Path,
        ready: Sequence[str],
        environ: Mapping[str, str | None] | None = None,
        folder: Path | None = None,
        heard: Callable[[str], None] | None = None,
    ) -> Self:
        """Start the process in `folder` and wait until its output has matched each of `ready`.

        The named groups of these regular expressions are then in `said`. `environ` is laid over our own, without
        what it has None for. `heard` is given each line that is written.

        Raises:
            NotStartedError: it could not be started, ended, or was not ready within `START_SECONDS`.
        """
        output = Output(log, ready, heard)
        try:
            log.parent.mkdir(parents=True, exist_ok=True)
            process = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                env=_laid_over(os.environ, {WATCH_STANDARD_INPUT: "1", **(environ or {})}),
                cwd=folder,
                **_OWN_GROUP,
            )
        except OSError as error:
            raise NotStartedError(f"{name} cannot be started: {error}.") from error
        child = cls(name, process, output)
        try:
            await child._wait_until_ready()
        except BaseException:
            await child.kill()
            raise
        return child

    @property
    def name(self) -> str:
        """What it is called before people."""
        return self._name

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """The exit code; None while it runs, less than 0 where a signal ended it."""
        return self._process.returncode

    @property
    def said(self) -> Mapping[str, str]:
        """What the regular expressions for its start found."""
        return self._output.found

    async def stop(self, seconds: float = STOP_SECONDS) -> None:
        """Ask it to stop, and kill it if it has not after some seconds."""
        self._close_input()
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._process.wait()
        finally:
            await self.kill()

    async def kill(self) -> None:
        """Kill it where it stands, as a crash would, with what it has started itself."""
        self._close_input()
        if self._process.returncode is None:
            self._kill()
            await self._process.wait()
        await asyncio.wait({self._reading}, timeout=READ_SECONDS)
        self._reading.cancel()

    async def wait(self) -> int:
        """Wait until it ends by itself, and return its exit code."""
        return await self._process.wait()

    def last_lines(self, holding: str = "") -> str:
        """The end of its output, for people; only lines in which the regular expression `holding` is found."""
        return self._output.last_lines(holding)

    def _close_input(self) -> None:
        if self._process.stdin:
            self._process.stdin.close()

    def _kill(self) -> None:
        if os.name == "nt":
            self._process.kill()
        else:
            os.killpg(self._process.pid, signal.SIGKILL)

    async def _wait_until_ready(self) -> None:
        waiting = asyncio.create_task(self._output.ready.wait())
        try:
            await asyncio.wait({waiting, self._reading}, timeout=START_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        finally:
            waiting.cancel()
        if not self._output.ready.is_set():
            raise NotStartedError(self._why_not())

    def _why_not(self) -> str:
        """Its own sentence, where it says that it stops, and why."""
        last = self.last_lines()
        _, stops, why = last.rpartition(f"{self._name} stops: ")
        return why if stops else f"{self._name} did not start. The last it said:\n{last}"


def _laid_over(environ: Mapping[str, str], changes: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in {**environ, **changes}.items() if value is not None}
