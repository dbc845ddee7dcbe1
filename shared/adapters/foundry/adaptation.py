"""What one deployment turns out not to take, learned from its refusals: nothing of that is worth a file's waiting."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.adapters.http import TOO_LONG_TOGETHER, ServiceError

AUDIO_FORMS = ("input_audio", "audio_url")
"""The two forms in which a recording can be carried."""

NO_SUCH_TIER = "The model does not have the tier that the recipe asks for, and was asked at the standard price."

_LIMITS = ("max_tokens", "max_completion_tokens")
_OTHER_NAME = {one: other for pair in (_LIMITS, AUDIO_FORMS) for one, other in (pair, pair[::-1])}
"""Which of the two a model knows depends on the model, the endpoint and the year."""

_NAMES = ("temperature", "top_p", "frequency_penalty", "presence_penalty", "max_tokens", "max_completion_tokens")
_PLAIN_WORDS = ("seed", "stop", "detail")
"""In a sentence these may be no parameters, unless they are quoted."""

_PARAMETER = re.compile(
    "|".join(
        [
            *(rf"(?P<{name}>\b{name.replace('_', '_?')}\b)" for name in _NAMES),
            *(rf"(?P<{name}>[\"'`.]{name}\b)" for name in _PLAIN_WORDS),
            r"(?P<service_tier>\b(?:service|processing)[_ ]?tier\b|\bflex\b)",
            r"(?P<response_format>response_?format|json_schema|structured.?outputs?|guided.?decoding)",
        ]
    ),
    re.I,
)
"""What a request can do without, as it stands in a sentence; in camel case too."""

_OF_THE_FILE = re.compile(r"\b(?:images?|audio|pictures?|files?|media|base64|recordings?)\b", re.I)
_OF_THE_AUDIO_PART = re.compile(r"input_audio|audio_url|\b(?:part|content) type", re.I)
_ABOUT_ITS_VALUE = re.compile(r"too large|at most|at least|maximum|less than|greater than|out of range", re.I)
_ADDRESS = re.compile(r"[a-z]{2,10}://\S*", re.I)
_NO_PARAMETER = ("", "none", "null", "body")
"""What services name as the parameter where they name none."""


@dataclass
class Adaptation:
    """What is known of one deployment beyond the family of its model.

    A request is tried with a copy. What the copy learned counts for the deployment only once a request was answered so:
    the words of a refusal prove nothing, and may be the uploader's.

    Attributes:
        instead: the name under which it takes a parameter, where that is another; None where it takes none.
        once: parameters that are left out of this request alone.
    """

    instead: dict[str, str | None] = field(default_factory=dict)
    once: set[str] = field(default_factory=set)

    def copy(self) -> "Adaptation":
        """One to try a request with."""
        return Adaptation(dict(self.instead))

    def keep(self, tried: "Adaptation") -> None:
        """Take over what a request proved that was answered."""
        self.instead |= {name: other for name, other in tried.instead.items() if name not in tried.once}

    @property
    def takes_schema(self) -> bool:
        """Whether it is not known to take no JSON Schema."""
        return self.instead.get("response_format", "") is not None

    def applied(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """The options that this deployment takes, under the names that it knows."""
        named = {self.instead.get(name, name): value for name, value in options.items()}
        return {name: value for name, value in named.items() if name}

    def learn(self, error: ServiceError, wanted: Collection[str]) -> str | None:
        """Learn from a refusal of a request for these options: the one that is sent otherwise now; None if none is."""
        refused = refused_parameter(error, self.applied(dict.fromkeys(wanted)))
        name = next((name for name in wanted if refused and self.instead.get(name, name) == refused), None)
        if name is None or (name in AUDIO_FORMS and name in self.instead):
            return None  # a recording cannot be left out
        is_too_long = name in _LIMITS and TOO_LONG_TOGETHER.search(error.message)
        if is_too_long:
            self.once.add(name)
        is_known = is_too_long or name in self.instead or _ABOUT_ITS_VALUE.search(error.message)
        self.instead[name] = None if is_known and name not in AUDIO_FORMS else _OTHER_NAME.get(name)
        return name

    def warnings(self, wanted: Collection[str]) -> tuple[str, ...]:
        """What people should know of a request for which these options were wanted."""
        changed = [(name, self.instead[name]) for name in wanted if name in self.instead and name not in AUDIO_FORMS]
        return tuple(
            NO_SUCH_TIER
            if name == "service_tier"
            else f"The model takes `{other}` in place of `{name}`, and was asked so."
            if other
            else f"The model does not take `{name}`, and was asked without it."
            for name, other in changed
        )


def refused_parameter(error: ServiceError, sent: Collection[str]) -> str | None:
    """The parameter that a service refuses, if it is one that the request can do without.

    Services have countless words for it. So any refusal counts that names a parameter of ours and nothing of the file:
    a call that is made once more in vain is not billed.
    """
    if error.is_out_of_room or not (error.status in (400, 422) or (error.status == 404 and "param" in error.message)):
        return None
    if error.parameter in sent:
        return error.parameter
    message = _ADDRESS.sub(" ", error.message)
    if error.parameter.lower() in _NO_PARAMETER and not _OF_THE_FILE.search(message):
        for found in _PARAMETER.finditer(message):
            if found.lastgroup in sent:
                return found.lastgroup
    is_of_audio = error.status == 422 or (error.status == 400 and _OF_THE_AUDIO_PART.search(error.message))
    return next((form for form in AUDIO_FORMS if form in sent and is_of_audio), None)
