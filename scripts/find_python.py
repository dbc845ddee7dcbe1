"""Find a Python 3.13 on this machine. Runs on any Python 3, with the standard library only."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

WANTED = (3, 13)

# A path may hold a shim that answers for no version (pyenv's do), so a candidate counts once it has run.
_PROBE = "import sys; print('%d.%d' % sys.version_info[:2], sys.executable)"

HOW_TO_GET_ONE = (
    "Dropscribe needs Python 3.13 and found none{seen}.\n"
    "Install it from python.org, or with `uv python install 3.13` or `pyenv install 3.13`,"
    " then run the same command again."
)


class NoPythonError(Exception):
    """No Python 3.13 is on this machine; the message says what to do."""


def find_python() -> str:
    """Return the path of a Python 3.13 that runs.

    Raises:
        NoPythonError: there is none.
    """
    seen = set()
    for command in _candidates():
        version, executable = _probe(command)
        if version == WANTED:
            return executable
        if version:
            seen.add(".".join(map(str, version)))
    raise NoPythonError(HOW_TO_GET_ONE.format(seen=f" (only {', '.join(sorted(seen))})" if seen else ""))


def _candidates() -> Iterator[list[str]]:
    yield [sys.executable]
    for name in ("python3.13", "python3", "python"):
        for path in _all_on_path(name):
            yield [path]
    for version in sorted(_pyenv_root().glob("versions/3.13*"), reverse=True):
        yield [str(version / "bin" / "python")]
        yield [str(version / "python.exe")]
    if shutil.which("py"):
        yield ["py", "-3.13"]
    if shutil.which("uv"):
        yield from _known_to_uv()


def _all_on_path(name: str) -> Iterator[str]:
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        found = shutil.which(name, path=folder) if folder else None
        if found:
            yield found


def _pyenv_root() -> Path:
    root = os.environ.get("PYENV_ROOT") or os.environ.get("PYENV")
    return Path(root) if root else Path.home() / ".pyenv"


def _known_to_uv() -> Iterator[list[str]]:
    answer = _run(["uv", "python", "find", "--no-python-downloads", "3.13"])
    if answer:
        yield [answer]


def _probe(command: list[str]) -> tuple[tuple[int, ...] | None, str]:
    version, _, executable = _run([*command, "-c", _PROBE]).partition(" ")
    if not executable:
        return None, ""
    return tuple(int(part) for part in version.split(".")), executable


def _run(command: list[str]) -> str:
    """What the command printed, or nothing where it cannot run or fails."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
