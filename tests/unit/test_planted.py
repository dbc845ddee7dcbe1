"""The watch on planted secrets is worth nothing unless it sees one; the suite's own is in tests/conftest.py."""

import logging
from collections.abc import Callable

import pytest

from shared.errors import FileRejected, ModelUnavailable
from shared.recipes.catalog import RecipeCatalog
from shared.results.build import rejected
from tests.planted import ANSWER, KEY, PROMPT, SIGNATURE, TOKEN, Watch
from tests.unit.results.test_build import FACTS, LATER


def in_a_log_line() -> None:
    logging.getLogger("anything").debug("calling %s", f"https://a.example/b?sig={SIGNATURE}")


def in_a_logged_exception() -> None:
    logging.getLogger("anything").error("it failed", exc_info=ModelUnavailable(f"Authorization: Bearer {TOKEN}"))


class Leaky:
    def __init__(self, planted: str) -> None:
        self._planted = planted

    def glob(self, pattern: str) -> None:
        raise ValueError(f"no {pattern} for {self._planted}")


def in_an_exception(planted: str = KEY) -> None:
    with pytest.raises(ValueError, match="no"):
        RecipeCatalog.load(Leaky(planted))  # type: ignore[arg-type]


def in_a_document(planted: str = KEY) -> None:
    rejected(FACTS, FileRejected("too_large", "Too large.", planted), LATER).to_json()


def of_a_prompt_in_a_log_line() -> None:
    logging.getLogger("anything").info('{"event": "blob.deferred", "why": "%s"}', PROMPT)


def of_an_answer_in_an_exception() -> None:
    in_an_exception(ANSWER)


@pytest.mark.parametrize(
    "leak",
    [
        *(in_a_log_line, in_a_logged_exception, in_an_exception, in_a_document),
        *(of_a_prompt_in_a_log_line, of_an_answer_in_an_exception),
    ],
)
def test_the_watch_sees_what_is_planted(leak: Callable[[], None], suite_watch: Watch) -> None:
    redacting = logging.getLogRecordFactory()
    logging.setLogRecordFactory(logging.LogRecord)
    before = len(suite_watch.leaks)
    with Watch().keeping() as watch:
        leak()
    assert watch.leaks
    del suite_watch.leaks[before:]  # these were on purpose
    logging.setLogRecordFactory(redacting)


@pytest.mark.parametrize("words", [PROMPT, ANSWER])
def test_a_prompt_and_an_answer_may_stand_in_a_document(words: str) -> None:
    with Watch().keeping() as watch:
        in_a_document(words)
    assert watch.leaks == []


def test_the_watch_says_during_which_test_it_saw_something(suite_watch: Watch) -> None:
    before = len(suite_watch.leaks)
    in_an_exception()
    assert test_the_watch_says_during_which_test_it_saw_something.__name__ in suite_watch.leaks[before]
    del suite_watch.leaks[before:]


def test_the_watch_sees_nothing_where_there_is_nothing() -> None:
    with Watch().keeping() as watch:
        logging.getLogger("anything").warning("all is well")
        rejected(FACTS, FileRejected("too_large", "Too large.", "Make it smaller."), LATER).to_json()
    assert watch.leaks == []
