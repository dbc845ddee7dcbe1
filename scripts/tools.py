"""Make what only `make infra` and `make audit` need, once: environments of their own below `.local`."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from environment import (
    PYTHON,
    ROOT,
    digest,
    find_or_install_npm,
    is_current,
    make_venv,
    npm_ci,
    pip_install,
    step,
    write_stamp,
)
from find_python import find_python
from steps import Step, wait_for

INFRA = ROOT / ".local" / "infra"
AUDIT = ROOT / ".local" / "audit"
NPM_PACKAGES = ROOT / "infra" / "checks"
WEB = ROOT / "web"
PAGE = ROOT / ".local" / "web"
PUBLISHING = ROOT / ".local" / "publishing"
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


def build_page() -> None:
    """Build the inbox into `.local/web`, unless it was built from what there is now.

    Raises:
        SetupFailedError: a step failed.
    """
    sources = sorted(each for each in [*WEB.rglob("*.*")] if _is_source(each))
    stamp, wanted = PAGE.parent / "web.stamp", digest(*sources)
    if is_current(stamp, wanted) and (PAGE / "index.html").is_file():
        return
    install_for_page()
    build = [_npm(), "run", "build", "--silent"]
    wait_for(Step("building the inbox", build, hint="Run `npm run check` in web/.", folder=WEB, environ=_with_node()))
    write_stamp(stamp, wanted)


def write_page(folder: Path, configuration: dict[str, str]) -> None:
    """Build the inbox, and write it as it is served in Azure.

    Raises:
        NoPythonError: no Python 3.13 was found.
        SetupFailedError: a step failed.
    """
    build_page()
    python = PYTHON
    if not python.is_file():
        _make_environment(PUBLISHING, ROOT / "requirements.txt", "90 MB")
        python = scripts_of(PUBLISHING) / "python"
    options = [f"--{name}={value}" for name, value in configuration.items()]
    command = [str(python), "-m", "local.inbox.publish", *options, f"--to={folder}"]
    step("writing the inbox", command, hint="What is named above is wrong.")


def install_for_page(*, for_development: bool = False) -> None:
    """Install what builds the inbox; for its checks and tests what they need besides.

    Raises:
        SetupFailedError: a step failed.
    """
    stamp, wanted = WEB / "node_modules" / ".dropscribe", digest(WEB / "package-lock.json")
    everything = f"{wanted} with tools"
    if is_current(stamp, everything) or (is_current(stamp, wanted) and not for_development):
        return
    print("Installing what builds the inbox, once: some 60 MB", flush=True)
    wait_for(npm_ci(_npm(), "installing what builds the inbox", WEB, without_tools=not for_development))
    write_stamp(stamp, everything if for_development else wanted)


def prepare_for_browser() -> None:
    """Build the inbox and install what tests it, where there is a browser to test it in.

    Raises:
        SetupFailedError: a step failed.
    """
    if any(map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))):
        install_for_page(for_development=True)
        build_page()


def check_page() -> int:
    """Types, style and unit tests of the inbox; the exit code."""
    install_for_page(for_development=True)
    return subprocess.run([_npm(), "run", "check", "--silent"], cwd=WEB, env=_with_node(), check=False).returncode


def audit_page() -> int:
    """Known vulnerabilities in what the inbox is built of; the exit code, not 0 either where npm cannot ask."""
    return subprocess.run([_npm(), "audit", "--omit=dev"], cwd=WEB, env=_with_node(), check=False).returncode


def _is_source(file: Path) -> bool:
    inside = file.relative_to(WEB).parts[0]
    return file.is_file() and inside not in ("node_modules", "tests", "test-results")


def _npm() -> str:
    return find_or_install_npm()


def _with_node() -> dict[str, str]:
    return {**os.environ, "PATH": os.pathsep.join([str(Path(_npm()).parent), os.environ.get("PATH", "")])}


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
