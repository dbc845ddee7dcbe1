"""What is asked of a model, what comes back, and who answers (`ChatModel`)."""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from shared.media.files import MediaSource
from shared.media.media import Detail, Media, Transport
from shared.models.deployments import Deployment
from shared.recipes.output_schema import AnswerSchema
from shared.recipes.recipe import ModelOptions

type Role = Literal["system", "user", "assistant"]
type Usage = Mapping[str, Any]
"""Token counts under the service's own names, with any `*_details` that it sent."""


@dataclass(frozen=True)
class TextPart:
    """Words."""

    text: str


@dataclass(frozen=True)
class MediaPart:
    """A picture or a recording; `detail` is how closely to look at a picture."""

    media: Media
    source: MediaSource
    sent_as: Transport = "inline"
    detail: Detail | None = None


@dataclass(frozen=True)
class Message:
    """What one side says."""

    role: Role
    parts: Sequence[TextPart | MediaPart]


@dataclass(frozen=True)
class ChatRequest:
    """One call. With a schema, the model is held to it natively."""

    messages: Sequence[Message]
    options: ModelOptions
    schema: AnswerSchema | None = None


@dataclass(frozen=True)
class ChatAnswer:
    """What the model said.

    Attributes:
        model: the name by which the model calls itself.
        finish_reason: why it stopped: `stop`, `length`, ...
        usage: None where the service sent none.
        request_id: what the service calls this request, for its support.
        seconds: how long the call took.
        refusal: why the model would not answer, in its own words, where it said so.
    """

    text: str
    model: str
    finish_reason: str | None
    usage: Usage | None
    request_id: str | None
    seconds: float
    refusal: str | None = None


class ChatModel(Protocol):
    """A deployed model that can be asked."""

    @property
    def deployment(self) -> Deployment:
        """Which one it is, and what it can take."""
        ...

    async def complete(self, request: ChatRequest) -> ChatAnswer:
        """Ask, once: no retries, but for a form of the request that this deployment turns out not to know.

        Raises:
            FileRejected: the model refuses this file.
            UrlNotFetched: it could not fetch the file from its address.
            ModelUnavailable: it cannot answer now (see its subclasses).
            InputNotFound, Conflict, StorageUnavailable: the file could not be read to its end.
        """
        ...


def total_usage(calls: Sequence[Usage | None]) -> dict[str, Any] | None:
    """The sum over several calls, details and all; None where no call sent any."""
    sent = [dict(usage) for usage in calls if usage is not None]
    return functools.reduce(_add, sent) if sent else None


def _add(total: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    added = dict(total)
    for name, value in more.items():
        if isinstance(value, Mapping):
            added[name] = _add(added.get(name) or {}, value)
        elif isinstance(value, int | float):
            added[name] = (added.get(name) or 0) + value
        else:
            added.setdefault(name, value)
    return added
