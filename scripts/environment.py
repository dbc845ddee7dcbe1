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

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
SCRIPTS = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = SCRIPTS / ("python.exe" if os.name == "nt" else "python")
AZURITE = ROOT / "local" / "azurite"
DOT_SECONDS = 3
OLDEST_NODE = 18  # Azurite 3.35 runs on Node 18, 20 and 22


class SetupFailedError(Exception):
    """A step of the setup failed; the message says which, and what to do."""


def prepare() -> None:
    """Make `.venv` and Azurite, or find that both are as they should be.

    Raises:
        NoPythonError: no Python 3.13 was found.
        SetupFailedError: a step failed.
    """
    _make_venv()
    _install_azurite()


def install_for_bench() -> None:
    """Install what only the measurements need."""
    _pip("installing what is measured against", "--requirement", "requirements-bench.txt")


def _make_venv() -> None:
    stamp = VENV / ".dropscribe"
    wanted = digest(ROOT / "requirements-dev.txt", ROOT / "pyproject.toml", at=VENV)
    if is_current(stamp, wanted):
        return
    python = find_python()
    print(f"Preparing .venv with {python}: about a minute and 1.1 GB the first time", flush=True)
    if VENV.exists() and not (_is_alive() and _was_made_here()):
        shutil.rmtree(VENV)
    if not VENV.exists():
        make_venv(python, VENV)
    _pip("installing the locked requirements", "--requirement", "requirements-dev.txt")
    _pip("installing the command `dropscribe`", "--no-deps", "--no-build-isolation", "--editable", ".")
    stamp.write_text(wanted)


def make_venv(python: str, folder: Path) -> None:
    """Make an empty virtual environment.

    Raises:
        SetupFailedError: Python could not.
    """
    hint = "On Debian and Ubuntu the package python3.13-venv may be missing."
    step("making the virtual environment", [python, "-m", "venv", str(folder)], hint=hint)


def _install_azurite() -> None:
    stamp = AZURITE / "node_modules" / ".dropscribe"
    wanted = digest(AZURITE / "package-lock.json")
    if is_current(stamp, wanted):
        return
    print("Installing Azurite, the storage emulator, from npm: 190 MB, once", flush=True)
    npm_ci("installing Azurite", AZURITE)
    stamp.write_text(wanted)


def npm_ci(what: str, folder: Path) -> None:
    """Install the locked npm packages of a folder, without running any script of theirs.

    Raises:
        SetupFailedError: npm failed.
    """
    npm = _npm()
    # npm is a script that starts `node`: it must find the one that lies beside it.
    path = os.pathsep.join([str(Path(npm).parent), os.environ.get("PATH", "")])
    step(
        what,
        [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
        folder=folder,
        hint="Is the npm registry within reach?",
        environ={**os.environ, "PATH": path},
    )


def _npm() -> str:
    own = shutil.which("npm", path=str(SCRIPTS))
    if own:
        return own
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm and node and _node_version(node) >= OLDEST_NODE:
        return npm
    print("No Node 18 or newer here: installing one into .venv", flush=True)
    _pip("installing Node", "--requirement", "requirements-node.txt")
    installed = shutil.which("npm", path=str(SCRIPTS))
    if not installed:
        raise SetupFailedError("Node was installed, but brought no npm. Install Node 20 from nodejs.org and try again.")
    return installed


def _node_version(node: str) -> int:
    done = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    major = done.stdout.strip().lstrip("v").split(".")[0]
    return int(major) if major.isdigit() else 0


def _pip(what: str, *arguments: str) -> None:
    pip_install(PYTHON, what, *arguments)


def pip_install(python: Path, what: str, *arguments: str) -> None:
    """Install into the environment of a Python.

    Raises:
        SetupFailedError: pip failed.
    """
    quiet = ["--quiet", "--disable-pip-version-check"]
    step(what, [str(python), "-m", "pip", "install", *quiet, *arguments], hint="Is the package index within reach?")


def step(
    what: str,
    command: list[str],
    *,
    hint: str,
    folder: Path = ROOT,
    environ: dict[str, str] | None = None,
) -> None:
    """Run one step, with its output kept back unless it fails, and a dot every few seconds.

    Raises:
        SetupFailedError: it failed; the message ends with the hint.
    """
    try:
        process = subprocess.Popen(
            command, cwd=folder, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
    except OSError as error:
        raise SetupFailedError(f"{what.capitalize()} failed: {error}.") from error
    said = _wait_with_dots(process)
    if process.returncode:
        last = "\n".join(said.strip().splitlines()[-15:])
        raise SetupFailedError(f"{last}\n\n{what.capitalize()} failed (see above). {hint}")


def _wait_with_dots(process: subprocess.Popen[str]) -> str:
    dots = 0
    while True:
        try:
            said, _ = process.communicate(timeout=DOT_SECONDS)
        except subprocess.TimeoutExpired:
            dots += 1
            print(".", end="", flush=True)
        else:
            if dots:
                print(flush=True)
            return said


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


def digest(*files: Path, at: Path | None = None) -> str:
    """What a part is made from; `at` where it must be made anew when its folder moves."""
    made_from = hashlib.sha256(f"{sys.platform} {at}".encode())
    for file in files:
        made_from.update(file.read_bytes())
    return made_from.hexdigest()
