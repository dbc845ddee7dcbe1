"""What OpenTelemetry hears of each call of a model: who, how long, how many tokens, and nothing of what was said.

Names are those of the semantic conventions for generative AI. Without an SDK that listens, all of this does nothing.
"""

import time
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager, suppress

from opentelemetry import metrics, trace
from opentelemetry.trace import Span, SpanKind, Status, StatusCode
from opentelemetry.util.types import AttributeValue

from shared.models import Api, ChatAnswer, ChatModel, ChatRequest, Deployment, SpeechModel, SpeechRequest

_tracer = trace.get_tracer("dropscribe")
_meter = metrics.get_meter("dropscribe")
_duration = _meter.create_histogram("gen_ai.client.operation.duration", "s", "How long a call of a model took.")
_tokens = _meter.create_histogram("gen_ai.client.token.usage", "{token}", "Tokens that a call of a model cost.")

MAX_NAME = 64
"""Characters of what a model calls itself. It stands on spans only: as a label each new name would be a new series."""

PROVIDERS: dict[Api, str] = {
    "models": "azure.ai.inference",
    "openai/v1": "azure.ai.openai",
    "openai/deployments": "azure.ai.openai",
    "v1": "openai",
}
"""Names of the semantic conventions."""

type Attributes = dict[str, AttributeValue]


class ObservedModel:
    """A model whose calls are observed (implements `ChatModel`)."""

    def __init__(self, model: ChatModel) -> None:
        self._model = model

    @property
    def deployment(self) -> Deployment:
        """See `ChatModel.deployment`."""
        return self._model.deployment

    @property
    def takes_schema(self) -> bool:
        """See `ChatModel.takes_schema`."""
        return self._model.takes_schema

    async def complete(self, request: ChatRequest) -> ChatAnswer:
        """See `ChatModel.complete`."""
        return await _observed("chat", self.deployment, self._model.complete(request))


class ObservedSpeechModel:
    """A speech model whose calls are observed (implements `SpeechModel`)."""

    def __init__(self, model: SpeechModel) -> None:
        self._model = model

    @property
    def deployment(self) -> Deployment:
        """See `SpeechModel.deployment`."""
        return self._model.deployment

    async def transcribe(self, request: SpeechRequest) -> ChatAnswer:
        """See `SpeechModel.transcribe`."""
        return await _observed("transcribe", self.deployment, self._model.transcribe(request))


async def _observed(operation: str, deployment: Deployment, call: Awaitable[ChatAnswer]) -> ChatAnswer:
    asked = _asked(operation, deployment)
    with _tracer.start_as_current_span(
        f"{operation} {deployment.name}",
        kind=SpanKind.CLIENT,
        attributes=asked,
        record_exception=False,  # a service may quote what it was sent
        set_status_on_exception=False,
    ) as span:
        with _timed(asked, span):
            answer = await call
        with suppress(Exception):  # an answer that was paid for is not lost for what is told of it
            _tell(answer, asked, span)
        return answer


def _asked(operation: str, deployment: Deployment) -> Attributes:
    return {
        "gen_ai.operation.name": operation,
        "gen_ai.provider.name": PROVIDERS[deployment.endpoint.api],
        "gen_ai.request.model": deployment.name,
    }


@contextmanager
def _timed(about: Attributes, span: Span) -> Iterator[None]:
    started = time.monotonic()
    try:
        yield
    except BaseException as error:  # being cut off by a timeout among them
        about["error.type"] = type(error).__name__
        span.set_attribute("error.type", type(error).__name__)
        span.set_status(Status(StatusCode.ERROR))
        raise
    finally:
        _duration.record(time.monotonic() - started, about)


def _tell(answer: ChatAnswer, about: Attributes, span: Span) -> None:
    if answer.model:  # not every speech model says what it is called
        span.set_attribute("gen_ai.response.model", answer.model[:MAX_NAME])
    if answer.finish_reason:
        span.set_attribute("gen_ai.response.finish_reasons", [answer.finish_reason])
    for direction, name in (("input", "prompt_tokens"), ("output", "completion_tokens")):
        count = (answer.usage or {}).get(name)
        if count is not None:
            span.set_attribute(f"gen_ai.usage.{direction}_tokens", count)
            _tokens.record(count, {**about, "gen_ai.token.type": direction})
