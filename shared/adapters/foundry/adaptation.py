"""What one deployment turns out not to take, learned from its refusals: nothing of that is worth a file's waiting."""

import re
from collections.abc import Collection, Mapping
from typing import Any

from shared.adapters.foundry.service_error import ServiceError
from shared.adapters.foundry.wording import TOO_LONG_TOGETHER
from shared.models.capabilities import AudioForm

OPTIONAL = (
    "temperature",
    "top_p",
    "frequency_penalty",
    "presence_penalty",
    "seed",
    "stop",
    "max_tokens",
    "max_completion_tokens",
    "detail",
)
"""What a request can do without, under the names of the wire."""

OTHER_NAME = {"max_tokens": "max_completion_tokens", "max_completion_tokens": "max_tokens"}
"""Which of the two a model knows depends on the model, the endpoint and the year."""

OTHER_FORM: dict[AudioForm, AudioForm] = {"input_audio": "audio_url", "audio_url": "input_audio"}

_PLAIN_WORDS = {"seed", "stop", "detail"}
"""In a sentence these may be no parameters, unless they are quoted."""

_OF_THE_FILE = re.compile(r"\b(?:images?|audio|pictures?|files?|media|base64|recordings?)\b", re.I)
_OF_THE_SCHEMA = re.compile(r"response_format|json_schema|structured.?outputs?|guided.?decoding", re.I)
_OF_THE_AUDIO_PART = re.compile(r"input_audio|audio_url|\b(?:part|content) type", re.I)
_ABOUT_ITS_VALUE = re.compile(r"too large|at most|at least|maximum|less than|greater than|out of range", re.I)
_ADDRESS = re.compile(r"[a-z]{2,10}://\S*", re.I)
_NO_PARAMETER = ("", "none", "null", "body")
"""What services name as the parameter where they name none."""


class Adaptation:
    """What is known of one deployment beyond the family of its model.

    A request is tried with a copy. What the copy learned counts for the deployment only once a request was answered so:
    the words of a refusal prove nothing, and may be the uploader's.

    Attributes:
        audio_form: how a recording is to be carried.
        takes_schema: whether it can be held to a JSON Schema.
    """

    def __init__(self, audio_form: AudioForm) -> None:
        self.audio_form = audio_form
        self.takes_schema = True
        self._left_out: set[str] = set()
        self._left_out_once: set[str] = set()
        self._renamed: dict[str, str] = {}

    def copy(self) -> "Adaptation":
        """One to try a request with."""
        other = Adaptation(self.audio_form)
        other.takes_schema = self.takes_schema
        other._left_out, other._renamed = set(self._left_out), dict(self._renamed)
        return other

    def keep(self, tried: "Adaptation") -> None:
        """Take over what a request proved that was answered."""
        self.audio_form = tried.audio_form
        self._left_out |= tried._left_out
        self._renamed |= tried._renamed

    def applied(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """The options that this deployment takes, under the names that it knows."""
        named = {self._renamed.get(name, name): value for name, value in options.items()}
        return {name: value for name, value in named.items() if self.takes(name)}

    def takes(self, name: str) -> bool:
        """Whether it is not known to refuse this parameter."""
        return name not in self._left_out | self._left_out_once

    def learn(self, error: ServiceError, sent: Collection[str]) -> bool:
        """Learn from a refusal of a request with these parameters, and say whether another one is worth sending."""
        refused = refused_parameter(error, sent)
        if refused == "response_format":
            self.takes_schema = False
        elif refused:
            self._do_without(refused, error.message)
        return refused is not None

    def learn_form(self, error: ServiceError, usual: AudioForm) -> bool:
        """Carry a recording in the other form than the usual one, and say whether that is worth a try."""
        is_refused = error.status == 422 or (error.status == 400 and _OF_THE_AUDIO_PART.search(error.message))
        if not is_refused or self.audio_form != usual:
            return False
        self.audio_form = OTHER_FORM[usual]
        return True

    def _do_without(self, refused: str, message: str) -> None:
        other = OTHER_NAME.get(refused)
        if other and TOO_LONG_TOGETHER.search(message):
            self._left_out_once.add(refused)
        elif other is None or refused in self._renamed.values() or _ABOUT_ITS_VALUE.search(message):
            self._left_out.add(refused)
        else:
            self._renamed[refused] = other

    def warnings(self, asked: Collection[str]) -> tuple[str, ...]:
        """What people should know of a request that was asked to have these options."""
        without = [name for name in asked if not self.takes(self._renamed.get(name, name))]
        renamed = [name for name in asked if name in self._renamed and name not in without]
        return (
            *(f"The model does not take `{name}`, and was asked without it." for name in without),
            *(f"The model takes `{self._renamed[name]}` in place of `{name}`, and was asked so." for name in renamed),
        )


def refused_parameter(error: ServiceError, sent: Collection[str]) -> str | None:
    """The parameter that a service refuses, if it is one that the request can do without.

    Services have countless words for it. So any refusal counts that names a parameter of ours and nothing of the file:
    a call that is made once more in vain is not billed.
    """
    if error.is_out_of_room or not (error.status in (400, 422) or (error.status == 404 and "param" in error.message)):
        return None
    known = [name for name in (*OPTIONAL, "response_format") if name in sent]
    named = error.parameter.partition("[")[0]
    if named in known:
        return named
    message = _ADDRESS.sub(" ", error.message)
    if named.lower() not in _NO_PARAMETER or _OF_THE_FILE.search(message):
        return None
    if "response_format" in known and _OF_THE_SCHEMA.search(message):
        return "response_format"
    words = re.findall(r"(?P<quote>[\"'`.])?\b(\w+)", message)
    spelt = ((quote, _in_snake_case(word)) for quote, word in words)
    return next((name for quote, name in spelt if name in known and (quote or name not in _PLAIN_WORDS)), None)


def _in_snake_case(word: str) -> str:
    """`presencePenalty` as `presence_penalty`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", word).lower()
