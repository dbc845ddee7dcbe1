"""What one speech deployment turns out not to take, learned from its refusals."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.adapters.http import ServiceError
from shared.models import SpeechRequest

LONG_SECONDS = 720
"""From some 15 minutes on MAI-Transcribe-2 fails where it is to tell speakers apart; some recordings fail before."""

TOO_LONG_FOR_SPEAKERS = (408, 500, 503)
"""Statuses with which it does so."""

_VALUE_ONLY = ("language", "locales")
"""Of these a service may refuse one value and take another, so nothing is remembered of them."""

_WORDS = {
    "response_format": r"response_?format|verbose_json|diarized_json",
    "timestamp_granularities[]": r"timestamp_?granularit|word.?(?:level.?)?timestamps?",
    "chunking_strategy": r"chunking_?strategy",
    "language": r"[\"'`]language[\"'`]|invalid language|unsupported language|language (?:code|parameter)",
    "prompt": r"[\"'`]prompt[\"'`]|\bprompts? (?:is|are) not|not support (?:the )?prompts?\b",
    "locales": r"\blocales?\b",
    "diarization": r"diari[sz]",
    "modelOptions": r"model_?options|timestamps",
    "phraseList": r"phrase_?lists?|phrase lists?",
}
_NAMED = re.compile("|".join(f"(?P<n{number}>{words})" for number, words in enumerate(_WORDS.values())), re.I)
_NO_PARAMETER = ("", "none", "null", "body", "definition")
_ABOUT_ANSWERS = {"content_filter", "responsibleaipolicyviolation", "content_policy_violation"}


@dataclass
class Adaptation:
    """What is known of one deployment beyond its model's name.

    A request is tried with a copy. What the copy learned counts for the deployment once a request was answered so.

    Attributes:
        instead: what is sent in place of what is wanted; None where it is left out.
        warnings: what people should know of that, by the same names.
        once: what holds for this request alone.
    """

    instead: dict[str, Any] = field(default_factory=dict)
    warnings: dict[str, str] = field(default_factory=dict)
    once: set[str] = field(default_factory=set)

    def copy(self) -> "Adaptation":
        """One to try a request with."""
        return Adaptation(dict(self.instead), dict(self.warnings))

    def keep(self, tried: "Adaptation") -> None:
        """Take over what a request proved that was answered."""
        self.instead |= {name: other for name, other in tried.instead.items() if name not in tried.once}
        self.warnings |= {name: told for name, told in tried.warnings.items() if name not in tried.once}

    def applied(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """The options that this deployment takes, and what it demands beside them."""
        named = {**options, **{name: other for name, other in self.instead.items() if name in options or other}}
        return {name: value for name, value in named.items() if value is not None}

    def told(self, options: Mapping[str, Any]) -> tuple[str, ...]:
        """What people should know of a request for these options."""
        return tuple(told for name, told in self.warnings.items() if name in options)

    def learn(self, error: ServiceError, options: Mapping[str, Any]) -> bool:
        """Learn from a refusal; whether the request goes out otherwise now."""
        sent = self.applied(options)
        name = _refused(error)
        if name == "chunking_strategy" and name not in sent and name not in self.instead:
            self.instead[name] = "auto"  # models that tell speakers apart demand it of long recordings
            return True
        if name is None or name not in sent:
            return False
        is_format = name == "response_format" and sent[name] != "json"
        self.instead[name] = "json" if is_format else None
        self.warnings[name] = (
            f"The model does not answer in `{sent[name]}`, and was asked for `json`, which may have no times."
            if is_format
            else f"The model does not take `{name.removesuffix('[]')}`, and was asked without it."
        )
        if name in _VALUE_ONLY:
            self.once.add(name)
        return True

    def give_up_speakers(self, error: ServiceError, request: SpeechRequest, options: Mapping[str, Any]) -> bool:
        """Whether the request goes on without speakers, because the service failed to tell them apart."""
        seconds = request.recording.media.seconds
        is_long = seconds is None or seconds >= LONG_SECONDS
        if error.status not in TOO_LONG_FOR_SPEAKERS or not is_long or "diarization" not in self.applied(options):
            return False
        self.instead["diarization"] = None
        self.once.add("diarization")
        self.warnings["diarization"] = (
            f"The service failed ({error.status}) to tell the speakers of so long a recording apart, and was asked"
            " without that."
        )
        return True


def _refused(error: ServiceError) -> str | None:
    """What a service refuses, or demands, if it is something that a request can go out without, or with.

    Services have countless words for it. So any refusal counts that names an option: a call that is made once more in
    vain is not billed.
    """
    is_refusal = error.status in (400, 422) or (error.status == 404 and "param" in error.message)
    if not is_refusal or not _ABOUT_ANSWERS.isdisjoint(map(str.lower, error.codes)):
        return None
    for name in _WORDS:
        if error.parameter and error.parameter in (name, name.removesuffix("[]")):
            return name
    if error.parameter.lower() not in _NO_PARAMETER:
        return None
    found = _NAMED.search(error.message)
    return list(_WORDS)[int(found.lastgroup[1:])] if found and found.lastgroup else None
