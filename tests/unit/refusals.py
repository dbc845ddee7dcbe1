"""What services on Foundry send in place of an answer: the shapes of its several gateways, and what each means.

The gateway (`error.code`), Azure OpenAI (`error.param`, `error.innererror`), API Management (`statusCode`), the
models' own servers (`detail`, `object`), and whatever stands between us and them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
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
    """An answer, and what it means: the exception, the service's own code, and the wait in seconds."""

    what: str
    status: int
    body: Any
    error: type[DropscribeError]
    code: str | None = None
    wait: float | None = None
    headers: Mapping[str, str] = field(default_factory=lambda: {"apim-request-id": "r-1"})
    by_url: bool = False


def says(message: str, code: str | None = None, **more: object) -> dict[str, Any]:
    return {"error": {"code": code, "message": message, **more}}


def openai(message: str, code: str | None = None, param: str | None = None) -> dict[str, Any]:
    return {"error": {"message": message, "type": "invalid_request_error", "param": param, "code": code}}


FILE = [
    Refusal(
        "an image that is none", 400, openai("Invalid image data.", "invalid_image"), FileRejected, "invalid_image"
    ),
    Refusal(
        "an image of a format that it does not know",
        400,
        openai("You uploaded an unsupported image. Use png, jpeg, gif or webp.", "invalid_image_format"),
        FileRejected,
        "invalid_image_format",
    ),
    Refusal(
        "an image too large",
        400,
        openai("Image exceeds the 20 MB limit.", "image_too_large"),
        FileRejected,
        "image_too_large",
    ),
    Refusal(
        "audio that is none",
        400,
        openai("The audio data could not be decoded.", "invalid_value"),
        FileRejected,
        "invalid_value",
    ),
    Refusal(
        "audio too short", 400, openai("Audio file is too short.", "audio_too_short"), FileRejected, "audio_too_short"
    ),
    Refusal(
        "more tokens than fit",
        400,
        openai("This model's maximum context length is 131072 tokens.", "context_length_exceeded", "messages"),
        FileRejected,
        "context_length_exceeded",
    ),
    Refusal(
        "more tokens than fit, from the model's own server",
        400,
        {"object": "error", "message": "The prompt has 140000 tokens; 131072 fit.", "code": 400},
        FileRejected,
        "400",
    ),
    Refusal(
        "no image allowed", 400, says("At most 0 image(s) may be provided.", "BadRequest"), KindNotTaken, "BadRequest"
    ),
    Refusal("a body too large, from the gateway", 413, "<html>413 Request Entity Too Large</html>", FileRejected),
    Refusal(
        "a body too large, in JSON",
        413,
        says("The request is too large.", "RequestTooLarge"),
        FileRejected,
        "RequestTooLarge",
    ),
    Refusal("a media type unknown", 415, says("Unsupported media type"), FileRejected),
    Refusal(
        "a part that it cannot read",
        422,
        {"detail": [{"loc": ["body", "messages", 1, "content"], "msg": "Input should be a valid dictionary"}]},
        FileRejected,
    ),
    Refusal(
        "a part that it cannot read, at the gateway",
        422,
        says("invalid input error", "Invalid input"),
        FileRejected,
    ),
]
KIND = [
    Refusal(
        "no pictures, from llama.cpp", 500, says("image input is not supported - hint: ...", "500"), KindNotTaken, "500"
    ),
    Refusal(
        "no endpoint for pictures", 404, says("No endpoints found that support image input", "404"), KindNotTaken, "404"
    ),
    Refusal("words only", 400, says("messages[1].content must be a string", "400"), KindNotTaken, "400"),
    Refusal(
        "an unknown part",
        422,
        {"detail": "unknown variant `image_url`, expected `text` at line 1 column 80"},
        KindNotTaken,
    ),
]
FILTERED = [
    Refusal("a policy", 400, says("Rejected.", "content_policy_violation"), FileRejected, "content_policy_violation"),
    Refusal(
        "moderation, told as a missing right",
        403,
        says("Your chosen model requires moderation and your input was flagged", "403", metadata={"reasons": ["x"]}),
        FileRejected,
        "403",
    ),
    Refusal(
        "a prompt filtered", 400, says("The response was filtered.", "content_filter"), FileRejected, "content_filter"
    ),
    Refusal(
        "a prompt filtered, told within",
        400,
        says("Filtered.", None, innererror={"code": "ResponsibleAIPolicyViolation"}),
        FileRejected,
        "ResponsibleAIPolicyViolation",
    ),
    Refusal("an image filtered", 400, openai("Filtered.", "content_filter", "prompt"), FileRejected, "content_filter"),
]
URL = [
    Refusal(
        "a slow download",
        400,
        openai("Timeout while downloading https://a/b.png.", "invalid_image_url"),
        UrlNotFetched,
        "invalid_image_url",
    ),
    Refusal(
        "an error while downloading",
        400,
        openai("Error while downloading https://a/b.png.", "invalid_image_url"),
        UrlNotFetched,
        "invalid_image_url",
    ),
    Refusal(
        "a download failed",
        400,
        says("Failed to download image from https://a/b.png", "BadRequest"),
        UrlNotFetched,
        "BadRequest",
    ),
    Refusal("a load failed", 422, says("Failed to load audio from https://a/b.mp3: 403", "422"), UrlNotFetched, "422"),
    Refusal("a fetch failed", 400, says("Unable to fetch the resource.", "InvalidUrl"), UrlNotFetched, "InvalidUrl"),
]
US = [
    Refusal(
        "no such model, from LiteLLM",
        400,
        {
            "error": {
                "message": "/chat/completions: Invalid model name passed in model=gemma",
                "type": "None",
                "code": "400",
            }
        },
        ModelMisconfigured,
        "400",
    ),
    Refusal(
        "no such model, from Mistral",
        400,
        {"object": "error", "message": "Invalid model: pixtral-9", "type": "invalid_model", "code": "1500"},
        ModelMisconfigured,
        "1500",
    ),
    Refusal("no such model, in words", 400, says("model 'gemma9' not found, try pulling it first"), ModelMisconfigured),
    Refusal(
        "a wrong key, in a list",
        400,
        [{"error": {"code": 400, "message": "API key not valid. Please pass a valid API key."}}],
        ModelMisconfigured,
        "400",
    ),
    Refusal(
        "no money left, with a 400",
        400,
        {"type": "error", "error": {"type": "invalid_request_error", "message": "Your credit balance is too low."}},
        ModelMisconfigured,
        "invalid_request_error",
    ),
    Refusal("no money left", 402, says("Insufficient credits", "402"), ModelMisconfigured, "402"),
    Refusal(
        "no money left, with a 429",
        429,
        openai("You exceeded your current quota.", "insufficient_quota"),
        ModelMisconfigured,
        "insufficient_quota",
    ),
    Refusal(
        "no service for what was asked", 404, says("No endpoints found for phi.", "404"), ModelMisconfigured, "404"
    ),
    Refusal(
        "a wrong key", 401, says("Access denied due to invalid subscription key.", "401"), ModelMisconfigured, "401"
    ),
    Refusal(
        "a wrong key, from API Management", 401, {"statusCode": 401, "message": "Access denied."}, ModelMisconfigured
    ),
    Refusal("no key at all", 401, says("Missing token.", "Unauthorized"), ModelMisconfigured, "Unauthorized"),
    Refusal("an expired token", 401, says("The access token has expired.", "401"), ModelMisconfigured, "401"),
    Refusal(
        "a missing role",
        401,
        says("The principal lacks the required data action.", "PermissionDenied"),
        ModelMisconfigured,
        "PermissionDenied",
    ),
    Refusal(
        "keys switched off",
        403,
        says("Key based authentication is disabled.", "AuthenticationTypeDisabled"),
        ModelMisconfigured,
        "AuthenticationTypeDisabled",
    ),
    Refusal("a firewall", 403, says("Access denied due to Virtual Network rules.", "403"), ModelMisconfigured, "403"),
    Refusal("public access switched off", 403, says("Public access is disabled.", "403"), ModelMisconfigured, "403"),
    Refusal(
        "no such deployment",
        404,
        says("The API deployment does not exist.", "DeploymentNotFound"),
        ModelMisconfigured,
        "DeploymentNotFound",
    ),
    Refusal("no such path", 404, says("Resource not found", "404"), ModelMisconfigured, "404"),
    Refusal("no such path, without a word", 404, "", ModelMisconfigured),
    Refusal("a redirection", 302, "", ModelMisconfigured),
    Refusal("a move for good", 308, "", ModelMisconfigured),
    Refusal("the wrong method", 405, "", ModelMisconfigured),
    Refusal(
        "a model retired", 410, says("The model has been retired.", "ModelRetired"), ModelMisconfigured, "ModelRetired"
    ),
    Refusal("no such model", 400, says("Unknown model: phi", "unknown_model"), ModelMisconfigured, "unknown_model"),
    Refusal(
        "a model for other work",
        400,
        says("chatCompletion does not work with the specified model.", "OperationNotSupported"),
        ModelMisconfigured,
        "OperationNotSupported",
    ),
    Refusal(
        "an api-version too many",
        400,
        says("api-version query parameter is not allowed when using /v1 path", "BadRequest"),
        ModelMisconfigured,
        "BadRequest",
    ),
    Refusal(
        "an api-version unknown", 400, says("API version not supported", "BadRequest"), ModelMisconfigured, "BadRequest"
    ),
    Refusal(
        "a parameter unknown",
        400,
        openai("Unsupported parameter: 'max_tokens'.", "unsupported_parameter", "max_tokens"),
        ModelMisconfigured,
        "unsupported_parameter",
    ),
    Refusal(
        "a value unknown",
        400,
        openai("'temperature' does not support 0 with this model.", "unsupported_value", "temperature"),
        ModelMisconfigured,
        "unsupported_value",
    ),
    Refusal("an argument unknown", 400, openai("Unrecognized request argument supplied: seed"), ModelMisconfigured),
    Refusal(
        "a field too many",
        422,
        {"detail": [{"loc": ["body", "seed"], "msg": "Extra inputs are not permitted"}]},
        ModelMisconfigured,
    ),
    Refusal(
        "a schema it cannot use",
        400,
        openai("Invalid schema for response_format 'receipt'.", None, "response_format"),
        ModelMisconfigured,
    ),
]
HOUR = [
    Refusal(
        "too many requests",
        429,
        says("Rate limit reached.", "RateLimitReached"),
        ModelThrottled,
        "RateLimitReached",
        7,
        {"retry-after": "7"},
    ),
    Refusal(
        "too many tokens",
        429,
        says("Token limit reached.", "429"),
        ModelThrottled,
        "429",
        0.25,
        {"retry-after-ms": "250", "retry-after": "1"},
    ),
    Refusal(
        "a day's quota spent",
        429,
        openai("Quota exceeded.", "insufficient_quota"),
        ModelThrottled,
        "insufficient_quota",
        86400,
        {"retry-after": "86400"},
    ),
    Refusal("no capacity", 429, says("The system is at capacity.", "NoCapacity"), ModelThrottled, "NoCapacity"),
    Refusal("too many, without a word", 429, "", ModelThrottled),
    Refusal("a timeout", 408, says("The operation timed out.", "Timeout"), ModelUnavailable, "Timeout"),
    Refusal("a conflict", 409, says("The deployment is being updated.", "Conflict"), ModelUnavailable, "Conflict"),
    Refusal(
        "a model behind that failed",
        424,
        says("Failed dependency", "Failed Dependency"),
        ModelUnavailable,
    ),
    Refusal(
        "an internal error",
        500,
        says("The server had an error.", "InternalServerError"),
        ModelUnavailable,
        "InternalServerError",
    ),
    Refusal("an internal error in plain text", 500, "Internal Server Error", ModelUnavailable),
    Refusal("a bad gateway", 502, "<html><body>502 Bad Gateway</body></html>", ModelUnavailable),
    Refusal("an overload", 503, {"error": "overloaded"}, ModelUnavailable, None, 30, {"retry-after": "30"}),
    Refusal(
        "a model that is waking",
        503,
        says("The model is not ready.", "ModelNotReady"),
        ModelUnavailable,
        "ModelNotReady",
    ),
    Refusal("a gateway's timeout", 504, ["upstream request timeout"], ModelUnavailable),
    Refusal("a site that is overloaded", 529, "", ModelUnavailable),
]
REFUSALS = [*FILE, *KIND, *FILTERED, *(replace(each, by_url=True) for each in URL), *US, *HOUR]
