"""What several of these tests need."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.preloaded import CAN_FORK

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def package() -> Path:
    """The package that is deployed, made by the documented command."""
    command = [sys.executable, "scripts/dev.py", "package"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "is staged: " in done.stdout
    return ROOT / ".local" / "package"


@pytest.fixture(scope="module")
def forked_hosts() -> Iterator[None]:
    """The hosts of a module are forked, where that can be: for tests that do not look at how one starts."""
    if not CAN_FORK:
        yield
        return
    from tests.integration.forked_hosts import hosts_are_forked  # noqa: PLC0415 - it cannot be imported on Windows

    with hosts_are_forked():
        yield
