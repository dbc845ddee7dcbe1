"""The command in a process of its own that is forked, not started: the libraries that it needs are imported already.

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
    """A command that has ended."""

    code: int
    out: str
    err: str


async def run_forked(arguments: Sequence[str], folder: Path, environ: Mapping[str, str]) -> Done:
    """Run `python -m cli` to its end, without standard input."""
    pipes = [_context.Pipe(duplex=False) for _ in ("out", "err")]
    writers = [writer for _, writer in pipes]
    process = _context.Process(target=_run, args=(arguments, folder, dict(environ), writers), daemon=True)
    await asyncio.to_thread(process.start)
    for writer in writers:
        writer.close()
    out, err = await asyncio.gather(*(asyncio.to_thread(_read, reader) for reader, _ in pipes))
    await asyncio.to_thread(process.join)
    assert process.exitcode is not None
    return Done(process.exitcode, out.decode(), err.decode())


def _read(pipe: Connection) -> bytes:
    with pipe, open(pipe.fileno(), "rb", closefd=False) as file:
        return file.read()


def _run(arguments: Sequence[str], folder: Path, environ: dict[str, str], writers: Sequence[Connection]) -> None:
    """What the new process does."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environ)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number, writer in enumerate(writers, start=1):
        os.dup2(writer.fileno(), number)
        writer.close()
    sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w")  # noqa: SIM115 - as long as it runs
    sys.argv = ["dropscribe", *arguments]
    runpy.run_module("cli", run_name="__main__", alter_sys=True)
