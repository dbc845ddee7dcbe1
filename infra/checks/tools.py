"""Where the tools of the checks are, and how one is run."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from infra.checks import ToolMissing

INSTALLED = Path(__file__).resolve().parents[2] / ".local" / "infra"
"""What `make infra` installs before it checks (scripts/tools.py)."""

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class Said:
    """What a tool said."""

    code: int
    output: str
    errors: str

    @property
    def all(self) -> str:
        """Both, for people."""
        return f"{self.output}\n{self.errors}".strip()


def run(*command: str | Path, folder: Path | None = None, given: str | None = None, **environ: str) -> Said:
    """Run a tool to its end, whatever its exit code; `given` is its standard input."""
    done = subprocess.run(
        [str(each) for each in command],
        cwd=folder,
        input=given,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    return Said(done.returncode, _COLOURS.sub("", done.stdout), _COLOURS.sub("", done.stderr))


def command(name: str) -> str:
    """A command that PyPI brought.

    Raises:
        ToolMissing: it is not installed.
    """
    found = shutil.which(name, path=str(INSTALLED / ("Scripts" if os.name == "nt" else "bin")))
    if found is None:
        raise ToolMissing(f"{name} is not installed: run `python scripts/dev.py infra`, which installs it.")
    return found


def npm_packages() -> Path:
    """The folder with the packages that npm brought.

    Raises:
        ToolMissing: they are not installed.
    """
    folder = INSTALLED / "npm" / "node_modules"
    if not folder.is_dir():
        raise ToolMissing(
            "The tools from npm are not installed: run `python scripts/dev.py infra`, which installs them."
        )
    return folder


def node() -> str:
    """The Node that the bootstrap installed into the environment, else the one on PATH.

    Raises:
        ToolMissing: there is none.
    """
    own = INSTALLED.parents[1] / ".venv" / ("Scripts" if os.name == "nt" else "bin")
    found = shutil.which("node", path=os.pathsep.join([str(own), os.environ.get("PATH", "")]))
    if found is None:
        raise ToolMissing("There is no Node: run `python scripts/dev.py setup`, which installs one.")
    return found


def compiler() -> str:
    """The Bicep compiler: `$BICEP`, or on PATH, or where the Azure CLI or azd put theirs.

    Raises:
        ToolMissing: it is in none of these places.
    """
    home = Path.home()
    folders = [os.environ.get("PATH", ""), str(home / ".azure" / "bin"), str(home / ".azd" / "bin")]
    found = os.environ.get("BICEP") or shutil.which("bicep", path=os.pathsep.join(folders))
    if not found or not Path(found).is_file():
        raise ToolMissing(
            "There is no Bicep compiler: run `az bicep install`, or put `bicep` on PATH, or its path into BICEP."
        )
    return found
