"""Python in a process of its own that is forked, not started: the libraries that it needs are imported already.

A start takes a second of the processor's time, and nine parts of ten of it are the libraries. Our own modules are
imported anew in each process, in its own environment.
"""

import asyncio
import multiprocessing
import os
import runpy
import sys
from collections.abc import Mapping, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple

_LIBRARIES = (
    "aiohttp",
    "azure.identity.aio",
    "azure.storage.blob.aio",
    "azure.storage.queue.aio",
    "jinja2",
    "jsonschema",
    "pydantic.main",
    "rich.progress",
    "typer.main",
    "yaml",
)
_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(list(_LIBRARIES))


class Done(NamedTuple):
    """A process that has ended."""

    code: int
    out: str
    err: str


async def python_m(
    module: str, *arguments: str, folder: Path, environ: Mapping[str, str], given: bytes | None = None
) -> Done:
    """Run `python -m module` to its end; `given` is its standard input."""
    reads, write_in = _context.Pipe(duplex=False)
    read_out, writes_out = _context.Pipe(duplex=False)
    read_err, writes_err = _context.Pipe(duplex=False)
    streams = (reads, writes_out, writes_err)
    process = _context.Process(target=_run, args=(module, arguments, folder, dict(environ), streams), daemon=True)
    await asyncio.to_thread(process.start)
    for stream in streams:
        stream.close()
    _, out, err = await asyncio.gather(
        asyncio.to_thread(_write, write_in, given or b""),
        asyncio.to_thread(_read, read_out),
        asyncio.to_thread(_read, read_err),
    )
    await asyncio.to_thread(process.join)
    assert process.exitcode is not None
    return Done(process.exitcode, out.decode(), err.decode())


def _write(pipe: Connection, content: bytes) -> None:
    with pipe, open(pipe.fileno(), "wb", closefd=False) as file:
        file.write(content)


def _read(pipe: Connection) -> bytes:
    with pipe, open(pipe.fileno(), "rb", closefd=False) as file:
        return file.read()


def _run(
    module: str, arguments: Sequence[str], folder: Path, environ: dict[str, str], streams: Sequence[Connection]
) -> None:
    """What the new process does."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environ)
    for number, stream in enumerate(streams):
        os.dup2(stream.fileno(), number)
        stream.close()
    sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w")  # noqa: SIM115 - as long as it runs
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
