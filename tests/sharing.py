"""How tests are shared out among the workers of pytest-xdist, each a process with emulators of its own."""

import os
from collections.abc import Iterable
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

TOGETHER = {
    "tests/e2e/test_files.py": "the stack",
    "tests/integration/test_local_host.py": "a host",
    "tests/integration/test_offline_model.py": "the model",
    "tests/integration/test_package.py": "package",
    "tests/integration/test_queries.py": "a story",
    "tests/integration/test_real_host.py": "package",
}
"""Modules whose tests all run on one worker, by what they share: it is slow to start, or cannot be there twice."""
LONG = ("test_load.py", "test_protocol.py")
"""Modules that begin first, because a test of theirs takes longest."""
WORKERS_FOR_EACH_CORE = 2
"""Tests wait for half of their time."""


class ByWhatIsShared(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """Gives each test to the next worker that is free, and tests that share something to one of them.

    That is what `--dist=loadgroup` is for, but with pytest 9.2 it does not group (pytest-xdist#1386).
    """

    def _split_scope(self, nodeid: str) -> str:
        return TOGETHER.get(_module(nodeid), nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByWhatIsShared:
    """See xdist's hooks."""
    return ByWhatIsShared(config, log)


def pytest_xdist_auto_num_workers() -> int:
    """See xdist's hooks: how many workers `--numprocesses=auto` starts."""
    return WORKERS_FOR_EACH_CORE * (os.process_cpu_count() or 1)


def require_one_package(items: Iterable[pytest.Item]) -> None:
    """See that no two workers make the package at once, which is one folder."""
    makers = {_module(item.nodeid) for item in items if "package" in getattr(item, "fixturenames", ())}
    if apart := {module for module in makers if TOGETHER.get(module) != "package"}:
        raise pytest.UsageError(f"These modules use the package: {apart}. Name them in {__name__}.TOGETHER.")


def _module(nodeid: str) -> str:
    return nodeid.partition("::")[0]
