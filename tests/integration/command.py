"""The command `dropscribe` as a process of its own: with pipes, in a shell, or at a terminal.

In a shell Python starts as it does for a person, and so it does where a test without the fixture `forked_hosts` starts
`COMMAND` itself; else it is forked.
"""

import asyncio
import contextlib
import os
import pty
import shlex
import signal
import sys
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from tests.conftest import eventually
from tests.integration.forked import Done, ended, fork, python_m

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "cli")


def environment(environ: dict[str, Any]) -> dict[str, str]:
    """The environment of a command: no model of the shell's, and Python finds our packages everywhere."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("AZURE_INFERENCE_")}
    return {**own, "PYTHONPATH": str(ROOT), "COLUMNS": "200", **environ}


def model_at(url: str) -> dict[str, Any]:
    """The settings that lead to a model service."""
    return {
        "AZURE_INFERENCE_ENDPOINT": f"{url}/models",
        "AZURE_INFERENCE_CREDENTIAL": "key",
        "AZURE_INFERENCE_DEPLOYMENT": "my-deployment",
    }


async def dropscribe(
    *arguments: str | Path,
    folder: Path = ROOT,
    given: bytes | None = None,
    unread: Collection[str] = (),
    **environ: str,
) -> Done:
    """Run the command to its end; `given` is its standard input, and what is `unread` ("out", "err") has no reader."""
    own = environment(environ)
    return await python_m("cli", *map(str, arguments), folder=folder, environ=own, given=given, unread=unread)


async def in_shell(line: str, **environ: str) -> Done:
    """Run a line of a POSIX shell, in which `dropscribe` is the command."""
    command = f'dropscribe() {{ {shlex.join(COMMAND)} "$@"; }}; {line}'
    process = await asyncio.create_subprocess_exec(
        *("bash", "-c", command),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=ROOT,
        env=environment(environ),
    )
    out, err = await process.communicate()
    assert process.returncode is not None
    return Done(process.returncode, out.decode(), err.decode())


@dataclass
class Terminal:
    """A terminal at which the command runs, in a session of its own."""

    process: BaseProcess
    keyboard: int
    shown: bytearray = field(default_factory=bytearray)

    async def shows(self, text: str) -> None:
        """Wait until this stands there."""

        async def look() -> bool | None:
            assert self.process.exitcode is None or text.encode() in self.shown, self.shown.decode(errors="replace")
            return text.encode() in self.shown or None

        await eventually(look)

    def press_ctrl_c(self) -> None:
        """Interrupt all that runs there, as the terminal does it."""
        os.write(self.keyboard, b"\x03")

    async def ended(self) -> int:
        """Wait until the command has ended, and every process that it started; return its exit code."""
        code = await ended(self.process)

        async def all_gone() -> bool | None:
            return not in_session(self.process.ident) or None

        await eventually(all_gone)
        return code


def in_session(number: int | None) -> list[int]:
    """The processes of a session, which is called as the process that began it, also those in groups of their own."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it has ended meanwhile
            state, _, _, session = path.read_text(errors="replace").rpartition(")")[2].split()[:4]
            if int(session) == number and state != "Z":
                found.append(int(path.parent.name))
    return found


@asynccontextmanager
async def at_terminal(*arguments: str | Path, **environ: str) -> AsyncIterator[Terminal]:
    """Start the command at a terminal."""
    keyboard, screen = pty.openpty()

    process = await fork(
        "cli",
        *map(str, arguments),
        folder=ROOT,
        environ=environment({"TERM": "xterm-256color", **environ}),
        streams=[Connection(os.dup(screen)) for _ in range(3)],
        at_terminal=True,
    )
    os.close(screen)
    terminal = Terminal(process, keyboard)
    loop = asyncio.get_running_loop()
    loop.add_reader(keyboard, _read, loop, terminal)
    try:
        yield terminal
    finally:
        loop.remove_reader(keyboard)
        for each in in_session(process.ident):
            with contextlib.suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)
        process.kill()
        await ended(process)
        os.close(keyboard)


def _read(loop: asyncio.AbstractEventLoop, terminal: Terminal) -> None:
    try:
        terminal.shown += os.read(terminal.keyboard, 65_536)
    except OSError:  # the last process has let go of it
        loop.remove_reader(terminal.keyboard)
