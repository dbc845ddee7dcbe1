"""Remove what the commands made. Standard library only, any Python 3."""

from __future__ import annotations

import json
import os
import shutil
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path

MADE = (".venv", ".local", "local/azurite/node_modules", "web/node_modules")
"""What holds programs and files that the commands made."""
CACHES = (".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", ".import_linter_cache")
SOURCES = ("shared", "cli", "local", "scripts", "bench", "infra", "tests", "docs")
"""Where Python leaves a `__pycache__` beside what it imports."""


def clean(root: Path) -> int:
    """Remove it all and say how much it was; the exit code: 1 where a host runs, or something stayed."""
    address = running_host(Path(os.environ.get("DROPSCRIBE_HOME") or root / ".local"))
    if address:
        print(f"A host runs from this folder, at {address}. Stop it first (Ctrl-C in its window). Nothing was removed.")
        return 1
    places = sorted(set(_places(root)))
    stayed = [error for place in places for error in _remove(place, root)]
    for error in stayed:
        print(f"It could not be removed: {error}")
    if not places:
        print("There was nothing to remove.")
    return 1 if stayed else 0


def running_host(home: Path) -> str | None:
    """The address of a host that `make host` started and that still answers."""
    try:
        address = json.loads((home / "host" / "running.json").read_text(encoding="utf-8"))["address"]
        with urllib.request.urlopen(f"{address}/admin/host/status", timeout=3):  # noqa: S310 - our own record
            return str(address)
    except (OSError, ValueError, KeyError, TypeError, urllib.error.URLError, HTTPException):
        return None


def _places(root: Path) -> Iterator[Path]:
    yield from (root / name for name in (*MADE, *CACHES) if (root / name).exists())
    yield from root.glob("*.egg-info")
    yield from root.glob("__pycache__")
    for folder in SOURCES:
        for place in (root / folder).rglob("__pycache__"):
            if "node_modules" not in place.parts:
                yield place


def _remove(place: Path, root: Path) -> list[str]:
    """Remove one folder, and return what was said of what stayed."""
    megabytes = _size(place) / 1e6
    errors: list[str] = []
    shutil.rmtree(place, onerror=lambda _function, _path, failure: errors.append(str(failure[1])))
    if not errors and place.name != "__pycache__":
        print(f"Removed {place.relative_to(root)}: {megabytes:.0f} MB")
    return errors[:3]


def _size(folder: Path) -> int:
    return sum(path.lstat().st_size for path in folder.rglob("*") if not path.is_dir())
