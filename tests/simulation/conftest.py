"""Where the log of simulated days goes."""

import logging
from collections.abc import Iterator
from unittest import mock

import pytest

from tests.planted import Watch


@pytest.fixture(scope="package", autouse=True)
def only_the_watch_reads_the_log(suite_watch: Watch) -> Iterator[None]:
    """Nobody else reads the lines of thousands of days, and pytest would keep each of them, twice."""
    with mock.patch.object(logging.getLogger("dropscribe"), "callHandlers", suite_watch.handle):
        yield
