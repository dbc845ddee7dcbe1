"""Python in a process of its own that is forked, not started: what takes long to import is imported already.

A start takes a second of the processor's time, and nine parts of ten of it are imports. Those of ours that look at
the environment, or hold what is on the terminal, are imported anew in each process.
"""

import asyncio
import fcntl
import multiprocessing
import os
import runpy
import sys
import termios
from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, NamedTuple

from tests.integration.preloaded import CONTEXT

_SERVER: Any = vars(forkserver)["_forkserver"]
"""It does not tell its children where it is."""


class Done(NamedTuple):
    """A process that has ended."""

    code: int
    out: str
    err: str


class _Given(NamedTuple):
    """What a new process is to be; `server` is where it was forked."""

    module: str
    arguments: Sequence[str]
    folder: Path
    environ: dict[str, str]
    streams: Sequence[Connection]
    at_terminal: bool
    in_own_group: bool
    server: str


async def python_m(
    module: str,
    *arguments: str,
    folder: Path,
    environ: Mapping[str, str],
    given: bytes | None = None,
    unread: Collection[str] = (),
) -> Done:
    """Run `python -m module` to its end; `given` is its standard input.

    What is `unread`, of "out" and "err", is a pipe whose reader has gone.
    """
    reads, write_in = CONTEXT.Pipe(duplex=False)
    read_out, writes_out = CONTEXT.Pipe(duplex=False)
    read_err, writes_err = CONTEXT.Pipe(duplex=False)
    streams = (reads, writes_out, writes_err)
    for pipe in (pipe for name, pipe in (("out", read_out), ("err", read_err)) if name in unread):
        pipe.close()
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
    forkserver.ensure_running()
    address = _SERVER._forkserver_address
    given = _Given(module, arguments, folder, dict(environ), streams, at_terminal, in_own_group, address)
    process: BaseProcess = CONTEXT.Process(target=_run, args=(given,), daemon=True)
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
    if pipe.closed:
        return b""
    with pipe, open(pipe.fileno(), "rb", closefd=False) as file:
        return file.read()


def _run(given: _Given) -> None:
    """What the new process does."""
    os.chdir(given.folder)
    os.environ.clear()
    os.environ.update(given.environ)
    for number, stream in enumerate(given.streams):
        os.dup2(stream.fileno(), number)
        stream.close()
    if given.in_own_group:
        os.setpgid(0, 0)
    if given.at_terminal:
        os.setsid()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    encoding = given.environ.get("PYTHONIOENCODING")
    sys.stdin, sys.stdout, sys.stderr = (
        os.fdopen(number, mode, encoding=encoding) for number, mode in enumerate(("r", "w", "w"))
    )
    sys.argv = [given.module, *given.arguments]
    # At a terminal, all that a command starts is in its session, which what is forked elsewhere would not be.
    with nullcontext() if given.at_terminal else _forking_too(given.server):
        runpy.run_module(given.module, run_name="__main__", alter_sys=True)


def _forking_too(server: str) -> AbstractContextManager[None]:
    """Let this process fork its hosts from where it was forked itself."""
    from tests.integration.forked_hosts import hosts_are_forked  # noqa: PLC0415 - it needs this module

    config: dict[str, object] = vars(multiprocessing.current_process())["_config"]
    config["daemon"] = False  # else it may have no children
    _SERVER._forkserver_address, _SERVER.ensure_running = server, lambda: None
    return hosts_are_forked()
