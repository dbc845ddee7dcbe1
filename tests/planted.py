"""Secrets planted all over the tests, and a watch that sees them where no secret may ever stand."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType

from shared.results.result import Result

KEY = "Planted0Key0" * 7  # as long as Azure's
TOKEN = "eyJQbGFudGVk.eyJUb2tlbiI6MQ"
SIGNATURE = "Planted0Signature0Planted0Signature0Planted0"
SECRETS = (KEY, TOKEN, SIGNATURE)

_OURS = str(Path(__file__).resolve().parents[1] / "shared")
_EVENTS = sys.monitoring.events.RAISE | sys.monitoring.events.PY_UNWIND


class Watch(logging.Handler):
    """Looks at every log record, every exception that passes through `shared/`, and every document."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(logging.Formatter())
        self.leaks: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """See `logging.Handler.emit`; the text includes that of an exception."""
        self._look("a log line", self.format(record))

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
        if code.co_filename.startswith(_OURS) and not code.co_filename.endswith("redaction.py"):  # which takes it out
            self._look(f"{type(exception).__name__} in {code.co_filename}", f"{exception} {exception!r}")

    def _written(self, document: bytes) -> bytes:
        self._look("a document", document.decode())
        return document

    def _look(self, where: str, text: str) -> None:
        self.leaks.extend(f"{where} holds {secret}" for secret in SECRETS if secret in text)
