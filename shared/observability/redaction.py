"""What must never be told: signatures, keys, tokens and data, taken out of whatever is logged, raised or stored."""

import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from shared.errors import DropscribeError
from shared.observability.secret_forms import FORMS

MAX_TEXT = 16_384
"""Characters that are looked at; of a longer text the middle is left out, so that none can hold up the event loop."""

_MAX_END = 4_096
_MAX_NOTE = 64
_IN_SECRETS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=_-.%~"


def redact(text: str) -> str:
    """The text with an ellipsis in place of each secret, and without its middle if it is longer than `MAX_TEXT`."""
    text = _shortened(text) if len(text) > MAX_TEXT else text
    lowered = text.lower()
    for form in FORMS:
        text = form.without(text, lowered)
    return text


def _shortened(text: str) -> str:
    """The beginning, the number of characters, and the last lines: a traceback ends with what it is about.

    No part of a word is left at either side, for it could be half a key.
    """
    start = text[: MAX_TEXT - _MAX_END - _MAX_NOTE].rstrip(_IN_SECRETS)
    _, line_end, end = text[-_MAX_END:].partition("\n")
    return f"{start}… ({len(text)} characters){line_end}{end}"


def redact_logs() -> None:
    """From now on nothing secret enters a log record, whichever module logs it, and wherever it goes."""
    make = logging.getLogRecordFactory()
    if getattr(make, "redacts", False):
        return

    def make_redacted(*arguments: Any, **more: Any) -> logging.LogRecord:
        return _redacted(make(*arguments, **more))

    make_redacted.redacts = True  # type: ignore[attr-defined]
    logging.setLogRecordFactory(make_redacted)


@contextmanager
def redacted_errors() -> Iterator[None]:
    """Let nothing be raised whose text, or that of what caused it, is secret: the host writes it all down."""
    try:
        yield
    except Exception as error:
        if all(redact(told) == told for told in _told(error)):
            raise
        raise DropscribeError(redact(f"{type(error).__name__}: {error}")) from None


def _told(error: Exception) -> Iterator[str]:
    """What the host would write down of it and of all that led to it, each once: a chain can lead back to itself."""
    waiting: list[BaseException | None] = [error]
    seen: set[int] = set()
    while waiting:
        each = waiting.pop()
        if each is None or id(each) in seen:
            continue
        seen.add(id(each))
        yield "".join(traceback.format_exception_only(each))
        waiting.append(each.__cause__ or each.__context__)
        waiting.extend(each.exceptions if isinstance(each, BaseExceptionGroup) else ())


def _redacted(record: logging.LogRecord) -> logging.LogRecord:
    try:
        told = record.getMessage()
    except Exception:
        return record  # a slip in a call of somebody's; logging itself will say so
    safe = redact(told)
    if safe != told:
        record.msg, record.args = safe, None
    if record.exc_info:
        trace = logging.Formatter().formatException(record.exc_info)
        if (safe := redact(trace)) != trace:
            record.exc_info, record.exc_text = None, safe
    return record
