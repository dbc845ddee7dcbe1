"""What a service's refusal means for the file."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from azure.core.rest import AsyncHttpResponse

from shared.errors import (
    DropscribeError,
    FileRejected,
    ModelMisconfigured,
    ModelThrottled,
    ModelUnavailable,
    UrlNotFetched,
)

LONGEST_QUOTE = 300
"""Characters of a service's own words that may stand in a document."""

_PRIVATE = re.compile(r"\?\S+|(?<=Bearer )\S+|[A-Za-z0-9+/=]{32,}|[A-Za-z0-9+/=_-]{60,}")
"""URL queries, which may hold signatures; tokens; keys and long runs of base64. A service may quote what we sent."""

_REQUEST_ID_HEADERS = ("apim-request-id", "x-ms-request-id", "x-request-id")
_ABOUT_US = re.compile(
    r"api.?version|unsupported parameter|unrecognized request argument|extra (inputs|parameters)|response_format"
    r"|does not work with the specified model",
    re.I,
)
_CODES_ABOUT_US = {
    "unsupported_parameter",
    "unsupported_value",
    "unknown_parameter",
    "DeploymentNotFound",
    "OperationNotSupported",
    "model_not_found",
    "unknown_model",
}
_FETCH_FAILED = re.compile(r"while downloading|failed to (down)?load .*https?:|unable to (download|fetch)", re.I)
_ABOUT_THE_FILE = {400, 413, 415, 422}
_ABOUT_ACCESS = {401, 403, 404, 405, 410}


def fault_of(response: AsyncHttpResponse) -> DropscribeError:
    """Tell whose fault an answer other than 200 is: the file's, ours, or the hour's."""
    code, message = _error(response)
    status = response.status_code
    said = f"The model answered {status}{_in_brackets(code)}: {_quotable(message)}"
    about: dict[str, Any] = {"code": code, "status": status, "request_id": request_id(response.headers)}
    if status == 429:
        return ModelThrottled(said, retry_after=retry_after(response.headers), **about)
    if status in _ABOUT_ACCESS or code in _CODES_ABOUT_US:
        return ModelMisconfigured(said, **about)
    if status in _ABOUT_THE_FILE and _FETCH_FAILED.search(message):
        return UrlNotFetched(said, **about)
    if status not in _ABOUT_THE_FILE:
        return ModelUnavailable(said, retry_after=retry_after(response.headers), **about)
    if _ABOUT_US.search(message):
        return ModelMisconfigured(said, **about)
    return _rejection(code, message, about["request_id"])


def request_id(headers: Mapping[str, str]) -> str | None:
    """What the service calls the request, under whichever of its names for it."""
    return next((headers[name] for name in _REQUEST_ID_HEADERS if name in headers), None)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """How long to stay away, in seconds: `retry-after-ms`, or `Retry-After` (RFC 9110, 10.2.3)."""
    milliseconds, header = headers.get("retry-after-ms"), headers.get("retry-after")
    try:
        if milliseconds is not None:
            return max(0.0, float(milliseconds) / 1000)
        if header is not None and header.strip().isdigit():
            return float(header)
        if header is not None:
            return max(0.0, (parsedate_to_datetime(header) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        pass  # a date nobody can read is as good as none
    return None


def _rejection(code: str | None, message: str, its_id: str | None) -> FileRejected:
    if code in ("content_filter", "ResponsibleAIPolicyViolation"):
        return FileRejected(
            "content_filtered",
            f"The service's content filter refused this file{_in_brackets(code)}.",
            "Drop another file, or ask the owner of the deployment to adjust its content filter.",
            its_id,
        )
    return FileRejected(
        "rejected_by_model",
        f"The model refused this file{_in_brackets(code)}: {_quotable(message)}",
        "Check that the file opens and is what the recipe expects, and drop it again.",
        its_id,
    )


def _error(response: AsyncHttpResponse) -> tuple[str | None, str]:
    """The code and the message, in whichever of the shapes that services use."""
    try:
        document = response.json()
    except ValueError:
        return None, response.text()
    error = document.get("error", document) if isinstance(document, dict) else document
    if not isinstance(error, dict):
        return None, str(error)
    inner = error.get("innererror") or error.get("inner_error") or {}
    code = error.get("code") or (inner.get("code") if isinstance(inner, dict) else None)
    message = error.get("message") or error.get("detail") or ""
    return None if code is None else str(code), str(message)


def _in_brackets(code: str | None) -> str:
    return f" ({_quotable(code)})" if code else ""


def _quotable(message: str) -> str:
    text = _PRIVATE.sub("…", " ".join(message.split()))
    return text if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE]}…"
