"""Secrets and sentences planted all over the tests, and a watch that sees them where they may never stand."""

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType

from shared.errors import DropscribeError
from shared.results.result import Result

KEY = "Planted0Key0" * 7  # as long as Azure's
TOKEN = "eyJQbGFudGVk.eyJUb2tlbiI6MQ"
SIGNATURE = "Planted0Signature0Planted0Signature0Planted0"
SECRETS = (KEY, TOKEN, SIGNATURE)
"""What may never come to light."""

PROMPT = "This planted prompt is for the model alone."
ANSWER = "This planted answer is for the document alone."
_ROOT = Path(__file__).resolve().parents[1]
_OURS = str(_ROOT / "shared")


def _said_by(recipe: Path) -> str:
    """The longest line that a recipe says word for word."""
    lines = recipe.read_text(encoding="utf-8").rpartition("\n---\n")[2].splitlines()
    return max((line for line in lines if "{" not in line), key=len)


WORDS = (PROMPT, ANSWER, *map(_said_by, sorted((_ROOT / "recipes").glob("*.prompty"))))
"""What may stand in a document, and in nothing else: a service may quote any of it in whatever it says."""

_EVENTS = sys.monitoring.events.RAISE | sys.monitoring.events.PY_UNWIND


class Watch(logging.Handler):
    """Looks at every log record, every exception that passes through `shared/`, and every document."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(logging.Formatter())
        self.leaks: list[str] = []
        self._is_ours: dict[CodeType, bool] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """See `logging.Handler.emit`; the text includes that of an exception."""
        is_plain = not (record.exc_info or record.exc_text or record.stack_info)
        self.look_at_line(record.getMessage() if is_plain else self.format(record))

    def look_at_line(self, line: str) -> None:
        """Look at a line of the log."""
        self._look("a log line", line, SECRETS + WORDS)

    @property
    def leaks_of_this_test(self) -> list[str]:
        """Those that were seen since the test that runs now began."""
        return [leak for leak in self.leaks if leak.endswith(f"during {_test()}")]

    @contextmanager
    def keeping(self) -> Iterator["Watch"]:
        """Watch until the end of the block."""
        root = logging.getLogger()
        level = root.level
        root.setLevel(logging.DEBUG)
        root.addHandler(self)
        self._watch_exceptions()
        write = Result.to_json
        Result.to_json = lambda outcome: self._written(write(outcome))  # type: ignore[method-assign, assignment]
        try:
            yield self
        finally:
            Result.to_json = write  # type: ignore[method-assign]
            sys.monitoring.free_tool_id(self._tool)
            root.removeHandler(self)
            root.setLevel(level)

    def _watch_exceptions(self) -> None:
        self._tool = next(each for each in range(6) if sys.monitoring.get_tool(each) is None)
        sys.monitoring.use_tool_id(self._tool, "planted secrets")
        for event in (sys.monitoring.events.RAISE, sys.monitoring.events.PY_UNWIND):
            sys.monitoring.register_callback(self._tool, event, self._raised)
        sys.monitoring.set_events(self._tool, _EVENTS)

    def _raised(self, code: CodeType, _offset: int, exception: BaseException) -> None:
        if isinstance(exception, StopIteration | StopAsyncIteration):
            return  # not raised by anybody: with it Python hands on what a coroutine returns, or a generator yields
        is_ours = self._is_ours.get(code)
        if is_ours is None:  # looked at once for each function: most exceptions are raised and caught elsewhere
            is_ours = self._is_ours[code] = _is_watched(code.co_filename)
        if is_ours:
            where = f"{type(exception).__name__} in {code.co_filename}"
            # What ours say, documents may say: for the log they have a `safe_message`.
            planted = SECRETS if isinstance(exception, DropscribeError) else SECRETS + WORDS
            self._look(where, f"{exception} {exception!r}", planted)

    def _written(self, document: bytes) -> bytes:
        self._look("a document", document.decode(), SECRETS)
        return document

    def _look(self, where: str, text: str, planted: tuple[str, ...]) -> None:
        for each in planted:
            if each in text:
                self.leaks.append(f"{where} holds {each}, during {_test()}")


def _test() -> str:
    return os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" (")[0]


def _is_watched(path: str) -> bool:
    return path.startswith(_OURS) and not path.endswith("redaction.py")  # which takes them out
