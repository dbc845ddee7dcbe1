"""The watch on planted secrets is worth nothing unless it sees one; the suite's own is in tests/conftest.py."""

import logging
from collections.abc import Callable

import pytest

from shared.errors import FileRejected, ModelUnavailable
from shared.recipes.catalog import RecipeCatalog
from shared.results.build import rejected
from tests.planted import KEY, SIGNATURE, TOKEN, Watch
from tests.unit.test_build import FACTS, LATER


def in_a_log_line() -> None:
    logging.getLogger("anything").debug("calling %s", f"https://a.example/b?sig={SIGNATURE}")


def in_a_logged_exception() -> None:
    logging.getLogger("anything").error("it failed", exc_info=ModelUnavailable(f"Authorization: Bearer {TOKEN}"))


class Leaky:
    def glob(self, pattern: str) -> None:
        raise ValueError(f"no {pattern} for {KEY}")


def in_an_exception() -> None:
    with pytest.raises(ValueError, match="no"):
        RecipeCatalog.load(Leaky())  # type: ignore[arg-type]


def in_a_document() -> None:
    rejected(FACTS, FileRejected("too_large", "Too large.", KEY), LATER).to_json()


@pytest.mark.parametrize("leak", [in_a_log_line, in_a_logged_exception, in_an_exception, in_a_document])
def test_the_watch_sees_a_planted_secret(leak: Callable[[], None], suite_watch: Watch) -> None:
    redacting = logging.getLogRecordFactory()
    logging.setLogRecordFactory(logging.LogRecord)
    before = len(suite_watch.leaks)
    with Watch().keeping() as watch:
        leak()
    assert watch.leaks
    del suite_watch.leaks[before:]  # these were on purpose
    logging.setLogRecordFactory(redacting)


def test_the_watch_sees_nothing_where_there_is_nothing() -> None:
    with Watch().keeping() as watch:
        logging.getLogger("anything").warning("all is well")
        rejected(FACTS, FileRejected("too_large", "Too large.", "Make it smaller."), LATER).to_json()
    assert watch.leaks == []
