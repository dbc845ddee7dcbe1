"""What the suite promises of its own runs, with workers and without: tried on small suites that use its conftest."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sharing import TOGETHER

ROOT = Path(__file__).parents[2]


def suite(folder: Path, tests: str, *options: str, module: str = "test_small.py") -> subprocess.CompletedProcess[str]:
    """Run a suite that consists of these tests."""
    (folder / "conftest.py").write_text('pytest_plugins = ["tests.conftest"]')
    (folder / module).write_text(tests)
    outside = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *options]
    return subprocess.run(
        command, cwd=folder, env={**outside, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False
    )


LEAKY = """
import logging
from tests.planted import KEY

def test_that_leaks():
    logging.getLogger("anything").warning(KEY)

def test_that_does_not():
    pass
"""


@pytest.mark.parametrize("workers", [0, 2])
def test_a_secret_that_one_test_leaks_makes_the_run_fail_and_says_which_test_it_was(
    workers: int, tmp_path: Path
) -> None:
    done = suite(tmp_path, LEAKY, f"--numprocesses={workers}")
    assert done.returncode == 1
    assert "a log line holds Planted0Key0" in done.stdout
    assert "during test_small.py::test_that_leaks (call)" in done.stdout


LIVE = """
import pytest

@pytest.mark.live
def test_a_model():
    pass

def test_that_costs_nothing():
    pass
"""


@pytest.mark.parametrize(("options", "chosen"), [((), "test_that_costs_nothing"), (("--live",), "test_a_model")])
def test_what_costs_something_runs_only_where_it_is_asked_for(
    options: tuple[str, ...], chosen: str, tmp_path: Path
) -> None:
    done = suite(tmp_path, LIVE, "--numprocesses=2", "-rA", *options)
    assert done.returncode == 0, done.stdout
    assert [line for line in done.stdout.splitlines() if "PASSED " in line] == [f"PASSED test_small.py::{chosen}"]


SHARING = """
import pytest

@pytest.fixture(scope="session")
def started():
    with open("started", "a") as made:
        made.write("x")

@pytest.mark.parametrize("number", range(20))
def test_of_what_was_started(number, started):
    pass
"""


def test_what_the_tests_of_a_module_share_is_there_once_however_many_workers_there_are(tmp_path: Path) -> None:
    module, *_ = TOGETHER
    (tmp_path / module).parent.mkdir(parents=True)
    done = suite(tmp_path, SHARING, "--numprocesses=2", "--rootdir=.", module=module)
    assert done.returncode == 0, done.stdout
    assert (tmp_path / "started").read_text() == "x"


def test_a_module_that_makes_the_package_beside_others_is_refused(tmp_path: Path) -> None:
    done = suite(tmp_path, SHARING.replace("started", "package"))
    assert done.returncode == 4
    assert "These modules use the package: {'test_small.py'}" in done.stderr
