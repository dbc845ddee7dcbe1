"""Python in a process of its own that is forked, not started: what takes long to import is imported already.

A start takes a second of the processor's time, and nine parts of ten of it are imports. Those of ours that look at
the environment, or hold what is on the terminal, are imported anew in each process.
"""

import asyncio
import fcntl
import os
import runpy
import sys
import termios
from collections.abc import Mapping, Sequence
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import NamedTuple

from tests.integration.preloaded import CONTEXT


class Done(NamedTuple):
    """A process that has ended."""

    code: int
    out: str
    err: str


async def python_m(
    module: str, *arguments: str, folder: Path, environ: Mapping[str, str], given: bytes | None = None
) -> Done:
    """Run `python -m module` to its end; `given` is its standard input."""
    reads, write_in = CONTEXT.Pipe(duplex=False)
    read_out, writes_out = CONTEXT.Pipe(duplex=False)
    read_err, writes_err = CONTEXT.Pipe(duplex=False)
    streams = (reads, writes_out, writes_err)
    process = await fork(module, *arguments, folder=folder, environ=environ, streams=streams)
    _, out, err = await asyncio.gather(
        asyncio.to_thread(_write, write_in, given or b""),
        asyncio.to_thread(_read, read_out),
        asyncio.to_thread(_read, read_err),
    )
    return Done(await ended(process), out.decode(), err.decode())


async def fork(
    module: str,
    *arguments: str,
    folder: Path,
    environ: Mapping[str, str],
    streams: Sequence[Connection],
    at_terminal: bool = False,
    in_own_group: bool = False,
) -> BaseProcess:
    """`python -m module` with these three streams, which are its own from now on; with a session, at a terminal."""
    given = (module, arguments, folder, dict(environ), streams, at_terminal, in_own_group)
    process: BaseProcess = CONTEXT.Process(target=_run, args=given, daemon=True)
    await asyncio.to_thread(process.start)
    for stream in streams:
        stream.close()
    return process


async def ended(process: BaseProcess) -> int:
    """Wait until it has ended, and return its exit code."""
    await asyncio.to_thread(process.join)
    assert process.exitcode is not None
    return process.exitcode


def _write(pipe: Connection, content: bytes) -> None:
    with pipe, open(pipe.fileno(), "wb", closefd=False) as file:
        file.write(content)


def _read(pipe: Connection) -> bytes:
    with pipe, open(pipe.fileno(), "rb", closefd=False) as file:
        return file.read()


def _run(
    module: str,
    arguments: Sequence[str],
    folder: Path,
    environ: dict[str, str],
    streams: Sequence[Connection],
    at_terminal: bool,
    in_own_group: bool,
) -> None:
    """What the new process does."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environ)
    for number, stream in enumerate(streams):
        os.dup2(stream.fileno(), number)
        stream.close()
    if in_own_group:
        os.setpgid(0, 0)
    if at_terminal:
        os.setsid()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    encoding = environ.get("PYTHONIOENCODING")
    sys.stdin, sys.stdout, sys.stderr = (
        os.fdopen(number, mode, encoding=encoding) for number, mode in enumerate(("r", "w", "w"))
    )
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
