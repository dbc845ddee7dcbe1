import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from shared.bootstrap import RECIPES
from shared.errors import FileRejected
from shared.media.files import InputFile
from shared.media.media import Kind, Media, Transport
from shared.models.chat import ChatAnswer, MediaPart
from shared.models.conversation import Conversation
from shared.models.exchange import Exchange
from shared.recipes.catalog import RecipeCatalog
from shared.recipes.recipe import Prompt
from shared.results.build import WITHOUT_FIGURES, Facts, answered, rejected
from shared.results.result import Result
from tests.planted import KEY
from tests.unit.fakes import MemorySource, SpeakingModel, deployed, said

SCHEMA = Path(__file__).parents[3] / "docs" / "result.schema.json"


START = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
LATER = datetime(2026, 11, 23, 8, 1, tzinfo=UTC)
FILE = InputFile("input", "translate/es/hello.mp3", "0x8DC", 48213, {}, START)
HELLO = Media("audio", "audio/mpeg", "mp3", 2.1)
CATALOG = RecipeCatalog.load(RECIPES)
FACTS = Facts(FILE, START)
FULL = replace(FACTS, media=HELLO, selection=CATALOG.choose(FILE.name, {}))


def document(*answers: ChatAnswer, seconds: float = 2.1, sent_as: Transport = "inline", **own: Any) -> Result:
    """The document of a file that was answered so."""
    media = replace(HELLO, seconds=seconds)
    return answered(replace(FULL, media=media), talk(media, *answers, sent_as=sent_as, **own), LATER)


def nested(depth: int) -> dict[str, Any]:
    return {"a": nested(depth - 1)} if depth else {}


class Hashed(MemorySource):
    """A file that was read to its end, unless it went by URL."""

    def __init__(self, sent_as: Transport) -> None:
        super().__init__(b"")
        self.sha256 = "ab" * 32 if sent_as == "inline" else None


def talk(media: Media, *answers: ChatAnswer, sent_as: Transport = "inline", **own: Any) -> Conversation:
    """A conversation that was held."""
    model = SpeakingModel([], deployed(name="phi-4-multimodal", **own))
    recipe = next(iter(CATALOG))
    exchanges = [Exchange(model.deployment.name, "Please translate …", each) for each in answers]
    part = MediaPart(media, Hashed(sent_as), sent_as)
    return Conversation(recipe, Prompt(None, ("…",)), model, model, part, exchanges)


def fields(outcome: Result) -> dict[str, object]:
    written: dict[str, object] = json.loads(outcome.to_json())
    return written


def test_an_answered_file_becomes_the_document_of_the_design() -> None:
    written = fields(document(said("Hola. ¿Cómo estás?")))
    timing, recipe = written.pop("timing"), written.pop("recipe")
    assert isinstance(timing, dict)
    assert isinstance(recipe, dict)
    assert (timing["received"], timing["model_seconds"]) == ("2026-11-23T08:00:00.000Z", 0.5)
    assert (recipe["name"], recipe["inputs"]) == ("translate", {"language": "es"})
    assert written == {
        "schema_version": 2,
        "status": "ok",
        "input": {
            "container": "input",
            "name": "translate/es/hello.mp3",
            "etag": "0x8DC",
            "bytes": 48213,
            "media_type": "audio/mpeg",
            "kind": "audio",
            "sha256": "ab" * 32,
            "seconds": 2.1,
            "speech_seconds": None,
            "pages": None,
        },
        "model": {
            "deployment": "phi-4-multimodal",
            "name": "some-model",
            "api": "models",
            "sent_as": "inline",
            "request_id": "request-1",
            "tier": None,
        },
        "answer": {
            "role": "assistant",
            "text": "Hola. ¿Cómo estás?",
            "data": None,
            "reasoning": None,
            "finish_reason": "stop",
            "turns": [{"prompt": "Please translate …", "text": "Hola. ¿Cómo estás?"}],
            "pieces": [],
            "segments": [],
            "language": None,
        },
        "usage": {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10, "cost": None},
        "attempts": 1,
        "files": [],
        "warnings": [],
        "error": None,
    }


def test_a_rejected_file_keeps_what_is_known_and_says_what_to_do() -> None:
    written = fields(rejected(FACTS, FileRejected("empty_file", "It is empty.", "Try again."), LATER))
    assert (written["status"], written["recipe"], written["model"], written["answer"], written["usage"]) == (
        "error",
        None,
        None,
        None,
        None,
    )
    assert written["error"] == {
        "code": "empty_file",
        "message": "It is empty.",
        "retryable": False,
        "next_step": "Try again.",
    }


