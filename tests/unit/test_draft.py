import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from shared.bootstrap import RECIPES
from shared.errors import FileRejected
from shared.media.media import Media, Transport
from shared.models.chat import ChatAnswer, MediaPart
from shared.models.conversation import Conversation, Exchange
from shared.recipes.catalog import RecipeCatalog
from shared.recipes.recipe import Prompt
from shared.results.draft import Draft
from shared.results.result import Result
from tests.planted import KEY
from tests.unit.fakes import MemorySource, SpeakingModel, deployed, said

SCHEMA = Path(__file__).parents[2] / "docs" / "result.schema.json"


def draft() -> Draft:
    return Draft("input", "translate/es/hello.mp3", "0x8DC", 48213, datetime(2026, 11, 23, 8, 0, tzinfo=UTC))


def answered_draft() -> Draft:
    full = draft()
    full.media = Media("audio", "audio/mpeg", "mp3", 2.1)
    full.choice = RecipeCatalog.load(RECIPES).choose(full.name, {})
    full.conversation = talk(full.media, said("Hola. ¿Cómo estás?"))
    return full


class Hashed(MemorySource):
    """A file that was read to its end, unless it went by URL."""

    def __init__(self, sent_as: Transport) -> None:
        super().__init__(b"")
        self.sha256 = "ab" * 32 if sent_as == "inline" else None


def talk(media: Media, *answers: ChatAnswer, sent_as: Transport = "inline", **own: Any) -> Conversation:
    """A conversation that was held."""
    model = SpeakingModel([], deployed(name="phi-4-multimodal", **own))
    recipe = next(iter(RecipeCatalog.load(RECIPES)))
    exchanges = [Exchange(model.deployment, "Please translate …", each) for each in answers]
    part = MediaPart(media, Hashed(sent_as), sent_as)
    return Conversation(recipe, Prompt(None, ("…",)), model, model, part, exchanges)


def fields(outcome: Result) -> dict[str, object]:
    written: dict[str, object] = json.loads(outcome.to_json())
    return written


def test_an_answered_draft_becomes_the_document_of_the_design() -> None:
    written = fields(answered_draft().answered())
    timing, recipe = written.pop("timing"), written.pop("recipe")
    assert isinstance(timing, dict)
    assert isinstance(recipe, dict)
    assert (timing["received"], timing["model_seconds"]) == ("2026-11-23T08:00:00.000Z", 0.5)
    assert (recipe["name"], recipe["inputs"]) == ("translate", {"language": "es"})
    assert written == {
        "schema_version": 1,
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
        },
        "model": {
            "deployment": "phi-4-multimodal",
            "name": "some-model",
            "api": "models",
            "sent_as": "inline",
            "request_id": "request-1",
        },
        "answer": {
            "role": "assistant",
            "text": "Hola. ¿Cómo estás?",
            "data": None,
            "finish_reason": "stop",
            "turns": [{"prompt": "Please translate …", "text": "Hola. ¿Cómo estás?"}],
        },
        "usage": {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10},
        "attempts": 1,
        "warnings": [],
        "error": None,
    }


def test_a_rejected_draft_keeps_what_is_known_and_says_what_to_do() -> None:
    written = fields(draft().rejected(FileRejected("empty_file", "It is empty.", "Try again.")))
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
    written = draft().rejected(FileRejected("rejected_by_model", f"Bad header: api-key: {KEY}", "Try again."))
    assert written.error
    assert written.error.message == "Bad header: api-key: …"


def test_a_model_that_refuses_is_named_with_its_request() -> None:
    asked = answered_draft()
    assert asked.conversation
    asked.conversation.exchanges.clear()
    written = asked.rejected(FileRejected("rejected_by_model", "No.", "Try again.", "request-9"))
    assert written.model
    assert (written.model.deployment, written.model.name, written.model.request_id) == (
        "phi-4-multimodal",
        None,
        "request-9",
    )


def warnings(*answers: ChatAnswer, seconds: float = 2.1, **own: Any) -> list[str]:
    full = answered_draft()
    full.conversation = talk(Media("audio", "audio/mpeg", "mp3", seconds), *answers, **own)
    return full.answered().warnings


def test_an_answer_cut_off_or_empty_carries_a_warning() -> None:
    assert warnings(said(" \n", finish_reason="length")) == [
        "The answer was cut off at the recipe's maxOutputTokens; raise it and drop the file again.",
        "The answer is empty.",
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
    full = answered_draft()
    full.conversation = talk(Media("audio", "audio/mpeg", "mp3"), said("Hola."), sent_as="url")
    model = full.answered().model
    assert model
    assert model.sent_as == "url"


def test_the_usage_of_several_calls_is_their_sum_with_each_listed() -> None:
    full = answered_draft()
    silent = replace(said("…"), usage=None)
    full.conversation = talk(Media("audio", "audio/mpeg", "mp3"), said("a"), silent, said("b", tokens=20))
    usage = fields(full.answered())["usage"]
    assert usage == {
        "prompt_tokens": 24,
        "completion_tokens": 6,
        "total_tokens": 30,
        "calls": [
            {"deployment": "phi-4-multimodal", "prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10},
            {"deployment": "phi-4-multimodal"},
            {"deployment": "phi-4-multimodal", "prompt_tokens": 17, "completion_tokens": 3, "total_tokens": 20},
        ],
    }


def test_usage_is_null_never_zeros_where_the_service_sent_none() -> None:
    full = answered_draft()
    full.conversation = talk(Media("audio", "audio/mpeg", "mp3"), replace(said("…"), usage=None))
    assert full.answered().usage is None


def test_every_document_fits_the_published_schema() -> None:
    validator = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text()))
    for outcome in (answered_draft().answered(), draft().rejected(FileRejected("too_large", "a", "b"))):
        validator.validate(fields(outcome))
