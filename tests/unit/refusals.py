"""What services on Foundry send in place of an answer: the shapes of their several gateways, and what each means.

The gateway (`error.code`), Azure OpenAI (`error.param`, `error.innererror`), API Management (`statusCode`), the
models' own servers (`detail`, `object`), and whatever stands between us and them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared.errors import (
    DropscribeError,
    FileRejected,
    KindNotTaken,
    ModelMisconfigured,
    ModelThrottled,
    ModelUnavailable,
    UrlNotFetched,
)


@dataclass(frozen=True)
class Refusal:
    """An answer, and the exception that is to become of it; the code stands in its text, and the wait in it."""

    error: type[DropscribeError]
    status: int
    body: Any
    code: str | None = None
    wait: str | None = None


def says(error: type[DropscribeError], status: int, code: str | None, message: str, **more: object) -> Refusal:
    """As the gateway puts it."""
    known = code if code and " " not in code else None
    return Refusal(error, status, {"error": {"code": code, "message": message, **more}}, known)


def openai(error: type[DropscribeError], status: int, code: str | None, message: str, param: str = "") -> Refusal:
    """As Azure OpenAI puts it."""
    return says(error, status, code, message, type="invalid_request_error", param=param or None)


def plain(error: type[DropscribeError], status: int, body: Any = "", code: str | None = None) -> Refusal:
    """As something else puts it."""
    return Refusal(error, status, body, code)


def later(wait: str, refusal: Refusal) -> Refusal:
    """The same, with how long to stay away."""
    return Refusal(refusal.error, refusal.status, refusal.body, refusal.code, wait)


def fastapi(*place: str | int, msg: str) -> Mapping[str, Any]:
    return {"detail": [{"loc": ["body", *place], "msg": msg}]}


FILE = [
    openai(FileRejected, 400, "invalid_image", "Invalid image data."),
    openai(FileRejected, 400, "invalid_image_format", "You uploaded an unsupported image. Use png, jpeg or gif."),
    openai(FileRejected, 400, "image_too_large", "Image exceeds the 20 MB limit."),
    openai(FileRejected, 400, "invalid_value", "The audio data could not be decoded."),
    openai(FileRejected, 400, "audio_too_short", "Audio file is too short."),
    openai(
        FileRejected, 400, "context_length_exceeded", "This model's maximum context length is 9 tokens.", "messages"
    ),
    plain(FileRejected, 400, {"object": "error", "message": "The prompt has 140000 tokens.", "code": 400}, "400"),
    plain(FileRejected, 413, "<html>413 Request Entity Too Large</html>"),
    says(FileRejected, 413, "RequestTooLarge", "The request is too large."),
    says(FileRejected, 415, None, "Unsupported media type"),
    plain(FileRejected, 422, fastapi("messages", 1, "content", msg="Input should be a valid dictionary")),
    says(FileRejected, 422, "Invalid input", "invalid input error"),
    says(FileRejected, 400, None, "Failed to load image: it is broken."),  # it was sent inline
]
KIND = [
    says(KindNotTaken, 400, "BadRequest", "At most 0 image(s) may be provided."),
    says(KindNotTaken, 500, "500", "image input is not supported - hint: ..."),  # llama.cpp
    says(KindNotTaken, 404, "404", "No endpoints found that support image input"),
    says(KindNotTaken, 400, "400", "messages[1].content must be a string"),
    plain(KindNotTaken, 422, {"detail": "unknown variant `image_url`, expected `text` at line 1 column 80"}),
]
FILTERED = [
    says(FileRejected, 400, "content_policy_violation", "Rejected."),
    says(FileRejected, 403, "403", "Your chosen model requires moderation and your input was flagged", metadata={}),
    says(FileRejected, 400, "content_filter", "The response was filtered."),
    says(FileRejected, 400, None, "Filtered.", innererror={"code": "ResponsibleAIPolicyViolation"}),
    openai(FileRejected, 400, "content_filter", "Filtered.", "prompt"),
]
BY_URL = [
    openai(UrlNotFetched, 400, "invalid_image_url", "Timeout while downloading https://a/b.png."),
    says(UrlNotFetched, 400, "BadRequest", "Failed to download image from https://a/b.png"),
    says(UrlNotFetched, 422, "422", "Failed to load audio from https://a/b.mp3: 403"),
    says(UrlNotFetched, 400, "InvalidUrl", "Unable to fetch the resource."),
    says(UrlNotFetched, 400, None, "The provided image url can not be accessed. status code: 403."),
    says(UrlNotFetched, 400, None, "Image URL domain 'a.blob.core.windows.net' is not allowed."),
]
US = [
    says(ModelMisconfigured, 400, "400", "/chat: Invalid model name passed in model=gemma", type="None"),  # LiteLLM
    plain(ModelMisconfigured, 400, {"message": "Invalid model: pixtral", "type": "invalid_model", "code": 1}, "1"),
    says(ModelMisconfigured, 400, None, "model 'gemma9' not found, try pulling it first"),
    plain(
        ModelMisconfigured, 400, [{"error": {"code": 400, "message": "API key not valid. Pass a valid one."}}], "400"
    ),
    says(ModelMisconfigured, 400, None, "Your credit balance is too low.", type="invalid_request_error"),
    says(ModelMisconfigured, 402, "402", "Insufficient credits"),
    openai(ModelMisconfigured, 429, "insufficient_quota", "You exceeded your current quota."),
    says(ModelMisconfigured, 404, "404", "No endpoints found for phi."),
    says(ModelMisconfigured, 401, "401", "Access denied due to invalid subscription key."),
    plain(ModelMisconfigured, 401, {"statusCode": 401, "message": "Access denied."}),  # API Management
    says(ModelMisconfigured, 401, "Unauthorized", "Missing token."),
    says(ModelMisconfigured, 401, "PermissionDenied", "The principal lacks the required data action."),
    says(ModelMisconfigured, 403, "AuthenticationTypeDisabled", "Key based authentication is disabled."),
    says(ModelMisconfigured, 403, "403", "Access denied due to Virtual Network rules."),
    says(ModelMisconfigured, 404, "DeploymentNotFound", "The API deployment does not exist."),
    *(plain(ModelMisconfigured, status) for status in (302, 308, 404, 405)),
    says(ModelMisconfigured, 410, "ModelRetired", "The model has been retired."),
    says(ModelMisconfigured, 400, "unknown_model", "Unknown model: phi"),
    says(ModelMisconfigured, 400, "OperationNotSupported", "It does not work with the specified model."),
    says(ModelMisconfigured, 400, "BadRequest", "api-version query parameter is not allowed when using /v1 path"),
    says(ModelMisconfigured, 400, "BadRequest", "API version not supported"),
    openai(ModelMisconfigured, 400, "unsupported_parameter", "Unsupported parameter: 'max_tokens'.", "max_tokens"),
    openai(ModelMisconfigured, 400, "unsupported_value", "'temperature' does not support 0.", "temperature"),
    openai(ModelMisconfigured, 400, None, "Unrecognized request argument supplied: seed"),
    plain(ModelMisconfigured, 422, fastapi("seed", msg="Extra inputs are not permitted")),
    openai(ModelMisconfigured, 400, None, "Invalid schema for response_format 'receipt'.", "response_format"),
]
HOUR = [
    later("7", says(ModelThrottled, 429, "RateLimitReached", "Rate limit reached.")),
    later("86400", openai(ModelThrottled, 429, "insufficient_quota", "Quota exceeded.")),
    says(ModelThrottled, 429, "NoCapacity", "The system is at capacity."),
    *(plain(ModelThrottled, 429, body) for body in ("", "null", "[" * 100_000, '{"error": {"message": "\\ud800"}}')),
    says(ModelUnavailable, 408, "Timeout", "The operation timed out."),
    says(ModelUnavailable, 409, "Conflict", "The deployment is being updated."),
    says(ModelUnavailable, 424, "Failed Dependency", "Failed dependency"),
    says(ModelUnavailable, 500, "InternalServerError", "The server had an error."),
    plain(ModelUnavailable, 500, "Internal Server Error"),
    plain(ModelUnavailable, 502, "<html><body>502 Bad Gateway</body></html>"),
    later("30", plain(ModelUnavailable, 503, {"error": "overloaded"})),
    plain(ModelUnavailable, 504, ["upstream request timeout"]),
    plain(ModelUnavailable, 529),
]
REFUSALS = [*FILE, *KIND, *FILTERED, *BY_URL, *US, *HOUR]
