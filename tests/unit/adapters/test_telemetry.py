from dataclasses import replace
from typing import Any

import pytest
from opentelemetry import metrics, trace
from opentelemetry.sdk.metrics import Histogram, MeterProvider
from opentelemetry.sdk.metrics.export import AggregationTemporality, HistogramDataPoint, InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from shared.adapters.telemetry import ObservedModel, ObservedSpeechModel
from shared.errors import ModelThrottled
from shared.media.media import Media
from shared.models.chat import ChatRequest, MediaPart, Message, TextPart
from shared.models.speech import SpeechOptions, SpeechRequest
from shared.recipes.recipe import ModelOptions
from tests.unit.fakes import HearingModel, MemorySource, SpeakingModel, deployed, heard, said

QUESTION = ChatRequest([Message("user", [TextPart("A private question?")])], ModelOptions())
ASKED = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "azure.ai.inference",
    "gen_ai.request.model": deployed().name,
}


class Listener:
    """An OpenTelemetry exporter and reader in memory."""

    def __init__(self) -> None:
        self.exporter = InMemorySpanExporter()
        self.reader = InMemoryMetricReader({Histogram: AggregationTemporality.DELTA})
        tracing = TracerProvider()
        tracing.add_span_processor(SimpleSpanProcessor(self.exporter))
        trace.set_tracer_provider(tracing)
        metrics.set_meter_provider(MeterProvider([self.reader]))

    def points(self, name: str) -> list[tuple[Any, dict[str, Any]]]:
        """The sums of a metric since last looked at, with what each is about."""
        data = self.reader.get_metrics_data()
        assert data
        found = [each for group in data.resource_metrics for scope in group.scope_metrics for each in scope.metrics]
        return [
            (point.sum, dict(point.attributes or {}))
            for metric in found
            if metric.name == name
            for point in metric.data.data_points
            if isinstance(point, HistogramDataPoint)
        ]


@pytest.fixture(scope="module")
def everything() -> Listener:
    return Listener()


@pytest.fixture
def listener(everything: Listener) -> Listener:
    everything.exporter.clear()
    everything.reader.get_metrics_data()  # what others told before
    return everything


async def test_a_call_is_a_span_and_its_tokens_are_counted(listener: Listener) -> None:
    await ObservedModel(SpeakingModel([said("A private answer.", tokens=10)])).complete(QUESTION)
    (span,) = listener.exporter.get_finished_spans()
    assert dict(span.attributes or {}) == {
        **ASKED,
        "gen_ai.response.model": "some-model",
        "gen_ai.response.finish_reasons": ("stop",),
        "gen_ai.usage.input_tokens": 7,
        "gen_ai.usage.output_tokens": 3,
    }
    assert listener.points("gen_ai.client.token.usage") == [
        (7, {**ASKED, "gen_ai.token.type": "input"}),
        (3, {**ASKED, "gen_ai.token.type": "output"}),
    ]
    assert "private" not in span.to_json()


async def test_a_call_of_a_speech_model_is_a_span_too(listener: Listener) -> None:
    recording = MediaPart(Media("audio", "audio/mpeg", "mp3"), MemorySource(b"private"))
    answer = heard((0, 1, "private words", "A"))
    await ObservedSpeechModel(HearingModel([answer])).transcribe(SpeechRequest(recording, SpeechOptions()))
    (span,) = listener.exporter.get_finished_spans()
    assert (span.name, "private" in span.to_json()) == ("transcribe MAI-Transcribe-2", False)


async def test_the_span_of_a_failed_call_says_how_it_failed_and_quotes_nothing(listener: Listener) -> None:
    with pytest.raises(ModelThrottled):
        await ObservedModel(SpeakingModel([ModelThrottled("private words")])).complete(QUESTION)
    (span,) = listener.exporter.get_finished_spans()
    assert (span.status.status_code, (span.attributes or {})["error.type"]) == (StatusCode.ERROR, "ModelThrottled")
    assert "private" not in span.to_json()
    failed = [about for _, about in listener.points("gen_ai.client.operation.duration") if "error.type" in about]
    assert failed == [{**ASKED, "error.type": "ModelThrottled"}]


@pytest.mark.parametrize("odd", [{"model": "m" * 1_000_000}, {"usage": {"prompt_tokens": 10**400}}])
async def test_an_answer_is_handed_on_whatever_cannot_be_told_of_it(listener: Listener, odd: dict[str, Any]) -> None:
    answer = replace(said("paid for"), **odd)
    assert await ObservedModel(SpeakingModel([answer])).complete(QUESTION) is answer
    (span,) = listener.exporter.get_finished_spans()
    assert len(str((span.attributes or {}).get("gen_ai.response.model"))) <= 64
