"""What services mean by a refusal, told by status, code and words: one table; the first rule that fits holds."""

import re
from collections.abc import Set
from dataclasses import dataclass

from shared.adapters.http.service_error import ServiceError
from shared.errors import ErrorCode, ModelMisconfigured, ModelThrottled, ModelUnavailable, UrlNotFetched
from shared.media import Kind


@dataclass(frozen=True)
class Rejection:
    """The file ends in an error document: what is wrong, and what to do about it.

    Attributes:
        kind: where the model takes no files of this kind, and not only none of this format.
    """

    message: str
    next_step: str = ""
    code: ErrorCode = "rejected_by_model"
    kind: Kind | None = None


type Meaning = Rejection | type[ModelUnavailable]


@dataclass(frozen=True)
class Rule:
    """A rule fits an error with one of these codes, and one with one of these statuses and such words.

    Attributes:
        statuses: 0 is an error in a reply of 200 that names no status.
        words: an expression.
        codes: in small letters.
        only: holds for requests alone that have this in them: `image`, `audio`, `url`, or `speech` where a speech
            model was asked.
    """

    meaning: Meaning
    statuses: Set[int]
    words: re.Pattern[str]
    codes: Set[str]
    only: str

    def fits(self, error: ServiceError, sent: Set[str]) -> bool:
        """Whether it holds for the error that was the answer to a request with these things in it."""
        if self.only and self.only not in sent:
            return False
        has_code = not self.codes.isdisjoint(map(str.lower, error.codes))
        return has_code or (error.status in self.statuses and self.words.search(error.message) is not None)


def _rule(meaning: Meaning, statuses: Set[int], words: str = "", codes: str = "", only: str = "") -> Rule:
    return Rule(meaning, statuses, re.compile(words, re.I), frozenset(codes.split()), only)


FILTERED = Rejection(
    "The service's content filter refused this file",
    "Drop another file, or ask the owner of the deployment to adjust its content filter.",
    "content_filtered",
)
FILE = Rejection(
    "The model refused this file", "Check that the file opens and is what the recipe expects, and drop it again."
)

_PIECES = "Write `pieces: join` into the recipe, or name another model in it."
TOO_LONG = Rejection("The recording is longer than the model takes", _PIECES, "too_long")
TOO_LARGE = Rejection("The recording is larger than the model takes", _PIECES, "too_large")
NO_SPEECH = Rejection(
    "The model heard no speech in the recording", "Check that somebody speaks in it, and drop it again.", "no_speech"
)
EMPTY = Rejection("The model found nothing in the recording", "Check that it plays, and drop it again.", "empty_file")

_OF_FILES = {400, 413, 415, 422}

TOO_LONG_TOGETHER = re.compile(r"context (?:length|window)|input tokens|in the (?:messages|prompt)", re.I)
"""Question and longest answer do not fit beside each other: for another file they may."""


def _takes_no(kind: Kind, nouns: str) -> Rule:
    words = (
        rf"(?:not|n't|cannot|can't|unable to) (?:support|accept|process|handle|take)[^.]{{0,40}}\b{nouns}\b"
        r"(?![^.]{0,30}\b(?:format|type|codec|size|larger|longer|url))"
        rf"|\b{nouns}(?: input| content| modality)?s?(?: is| are)? not supported (?:by|for|with|on) th"
        rf"|\b{nouns} (?:inputs?|modality)(?: is| are)? not supported"
        rf"|unknown variant .?(?:input_)?{kind}|content must be (?:a )?(?:string|text)"
        rf"|at most 0 {nouns}|no endpoints? found that supports? {nouns}|not a multimodal"
    )
    return _rule(Rejection(f"The model takes no {kind}", kind=kind), _OF_FILES | {403, 404, 500, 501}, words, only=kind)


