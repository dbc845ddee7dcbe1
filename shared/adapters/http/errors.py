"""The exception for a refusal: about the file, our configuration, or a temporary condition."""

import math
import re
from collections.abc import Mapping, Set
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from shared.adapters.http.meanings import FILTERED, Rejection, meaning_of
from shared.adapters.http.reply import HttpReply
from shared.adapters.http.service_error import ServiceError
from shared.bounds import identifier
from shared.errors import (
    AnswerUnusable,
    DropscribeError,
    FileRejected,
    KindNotTaken,
    ModelMisconfigured,
    ModelThrottled,
    ModelTimeout,
    ModelUnavailable,
)
from shared.observability import redact

MAX_QUOTE = 300
"""Characters of a service's own words that may stand in a document."""

MAX_WAIT = 7 * 86_400
"""Seconds; a service that asks for more is held to mean this."""

GATEWAYS_TIMEOUTS, GATEWAYS_SECONDS = (408, 504), 20
"""Statuses by which a gateway says that the model was too slow, if it waited for more seconds than this."""

_SENTENCE_END = re.compile("[.!?…\u3002\uff01\uff1f]['\")\\]]*$")
_PRIVATE = re.compile(r"[A-Za-z0-9+/=]{32,}|[A-Za-z0-9+/=_-]{60,}")
"""A service may quote what we sent: here no file's name is expected, so short keys and data go too."""


def error_after(error: ServiceError, reply: HttpReply, seconds: float, sent: Set[str]) -> DropscribeError:
    """As `error_of`, of a call that took so many seconds: one that was too slow may have been paid for."""
    if may_be_billed(error, seconds):
        return ModelTimeout(f"The model answered {error.status} after {seconds:.0f} seconds.", status=error.status)
    return error_of(error, reply, sent)


def may_be_billed(error: ServiceError, seconds: float) -> bool:
    """Whether a gateway waited so many seconds for a model that was too slow: the model may have gone on for money."""
    return error.status in GATEWAYS_TIMEOUTS and seconds > GATEWAYS_SECONDS


def error_of(error: ServiceError, reply: HttpReply, sent: Set[str] = frozenset()) -> DropscribeError:
    """The exception for an error that a reply tells of.

    `sent` is what the request had in it: `image` or `audio`, and `url` where the service had to fetch the file.
    """
    meaning, wait = meaning_of(error, sent), retry_after(reply.headers)
    if isinstance(meaning, Rejection):
        return _rejected(meaning, error, reply)
    if meaning is ModelThrottled and wait is None and "insufficient_quota" in error.codes:
        meaning = ModelMisconfigured  # so OpenAI's services say that there is no money left, for which no wait helps
    answered = f"The model answered {error.status or '200 with an error in it'}{_in_brackets(error, reply)}"
    safe_message = f"{answered}{_moved(reply)}."
    exception = meaning or (ModelUnavailable if error.status else AnswerUnusable)
    return exception(
        f"{answered}{_quoted(error.message)}" if error.message else safe_message,
        code=next(iter(error.codes), None),
        status=error.status or reply.status,
        request_id=reply.request_id,
        retry_after=wait if exception in (ModelThrottled, ModelUnavailable) else None,
        safe_message=safe_message,
    )


def unusable_answer(reply: HttpReply, why: str) -> AnswerUnusable:
    """What to raise for an answer that cannot be read, though it may have been billed."""
    return AnswerUnusable(f"The model's answer {why}.", status=reply.status, request_id=reply.request_id)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """How many seconds to stay away, by `retry-after-ms` or `Retry-After` (RFC 9110, 10.2.3); None if not told."""
    try:
        seconds = _seconds(headers)
    except (ValueError, TypeError, ArithmeticError):
        return None  # a date that cannot be read is as good as none
    return None if math.isnan(seconds) else min(max(0.0, seconds), MAX_WAIT)


def _seconds(headers: Mapping[str, str]) -> float:
    if "retry-after-ms" in headers:
        return float(headers["retry-after-ms"]) / 1000
    header = headers.get("retry-after", "nan").strip()
    if header.isdecimal() or header == "nan":
        return float(header)
    # Of the two clocks that there may be, that of the server that wrote the date.
    now = parsedate_to_datetime(headers["date"]) if "date" in headers else datetime.now(UTC)
    return (parsedate_to_datetime(header) - now).total_seconds()


def _rejected(meaning: Rejection, error: ServiceError, reply: HttpReply) -> FileRejected:
    told = f"{meaning.message}{_in_brackets(error, reply)}"
    told = f"{told}." if meaning is FILTERED else f"{told}{_quoted(error.message)}"
    if meaning.kind:
        return KindNotTaken(meaning.kind, told, reply.request_id)
    return FileRejected(meaning.code, told, meaning.next_step, reply.request_id)


def _moved(reply: HttpReply) -> str:
    """Of a redirect, that it is one and to where: it is not followed, because the key would go along."""
    if not 300 <= reply.status < 400:
        return ""
    try:
        host = identifier(urlsplit(reply.headers.get("location", "")[:2_000]).hostname)
    except ValueError:
        host = None
    return f", a redirect{f' to {host}' if host else ''}. Set AZURE_INFERENCE_ENDPOINT to where it has moved"


def _in_brackets(error: ServiceError, reply: HttpReply) -> str:
    """The service's code and what it calls the request, for its support."""
    known = [*error.codes[:1], *([f"request {reply.request_id}"] if reply.request_id else [])]
    return f" ({', '.join(known)})" if known else ""


def _quoted(message: str) -> str:
    """What a service says, behind a colon, as the end of a sentence: another one may follow."""
    text = _PRIVATE.sub("…", redact(" ".join(message.split())))
    if not text:
        return "."
    text = text if len(text) <= MAX_QUOTE else f"{text[:MAX_QUOTE]}…"
    return f": {text}" if _SENTENCE_END.search(text) else f": {text}."
