"""The labels of a document that several models answered, and of which names can be anything."""

from dataclasses import replace
from typing import Any

import pytest

from shared.models.chat import MediaPart
from shared.models.conversation import Conversation
from shared.models.exchange import Exchange
from shared.recipes.recipe import Prompt
from shared.results.build import answered
from shared.results.labels import spending_labels
from tests.unit.fakes import SpeakingModel, deployed, said
from tests.unit.results.test_build import CATALOG, FULL, HELLO, LATER, Hashed

SECONDS = {"type": "duration", "seconds": 90}
TOKENS = {"prompt_tokens": 1_000, "completion_tokens": 100}


def labels(*calls: tuple[str, dict[str, Any] | None]) -> dict[str, str]:
    first, later = (SpeakingModel([], deployed(calls[place][0])) for place in (0, -1))
    exchanges = [Exchange(name, "…", replace(said("Hello."), usage=usage, model=name)) for name, usage in calls]
    turns = ("…",) * len(calls)
    talked = Conversation(
        next(iter(CATALOG)), Prompt(None, turns), first, later, MediaPart(HELLO, Hashed("inline")), exchanges
    )
    return spending_labels(answered(FULL, talked, LATER))


def test_each_of_several_models_has_its_own_figures() -> None:
    found = labels(("whisper", SECONDS), ("whisper", SECONDS), ("gpt-6-luna", TOKENS))
    assert found["models"] == "whisper,gpt-6-luna"
    assert found["by_model"] == "whisper=0/180/0.018;gpt-6-luna=1100/0/0.00015"
    assert (found["tokens"], found["seconds"], found["cost"]) == ("1100", "180", "0.01815")


def test_of_one_model_the_figures_are_those_of_the_document() -> None:
    assert labels(("whisper", SECONDS), ("whisper", SECONDS))["by_model"] == ""


def test_a_cost_that_is_not_known_in_part_is_not_known() -> None:
    found = labels(("whisper", SECONDS), ("gpt-6-luna", TOKENS), ("gpt-6-luna", None))
    assert found["by_model"] == "whisper=0/90/0.009;gpt-6-luna=1100/0/"


def test_all_calls_of_a_long_recording_count() -> None:
    found = labels(*[("whisper", {"seconds": 10})] * 150, ("gpt-6-luna", TOKENS))
    assert found["by_model"] == "whisper=0/1500/0.15;gpt-6-luna=1100/0/0.00015"


@pytest.mark.parametrize("name", ["größe", "a,b", "a=b;c", "a b", "%2C"])
def test_a_name_of_any_letters_is_quoted(name: str) -> None:
    found = labels((name, TOKENS), ("other", TOKENS))
    assert all(text.isascii() and text.isprintable() and " " not in text for text in found.values())
    assert found["models"].count(",") == 1
    assert found["by_model"].count("=") == 2


def test_labels_that_would_be_too_long_are_left_out() -> None:
    found = labels(*[(f"{number}{'x' * 120}", TOKENS) for number in range(20)])
    assert (found["models"], found["by_model"]) == ("", "")
