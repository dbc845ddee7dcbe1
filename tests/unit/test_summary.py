from shared.errors import FileRejected
from shared.media.media import Media
from shared.results.draft import Draft
from shared.results.log_fields import summary
from shared.results.result import Result
from tests.unit.fakes import said
from tests.unit.test_draft import talk

PNG = Media("image", "image/png", "png")
NAME = "phi-4-multimodal"


def test_the_line_of_an_answered_file_has_its_figures_and_nothing_that_was_said() -> None:
    draft = Draft("input", "chart.png", "1", 48_213, media=PNG)
    draft.conversation = talk(PNG, said("A private answer.", tokens=10))
    line = log_fields(draft.answered())
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
    line = log_fields(Draft("input", "x", "1", 0).rejected(FileRejected("empty_file", "It is empty.", "Fill it.")))
    assert (line["outcome"], line["cause"], line["total_tokens"], line["calls"]) == ("error", "empty_file", None, [])


def test_each_call_has_its_model_and_its_tokens_audio_apart() -> None:
    draft = Draft("input", "chart.png", "1", 9, media=PNG)
    draft.conversation = talk(PNG, said("one"), said("two"))
    document = draft.answered().model_dump()
    document["usage"]["calls"][1] |= {"deployment": "words", "prompt_tokens_details": {"audio_tokens": 5}}
    calls = log_fields(Result.model_validate(document))["calls"]
    assert [(call["model"], call["audio_tokens"]) for call in calls] == [(NAME, None), ("words", 5)]
