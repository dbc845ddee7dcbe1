"""Local hosts that are forked, not started: for tests that need one, and do not look at how it starts.

A host takes more than a second of the processor's time to import what it needs.
"""

import asyncio
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any
from unittest import mock

from tests.integration.forked import fork
from tests.integration.preloaded import CONTEXT

_HOST = (sys.executable, "-m", "local.host")


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
    """Let `Child.start` fork the hosts, and start all others."""
    start = asyncio.create_subprocess_exec

    async def start_or_fork(*command: str, **more: Any) -> Any:
        if command[:3] != _HOST:
            return await start(*command, **more)
        return await _forked(command[3:], more["env"], Path(more["cwd"] or "."))

    with mock.patch.object(asyncio, "create_subprocess_exec", start_or_fork):
        yield


async def _forked(arguments: Sequence[str], environ: Mapping[str, str], folder: Path) -> _Process:
    reads, stdin = CONTEXT.Pipe(duplex=False)
    stdout, writes = CONTEXT.Pipe(duplex=False)
    streams = (reads, writes, Connection(os.dup(writes.fileno()), readable=False))
    process = await fork("local.host", *arguments, folder=folder, environ=environ, streams=streams, in_own_group=True)
    reader = asyncio.StreamReader()
    pipe = os.fdopen(os.dup(stdout.fileno()), "rb", buffering=0)
    stdout.close()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), pipe)
    return _Process(process, stdin, reader)
