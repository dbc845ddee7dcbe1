"""What a process writes: copied into a file, searched, and the last of it kept."""

import asyncio
import contextlib
import re
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from io import FileIO
from pathlib import Path

CHUNK = 2**16
MAX_LINE = 2**20
"""Bytes; what a line has beyond them is in the file only."""
KEPT_LINES = 500
MAX_KEPT_LINE = 4000
"""Characters."""
LINES_FOR_PEOPLE = 20


class Output:
    """The output of one process.

    Attributes:
        ready: set when each of the wanted expressions has been found.
        found: what their named groups found.
    """

    def __init__(self, log: Path, wanted: Sequence[str], heard: Callable[[str], None] | None = None) -> None:
        self._log = log
        self._wanted = [re.compile(each) for each in wanted]
        self._heard = heard
        self._kept: deque[str] = deque(maxlen=KEPT_LINES)
        self.ready = asyncio.Event()
        self.found: dict[str, str] = {}

    async def read(self, stream: asyncio.StreamReader) -> None:
        """Read to its end, whatever becomes of the file: a process whose output is not read stands still."""
        unfinished = b""
        with _open(self._log) as log:
            while chunk := await stream.read(CHUNK):
                _write(log, chunk)
                *lines, unfinished = (unfinished + chunk).split(b"\n")
                for line in lines:
                    self._take(line)
                unfinished = unfinished[:MAX_LINE]
        if unfinished:
            self._take(unfinished)

    def last_lines(self, holding: str = "") -> str:
        """The end of it, for people; only lines in which the regular expression `holding` is found."""
        return "\n".join([line for line in self._kept if re.search(holding, line)][-LINES_FOR_PEOPLE:])

    def _take(self, content: bytes) -> None:
        line = content.decode(errors="replace").rstrip("\r")
        self._kept.append(line[:MAX_KEPT_LINE])
        for pattern in list(self._wanted):
            if match := pattern.search(line):
                self.found.update(match.groupdict())
                self._wanted.remove(pattern)
        if not self._wanted:
            self.ready.set()
        self._tell(line)

    def _tell(self, line: str) -> None:
        if self._heard is None:
            return
        try:
            self._heard(line)
        except Exception:  # a terminal that is gone, say: that must not keep us from reading
            self._heard = None


def _open(log: Path) -> AbstractContextManager[FileIO | None]:
    try:
        return log.open("wb", buffering=0)
    except OSError:
        return contextlib.nullcontext()


def _write(log: FileIO | None, content: bytes) -> None:
    """Write as far as the disk allows: it may be full for a while."""
    if log:
        with contextlib.suppress(OSError):
            log.write(content)
