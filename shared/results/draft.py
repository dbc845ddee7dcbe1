"""What becomes known about a file on its way, and the document that is made of it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from shared.errors import FileRejected
from shared.media.media import Media
from shared.models.chat import total_usage
from shared.models.conversation import Conversation, Exchange
from shared.observability.redaction import redact
from shared.recipes.catalog import RecipeSelection
from shared.results.result import (
    Answer,
    Error,
    Input,
    ModelUsed,
    RecipeUsed,
    Result,
    Timing,
    TokenUsage,
    Turn,
)


@dataclass
class Draft:
    """What is known so far about a file on its way to its document; each step of the path adds its part.

    `now` tells the time, as storage does: documents of several machines can be put in order by it.
    """

    container: str
    name: str
    etag: str
    size: int
    now: Callable[[], datetime]
    received: datetime = field(init=False)
    attempts: int = 1
    media: Media | None = None
    choice: RecipeSelection | None = None
    conversation: Conversation | None = None

    def __post_init__(self) -> None:
        self.received = self.now()

    @property
    def has_answers(self) -> bool:
        """Whether something was paid for already."""
        return bool(self.conversation and self.conversation.exchanges)

    def answered(self) -> Result:
        """The document of a file of which every turn was answered."""
        talk = self.conversation
        assert talk
        last = talk.exchanges[-1].answer
        answer = Answer(
            text=last.text,
            data=talk.data,
            finish_reason=last.finish_reason,
            turns=[Turn(prompt=each.prompt, text=each.answer.text) for each in talk.exchanges],
        )
        return self._outcome("ok", answer=answer, warnings=list(warnings_about(talk)))

    def rejected(self, fault: FileRejected) -> Result:
        """The document of a file that can never be answered."""
        error = Error(
            code=fault.code, message=redact(fault.message), retryable=fault.retryable, next_step=fault.next_step
        )
        warnings = list(self.conversation.warnings) if self.conversation else []
        return self._outcome("error", error=error, warnings=warnings, request_id=fault.request_id)

    def _outcome(
        self,
        status: Literal["ok", "error"],
        *,
        answer: Answer | None = None,
        warnings: list[str] | None = None,
        error: Error | None = None,
        request_id: str | None = None,
    ) -> Result:
        exchanges = self.conversation.exchanges if self.conversation else []
        seconds = round(sum(each.answer.seconds for each in exchanges), 3)
        return Result(
            status=status,
            input=self._input(),
            recipe=self._recipe(),
            model=self._model(request_id),
            answer=answer,
            usage=_usage(exchanges),
            timing=Timing(received=self.received, completed=self.now(), model_seconds=seconds),
            attempts=self.attempts,
            warnings=warnings or [],
            error=error,
        )

    def _input(self) -> Input:
        media = self.media
        return Input(
            container=self.container,
            name=self.name,
            etag=self.etag,
            bytes=self.size,
            media_type=media.media_type if media else None,
            kind=media.kind if media else None,
            sha256=self.conversation.media.source.sha256 if self.conversation else None,
            seconds=media.seconds if media else None,
        )

    def _recipe(self) -> RecipeUsed | None:
        if self.choice is None:
            return None
        recipe = self.choice.recipe
        return RecipeUsed(name=recipe.name, digest=recipe.digest, inputs=dict(self.choice.inputs))

    def _model(self, request_id: str | None) -> ModelUsed | None:
        talk = self.conversation
        if talk is None:
            return None
        deployment = talk.first.deployment
        answers = [each.answer for each in talk.exchanges if each.deployment is deployment]
        return ModelUsed(
            deployment=deployment.name,
            name=answers[-1].model if answers else None,
            api=deployment.endpoint.api,
            sent_as=talk.media.sent_as,
            request_id=(talk.is_at_first and request_id) or (answers[-1].request_id if answers else None),
        )


def _usage(exchanges: Sequence[Exchange]) -> TokenUsage | None:
    total = total_usage([each.answer.usage for each in exchanges])
    if total is None:
        return None
    calls = [{"deployment": each.deployment.name, **(each.answer.usage or {})} for each in exchanges]
    return TokenUsage.model_validate({**total, "calls": calls} if len(calls) > 1 else total)


def warnings_about(talk: Conversation) -> Iterator[str]:
    """What would pass for a good answer if nobody said so."""
    media, advised = talk.media.media, talk.first.deployment.capability.advised_seconds
    if advised and media.seconds and media.seconds > advised:
        yield (
            f"The recording plays {media.seconds:g} seconds; this model answers best up to {advised:g}. Cut it into"
            " pieces if the answer is poor."
        )
    yield from talk.warnings
    for number, exchange in enumerate(talk.exchanges, start=1):
        place = f" to turn {number}" if len(talk.exchanges) > 1 else ""
        if exchange.answer.finish_reason == "length":
            yield f"The answer{place} was cut off at the recipe's maxOutputTokens; raise it and drop the file again."
        elif exchange.answer.finish_reason not in ("stop", None):
            yield f"The answer{place} ended for another reason: {exchange.answer.finish_reason}."
        if exchange.answer.refusal:
            yield f"The model declined to answer{place}: {exchange.answer.refusal}"
        elif not exchange.answer.text.strip():
            yield f"The answer{place} is empty."
