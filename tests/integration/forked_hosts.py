"""Local hosts, and commands that run one, which are forked, not started: for tests that do not look at how they start.

Each takes more than a second of the processor's time to import what it needs.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any
from unittest import mock

from tests.integration.forked import fork
from tests.integration.preloaded import CONTEXT

_FORKED = {(sys.executable, "-m", module) for module in ("local.host", "cli")}


class _Process:
    """As much of `asyncio.subprocess.Process` as `local.process.Child` needs."""

    def __init__(self, process: BaseProcess, stdin: Connection, stdout: asyncio.StreamReader) -> None:
        self._process, self.stdin, self.stdout = process, stdin, stdout
        self._has_ended = asyncio.Event()
        asyncio.get_running_loop().add_reader(process.sentinel, self._end)

    @property
    def pid(self) -> int:
        assert self._process.pid
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    async def wait(self) -> int:
        await self._has_ended.wait()
        assert self.returncode is not None
        return self.returncode

    def _end(self) -> None:
        asyncio.get_running_loop().remove_reader(self._process.sentinel)
        self._has_ended.set()


@contextmanager
def hosts_are_forked() -> Iterator[None]:
    """Let `Child.start` fork the hosts and commands, and start all others."""
    start, end_group = asyncio.create_subprocess_exec, os.killpg

    async def start_or_fork(*command: str, **more: Any) -> Any:
        if command[:3] not in _FORKED:
            return await start(*command, **more)
        return await _forked(command[2:], more["env"], Path(more["cwd"] or "."))

    def end_if_there(group: int, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):  # where it was forked, its end may be known already, and here not yet
            end_group(group, number)

    with (
        mock.patch.object(asyncio, "create_subprocess_exec", start_or_fork),
        mock.patch.object(os, "killpg", end_if_there),
    ):
        yield


async def _forked(module_and_arguments: Sequence[str], environ: Mapping[str, str], folder: Path) -> _Process:
    reads, stdin = CONTEXT.Pipe(duplex=False)
    stdout, writes = CONTEXT.Pipe(duplex=False)
    streams = (reads, writes, Connection(os.dup(writes.fileno()), readable=False))
    process = await fork(*module_and_arguments, folder=folder, environ=environ, streams=streams, in_own_group=True)
    reader = asyncio.StreamReader()
    pipe = os.fdopen(os.dup(stdout.fileno()), "rb", buffering=0)
    stdout.close()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), pipe)
    return _Process(process, stdin, reader)