def test_no_secret_stands_in_an_error_document() -> None:
    error = FileRejected("rejected_by_model", f"Bad header: api-key: {KEY}", "Try again.")
    written = rejected(FACTS, error, LATER)
    assert written.error
    assert written.error.message == "Bad header: api-key: …"


def test_a_model_that_refuses_is_named_with_its_request() -> None:
    error = FileRejected("rejected_by_model", "No.", "Try again.", "request-9")
    written = rejected(FULL, error, LATER, talk(HELLO))
    assert written.model
    assert (written.model.deployment, written.model.name, written.model.request_id) == (
        "phi-4-multimodal",
        None,
        "request-9",
    )


def warnings(*answers: ChatAnswer, seconds: float = 2.1, **own: Any) -> list[str]:
    return document(*answers, seconds=seconds, **own).warnings


def test_an_answer_cut_off_carries_a_warning() -> None:
    assert warnings(said("Hol", finish_reason="length")) == [
        "The answer was cut off at the recipe's maxOutputTokens; raise it and drop the file again."
    ]


def test_a_refusal_carries_a_warning_with_the_models_own_words() -> None:
    assert warnings(said("", refusal="I will not.")) == ["The model declined to answer: I will not."]


def test_an_end_for_any_other_reason_carries_a_warning() -> None:
    assert warnings(said("Hol", finish_reason="tool_calls")) == ["The answer ended for another reason: tool_calls."]


def test_a_warning_says_which_turn_it_is_about() -> None:
    assert warnings(said("Hel", finish_reason="length"), said("Fine.")) == [
        "The answer to turn 1 was cut off at the recipe's maxOutputTokens; raise it and drop the file again."
    ]


@pytest.mark.parametrize(("seconds", "count"), [(40, 0), (40.1, 1)])
def test_a_recording_longer_than_the_model_likes_carries_a_warning(seconds: float, count: int) -> None:
    assert len(warnings(said("Hola."), seconds=seconds, advised_seconds=40)) == count


def test_a_file_sent_by_url_says_so() -> None:
    model = document(said("Hola."), sent_as="url").model
    assert model
    assert model.sent_as == "url"


