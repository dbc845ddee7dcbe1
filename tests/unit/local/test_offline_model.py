import base64
import re
from typing import Any

import pytest

from local.offline_model.answering import answer_to
from local.offline_model.hearing import Heard
from local.offline_model.question import MAX_BYTES, Picture, Question, Recording
from local.offline_model.reading import Seen
from local.offline_model.refusal import Refusal

DATA = base64.b64encode(b"bytes").decode()
PNG = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{DATA}"}}
MP3 = {"type": "input_audio", "input_audio": {"data": DATA, "format": "mp3"}}
MP3_URL = {"type": "audio_url", "audio_url": {"url": f"data:audio/mpeg;base64,{DATA}"}}


def asking(*parts: object, prompt: str = "What is this?", **more: object) -> dict[str, object]:
    return {"messages": [{"role": "user", "content": [{"type": "text", "text": prompt}, *parts]}], **more}


def question(prompt: str, max_tokens: int | None = None) -> Question:
    return Question(prompt, len(prompt), (), max_tokens)


def test_a_question_holds_the_prompt_and_the_decoded_media() -> None:
    assert Question.parse(asking(PNG, MP3, MP3_URL, max_tokens=5)) == Question(
        "What is this?", 13, (Picture(b"bytes"), Recording(b"bytes", "mp3"), Recording(b"bytes", "mp3")), 5
    )


def test_the_last_words_of_the_user_are_the_prompt() -> None:
    said = [("system", "Be brief."), ("user", "One?"), ("assistant", "One."), ("user", "Two?")]
    parsed = Question.parse({"messages": [{"role": role, "content": text} for role, text in said]})
    assert (parsed.prompt, parsed.text_length) == ("Two?", 21)


@pytest.mark.parametrize(
    ("document", "code", "words"),
    [
        ([], "invalid_type", "messages"),
        ({"messages": []}, "invalid_type", "non-empty"),
        ({"messages": [{"role": "dog", "content": "woof"}]}, "invalid_value", "role"),
        ({"messages": [{"role": "user", "content": 3}]}, "invalid_type", "content"),
        (asking({"type": "video"}), "invalid_value", "'video'"),
        (asking({"type": "image_url"}), "missing_required_parameter", "image_url"),
        (
            asking({"type": "input_audio", "input_audio": {"data": "!", "format": "mp3"}}),
            "invalid_base64",
            "base64",
        ),
        (
            asking({"type": "input_audio", "input_audio": {"data": DATA, "format": "ogg"}}),
            "invalid_value",
            "'ogg'",
        ),
        (
            asking({"type": "image_url", "image_url": {"url": "https://a.example/b.png"}}),
            "invalid_request",
            "fetches",
        ),
    ],
)
def test_a_request_that_the_real_service_refuses_is_refused_in_its_shape(
    document: object, code: str, words: str
) -> None:
    with pytest.raises(Refusal, match=re.escape(words)) as caught:
        Question.parse(document)
    assert (caught.value.status, caught.value.error["code"]) == (400, code)


TAKEN: dict[str, Any] = {
    **{"model": "any", "temperature": 0, "top_p": 1, "frequency_penalty": -0.5, "presence_penalty": 0.5},
    **{"seed": 7, "stop": ["END"], "max_completion_tokens": 9, "n": 1, "stream": False, "user": "a"},
    "response_format": {"type": "text"},
}


def test_parameters_of_sampling_are_taken() -> None:
    assert Question.parse(asking(**TAKEN)).max_tokens == 9
    unset: dict[str, Any] = dict.fromkeys(TAKEN)
    assert Question.parse(asking(**unset)).max_tokens is None


@pytest.mark.parametrize(
    ("parameters", "code", "param"),
    [
        ({"temperatur": 0}, "unknown_parameter", "temperatur"),
        ({"temperature": 3}, "invalid_value", "temperature"),
        ({"temperature": "0"}, "invalid_value", "temperature"),
        ({"top_p": True}, "invalid_value", "top_p"),
        ({"max_tokens": 0}, "invalid_value", "max_tokens"),
        ({"max_tokens": -5}, "invalid_value", "max_tokens"),
        ({"max_tokens": 5.5}, "invalid_value", "max_tokens"),
        ({"stop": ["a"] * 5}, "invalid_value", "stop"),
        ({"n": 2}, "invalid_value", "n"),
        ({"stream": True}, "invalid_value", "stream"),
        ({"response_format": {"type": "json_object"}}, "invalid_value", "response_format"),
        ({"max_tokens": 5, "max_completion_tokens": 5}, "invalid_parameter_combination", None),
    ],
)
def test_a_parameter_that_the_real_service_refuses_or_that_asks_too_much_is_refused(
    parameters: dict[str, Any], code: str, param: str | None
) -> None:
    with pytest.raises(Refusal) as caught:
        Question.parse(asking(**parameters))
    assert (caught.value.status, caught.value.error["code"], caught.value.error["param"]) == (400, code, param)


def test_a_file_of_more_than_20_mb_is_refused() -> None:
    data = base64.b64encode(bytes(MAX_BYTES + 1)).decode()
    with pytest.raises(Refusal, match="too large"):
        Question.parse(asking({"type": "input_audio", "input_audio": {"data": data, "format": "mp3"}}))


def test_a_transcript_is_given_plainly() -> None:
    assert answer_to(question("Please transcribe this."), [Heard("Hello.", 2.0)]).text == "Hello."


def test_an_answer_to_another_task_says_so_with_what_was_perceived() -> None:
    text = answer_to(question("Please translate this."), [Heard("Hello.", 2.0), Seen(("A", "B"), 10, 20)]).text
    assert "can do nothing else" in text
    assert "In 2.0 seconds of sound it heard: Hello." in text
    assert "In a picture of 10 x 20 pixels it read: A, B" in text


def test_of_words_alone_the_first_answer_is_told_again() -> None:
    said = [("user", "Transcribe it."), ("assistant", "[0:00] Hello."), ("user", "Translate."), ("assistant", "No.")]
    messages = [{"role": role, "content": text} for role, text in [*said, ("user", "Do!")]]
    text = answer_to(Question.parse({"messages": messages}), []).text
    assert text.endswith("can do nothing else.\nIt was told: [0:00] Hello.")


def test_silence_and_an_empty_picture_are_said_to_be_so() -> None:
    text = answer_to(question("What is it?"), [Heard("", 2.0), Seen((), 10, 20)]).text
    assert text.endswith("no speech\nIn a picture of 10 x 20 pixels it read: no text")


def test_usage_counts_text_sound_and_tiles() -> None:
    usage = answer_to(question("Transcribe it"), [Heard("four words of it", 2.0), Seen((), 600, 500)]).usage
    assert usage == {
        "prompt_tokens": 4 + 25 + 425,
        "completion_tokens": 5,
        "total_tokens": 459,
        "prompt_tokens_details": {"text_tokens": 4, "audio_tokens": 25, "image_tokens": 425},
    }


def test_an_answer_is_cut_where_the_request_says() -> None:
    answer = answer_to(question("Transcribe it", 2), [Heard("a rather long transcript", 2.0)])
    assert (answer.text, answer.finish_reason, answer.usage["completion_tokens"]) == ("a rather", "length", 2)