SPEECH_RULES = (
    _rule(
        EMPTY,
        _OF_FILES,
        r"(?:audio|file)[^\n]{0,20} (?:is empty|too short)",
        "emptyaudiofile audio_too_short",
        "speech",
    ),
    _rule(
        NO_SPEECH,
        _OF_FILES,
        r"no (?:speech|language)[^\n]{0,30}(?:identified|detected|found|recogni[sz]ed)"
        r"|language could not be identified",
        "nolanguageidentified",
        "speech",
    ),
    _rule(
        TOO_LONG,
        _OF_FILES,
        r"(?:duration|longer|length)[^\n]{0,80}(?:seconds|minutes|hours|limit|maximum)"
        r"|tokens[^\n]{0,60}too large|too long",
        "audiolengthlimitexceeded input_too_large",
        "speech",
    ),
    _rule(TOO_LARGE, {413}, only="speech"),
    _rule(TOO_LARGE, _OF_FILES, r"(?:content|file) size|too large|\b(?:25|300) ?MB\b", only="speech"),
    _rule(
        FILE,
        _OF_FILES | {0, 500},  # whisper.cpp's server says so with a 200
        r"(?:failed to|cannot|can't|unable to) (?:read|decode|process|load)[^\n]{0,20}\b(?:audio|file|wav|recording)"
        r"|\b(?:audio|file|recording)\b[^\n]{0,20}could not be|ffmpeg|corrupted"
        r"|(?:invalid|unsupported|unrecogni[sz]ed) (?:audio|file|media)",
        "invalidaudioformat unsupportedaudioformat",
        "speech",
    ),
    _rule(
        ModelMisconfigured,
        _OF_FILES,
        r"support (?:the )?(?:audio )?transcription|\bmodel\b[^\n]{0,60}\bnot supported",
        "invalidmodel",
        "speech",
    ),
)
"""What holds of speech models alone."""

RULES = (
    _rule(ModelMisconfigured, set(range(300, 400))),  # a redirect: see `errors`
    _rule(
        ModelThrottled,
        {429},
        codes="rate_limit_exceeded rate_limit_error too_many_requests toomanyrequests requestthrottled",
    ),
    _rule(UrlNotFetched, _OF_FILES, r"while downloading|failed to download"),
    _rule(
        UrlNotFetched,
        _OF_FILES,
        r"(?:can ?not|could not|unable to|failed to)(?: be)? (?:access|fetch|load|open|read|retrieve)|not allowed",
        only="url",
    ),
    _rule(
        FILTERED,
        {403},  # as some say it
        r"(?:requires|failed|blocked by) moderation|was flagged|content (?:management )?policy",
        "content_filter responsibleaipolicyviolation content_policy_violation moderation_blocked prohibited_content"
        " safety",
    ),
    *SPEECH_RULES,
    _takes_no("image", r"(?:images?|vision|pictures?)"),
    _takes_no("audio", r"(?:audio|speech|sound)"),
    _rule(
        ModelMisconfigured,
        {401, 402, 403, 404, 405, 410},
        codes="unsupported_parameter unsupported_value unknown_parameter operationnotsupported deploymentnotfound"
        " model_not_found unknown_model invalid_model unauthorized invalid_api_key authentication_error"
        " permission_error permission_denied billing_error insufficient_quota",
    ),
    _rule(FILE, _OF_FILES | {0}, TOO_LONG_TOGETHER.pattern),
    _rule(
        ModelMisconfigured,
        _OF_FILES | {0},  # what others say with a 401, 402 or 404
        r"api.?version|unsupported parameter:|unrecognized request argument|extra (inputs|parameters)"
        r"|response_format|does not work with the specified model"
        r"|max_(completion_)?tokens[^\n]{0,200}(too large|at most)|(?:invalid|unknown|no such|unsupported) model\b"
        r"|\bmodel\b[^\n]{0,120}(?:not (?:found|exist|available|deployed|loaded)|isn't available|no access)"
        r"|(?:invalid|incorrect|missing|wrong|expired)[^\n]{0,20} api.?key"
        r"|api.?key[^\n]{0,40}(?:invalid|not valid|expired)"
        r"|unauthori[sz]ed|not authenticated|authentication (?:failed|error)"
        r"|credit balance|insufficient (?:credits?|balance|funds)|billing",
    ),
    _rule(FILE, _OF_FILES),
)


def meaning_of(error: ServiceError, sent: Set[str]) -> Meaning | None:
    """What an error means for a request with these things in it; None where no rule knows it."""
    return next((rule.meaning for rule in RULES if rule.fits(error, sent)), None)
