"""Workers that may be killed: processes that take the app's events and messages.

Each is forked from a process that has imported everything already; to import it anew takes longer than its short life.
"""

import asyncio
import multiprocessing
import os
import sys
import threading
from collections.abc import Mapping
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from local.process import NotStartedError
from tests.integration import triggers
from tests.integration.preloaded import CONTEXT

START_SECONDS = 120
STOP_SECONDS = 15


class Worker:
    """A running process, with its output in a file."""

    def __init__(self, process: BaseProcess) -> None:
        self._process = process
        self._ending = asyncio.create_task(asyncio.to_thread(process.join))  # one alone may ask for the exit code

    @classmethod
    async def start(cls, environ: Mapping[str, str], log: Path) -> "Worker":
        """Start it and wait until it listens. `environ` is added to our own environment.

        Raises:
            NotStartedError: it ended before that.
        """
        is_open, opened = CONTEXT.Pipe(duplex=False)
        process = CONTEXT.Process(target=_run, args=({**os.environ, **environ}, log, opened), daemon=True)
        await asyncio.to_thread(process.start)
        opened.close()
        worker = cls(process)
        try:
            async with asyncio.timeout(START_SECONDS):
                await asyncio.to_thread(is_open.recv)
        except EOFError as error:
            raise NotStartedError(f"A worker did not start; {log} has what it said.") from error
        except BaseException:
            await worker.kill()
            raise
        return worker

    @property
    def pid(self) -> int:
        """The process id."""
        assert self._process.pid
        return self._process.pid

    async def kill(self) -> None:
        """Kill it where it stands, as a crash would."""
        self._process.kill()
        await self.wait()

    async def stop(self) -> None:
        """Ask it to stop, and wait until it has; after `STOP_SECONDS` it is killed."""
        self._process.terminate()
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await self.wait()
        except TimeoutError:
            await self.kill()

    async def wait(self) -> int:
        """Wait until it ends by itself, and return its exit code."""
        await asyncio.shield(self._ending)
        assert self._process.exitcode is not None
        return self._process.exitcode


def _run(environ: Mapping[str, str], log: Path, opened: Connection) -> None:
    with log.open("wb") as output:
        for stream in (sys.stdout, sys.stderr):
            os.dup2(output.fileno(), stream.fileno())
    os.environ.update(environ)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    triggers.run(lambda: opened.send(None))


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent
    parent.join()
    os._exit(1)
