"""The events in a host's log, read while they come."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.activity import event_in

LOOK_SECONDS = 0.25
MAX_READ = 2**20
"""Bytes that are read at once; of a line that is longer, the rest is looked at alone, and is no event."""


@dataclass
class HostLog:
    """The log, and how far it has been read (bytes)."""

    path: Path
    position: int = 0

    @classmethod
    def from_now_on(cls, path: Path) -> "HostLog":
        """The log without what stands there already."""
        return cls(path, path.stat().st_size if path.is_file() else 0)

    def earlier(self) -> list[dict[str, Any]]:
        """The last of the events that stand there already."""
        start = max(0, self.position - MAX_READ)
        return HostLog(self.path, start).read() if self.position else []

    async def events(self) -> AsyncIterator[dict[str, Any]]:
        """Each event that is logged, for ever."""
        while True:
            for event in await asyncio.to_thread(self.read):
                yield event
            await asyncio.sleep(LOOK_SECONDS)

    def read(self) -> list[dict[str, Any]]:
        """The events in the whole lines that have come since the last look."""
        try:
            with self.path.open("rb") as file:
                if file.seek(0, 2) < self.position:  # begun anew
                    self.position = 0
                file.seek(self.position)
                content = file.read(MAX_READ)
        except OSError:
            return []
        whole = content[: content.rfind(b"\n") + 1] or (content if len(content) == MAX_READ else b"")
        self.position += len(whole)
        return [event for line in whole.split(b"\n") if (event := event_in(line.decode(errors="replace")))]
