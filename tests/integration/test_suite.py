"""What the suite promises of a run with several workers: tried on a small suite with its conftest."""

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.sharing import require_one_package

ROOT = Path(__file__).parents[2]
CONFTEST = """
import pytest
pytest_plugins = ["tests.conftest"]

@pytest.fixture(scope="session")
def started():
    with open("started", "a") as made:
        made.write("x")
"""
TESTS = """
import logging
import pytest
from tests.planted import KEY

@pytest.mark.parametrize("number", range(10))
def test_of_what_was_started(number, started):
    pass

def test_that_leaks():
    logging.getLogger("anything").warning(KEY)

@pytest.mark.live
def test_that_costs_something():
    pass
"""


def run(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a suite of two modules that share something."""
    (folder / "tests" / "e2e").mkdir(parents=True)
    for number in range(2):
        (folder / "tests" / "e2e" / f"test_{number}.py").write_text(TESTS)
    (folder / "conftest.py").write_text(CONFTEST)
    outside = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    command = [sys.executable, "-m", "pytest", "--numprocesses=2", "--rootdir=.", "-p", "no:cacheprovider"]
    plugins = ["--disable-plugin-autoload", "-p", "asyncio", "-p", "xdist"]  # of ours those that it needs
    environ = {**outside, "PYTHONPATH": str(ROOT)}
    return subprocess.run([*command, *plugins], cwd=folder, env=environ, capture_output=True, text=True, check=False)


def test_a_leak_on_one_worker_fails_the_run_and_what_modules_share_is_there_once(
    tmp_path: Path,
) -> None:
    done = run(tmp_path)
    assert done.returncode == 1, done.stdout
    assert ("22 passed" in done.stdout, "1 error" in done.stdout) == (True, True)
    assert "a log line holds Planted0Key0" in done.stdout
    assert "::test_that_leaks" in done.stdout
    assert (tmp_path / "started").read_text() == "x"


def test_a_module_that_makes_the_package_beside_others_is_refused() -> None:
    def item(module: str) -> Any:
        return SimpleNamespace(nodeid=f"{module}::test_it", fixturenames=["tmp_path", "package"])

    require_one_package([item("tests/integration/test_package.py"), item("tests/integration/test_real_host.py")])
    with pytest.raises(pytest.UsageError, match="test_new.py"):
        require_one_package([item("tests/integration/test_new.py")])