def test_the_usage_of_several_calls_is_their_sum_with_each_listed() -> None:
    of_phi = {"deployment": "phi-4-multimodal", "cost": None}
    silent = replace(said("…"), usage=None)
    usage = fields(document(said("a"), silent, said("b", tokens=20)))["usage"]
    assert usage == {
        "prompt_tokens": 24,
        "completion_tokens": 6,
        "total_tokens": 30,
        "cost": None,
        "calls": [
            {**of_phi, "prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10},
            of_phi,
            {**of_phi, "prompt_tokens": 17, "completion_tokens": 3, "total_tokens": 20},
        ],
    }


ANSWERED = {"completion_tokens": 9, "prompt_tokens": 80}
SAMPLES = [
    # What the samples of `make demo` cost on the models that infra/ deploys: the tokens of a picture of 800 x 500, and
    # of 2.1 seconds of speech, times the prices for a million of them.
    ("gpt-6-luna", "image", {"prompt_tokens": 620, "completion_tokens": 90}, None, 0.000107),  # 62 + 45
    ("gpt-audio-1.5", "audio", ANSWERED, 27, 0.001087),  # 53 x 2.5 + 27 x 32 + 9 x 10 = 1086.5
    ("Phi-4-multimodal-instruct", "audio", ANSWERED, 27, 0.000115),  # 53 x 0.08 + 27 x 4 + 9 x 0.32 = 115.12
    ("gpt-audio-1.5", "audio", ANSWERED, None, None),
]


@pytest.mark.parametrize(("model", "kind", "usage", "heard", "dollars"), SAMPLES)
def test_the_samples_cost_what_sums_done_by_hand_say(
    model: str, kind: Kind, usage: dict[str, Any], heard: int | None, dollars: float | None
) -> None:
    told = {**usage, "cost": 0.5, **({} if heard is None else {"prompt_tokens_details": {"audio_tokens": heard}})}
    asked = SpeakingModel([], deployed(model, name="ours"))
    media = replace(HELLO, kind=kind)
    exchange = Exchange("ours", "…", replace(said("Hello."), usage=told, model=model))
    part = MediaPart(media, Hashed("inline"))
    talked = Conversation(next(iter(CATALOG)), Prompt(None, ("…",)), asked, asked, part, [exchange])
    cost = answered(replace(FULL, media=media), talked, LATER).usage.cost  # type: ignore[union-attr] # it has usage
    assert (cost and cost.amount) == dollars
    assert cost is None or (cost.currency, cost.prices) == ("USD", "2026-11-26")


def test_what_two_models_cost_is_summed_and_listed_and_read_again() -> None:
    ears, words = (SpeakingModel([], deployed(name)) for name in ("whisper", "gpt-6-luna"))
    seconds = {"type": "duration", "seconds": 90}
    tokens = {"prompt_tokens": 1_000, "completion_tokens": 100, "total_tokens": 1_100}
    exchanges = [
        Exchange(name, "…", replace(said("Hello."), usage=usage, model=name))
        for name, usage in (("whisper", seconds), ("gpt-6-luna", tokens))
    ]
    part = MediaPart(HELLO, Hashed("inline"))
    talked = Conversation(next(iter(CATALOG)), Prompt(None, ("…", "…")), ears, words, part, exchanges)
    written = Result.model_validate_json(answered(FULL, talked, LATER).to_json())
    assert written.usage
    assert written.usage.cost
    assert written.usage.cost.amount == 0.00915  # 90 s of an hour at 0.36, and 100 + 50 millionths
    assert [call["cost"]["amount"] for call in written.usage.model_dump()["calls"]] == [0.009, 0.00015]


@pytest.mark.parametrize(
    ("first", "tiers", "told"),
    [
        ("whisper", [None, "flex"], "flex"),
        ("whisper", [None, "flex", None], "flex"),
        ("whisper", [None], None),
        ("gpt-audio-1.5", ["default", "flex"], "default"),
        ("gpt-audio-1.5", [None, "flex"], None),
    ],
)
def test_the_tier_is_that_of_the_model_with_the_file_and_after_a_speech_model_that_of_the_next(
    first: str, tiers: list[str | None], told: str | None
) -> None:
    ears, words = SpeakingModel([], deployed(first)), SpeakingModel([], deployed("gpt-6-luna"))
    names = [first, *["gpt-6-luna"] * (len(tiers) - 1)]
    exchanges = [
        Exchange(name, "…", replace(said("Hello."), tier=tier)) for name, tier in zip(names, tiers, strict=True)
    ]
    prompt, part = Prompt(None, ("…",) * len(tiers)), MediaPart(HELLO, Hashed("inline"))
    model = answered(FULL, Conversation(next(iter(CATALOG)), prompt, ears, words, part, exchanges), LATER).model
    assert model
    assert model.tier == told


def test_a_cost_that_an_earlier_version_repeated_from_a_service_is_not_taken_for_ours() -> None:
    document_ = json.loads(document(said("Hello.")).to_json())
    document_["usage"]["cost"] = 0.25
    usage = Result.model_validate(document_).usage
    assert usage
    assert usage.cost is None


def test_usage_is_null_never_zeros_where_the_service_sent_none() -> None:
    assert document(replace(said("…"), usage=None)).usage is None


def test_reasoning_stands_apart_from_the_answer() -> None:
    answer = document(replace(said("Hola."), reasoning="They want Spanish.")).answer
    assert answer
    assert (answer.text, answer.reasoning) == ("Hola.", "They want Spanish.")


@pytest.mark.parametrize(
    "trimming",
    [
        {"usage": {"prompt_tokens": "many"}},
        {"usage": {"a_details": nested(300)}},
        {"request_id": "a\udcff"},
        {"finish_reason": "\ud800"},
    ],
    ids=["words for a count", "deep", "a request id that is no text", "a reason that is no text"],
)
def test_an_answer_is_written_down_whatever_cannot_be_written_of_its_trimmings(trimming: dict[str, Any]) -> None:
    written = document(replace(said("Hola.\ud800"), **trimming))
    assert written.answer
    assert (written.status, written.answer.text, written.warnings) == ("ok", "Hola.?", [WITHOUT_FIGURES])
    assert json.loads(written.to_json())["answer"]["text"] == "Hola.?"


def test_every_document_fits_the_published_schema() -> None:
    validator = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text()))
    error = FileRejected("too_large", "a", "b")
    for result in (document(said("Hola.")), rejected(FACTS, error, LATER), document(said("\ud800"))):
        validator.validate(fields(result))
