"""Make what the commands need, once: `.venv` with the locked requirements, and Azurite.

Runs on any Python 3, with the standard library only. Each part leaves a stamp of what it was made from, so
that the next run can tell at a glance that nothing has changed.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from find_python import find_python
from progress import NpmProgress, PipProgress, Progress
from steps import SetupFailedError, Step, wait_for

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
SCRIPTS = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = SCRIPTS / ("python.exe" if os.name == "nt" else "python")
AZURITE = ROOT / "local" / "azurite"
OLDEST_NODE = 18  # Azurite 3.35 runs on Node 18, 20 and 22

LOCAL, DEV = "requirements-local.txt", "requirements-dev.txt"
"""What `make demo` needs; and that with what the checks and the tests need."""

# Measured on Linux, with empty caches and Azurite counted in; for macOS and Windows it is less.
_WHAT_FOR = {
    LOCAL: "Installing what runs here, once: some 340 MB to download, 800 MB on the disk, a minute or two",
    DEV: "Installing the tools of development, once: some 70 MB to download, 170 MB on the disk, half a minute",
}

_INDEX_HINT = "Is the package index within reach?"


def prepare(*, for_development: bool) -> None:
    """Make `.venv` and Azurite, or find that both are as they should be.

    Raises:
        NoPythonError: no Python 3.13 was found.
        SetupFailedError: a step failed.
    """
    # Most of the time is spent on waiting for the network, so both are fetched at once, where npm is there already.
    npm = _find_npm()
    azurite = _Azurite()
    early = azurite.start(npm) if npm and not azurite.is_current() else None
    try:
        _prepare_venv(LOCAL, early)
        if for_development:
            _prepare_venv(DEV, None)
    except BaseException:
        if early:
            early.stop()
        raise
    if early:
        wait_for(early)
    elif not azurite.is_current():
        wait_for(azurite.start(npm or _install_node()))
    else:
        return
    azurite.stamp()


def install_for_bench() -> None:
    """Install what only the measurements need."""
    pip_install(PYTHON, "installing what is measured against", ROOT / "requirements-bench.txt")


def _prepare_venv(locked: str, meanwhile: Step | None) -> None:
    """Install one of the two sets of requirements; the second lies upon the first."""
    stamp = VENV / f".{locked}.stamp"
    made_from = [ROOT / locked, *([ROOT / "pyproject.toml"] if locked == LOCAL else [])]
    wanted = digest(*made_from, at=VENV)
    if is_current(stamp, wanted):
        return
    python = find_python()
    print(f"{_WHAT_FOR[locked]} (with {python})", flush=True)
    if VENV.exists() and not (_is_alive() and _was_made_here()):
        shutil.rmtree(VENV)
    if not VENV.exists():
        make_venv(python, VENV)
    steps = [_pip(PYTHON, "installing the locked requirements", ROOT / locked), meanwhile]
    wait_for(*[step for step in steps if step])
    if locked == LOCAL:
        wait_for(_install_command())
    write_stamp(stamp, wanted)


def make_venv(python: str, folder: Path) -> None:
    """Make an empty virtual environment.

    Raises:
        SetupFailedError: Python could not.
    """
    hint = "On Debian and Ubuntu the package python3.13-venv may be missing."
    step("making the virtual environment", [python, "-m", "venv", str(folder)], hint=hint)


def step(what: str, command: list[str], *, hint: str) -> None:
    """Run one step, with its output kept back unless it fails.

    Raises:
        SetupFailedError: it failed; the message ends with the hint.
    """
    wait_for(Step(what, command, hint=hint, folder=ROOT))


def pip_install(python: Path, what: str, requirements: Path) -> None:
    """Install locked requirements into the environment of a Python.

    Raises:
        SetupFailedError: pip failed.
    """
    wait_for(_pip(python, what, requirements))


def _pip(python: Path, what: str, requirements: Path) -> Step:
    # Everything is locked, what is needed and what is not, so that pip has nothing to work out (`--no-deps`).
    # To compile all of it takes as long as to unpack it. Python compiles what is imported, once, where it may write.
    later = [] if sys.dont_write_bytecode else ["--no-compile"]
    arguments = ["--no-deps", "--require-hashes", *later, "--progress-bar=raw", "--requirement", str(requirements)]
    return _run_pip(python, what, arguments, PipProgress(requirements, _site_packages(python)))


def _install_command() -> Step:
    arguments = ["--no-deps", "--no-build-isolation", "--editable", "."]
    return _run_pip(PYTHON, "installing the command `dropscribe`", arguments, Progress())


def _run_pip(python: Path, what: str, arguments: list[str], progress: Progress) -> Step:
    command = [str(python), "-m", "pip", "install", "--disable-pip-version-check", *arguments]
    return Step(what, command, hint=_INDEX_HINT, folder=ROOT, progress=progress)


def _site_packages(python: Path) -> Path:
    environment = python.parent.parent
    return environment / ("Lib/site-packages" if os.name == "nt" else "lib/python3.13/site-packages")


class _Azurite:
    """The storage emulator, from npm."""

    def __init__(self) -> None:
        self._stamp = AZURITE / "node_modules" / ".dropscribe"
        self._wanted = digest(AZURITE / "package-lock.json")

    def is_current(self) -> bool:
        return is_current(self._stamp, self._wanted)

    def start(self, npm: str) -> Step:
        return npm_ci(npm, "installing Azurite, the storage emulator,", AZURITE)

    def stamp(self) -> None:
        write_stamp(self._stamp, self._wanted)


def npm_ci(npm: str, what: str, folder: Path, *, without_tools: bool = False) -> Step:
    """Start to install the locked npm packages of a folder, without running any script of theirs.

    `without_tools` leaves out what is only for development.

    Raises:
        SetupFailedError: npm cannot be started.
    """
    omitted = ["--omit=dev"] if without_tools else []
    return Step(
        what,
        [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", *omitted],
        hint="Is the npm registry within reach?",
        folder=folder,
        # npm is a script that starts `node`: it must find the one that lies beside it.
        environ={**os.environ, "PATH": os.pathsep.join([str(Path(npm).parent), os.environ.get("PATH", "")])},
        progress=NpmProgress(folder),
    )


def find_or_install_npm() -> str:
    """The path of an npm whose Node is new enough.

    Raises:
        SetupFailedError: there is none, and none could be installed.
    """
    return _find_npm() or _install_node()


def _find_npm() -> str | None:
    own = shutil.which("npm", path=str(SCRIPTS))
    if own:
        return own
    npm, node = shutil.which("npm"), shutil.which("node")
    return npm if npm and node and _node_version(node) >= OLDEST_NODE else None


def _install_node() -> str:
    print("No Node 18 or newer here: installing one into .venv", flush=True)
    pip_install(PYTHON, "installing Node", ROOT / "requirements-node.txt")
    installed = shutil.which("npm", path=str(SCRIPTS))
    if not installed:
        raise SetupFailedError("Node was installed, but brought no npm. Install Node 20 from nodejs.org and try again.")
    return installed


def _node_version(node: str) -> int:
    done = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    major = done.stdout.strip().lstrip("v").split(".")[0]
    return int(major) if major.isdigit() else 0


def _is_alive() -> bool:
    try:
        command = [str(PYTHON), "-m", "pip", "--version"]
        return subprocess.run(command, check=False, capture_output=True).returncode == 0
    except OSError:
        return False


def _was_made_here() -> bool:
    """A folder that was moved takes its environment along, but the scripts in that point to where it was."""
    made_at = [line for line in (VENV / "pyvenv.cfg").read_text().splitlines() if line.startswith("command")]
    return bool(made_at) and made_at[0].endswith(f" {VENV}")


def is_current(stamp: Path, wanted: str) -> bool:
    """Whether a part was made of what there is now."""
    return stamp.is_file() and stamp.read_text() == wanted


def write_stamp(stamp: Path, wanted: str) -> None:
    """Note what a part was made of, whole at once: a command that runs beside this one must not read half of it."""
    written = stamp.with_name(f"{stamp.name}.{os.getpid()}")
    written.write_text(wanted)
    written.replace(stamp)


def digest(*files: Path, at: Path | None = None) -> str:
    """What a part is made from; `at` where it must be made anew when its folder moves."""
    made_from = hashlib.sha256(f"{sys.platform} {at}".encode())
    for file in files:
        made_from.update(file.read_bytes())
    return made_from.hexdigest()
