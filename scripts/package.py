"""Stage what is deployed in `.local/package`: the app, its recipes, and its locked libraries for Azure's Linux.

Runs on any Python 3 with the standard library only, on every system, and without `.venv`: pip fetches the wheels of
Azure's platform, whatever this one is. `DROPSCRIBE_TRACES=true` adds Azure Monitor's distribution of OpenTelemetry
(docs/decisions/telemetry.md).
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from environment import ROOT, digest, is_current, step
from find_python import NoPythonError, find_python
from steps import SetupFailedError

PACKAGE = ROOT / ".local" / "package"
STAMP = ROOT / ".local" / "package.stamp"
PYTHON_PACKAGES = ".python_packages"
LIBRARIES = PACKAGE / PYTHON_PACKAGES / "lib" / "site-packages"  # where the worker looks

FILES = ("host.json", "function_app.py")
FOLDERS = {"shared": {".py", ".toml", ".json"}, "recipes": {".prompty"}}
"""What is deployed of these folders, by the end of the name. What is named nowhere here is not deployed."""

PLATFORMS = ("manylinux2014_x86_64", "manylinux_2_28_x86_64")
IN_AZURE = "/home/site/wwwroot"  # where the package will lie: what stands in tracebacks

# Without such a file azd leaves out compiled modules; the file itself it never deploys.
IGNORE_NOTHING = "# Everything here is to be deployed.\n"


def package(environ: Mapping[str, str] = os.environ) -> None:
    """Stage the package, and say how large it is.

    Raises:
        NoPythonError: no Python 3.13 was found.
        SetupFailedError: pip failed, or a module does not compile.
    """
    python, locked = find_python(), requirements(environ)
    install_libraries(python, locked)
    stage_app(ROOT, PACKAGE)
    shutil.copyfile(locked, PACKAGE / "requirements.txt")
    compile_modules(python, PACKAGE / "function_app.py", PACKAGE / "shared")
    print(f"{PACKAGE.relative_to(ROOT)} is staged: {megabytes(PACKAGE):.0f} MB")


def requirements(environ: Mapping[str, str]) -> Path:
    """The locked requirements of what is to be deployed."""
    traces = environ.get("DROPSCRIBE_TRACES", "").strip().lower() == "true"
    return ROOT / ("requirements-traces.txt" if traces else "requirements.txt")


def install_libraries(python: str, locked: Path) -> None:
    """Have pip fetch the libraries, unless they lie there already."""
    wanted = digest(locked, Path(__file__))
    if is_current(STAMP, wanted) and LIBRARIES.is_dir():
        return
    print(f"Fetching the libraries of {locked.name} for Azure: Python 3.13 on Linux", flush=True)
    STAMP.unlink(missing_ok=True)
    shutil.rmtree(PACKAGE, ignore_errors=True)
    step("fetching the libraries", pip_install(python, locked), hint=_PIP_HINT)
    for folder in useless(LIBRARIES):
        shutil.rmtree(folder)
    compile_modules(python, LIBRARIES)
    STAMP.write_text(wanted)


_PIP_HINT = "Is the package index within reach, and has this Python a pip? (`python -m ensurepip` gives it one.)"


def pip_install(python: str, locked: Path) -> list[str]:
    """The command that fetches, for Azure's platform, exactly what is locked.

    Without `--no-deps` pip would judge by the platform that it runs on which dependencies there are.
    """
    command = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile", "--no-deps"]
    command += ["--require-hashes", "--only-binary=:all:", "--python-version=3.13"]
    command += [f"--platform={platform}" for platform in PLATFORMS]
    return [*command, f"--target={LIBRARIES}", f"--requirement={locked}"]


def useless(libraries: Path) -> Iterator[Path]:
    """Folders that wheels bring along and no app imports: commands, samples, tests."""
    yield from (path for name in ("bin", "samples") if (path := libraries / name).is_dir())
    yield from [path for path in sorted(libraries.rglob("tests")) if path.is_dir()]


def stage_app(source: Path, target: Path) -> None:
    """Put the app's own files beside the libraries, and nothing else: what was there before goes."""
    target.mkdir(parents=True, exist_ok=True)
    for left_over in [path for path in target.iterdir() if path.name != PYTHON_PACKAGES]:
        shutil.rmtree(left_over) if left_over.is_dir() else left_over.unlink()
    (target / ".funcignore").write_text(IGNORE_NOTHING)
    for name in FILES:
        shutil.copy2(source / name, target / name)
    for folder, endings in FOLDERS.items():
        for path in sorted((source / folder).rglob("*")):
            if path.suffix in endings and path.is_file():
                copy = target / path.relative_to(source)
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(path, copy)


def compile_modules(python: str, *places: Path) -> None:
    """Compile modules here, once; in Azure each cold start would do it again (docs/decisions/cold-start.md).

    What is compiled is valid whatever the journey makes of the sources' time stamps.
    """
    command = [python, "-m", "compileall", "-q", "-j", "0", "--invalidation-mode", "unchecked-hash"]
    command += ["-s", str(PACKAGE), "-p", IN_AZURE, *map(str, places)]
    step("compiling the modules", command, hint="What is named above does not compile.")


def megabytes(folder: Path) -> float:
    """The size of all files, in megabytes as they lie there."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


if __name__ == "__main__":
    try:
        package()
    except (NoPythonError, SetupFailedError) as error:
        sys.exit(str(error))
