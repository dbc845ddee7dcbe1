import json
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from shared.errors import FileRejected
from shared.media.media import Media
from shared.results.draft import Draft
from shared.results.log_fields import summary
from shared.results.result import Result
from tests.unit.fakes import START, said
from tests.unit.test_draft import talk

PNG = Media("image", "image/png", "png")
NAME = "phi-4-multimodal"


def test_the_line_of_an_answered_file_has_its_figures_and_nothing_that_was_said() -> None:
    draft = Draft("input", "chart.png", "1", 48_213, lambda: START, media=PNG)
    draft.conversation = talk(PNG, said("A private answer.", tokens=10))
    line = summary(draft.answered())
    assert {name: line[name] for name in line if name != "seconds"} == {
        "name": "chart.png",
        "outcome": "ok",
        "cause": None,
        "recipe": None,
        "model": NAME,
        "kind": "image",
        "bytes": 48_213,
        "attempts": 1,
        "model_seconds": 0.5,
        "total_tokens": 10,
        "calls": [{"model": NAME, "input_tokens": 7, "audio_tokens": None, "output_tokens": 3}],
    }
    assert line["seconds"] >= 0


def test_the_line_of_a_refused_file_has_the_cause_and_no_tokens() -> None:
    line = summary(
        Draft("input", "x", "1", 0, lambda: START).rejected(FileRejected("empty_file", "It is empty.", "Fill it."))
    )
    assert (line["outcome"], line["cause"], line["total_tokens"], line["calls"]) == ("error", "empty_file", None, [])


def test_each_call_has_its_model_and_its_tokens_audio_apart() -> None:
    draft = Draft("input", "chart.png", "1", 9, lambda: START, media=PNG)
    draft.conversation = talk(PNG, said("one"), said("two"))
    document = draft.answered().model_dump()
    document["usage"]["calls"][1] |= {"deployment": "words", "prompt_tokens_details": {"audio_tokens": 5}}
    calls = summary(Result.model_validate(document))["calls"]
    assert [(call["model"], call["audio_tokens"]) for call in calls] == [(NAME, None), ("words", 5)]


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
    draft = Draft("input", "chart.png", "1", 9, lambda: START, media=PNG)
    draft.conversation = talk(PNG, said("one"))
    document = {**draft.answered().model_dump(), "usage": usage}
    line = summary(Result.model_validate(document))
    assert len(json.dumps(line)) < 16_384
    for call in line["calls"]:
        assert isinstance(call["model"], str)
        counts = (call["input_tokens"], call["audio_tokens"], call["output_tokens"])
        assert all(each is None or (type(each) is int and each >= 0) for each in counts)


def test_a_line_is_made_of_a_document_whose_times_have_no_zone() -> None:
    document = Draft("input", "x", "1", 0, lambda: START).rejected(FileRejected("empty_file", "a", "b")).model_dump()
    document["timing"]["received"] = "2026-11-23T08:00:00"
    assert isinstance(summary(Result.model_validate(document))["seconds"], float)
