"""How tests are shared out among the workers of pytest-xdist, each a process with emulators of its own."""

import os
from collections.abc import Iterable
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

ONE_BY_ONE = (
    "tests/integration/test_cli_run.py",
    "tests/integration/test_fault_matrix.py",
)
"""Modules of slow tests that share nothing: any worker may run any of them. All others are run by one worker each."""
TOGETHER = {
    "tests/e2e/": "the stack",
    "tests/integration/test_package.py": "the package",
    "tests/integration/test_real_host.py": "the package",
}
"""What several modules share, by the beginnings of their names: it is slow to start, or cannot be there twice."""
FIRST = (
    "test_cli_doctor.py",
    "test_load.py",
    "test_package.py",
    "test_real_host.py",
    "test_two_ways.py",
    "test_each_call_fails.py",
    "test_protocol.py",
    "test_queries.py",
    "test_cli_drop.py",
    "test_check_agrees.py",
    "test_corpora.py",
    "test_cli_doctor_storage.py",
    "test_cli_run.py",
)
"""Modules that take longest, so that none is left over at the end."""


class ByModule(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """Gives what belongs together to the next worker that is free, in the order in which it was collected.

    `--dist=loadgroup` is made for that, but with pytest 9.2 it does not group (pytest-xdist#1386).
    """

    def _split_scope(self, nodeid: str) -> str:
        module = _module(nodeid)
        return nodeid if module in ONE_BY_ONE else _shared(module) or module


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByModule:
    """See xdist's hooks."""
    config.option.loadscopereorder = False
    return ByModule(config, log)


def pytest_xdist_auto_num_workers() -> int:
    """See xdist's hooks: how many workers `--numprocesses=auto` starts. Tests wait for half of their time.

    Five took 4:38 on two cores where four took 5:07 (2026-11-26): one of them waits nearly always.
    """
    return 2 * (os.process_cpu_count() or 1) + 1


def in_order(items: Iterable[pytest.Item]) -> list[pytest.Item]:
    """The tests in the order in which they are to begin."""
    places = {name: place for place, name in enumerate(FIRST)}
    return sorted(items, key=lambda item: places.get(item.path.name, len(FIRST)))


def require_one_package(items: Iterable[pytest.Item]) -> None:
    """See that no two workers make the package at once, which is one folder."""
    makers = {_module(item.nodeid) for item in items if "package" in getattr(item, "fixturenames", ())}
    if apart := {module for module in makers if _shared(module) != "the package"}:
        raise pytest.UsageError(f"These modules use the package: {apart}. Name them in {__name__}.TOGETHER.")


def _module(nodeid: str) -> str:
    return nodeid.partition("::")[0]


def _shared(module: str) -> str | None:
    return next((what for beginning, what in TOGETHER.items() if module.startswith(beginning)), None)
