"""How services word what is wrong: about us, about the file, about its kind, about its address."""

import re

from shared.adapters.foundry.service_error import ServiceError
from shared.media.media import Kind

ABOUT_THE_FILE = {400, 413, 415, 422}
_ABOUT_ACCESS = {401, 402, 403, 404, 405, 410}
_PERHAPS_ABOUT_THE_KIND = ABOUT_THE_FILE | {403, 404, 500, 501}

_ABOUT_US = re.compile(
    r"api.?version|unsupported parameter:|unrecognized request argument|extra (inputs|parameters)|response_format"
    r"|does not work with the specified model|max_(completion_)?tokens[^\n]{0,200}(too large|at most)"
    r"|(?:invalid|unknown|no such|unsupported) model\b"
    r"|\bmodel\b[^\n]{0,120}(?:not found|not exist|not available|not deployed|isn't available|not loaded|no access)"
    r"|(?:invalid|incorrect|missing|wrong|expired)[^\n]{0,20} api.?key"
    r"|api.?key[^\n]{0,40}(?:invalid|not valid|expired)"
    r"|unauthori[sz]ed|not authenticated|authentication (?:failed|error)"
    r"|credit balance|insufficient (?:credits?|balance|funds)|billing",
    re.I,
)
"""How services say, with a 400 or even a 200, what others say with a 401, 402 or 404."""

TOO_LONG_TOGETHER = re.compile(r"context (?:length|window)|input tokens|in the (?:messages|prompt)", re.I)
"""How services say that question and longest answer do not fit beside each other: for another file they may."""

_CODES_ABOUT_US = {
    "unsupported_parameter",
    "unsupported_value",
    "unknown_parameter",
    "deploymentnotfound",
    "operationnotsupported",
    "model_not_found",
    "unknown_model",
    "invalid_model",
    "unauthorized",
    "invalid_api_key",
    "authentication_error",
    "permission_error",
    "permission_denied",
    "billing_error",
    "insufficient_quota",
}
_CODES_OF_FILTERS = {
    "content_filter",
    "responsibleaipolicyviolation",
    "content_policy_violation",
    "moderation_blocked",
    "prohibited_content",
    "safety",
}
_FILTERED = re.compile(r"(?:requires|failed|blocked by) moderation|was flagged|content (?:management )?policy", re.I)
_FETCH_FAILED = re.compile(r"while downloading|failed to download", re.I)
_NO_ACCESS = re.compile(
    r"(?:can ?not|could not|unable to|failed to)(?: be)? (?:access|fetch|load|open|read|retrieve)|not allowed", re.I
)
_NOUNS: dict[Kind, str] = {"image": r"(?:images?|vision|pictures?)", "audio": r"(?:audio|speech|sound)"}
_TAKES_NONE = {
    kind: re.compile(
        rf"(?:not|n't|cannot|can't|unable to) (?:support|accept|process|handle|take)[^.]{{0,40}}\b{noun}\b"
        r"(?![^.]{0,30}\b(?:format|type|codec|size|larger|longer|url))"
        rf"|\b{noun}(?: input| content| modality)?s?(?: is| are)? not supported (?:by|for|with|on) th"
        rf"|\b{noun} (?:inputs?|modality)(?: is| are)? not supported"
        rf"|unknown variant .?(?:input_)?{kind}|content must be (?:a )?(?:string|text)"
        rf"|at most 0 {noun}|no endpoints? found that supports? {noun}|not a multimodal",
        re.I,
    )
    for kind, noun in _NOUNS.items()
}
"""How services say that a model takes no files of a kind, and not only none of a format."""

_BUSY = {"rate_limit_exceeded", "rate_limit_error", "too_many_requests", "toomanyrequests", "requestthrottled"}


def is_busy(error: ServiceError) -> bool:
    """Whether the service asks for a pause."""
    return error.status == 429 or bool(error.names & _BUSY)


def is_about_us(error: ServiceError) -> bool:
    """Whether an operator must act: on a key, a role, a model, a bill."""
    if error.status in _ABOUT_ACCESS or error.names & _CODES_ABOUT_US:
        return True
    is_too_long = TOO_LONG_TOGETHER.search(error.message)
    return error.status in (*ABOUT_THE_FILE, 0) and not is_too_long and bool(_ABOUT_US.search(error.message))


def is_unfetched(error: ServiceError, *, by_url: bool) -> bool:
    """Whether the service could not fetch the file from its address."""
    is_told = _FETCH_FAILED.search(error.message) or (by_url and _NO_ACCESS.search(error.message))
    return error.status in ABOUT_THE_FILE and bool(is_told)


def is_filtered(error: ServiceError) -> bool:
    """Whether a content filter refused the file, which some say with a 403."""
    return bool(error.names & _CODES_OF_FILTERS) or (error.status == 403 and bool(_FILTERED.search(error.message)))


def is_about_the_kind(error: ServiceError, kind: Kind | None) -> bool:
    """Whether the model takes no files of this kind."""
    is_told = error.status in _PERHAPS_ABOUT_THE_KIND
    return is_told and kind is not None and bool(_TAKES_NONE[kind].search(error.message))
