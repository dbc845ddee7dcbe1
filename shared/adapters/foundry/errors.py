"""What a service's refusal means for the file."""

import math
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from shared.adapters.foundry.reply import Reply, writable
from shared.errors import (
    DropscribeError,
    FileRejected,
    ModelMisconfigured,
    ModelThrottled,
    ModelUnavailable,
    UrlNotFetched,
)
from shared.observability.redaction import redact

MAX_QUOTE = 300
"""Characters of a service's own words that may stand in a document."""

MAX_WAIT = 7 * 86_400
"""Seconds; a service that asks for more is held to mean this."""

_PRIVATE = re.compile(r"[A-Za-z0-9+/=]{32,}|[A-Za-z0-9+/=_-]{60,}")
"""A service may quote what we sent: here no file's name is expected, so short keys and data go too."""

_ABOUT_US = re.compile(
    r"api.?version|unsupported parameter:|unrecognized request argument|extra (inputs|parameters)|response_format"
    r"|does not work with the specified model|max_(completion_)?tokens.*(too large|at most)",
    re.I,
)
_CODES_ABOUT_US = {
    "unsupported_parameter",
    "unsupported_value",
    "unknown_parameter",
    "deploymentnotfound",
    "operationnotsupported",
    "model_not_found",
    "unknown_model",
    "unauthorized",
    "invalid_api_key",
    "insufficient_quota",
}
_CODES_OF_FILTERS = {"content_filter", "responsibleaipolicyviolation"}
_FETCH_FAILED = re.compile(r"while downloading|failed to download", re.I)
_NO_ACCESS = re.compile(
    r"(?:can ?not|could not|unable to|failed to)(?: be)? (?:access|fetch|load|open|read|retrieve)|not allowed", re.I
)
_ABOUT_THE_FILE = {400, 413, 415, 422}
_ABOUT_ACCESS = {401, 403, 404, 405, 410}


def fault_of(reply: Reply, *, by_url: bool = False) -> DropscribeError:
    """Tell whose fault an answer other than 200 is: the file's, ours, or the hour's.

    `by_url` is whether the service had to fetch the file.
    """
    codes, message = _error(reply)
    status, named = reply.status, {code.lower() for code in codes}
    answered = f"The model answered {status}{_in_brackets(codes, reply)}"
    said = f"{answered}: {_quotable(message)}"
    about: dict[str, Any] = {"code": next(iter(codes), None), "status": status, "request_id": reply.request_id}
    if status == 429:
        return ModelThrottled(said, retry_after=retry_after(reply.headers), **about)
    if status in _ABOUT_ACCESS or named & _CODES_ABOUT_US:
        return ModelMisconfigured(said, **about)
    if status not in _ABOUT_THE_FILE:
        return ModelUnavailable(said, retry_after=retry_after(reply.headers), safe_message=f"{answered}.", **about)
    if _FETCH_FAILED.search(message) or (by_url and _NO_ACCESS.search(message)):
        return UrlNotFetched(said, safe_message=f"{answered}.", **about)
    return ModelMisconfigured(said, **about) if _ABOUT_US.search(message) else _rejected(codes, message, reply)


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
    except (ValueError, TypeError):
        pass  # a date nobody can read is as good as none
    return None


def _sane(seconds: float) -> float | None:
    return None if math.isnan(seconds) else min(max(0.0, seconds), MAX_WAIT)


def _rejected(codes: Sequence[str], message: str, reply: Reply) -> FileRejected:
    if _CODES_OF_FILTERS & {code.lower() for code in codes}:
        return FileRejected(
            "content_filtered",
            f"The service's content filter refused this file{_in_brackets(codes, reply)}.",
            "Drop another file, or ask the owner of the deployment to adjust its content filter.",
            reply.request_id,
        )
    return FileRejected(
        "rejected_by_model",
        f"The model refused this file{_in_brackets(codes, reply)}: {_quotable(message)}",
        "Check that the file opens and is what the recipe expects, and drop it again.",
        reply.request_id,
    )


def _error(reply: Reply) -> tuple[list[str], str]:
    """The codes, the outer before the inner, and the message, in whichever of the shapes that services use."""
    try:
        document = reply.document()
    except ValueError:
        return [], reply.text
    error = document.get("error", document) if isinstance(document, dict) else document
    if not isinstance(error, dict):
        return [], str(error)
    inner = error.get("innererror") or error.get("inner_error")
    codes = [error.get("code"), inner.get("code") if isinstance(inner, dict) else None]
    message = error.get("message") or error.get("detail") or ""
    return [str(code) for code in codes if code is not None], str(message)


def _in_brackets(codes: Sequence[str], reply: Reply) -> str:
    """The service's code and what it calls the request, for its support."""
    known = [_quotable(code) for code in codes[:1]]
    known += [f"request {_quotable(reply.request_id)}"] if reply.request_id else []
    return f" ({', '.join(known)})" if known else ""


def _quotable(message: str) -> str:
    text = _PRIVATE.sub("…", redact(" ".join(writable(message).split())))
    return text if len(text) <= MAX_QUOTE else f"{text[:MAX_QUOTE]}…"
