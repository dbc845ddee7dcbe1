"""What must never be told: signatures, keys, tokens and data, taken out of whatever is logged, raised or stored."""

import logging
import re
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from shared.errors import DropscribeError

_SECRETS = re.compile(
    r"(?<=[?&])[\w-]+=[^\s\"'&]*|%3F[^\s\"']+"  # the query of a URL: it may be signed
    r"|\b(?:bearer|basic|sharedkey)\s+[^\s\"',}]{6,}"
    r"|(?:\b|%26)(?:api-key|accountkey|authorization|access_?token|client_?secret|password|sig|key|token)"
    r"[\\\"']*\s*(?:=|%3D|:)\s*[\\\"']*(?:(?:bearer|basic|sharedkey)\s+)?"
    r"(?:[^\s\\\"',;}]|\\(?![\\\"']))+"
    r"|\bcode=[^\s\"'&]+"
    r"|eyJ[\w.-]+"  # a token
    r"|(?P<run>[a-z0-9+/]{84,}={0,2})",  # a key of Azure, or data; the path of a file is seldom like it
    re.IGNORECASE,
)


def redact(text: str) -> str:
    """The text with an ellipsis in place of each secret."""
    return _SECRETS.sub(_without, text)


def _without(found: re.Match[str]) -> str:
    run = found["run"]
    # Looked at here: an expression that looks ahead for a digit does so anew from each character of a long run.
    return run if run and not any(map(str.isdigit, run)) else "…"


def redact_logs() -> None:
    """From now on nothing secret enters a log record, whoever logs it and wherever it goes."""
    make = logging.getLogRecordFactory()
    if getattr(make, "redacts", False):
        return

    def make_redacted(*arguments: Any, **more: Any) -> logging.LogRecord:
        return _redacted(make(*arguments, **more))

    make_redacted.redacts = True  # type: ignore[attr-defined]
    logging.setLogRecordFactory(make_redacted)


@contextmanager
def redacted_faults() -> Iterator[None]:
    """Let nothing be raised whose text, or that of what caused it, is secret: the host writes it all down."""
    try:
        yield
    except Exception as error:
        told = "".join(traceback.format_exception_only(error)) + "".join(map(str, _causes(error)))
        if redact(told) == told:
            raise
        raise DropscribeError(redact(f"{type(error).__name__}: {error}")) from None


def _causes(error: BaseException) -> Iterator[BaseException]:
    """What led to it, each once: a chain can lead back to where it began."""
    seen = {id(error)}
    cause = error.__cause__ or error.__context__
    while cause and id(cause) not in seen:
        seen.add(id(cause))
        yield cause
        cause = cause.__cause__ or cause.__context__


def _redacted(record: logging.LogRecord) -> logging.LogRecord:
    try:
        told = record.getMessage()
    except (TypeError, ValueError):
        return record  # a slip in a call of somebody's; logging itself will say so
    if redact(told) != told:
        record.msg, record.args = redact(told), None
    if record.exc_info:
        trace = logging.Formatter().formatException(record.exc_info)
        if redact(trace) != trace:
            record.exc_info, record.exc_text = None, redact(trace)
    return record
