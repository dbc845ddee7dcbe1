"""What is asked of a model, what comes back, and who answers (`ChatModel`)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from shared.media import Detail, Media, MediaSource, Transport
from shared.models.deployments import Deployment
from shared.recipes import AnswerSchema, ModelOptions, Tier
from shared.transcripts import Segment

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
    """One call. With a schema, the model is held to it natively; `tier` is the one that is asked for."""

    messages: Sequence[Message]
    options: ModelOptions
    schema: AnswerSchema | None = None
    tier: Tier = None


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
        reasoning: what the model thought before it answered, where it sent that.
        warnings: what people should know of how it was asked, such as parameters that the model does not take.
        segments: what was said when, and by whom, where a speech model was asked.
        language: of the recording, as a speech model found it (BCP 47).
        tier: the service's word for the tier that answered; None where it did not say.
    """

    text: str
    model: str
    finish_reason: str | None
    usage: Usage | None
    request_id: str | None
    seconds: float
    refusal: str | None = None
    reasoning: str | None = None
    warnings: tuple[str, ...] = ()
    segments: tuple[Segment, ...] = ()
    language: str | None = None
    tier: str | None = None

    @property
    def billed_tier(self) -> Tier:
        """The tier by whose prices it is billed: half of them only where the service says so."""
        return "flex" if self.tier == "flex" else None

    @property
    def is_empty(self) -> bool:
        """Whether the model neither said anything nor declined to."""
        return not self.text.strip() and not self.refusal

    @property
    def is_filtered(self) -> bool:
        """Whether the service's content filter held the answer back."""
        return self.finish_reason == "content_filter"

    @property
    def is_withheld(self) -> bool:
        """Whether there is no answer in it."""
        return self.is_empty or self.is_filtered


class ChatModel(Protocol):
    """A deployed model that can be asked."""

    @property
    def deployment(self) -> Deployment:
        """Which one it is, and what it can take."""
        ...

    @property
    def takes_schema(self) -> bool:
        """Whether it can be held to a JSON Schema, as far as is known."""
        ...

    async def complete(self, request: ChatRequest) -> ChatAnswer:
        """Ask, once: no retries, but without what this deployment turns out not to take.

        Raises:
            FileRejected: the model refuses this file.
            SchemaNotTaken: it cannot be held to a JSON Schema.
            UrlNotFetched: it could not fetch the file from its address.
            ModelUnavailable: it cannot answer now (see its subclasses).
            InputNotFound, Conflict, StorageUnavailable: the file could not be read to its end.
        """
        ...
