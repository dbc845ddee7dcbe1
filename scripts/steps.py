"""Run installers, several at once, and show how far they are. Standard library only, any Python 3."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

from progress import Progress

LOOKS_A_SECOND = 5
SECONDS_BETWEEN_LINES = 5
"""How often a line is written where no terminal is."""
BAR = 30
LAST_LINES = 15


class SetupFailedError(Exception):
    """A step of the setup failed; the message says which, and what to do."""


class Step:
    """A running installer; what it says is kept back, and shown if it fails."""

    def __init__(
        self,
        what: str,
        command: list[str],
        *,
        hint: str,
        folder: Path,
        environ: dict[str, str] | None = None,
        progress: Progress | None = None,
    ) -> None:
        """Start it.

        Raises:
            SetupFailedError: it cannot be started.
        """
        self._what, self._hint = what, hint
        self.progress = progress or Progress()
        self._said: list[str] = []
        try:
            self._process = subprocess.Popen(
                command,
                cwd=folder,
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                encoding="utf-8",
                errors="replace",
            )
        except OSError as error:
            raise SetupFailedError(f"{what.capitalize()} failed: {error}.") from error
        self._reading = threading.Thread(target=self._read, daemon=True)
        self._reading.start()

    @property
    def runs(self) -> bool:
        """Whether it is still running."""
        return self._reading.is_alive()

    def wait(self, seconds: float) -> None:
        """Wait for its end, for some seconds at most."""
        self._reading.join(seconds)

    def require_success(self) -> None:
        """Wait for its end.

        Raises:
            SetupFailedError: it failed; the message has the last that it said, and ends with the hint.
        """
        self._reading.join()
        if self._process.wait():
            last = "\n".join("".join(self._said).strip().splitlines()[-LAST_LINES:])
            raise SetupFailedError(f"{last}\n\n{self._what.capitalize()} failed (see above). {self._hint}")

    def stop(self) -> None:
        """End it now."""
        self._process.terminate()
        self._process.wait()
        self._reading.join(1)  # a child of it may still hold the pipe

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            if not self.progress.read(line):
                self._said.append(line)


def wait_for(*steps: Step) -> None:
    """Show how far the steps are together until all have ended; one that fails ends the others.

    Raises:
        SetupFailedError: one of them failed.
    """
    display = _Display()
    try:
        waiting = list(steps)
        while waiting:
            for step in [step for step in waiting if not step.runs]:
                step.require_success()
                waiting.remove(step)
            display.show([step.progress for step in steps])
            if waiting:
                waiting[0].wait(1 / LOOKS_A_SECOND)
    except BaseException:
        for step in steps:
            step.stop()
        raise
    finally:
        display.end()


class _Display:
    """One line that changes; where there is no terminal, a line every few seconds."""

    def __init__(self) -> None:
        self._is_terminal = sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
        self._started = self._last = time.monotonic()
        self._drawn = 0

    def show(self, parts: list[Progress]) -> None:
        for part in parts:
            part.look()
        text = state(parts, time.monotonic() - self._started)
        if self._is_terminal:
            print(f"\r  {text.ljust(self._drawn)}", end="", flush=True)
            self._drawn = len(text)
        elif time.monotonic() - self._last >= SECONDS_BETWEEN_LINES:
            self._last = time.monotonic()
            print(f"  {text}", flush=True)

    def end(self) -> None:
        if self._drawn:
            print(f"\r{' ' * (self._drawn + 2)}\r", end="", flush=True)


def state(parts: list[Progress], seconds: float) -> str:
    """How far the steps are together, in one line."""
    total = sum(part.total for part in parts)
    if not total:
        return f"{seconds:.0f} s"
    done = sum(part.done for part in parts)
    full = BAR * done // total
    megabytes = sum(part.fetched_bytes for part in parts) / 1e6
    fetched = f", {megabytes:.0f} MB fetched" if megabytes else ""
    return f"[{'#' * full}{'.' * (BAR - full)}] {100 * done // total:3} %{fetched}, {seconds:.0f} s"
