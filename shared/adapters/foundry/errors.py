"""What a service's refusal means: for the file, for our configuration, or for the hour."""

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from shared.adapters.foundry.reply import HttpReply
from shared.adapters.foundry.service_error import ServiceError
from shared.adapters.foundry.wording import (
    ABOUT_THE_FILE,
    is_about_the_kind,
    is_about_us,
    is_busy,
    is_filtered,
    is_unfetched,
)
from shared.bounds import identifier
from shared.errors import (
    AnswerUnusable,
    DropscribeError,
    FileRejected,
    KindNotTaken,
    ModelMisconfigured,
    ModelThrottled,
    ModelUnavailable,
    UrlNotFetched,
)
from shared.media.media import Kind
from shared.observability.redaction import redact

MAX_QUOTE = 300
"""Characters of a service's own words that may stand in a document."""

MAX_WAIT = 7 * 86_400
"""Seconds; a service that asks for more is held to mean this."""

_PRIVATE = re.compile(r"[A-Za-z0-9+/=]{32,}|[A-Za-z0-9+/=_-]{60,}")
"""A service may quote what we sent: here no file's name is expected, so short keys and data go too."""


def error_of(reply: HttpReply, *, kind: Kind | None = None, by_url: bool = False) -> DropscribeError:
    """Map a reply that is no success to an exception: about the file, our configuration, or a temporary condition.

    `kind` is what the request holds, and `by_url` whether the service had to fetch it.
    """
    if 300 <= reply.status < 400:
        return _moved(reply)
    return _judged(ServiceError.read(reply), reply, kind=kind, by_url=by_url)


def error_inside(document: Any, reply: HttpReply) -> DropscribeError | None:
    """Map the error in a document that came with a 200 to an exception; None where it holds none."""
    error = ServiceError.inside(document)
    if error is None:
        return None
    if error.status == 0 and not (is_about_us(error) or is_filtered(error) or is_busy(error)):
        told = f"The model answered 200 with an error in it{_in_brackets(error, reply)}"
        return AnswerUnusable(f"{told}: {_quotable(error.message)}", status=200, safe_message=f"{told}.")
    return _judged(error, reply)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """How long to stay away, in seconds: `retry-after-ms`, or `Retry-After` (RFC 9110, 10.2.3)."""
    milliseconds, header = headers.get("retry-after-ms"), headers.get("retry-after")
    try:
        if milliseconds is not None:
            return _sane(float(milliseconds) / 1000)
        if header is not None and header.strip().isdigit():
            return _sane(float(header))
        if header is not None:
            # Of the two clocks that there may be, the one of whoever wrote the date.
            now = parsedate_to_datetime(headers["date"]) if "date" in headers else datetime.now(UTC)
            return _sane((parsedate_to_datetime(header) - now).total_seconds())
    except (ValueError, TypeError, ArithmeticError):
        pass  # a date nobody can read is as good as none
    return None


def _sane(seconds: float) -> float | None:
    return None if math.isnan(seconds) else min(max(0.0, seconds), MAX_WAIT)


def _judged(
    error: ServiceError, reply: HttpReply, *, kind: Kind | None = None, by_url: bool = False
) -> DropscribeError:
    answered = f"The model answered {error.status or 200}{_in_brackets(error, reply)}"
    said = f"{answered}: {_quotable(error.message)}"
    about: dict[str, Any] = {
        "code": next(iter(error.codes), None),
        "status": error.status,
        "request_id": reply.request_id,
        "safe_message": f"{answered}.",
    }
    wait = retry_after(reply.headers)
    # OpenAI's services say with a 429 that there is no money left, for which no wait helps.
    is_out_of_money = "insufficient_quota" in error.names and wait is None
    if is_busy(error) and not is_out_of_money:
        return ModelThrottled(said, retry_after=wait, **about)
    if is_unfetched(error, by_url=by_url):
        return UrlNotFetched(said, **about)
    is_of_the_file = is_filtered(error) or is_about_the_kind(error, kind)
    if is_about_us(error) and not is_of_the_file:
        return ModelMisconfigured(said, **about)
    if error.status in ABOUT_THE_FILE or is_of_the_file:
        return _rejected(error, reply, kind)
    return ModelUnavailable(said, retry_after=wait, **about)


def _rejected(error: ServiceError, reply: HttpReply, kind: Kind | None) -> FileRejected:
    if is_filtered(error):
        return FileRejected(
            "content_filtered",
            f"The service's content filter refused this file{_in_brackets(error, reply)}.",
            "Drop another file, or ask the owner of the deployment to adjust its content filter.",
            reply.request_id,
        )
    said = f"{_in_brackets(error, reply)}: {_quotable(error.message)}"
    if kind and is_about_the_kind(error, kind):
        return KindNotTaken(kind, f"The model takes no {kind}{said}", reply.request_id)
    return FileRejected(
        "rejected_by_model",
        f"The model refused this file{said}",
        "Check that the file opens and is what the recipe expects, and drop it again.",
        reply.request_id,
    )


def _moved(reply: HttpReply) -> ModelMisconfigured:
    """Nobody follows a redirect: the key would go along, and a file is sent once."""
    host = identifier(_host(reply.headers.get("location", "")))
    told = f"The model answered {reply.status}{_in_brackets(ServiceError(reply.status), reply)}"
    where = f", a redirect{f' to {host}' if host else ''}. Set AZURE_INFERENCE_ENDPOINT to where it has moved."
    return ModelMisconfigured(told + where, status=reply.status, request_id=reply.request_id)


def _host(address: str) -> str | None:
    """The host in an address; None where there is none."""
    try:
        return urlsplit(address[:2_000]).hostname
    except ValueError:
        return None


def _in_brackets(error: ServiceError, reply: HttpReply) -> str:
    """The service's code and what it calls the request, for its support."""
    known = [*error.codes[:1], *([f"request {reply.request_id}"] if reply.request_id else [])]
    return f" ({', '.join(known)})" if known else ""


def _quotable(message: str) -> str:
    text = _PRIVATE.sub("…", redact(" ".join(message.split())))
    return text if len(text) <= MAX_QUOTE else f"{text[:MAX_QUOTE]}…"
