"""Make what only `make infra` and `make audit` need, once: environments of their own below `.local`."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from environment import ROOT, digest, find_or_install_npm, is_current, make_venv, npm_ci, pip_install, write_stamp
from find_python import find_python
from steps import wait_for

INFRA = ROOT / ".local" / "infra"
AUDIT = ROOT / ".local" / "audit"
NPM_PACKAGES = ROOT / "infra" / "checks"
_SCRIPTS = "Scripts" if os.name == "nt" else "bin"


def install_for_infra() -> None:
    """Install what checks the infrastructure, from PyPI and npm.

    Raises:
        NoPythonError: no Python 3.13 was found.
        SetupFailedError: a step failed.
    """
    _make_environment(INFRA, ROOT / "requirements-infra.txt", "320 MB")
    _install_npm_packages(INFRA / "npm")


def install_for_audit() -> None:
    """Install what looks for known vulnerabilities.

    Raises:
        NoPythonError: no Python 3.13 was found.
        SetupFailedError: a step failed.
    """
    _make_environment(AUDIT, ROOT / "requirements-audit.txt", "70 MB")


def scripts_of(environment: Path) -> Path:
    """Where the commands of an environment lie."""
    return environment / _SCRIPTS


def _make_environment(folder: Path, locked: Path, size: str) -> None:
    stamp, wanted = folder / ".dropscribe", digest(locked, at=folder)
    if is_current(stamp, wanted):
        return
    print(f"Installing {locked.name} into {folder.relative_to(ROOT)}: {size}, once", flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    make_venv(find_python(), folder)
    pip_install(scripts_of(folder) / "python", "installing the tools", locked)
    write_stamp(stamp, wanted)


def _install_npm_packages(folder: Path) -> None:
    files = [NPM_PACKAGES / "package.json", NPM_PACKAGES / "package-lock.json"]
    stamp, wanted = folder / ".dropscribe", digest(*files)
    if is_current(stamp, wanted):
        return
    folder.mkdir(parents=True, exist_ok=True)
    for file in files:
        shutil.copyfile(file, folder / file.name)
    wait_for(npm_ci(find_or_install_npm(), "installing the tools from npm", folder))
    write_stamp(stamp, wanted)
