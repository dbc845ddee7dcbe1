"""Every command of the project: `python3 scripts/dev.py COMMAND` (Windows: `py`). Needs nothing but some Python 3.

The Makefile lists the same names. Each command first makes what it needs (see environment.py
and tools.py).
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from types import FrameType

import cleaning
import package as packaging
from environment import PYTHON, ROOT, SCRIPTS, install_for_bench, prepare
from find_python import NoPythonError
from steps import SetupFailedError
from tools import (
    AUDIT,
    audit_page,
    build_page,
    check_page,
    install_for_audit,
    install_for_infra,
    install_for_page,
    prepare_for_browser,
    scripts_of,
)

COMPILED = ("shared", "local", "cli", "bench", "scripts")
CORPORA_TESTS = "tests/integration/test_corpora.py"
LONG_TESTS = (
    "tests/integration/test_check_agrees.py",
    "tests/integration/test_fault_matrix.py",
    "tests/integration/test_corpus_media.py",
    "tests/integration/test_long_recordings.py",
    "tests/integration/test_pictures_words.py",
    "tests/integration/test_two_ways.py",
)
UV = "uv==0.13.9"  # resolves the lock files for every platform at once, which pip cannot
RULES_FOR_ANY_INPUT = ("tests/unit", "-m", "hypothesis", "--hypothesis-profile=fuzz")
UNUSED = ROOT / "local" / "offline_model" / "unused.txt"


def demo() -> int:
    """Drop a picture and a recording, and show the two documents."""
    return _dropscribe("demo")


def test() -> int:
    """Run the whole test suite; what follows goes to pytest."""
    prepare_for_browser()
    # Workers, hosts and commands import the same modules, some hundred processes one after another: compiled once.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    _python("-m", "compileall", "-q", *COMPILED)
    return _python("-m", "pytest", "--numprocesses=auto", *sys.argv[2:])


def host() -> int:
    """Run the app and its inbox on this machine until Ctrl-C."""
    build_page()
    return _dropscribe("host")


def web() -> int:
    """Build the inbox; web check: types, units; web test [WORDS]: it in Chromium; web picture: for the docs."""
    build_page()
    wanted = sys.argv[2] if len(sys.argv) > 2 else ""
    if wanted == "check":
        return check_page()
    if wanted in ("test", "picture"):
        install_for_page(for_development=True)
        os.environ["INBOX_TESTS"] = "all" if wanted == "test" else "picture"
        os.environ["INBOX_TESTS_NAMED"] = " ".join(sys.argv[3:])
        return _python(
            "-m", "pytest", "tests/integration/test_inbox.py", "--quiet", "--capture=no", "--show-capture=no"
        )
    return 0


def run() -> int:
    """Answer some files and stop: run FILE... --to DIR."""
    return _dropscribe("run", *sys.argv[2:])


def drop() -> int:
    """Drop files into a running host: drop FILE..."""
    return _dropscribe("drop", *sys.argv[2:])


def lint() -> int:
    """Check format, lint, types and import rules."""
    return (
        _python("-m", "ruff", "format", "--check", "--quiet")
        or _python("-m", "ruff", "check", "--quiet")
        or _python("-m", "mypy")
        or _run(str(SCRIPTS / "lint-imports"), "--no-cache")
    )


def check() -> int:
    """Check format, lint, types, import rules and the unit tests."""
    return lint() or _python("-m", "pytest", "tests/unit", "--quiet", "--numprocesses=auto")


def bench() -> int:
    """Measure memory, time and stalls beside the other ways; a few minutes."""
    install_for_bench()
    return (
        _python("-m", "bench.inline")
        or _python("-m", "bench.speech")
        or _python("-m", "bench.replies")
        or _python("-m", "bench.pictures")
        or _python("-m", "bench.sound")
    )


def load() -> int:
    """Put the app under load: load [FILES [SEED]]; FILES, SEED and BEFORE, a commit, may stand in the environment."""
    files, seed = (*sys.argv[2:], *([None] * 2))[:2]
    files, seed = files or os.environ.get("FILES") or "1000", seed or os.environ.get("SEED") or "1"
    return _python("-m", "bench.load", files, seed)


def hour() -> int:
    """Put an hour of speech through the app, over a worker that is killed; needs flite; some ten minutes."""
    return _python("-m", "bench.hour")


def scaling() -> int:
    """Simulate many instances at a model's quota, and measure what storage costs; some minutes."""
    return _python("-m", "bench.scaling") or _python("-m", "bench.scaling_page")


def fuzz() -> int:
    """Try the protocol under thousands of orders of events, the decoders on odd files; some forty minutes."""
    os.environ.setdefault("FUZZ_EXAMPLES", "3000")
    # Each in a process of its own: the corpora look at how much memory the process takes.
    each = (("tests/simulation",), (CORPORA_TESTS,), LONG_TESTS, RULES_FOR_ANY_INPUT)
    return next((code for tests in each if (code := _python("-m", "pytest", *tests))), 0)


def package() -> int:
    """Stage what is deployed in .local/package."""
    packaging.package()
    return 0


def infra() -> int:
    """Check infra/, the workflows and the scripts, with tools of their own."""
    install_for_infra()
    return _python("-m", "infra.checks") or _python("-m", "pytest", "--infra", "-n", "2", "tests/infra", "--quiet")


