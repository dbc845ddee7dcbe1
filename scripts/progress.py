"""How far pip and npm are, from what they say and from what lies on the disk. Standard library only, any Python 3."""

from __future__ import annotations

import re
from pathlib import Path

_LOCKED = re.compile(r"^[\w.-]+(?:\[[\w,-]+\])?==", re.MULTILINE)
_IN_NODE_MODULES = re.compile(r'^ +"(node_modules/[^"]+)": \{', re.MULTILINE)
_RAW = re.compile(r"Progress (\d+) of (\d+)$")
_FETCHED = re.compile(r"\s*(?:Collecting|Processing) ")
_WAS_THERE = "Requirement already satisfied: "
_FOR_ANOTHER_SYSTEM = "Ignoring "


class Progress:
    """How far a step is; this one, for steps that do not tell, stays at nothing of nothing.

    Attributes:
        done, total: packages.
        fetched_bytes: how much has been downloaded.
    """

    def __init__(self) -> None:
        self.done = self.total = self.fetched_bytes = 0

    def read(self, line: str) -> bool:
        """Take a line of the installer's output; return whether it told nothing but progress."""
        del line
        return False

    def look(self) -> None:
        """See what lies on the disk by now."""


class PipProgress(Progress):
    """How far pip is: each package counts once when it is fetched and once when it is installed.

    What is fetched pip says itself (`--progress-bar=raw`); what is installed lies in `site_packages`.
    """

    def __init__(self, requirements: Path, site_packages: Path) -> None:
        super().__init__()
        self.total = 2 * len(_LOCKED.findall(requirements.read_text(encoding="utf-8")))
        self._site_packages = site_packages
        self._before = self._lying_there()
        self._read = self._whole_bytes = 0

    def read(self, line: str) -> bool:
        """Take a line of pip's."""
        raw = _RAW.match(line)
        if raw:
            self._count(int(raw[1]), int(raw[2]))
        elif _FETCHED.match(line):
            self._read += 1
        elif line.startswith(_WAS_THERE):
            self._read += 2
        elif line.startswith(_FOR_ANOTHER_SYSTEM):
            self.total -= 2
        return bool(raw)

    def look(self) -> None:
        """Count what has been installed."""
        self.done = min(self._read + self._lying_there() - self._before, self.total)

    def _count(self, part: int, whole: int) -> None:
        self.fetched_bytes = self._whole_bytes + part
        if part == whole:
            self._whole_bytes += whole

    def _lying_there(self) -> int:
        return sum(1 for _ in self._site_packages.glob("*.dist-info"))


class NpmProgress(Progress):
    """How far npm is: how many of the packages of a folder's lock file lie in its `node_modules`."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        lock = (folder / "package-lock.json").read_text(encoding="utf-8")
        self._wanted = [folder / name for name in _IN_NODE_MODULES.findall(lock)]
        self.total = len(self._wanted)

    def look(self) -> None:
        """Count what has been unpacked."""
        self.done = sum(1 for package in self._wanted if (package / "package.json").is_file())
