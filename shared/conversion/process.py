"""One run of one program over one file: no shell, no secret in its environment, bounded memory, time and disk.

Decoders read what strangers wrote. So they run outside the worker: one that crashes, hangs or grows takes no other
file with it, and is gone with everything that it held. Files that it reads or writes have no names, so that nothing
stays behind, even where the worker is killed.
"""

import asyncio
import contextlib
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

_LIMITED = Path(__file__).with_name("limited.py")

READ_BYTES = 65_536
"""How much of a program's output is taken at once."""

MAX_TOLD = 4_000
"""Characters of what a program says about an error that are looked at."""


@dataclass(frozen=True)
class ProcessLimits:
    """What one run may take.

    Attributes:
        memory_bytes: address space.
        cpu_seconds: time on processors, of all its threads together.
        file_bytes: of each file that it writes.
        stall_seconds: how long it may neither take nor give nor tell anything; a program that works on a whole file has
            so long until the next word that it tells.
    """

    memory_bytes: int = 1024 * 1024 * 1024
    cpu_seconds: int = 300
    file_bytes: int = 512 * 1024 * 1024
    stall_seconds: float = 25


@dataclass(frozen=True)
class Ran:
    """How a run ended.

    Attributes:
        code: its exit code; negative where a signal ended it, as limits do.
        told: the end of what it wrote to its error output. It may quote the file: never log it.
    """

    code: int
    told: str


class Stalled(Exception):
    """The program did nothing for too long, and was ended. `waited_for` is what it waited for."""

    def __init__(self, waited_for: Literal["itself", "its input"]) -> None:
        super().__init__(f"waited for {waited_for}")
        self.waited_for = waited_for


def limited(limits: ProcessLimits, program: str, arguments: Sequence[str]) -> list[str]:
    """The command that runs a program under limits."""
    numbers = (limits.memory_bytes, limits.cpu_seconds, limits.file_bytes)
    return [sys.executable, "-I", "-S", str(_LIMITED), *map(str, numbers), program, *arguments]


async def run(
    command: Sequence[str],
    limits: ProcessLimits,
    *,
    feed: BinaryIO | AsyncIterator[bytes],
    output: BinaryIO | Callable[[bytes], None],
    inherited: Sequence[int] = (),
) -> Ran:
    """Run a program to its end. It is ended when this is cancelled, and when it stalls.

    Args:
        command: the program's path and arguments, under limits already (`limited`).
        limits: of which only `stall_seconds` is watched over here.
        feed: its input: a file that it reads itself, or pieces that are handed to it.
        output: where its output goes: a file that it writes itself, or who is called with each piece.
        inherited: numbers of further open files that it finds under the same numbers.

    Raises:
        Stalled: it neither took nor gave nor told anything for `stall_seconds`.
        Exception: whatever `feed` and `output` raise.
    """
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=PIPE if isinstance(feed, AsyncIterator) else feed,
        stdout=PIPE if callable(output) else output,
        stderr=PIPE,
        env=_environment(),
        cwd=Path(command[0]).anchor or None,
        pass_fds=tuple(inherited),
        limit=READ_BYTES,
    )
    pieces = feed if isinstance(feed, AsyncIterator) else None
    return await _Run(process, limits).to_end(pieces, output if callable(output) else None)


def _environment() -> dict[str, str]:
    """Nothing of ours; Windows starts no program without its own folder."""
    return {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}


class _Run:
    def __init__(self, process: Process, limits: ProcessLimits) -> None:
        self._process = process
        self._stall = limits.stall_seconds
        self._is_source_slow = False
        self._patience = asyncio.timeout(limits.stall_seconds)

    async def to_end(self, feed: AsyncIterator[bytes] | None, output: Callable[[bytes], None] | None) -> Ran:
        try:
            async with self._patience, asyncio.TaskGroup() as tasks:
                told = tasks.create_task(self._told())
                if feed:
                    tasks.create_task(self._feed(feed))
                if output:
                    tasks.create_task(self._read(output))
                code = await self._process.wait()
            return Ran(code, told.result())
        except TimeoutError:
            raise Stalled("its input" if self._is_source_slow else "itself") from None
        except ExceptionGroup as group:
            raise group.exceptions[0] from None
        finally:
            await self._end()

    def _progress(self) -> None:
        self._patience.reschedule(asyncio.get_running_loop().time() + self._stall)

    async def _feed(self, pieces: AsyncIterator[bytes]) -> None:
        stdin = self._process.stdin
        assert stdin
        self._is_source_slow = True
        async for piece in pieces:
            self._is_source_slow = False
            self._progress()
            with contextlib.suppress(
                BrokenPipeError, ConnectionResetError
            ):  # it wants no more, which its code explains
                stdin.write(piece)
                await stdin.drain()
            if self._process.returncode is not None or stdin.is_closing():
                break
            self._is_source_slow = True
        self._is_source_slow = False
        stdin.close()

    async def _read(self, output: Callable[[bytes], None]) -> None:
        assert self._process.stdout
        while piece := await self._process.stdout.read(READ_BYTES):
            self._progress()
            output(piece)

    async def _told(self) -> str:
        assert self._process.stderr
        told = b""
        while piece := await self._process.stderr.read(READ_BYTES):
            self._progress()
            told = (told + piece)[-MAX_TOLD:]
        return told.decode(errors="replace")

    async def _end(self) -> None:
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
        for stream in (self._process.stdout, self._process.stderr):
            while stream and await stream.read(READ_BYTES):
                pass  # what is left unread keeps its pipe open, and for that `wait` would wait for ever
        await self._process.wait()
