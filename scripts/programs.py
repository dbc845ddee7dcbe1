"""Run somebody else's program within a limit of time and of what it may say. Standard library only."""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
import time
from pathlib import Path

SECONDS = 120
MAX_BYTES = 50_000_000
"""A region's models are some megabytes of JSON."""
LOOK_SECONDS = 0.2


class NoAnswerError(Exception):
    """The program cannot be started, says too much, or takes too long; the message is a sentence."""


def run(command: list[str], seconds: float = SECONDS, max_bytes: int = MAX_BYTES) -> tuple[int, str, str]:
    """The exit code of a command, and what it said to stdout and stderr. It can ask nobody anything.

    Raises:
        NoAnswerError: there is no whole answer.
    """
    name, end = Path(command[0]).stem, time.monotonic() + seconds
    # Into files, not pipes: `az` is a script, and a child of it would hold a pipe open after its end.
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        try:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, start_new_session=True
            )
        except OSError as error:
            raise NoAnswerError(f"{name} cannot be started: {error}.") from error
        try:
            problem = None
            while process.returncode is None and not problem:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(LOOK_SECONDS)
                if sum(os.fstat(each.fileno()).st_size for each in (out, err)) > max_bytes:
                    problem = f"{name} said more than {max_bytes:,} bytes."
                elif process.returncode is None and time.monotonic() > end:
                    problem = f"{name} did not answer within {seconds:g} s."
        finally:
            if process.returncode is None:
                _end(process)
        if problem:
            raise NoAnswerError(problem)
        out.seek(0)
        err.seek(0)
        said, complained = (each.read().decode("utf-8", errors="replace").strip() for each in (out, err))
        return process.returncode, said, complained


def _end(process: subprocess.Popen[bytes]) -> None:
    if os.name == "nt":
        process.kill()
    else:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, 9)  # it leads a group of its own, with all its children
    process.wait()
