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

from shared.conversion.task import DONE

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
        seconds: how long it may run, without what it waits for its input.
        step_seconds: how much longer for each picture that it tells of; where its output is read, for each 64 KiB.
        stall_seconds: how long it may wait for its input.
        least_share: of its time, for which it must have had a processor: else the machine is too busy, and not the
            program too slow.
    """

    memory_bytes: int = 1024 * 1024 * 1024
    cpu_seconds: int = 300
    file_bytes: int = 512 * 1024 * 1024
    seconds: float = 30
    step_seconds: float = 1
    stall_seconds: float = 25
    least_share: float = 0.5


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
    """The program took too long, and was ended.

    Attributes:
        waited_for: a processor, where it had one for less than the limits say.
    """

    def __init__(self, waited_for: Literal["itself", "its input", "a processor"]) -> None:
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
    """Run a program to its end. It is ended when this is cancelled, and when it takes too long.

    Args:
        command: the program's path and arguments, under limits already (`limited`).
        limits: of which only those in seconds of the clock are watched over here.
        feed: its input: a file that it reads itself, or pieces that are handed to it.
        output: where its output goes: a file that it writes itself, or who is called with each piece.
        inherited: numbers of further open files that it finds under the same numbers.

    Raises:
        Stalled: it took longer than its limits say.
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
    """One run, and until when it may go on: a file that keeps its decoder busy must not keep others from theirs."""

    def __init__(self, process: Process, limits: ProcessLimits) -> None:
        self._process = process
        self._limits = limits
        self._now = asyncio.get_running_loop().time
        self._allowed = limits.seconds
        self._must_end = self._now() + limits.seconds
        self._waits_since: float | None = None
        self._timeout = asyncio.timeout_at(self._must_end)

    async def to_end(self, feed: AsyncIterator[bytes] | None, output: Callable[[bytes], None] | None) -> Ran:
        try:
            async with self._timeout, asyncio.TaskGroup() as tasks:
                told = tasks.create_task(self._told(tells_of_steps=output is None))
                if feed:
                    tasks.create_task(self._feed(feed))
                if output:
                    tasks.create_task(self._read(output))
                code = await self._process.wait()
            return Ran(code, told.result())
        except TimeoutError:
            raise self._stalled() from None
        except ExceptionGroup as group:
            raise group.exceptions[0] from None
        finally:
            await self._end()

    def _stalled(self) -> Stalled:
        if self._waits_since is not None:
            return Stalled("its input")
        computed = _computed_seconds(self._process.pid)
        is_busy = computed is not None and computed < self._limits.least_share * self._allowed
        return Stalled("a processor" if is_busy else "itself")

    def _allow(self, more: float) -> None:
        self._allowed += more
        self._put_off(more)

    def _put_off(self, seconds: float) -> None:
        self._must_end += seconds
        if self._waits_since is None:
            self._timeout.reschedule(self._must_end)

    def _begin_to_wait(self) -> None:
        self._waits_since = self._now()
        self._timeout.reschedule(self._waits_since + self._limits.stall_seconds)

    def _end_to_wait(self) -> None:
        assert self._waits_since is not None
        waited, self._waits_since = self._now() - self._waits_since, None
        self._put_off(waited)

    async def _feed(self, pieces: AsyncIterator[bytes]) -> None:
        stdin = self._process.stdin
        assert stdin
        self._begin_to_wait()
        async for piece in pieces:
            self._end_to_wait()
            with contextlib.suppress(
                BrokenPipeError, ConnectionResetError
            ):  # it wants no more, which its code explains
                stdin.write(piece)
                await stdin.drain()
            if self._process.returncode is not None or stdin.is_closing():
                break
            self._begin_to_wait()
        else:
            self._end_to_wait()
        stdin.close()

    async def _read(self, output: Callable[[bytes], None]) -> None:
        assert self._process.stdout
        while piece := await self._process.stdout.read(READ_BYTES):
            self._allow(self._limits.step_seconds * len(piece) / READ_BYTES)
            output(piece)

    async def _told(self, *, tells_of_steps: bool) -> str:
        assert self._process.stderr
        told = b""
        while piece := await self._process.stderr.read(READ_BYTES):
            if tells_of_steps:
                self._allow(self._limits.step_seconds * piece.count(DONE))
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


def _computed_seconds(pid: int) -> float | None:
    """For how long a program was on processors so far; None where the system does not tell, as only Linux does."""
    try:
        _, _, told = Path(f"/proc/{pid}/stat").read_text().rpartition(")")
    except OSError:
        return None
    user, system = told.split()[11:13]  # proc(5): the fields 14 and 15
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
