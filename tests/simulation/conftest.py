"""Where the log of simulated days goes."""

import logging
from collections.abc import Iterator
from unittest import mock

import pytest

from tests.planted import Watch


@pytest.fixture(scope="package", autouse=True)
def only_the_watch_reads_the_log(suite_watch: Watch) -> Iterator[None]:
    """Nobody else reads the lines of thousands of days: records take time, and pytest would keep them, twice."""
    with mock.patch.object(logging.getLogger("dropscribe"), "log", lambda _level, line: suite_watch.look_at_line(line)):
        yield