def snapshots() -> int:
    """Write the evaluated deployments in infra/snapshots anew."""
    return _python("-m", "infra.checks.snapshots")


def e2e() -> int:
    """Put the end-to-end tests to the real Functions host (Core Tools), running the package."""
    packaging.package()
    return _python("scripts/real_host.py", *sys.argv[2:])


def catalog() -> int:
    """Write the table of models and prices anew (44 MB to download)."""
    return _python("scripts/catalog.py", *sys.argv[2:])


def audit() -> int:
    """Look for known vulnerabilities in what is deployed and in the inbox, and list the first in .local/sbom.json."""
    install_for_audit()
    listed = ["requirements", "requirements.txt", "--pyproject", "pyproject.toml", "--output-reproducible"]
    # With the distribution for traces the requirements are all there are. What cannot be looked up must not pass.
    audited = ["--strict", "--require-hashes", "--disable-pip", "--requirement", "requirements-traces.txt"]
    sbom = [*listed, "-o", str(ROOT / ".local" / "sbom.json")]
    return (
        _run(str(scripts_of(AUDIT) / "cyclonedx-py"), *sbom)
        or _run(str(scripts_of(AUDIT) / "pip-audit"), *audited)
        or audit_page()
    )


def setup() -> int:
    """Install what the commands need, and stop there."""
    return 0


def format() -> int:  # noqa: A001 - the command's name
    """Format the code and mend what the linter can mend."""
    return _python("-m", "ruff", "check", "--fix", "--quiet") or _python("-m", "ruff", "format")


def docs() -> int:
    """Write the parts of the documentation that come from the code."""
    return _python("scripts/docs.py") or _python("-m", "bench.scaling_page")


def lock() -> int:
    """Resolve the requirements anew."""
    resolve = ["-m", "uv", "pip", "compile", "--universal", "--python-version=3.13"]
    resolve += ["--generate-hashes", "--no-emit-index-url", "--no-header", "--upgrade", "--quiet"]
    local, dev = (["pyproject.toml", f"--group={group}", "--excludes", str(UNUSED)] for group in ("local", "dev"))
    return (
        _python("-m", "pip", "install", "--quiet", UV)
        # Azure Monitor's distribution says which opentelemetry-api it can live with, so it comes first.
        or _python(*resolve, "pyproject.toml", "--group=traces", "-o", "requirements-traces.txt")
        or _python(*resolve, "pyproject.toml", "-c", "requirements-traces.txt", "-o", "requirements.txt")
        or _python(*resolve, *local, "-c", "requirements.txt", "-o", "requirements-local.txt")
        or _python(*resolve, *dev, "-c", "requirements-local.txt", "-o", "requirements-dev.txt")
        or _python(*resolve, "--group=node", "-o", "requirements-node.txt")
        or _python(*resolve, "--group=infra", "-o", "requirements-infra.txt")
        or _python(*resolve, "--group=audit", "-o", "requirements-audit.txt")
        or _python(*resolve, "--group=bench", "-c", "requirements-dev.txt", "-o", "requirements-bench.txt")
    )


def clean() -> int:
    """Remove everything that the other commands made."""
    return cleaning.clean(ROOT)


COMMANDS: dict[str, Callable[[], int]] = {
    command.__name__: command
    for command in (
        *(demo, test, host, web, run, drop, lint, check),
        *(bench, load, hour, scaling, fuzz, package, infra, snapshots, e2e),
        *(catalog, audit, setup, format, docs, lock, clean),
    )
}
WITHOUT_VENV = (package, audit, clean)
FOR_USE = (demo, host, run, drop)
"""These need no tools of development."""


def main() -> int:
    """Run the command that was named, or list them all."""
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    command = COMMANDS.get(name)
    if command is None:
        return _usage(name)
    if sys.argv[2:] in (["-h"], ["--help"]):
        print(command.__doc__)
        return 0
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        if command not in WITHOUT_VENV:
            prepare(for_development=command not in FOR_USE)
        return command()
    except (NoPythonError, SetupFailedError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _usage(name: str) -> int:
    """List the commands; return 0 where the list was asked for, else 2."""
    asked = name in ("-h", "--help", "help")
    place = sys.stdout if asked else sys.stderr
    if name and not asked:
        print(f"There is no command {name}.", file=place)
    print("Usage: python3 scripts/dev.py COMMAND\n", file=place)
    for each in COMMANDS.values():
        print(f"  {each.__name__:9} {each.__doc__}", file=place)
    return 0 if asked else 2


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _dropscribe(*arguments: str) -> int:
    """Run the command line where we are, to which named files are relative, but import nothing from there."""
    return _wait(subprocess.Popen([str(PYTHON), "-P", "-m", "cli", *arguments]))


def _python(*arguments: str) -> int:
    return _run(str(PYTHON), *arguments)


def _run(*command: str) -> int:
    return _wait(subprocess.Popen(command, cwd=ROOT))


def _wait(process: subprocess.Popen[bytes]) -> int:
    signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue  # the process got Ctrl-C as well; it cleans up, and we wait for it


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUTF8", "1")
    sys.exit(main())
