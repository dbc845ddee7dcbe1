from shared.errors import FileRejected
from shared.results.build import rejected
from shared.results.log_fields import log_fields
from shared.results.result import Result
from tests.unit.fakes import said
from tests.unit.test_build import FACTS, LATER, document

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
        "calls": [{"model": NAME, "input_tokens": 7, "audio_tokens": None, "output_tokens": 3}],
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
