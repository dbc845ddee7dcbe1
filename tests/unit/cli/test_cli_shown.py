"""What people see of a document."""

import json
from typing import Any

import pytest

from cli import show
from cli.answers import Answers
from cli.documents import Document

SAID = [{"start": 0.2, "end": 2, "speaker": "A", "text": "Good morning."}, {"start": 3, "end": 4, "text": "Yes."}]
ONE_TURN: list[Any] = [{}]


def document(usage: dict[str, Any] | None = None, **answer: Any) -> Document:
    given = {"text": "Good morning. Yes.", "data": None, "turns": ONE_TURN, "segments": SAID, **answer}
    view = {"status": "ok", "input": {"name": "a.mp3", "etag": "1"}, "answer": given, "usage": usage}
    found = Document.parse("a.mp3", json.dumps(view).encode())
    assert found
    return found


def test_a_transcript_is_shown_with_its_times() -> None:
    assert document().text_with_times == "[0:00:00] Speaker A: Good morning.\n[0:00:03] Yes."


@pytest.mark.parametrize("answer", [{"turns": ONE_TURN * 2}, {"data": {}}, {"segments": []}])
def test_what_is_no_transcript_is_shown_as_it_is(answer: dict[str, Any]) -> None:
    assert document(**answer).text_with_times == "Good morning. Yes."


def test_a_pipe_gets_the_text_alone_unless_times_are_wanted(capsys: pytest.CaptureFixture[str]) -> None:
    for has_times in (False, True):
        Answers(has_times=has_times).write(document())
    assert capsys.readouterr().out == "Good morning. Yes.\n[0:00:00] Speaker A: Good morning.\n[0:00:03] Yes.\n"


@pytest.mark.parametrize(
    ("usage", "told"),
    [
        ({"seconds": 1.75}, "1.75 seconds of sound, 0 s"),
        ({"prompt_tokens": 2, "completion_tokens": 1, "total_tokens": 3}, "3 tokens (2 in, 1 out), 0 s"),
        ({"seconds": 2, "total_tokens": 3}, "2 seconds of sound, 3 tokens, 0 s"),
        ({"input_tokens": 14, "output_tokens": 48, "total_tokens": 62}, "62 tokens (14 in, 48 out), 0 s"),
        ({"prompt_tokens": 14, "total_tokens": 62}, "62 tokens, 0 s"),
        (None, "nothing was paid for"),
    ],
)
def test_what_an_answer_cost_is_told_in_the_units_that_the_service_counts(
    usage: dict[str, Any] | None, told: str
) -> None:
    assert show.cost(document(usage)) == told
