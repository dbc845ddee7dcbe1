import json
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from shared.errors import FileRejected
from shared.results.build import rejected
from shared.results.logged_fields import log_fields
from shared.results.result import Result
from tests.unit.fakes import said
from tests.unit.results.test_build import FACTS, LATER, document

ERROR = FileRejected("empty_file", "It is empty.", "Fill it.")
NAME = "phi-4-multimodal"


def test_the_line_of_an_answered_file_has_its_figures_and_nothing_that_was_said() -> None:
    line = log_fields(document(said("A private answer.", tokens=10)))
    assert line == {
        "name": "translate/es/hello.mp3",
        "outcome": "ok",
        "cause": None,
        "recipe": "translate",
        "model": NAME,
        "kind": "audio",
        "bytes": 48_213,
        "attempts": 1,
        "seconds": 60.0,
        "model_seconds": 0.5,
        "total_tokens": 10,
        "cost": None,
        "calls": [{"model": NAME, "input_tokens": 7, "audio_tokens": None, "output_tokens": 3, "cost": None}],
    }


def test_the_line_of_a_refused_file_has_the_cause_and_no_tokens() -> None:
    refused = log_fields(rejected(FACTS, ERROR, LATER))
    assert (refused["outcome"], refused["cause"], refused["total_tokens"], refused["calls"]) == (
        "error",
        "empty_file",
        None,
        [],
    )


def test_each_call_has_its_model_and_its_tokens_audio_apart() -> None:
    result = document(said("one"), said("two")).model_dump()
    result["usage"]["calls"][1] |= {"deployment": "words", "prompt_tokens_details": {"audio_tokens": 5}}
    calls = log_fields(Result.model_validate(result))["calls"]
    assert [(call["model"], call["audio_tokens"]) for call in calls] == [(NAME, None), ("words", 5)]


def test_the_tokens_of_a_speech_model_are_listed_too() -> None:
    result = document(said("one"), said("two")).model_dump()
    counted = {"input_tokens": 14, "output_tokens": 48, "input_token_details": {"audio_tokens": 10}}
    result["usage"]["calls"][0] = {"deployment": NAME, **counted}
    call = log_fields(Result.model_validate(result))["calls"][0]
    assert (call["input_tokens"], call["audio_tokens"], call["output_tokens"]) == (14, 10, 48)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
CALL = st.fixed_dictionaries(
    {}, optional={"deployment": JSON, "prompt_tokens": JSON, "completion_tokens": JSON, "prompt_tokens_details": JSON}
)
USAGE = st.fixed_dictionaries(
    {},
    optional={
        "calls": JSON | st.lists(CALL | JSON, max_size=3),
        "deployment": JSON,
        "prompt_tokens_details": JSON | st.dictionaries(st.just("audio_tokens"), JSON),
        "total_tokens": st.none() | st.integers(),
    },
)


@given(USAGE)
@example({"calls": 5})
@example({"calls": {"a": 1}})
@example({"prompt_tokens_details": 5})
@example({"deployment": 5})
@example({"calls": [{"deployment": "a"}] * 5000})
def test_the_line_is_made_whatever_a_service_says_of_its_usage(usage: dict[str, Any]) -> None:
    line = log_fields(Result.model_validate({**document(said("one")).model_dump(), "usage": usage}))
    assert len(json.dumps(line)) < 16_384
    for call in line["calls"]:
        assert isinstance(call["model"], str)
        counts = (call["input_tokens"], call["audio_tokens"], call["output_tokens"])
        assert all(each is None or (type(each) is int and each >= 0) for each in counts)


def test_a_line_is_made_of_a_document_whose_times_have_no_zone() -> None:
    result = rejected(FACTS, ERROR, LATER).model_dump()
    result["timing"]["received"] = "2026-11-23T08:00:00"
    assert isinstance(log_fields(Result.model_validate(result))["seconds"], float)
