"""What becomes of a reply, whatever a service puts into it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.foundry.completion import answer_in
from shared.adapters.http.errors import GATEWAYS_SECONDS
from shared.adapters.http.reply import HttpReply
from shared.bounds import MAX_JSON_SEPARATORS
from shared.errors import (
    AnswerUnusable,
    DropscribeError,
    FileRejected,
    ModelMisconfigured,
    ModelThrottled,
    ModelTimeout,
    ModelUnavailable,
)
from shared.models.chat import ChatAnswer
from tests.integration.loopback import COMPLETION
from tests.planted import KEY

GOOD = json.dumps(COMPLETION).encode()
PIECES = [
    b'{"choices": [], "prompt_filter_results": []}',
    b'{"model": "phi", "choices": [{"delta": {"role": "assistant", "content": "Ho"}, "finish_reason": null}]}',
    b'{"choices": [{"delta": {"content": "la."}, "finish_reason": "stop"}]}',
    json.dumps({"choices": [], "usage": COMPLETION["usage"]}).encode(),
]


def found_in(body: object, status: int = 200, *, after: float = 1, **headers: str) -> Any:
    """What such a body comes to: an answer, or what is raised."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        return answer_in(HttpReply(status, named, content), after, frozenset({"image", "inline"}))
    except DropscribeError as error:
        return error


def completion(*, usage: object = None, **message: object) -> dict[str, Any]:
    return {"choices": [{"message": message}], "usage": usage}


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b'{"choices": [' + b"[]," * MAX_JSON_SEPARATORS + b"[]]}", "more than 65536 values"),
        (b"<html>", "not JSON"),
        (b"\xff\xfe\x00", "not JSON"),
        (b"", "not JSON"),
        (b"data: [DONE]", "not JSON"),
        (b"[]", "it has no message"),
        (b"{}", "it has no message"),
        ({"choices": None}, "it has no message"),
        ({"choices": "words"}, "it has no message"),
        ({"choices": [{"message": None}]}, "it has no message"),
        (b'"' + b"a" * 100_000 + b'"', "it has no message"),
        (completion(content=7), "neither text nor parts"),
        (completion(content={"text": "x"}), "neither text nor parts"),
        (completion(content=[7]), "neither text nor parts"),
        (completion(content=[{"type": "text"}]), "neither text nor parts"),
        (completion(content=[{"type": ["image"]}]), "neither text nor parts"),
        ({"choices": [{"message": {"content": "Half of"}, "finish_reason": "error"}]}, "it breaks off with an error"),
    ],
)
def test_a_reply_that_is_no_completion_says_why_and_quotes_nothing_of_it(body: object, why: str) -> None:
    error = found_in(body)
    assert type(error) is AnswerUnusable
    assert why in str(error)
    assert len(str(error)) < 300
    assert error.__cause__ is None


@pytest.mark.parametrize(
    ("message", "end"),
    [
        ("Request Entity Too Large", ": Request Entity Too Large."),
        ("It broke.", ": It broke."),
        ('No "x"', ': No "x".'),
        ('It said "no!"', ': It said "no!"'),
        ("\u574f\u4e86\u3002", ": \u574f\u4e86\u3002"),
        ("x y " * 200, "…"),
    ],
)
def test_what_a_service_says_ends_a_sentence(message: str, end: str) -> None:
    for status in (413, 500):
        assert str(found_in({"error": {"message": message}}, status)).endswith(end)


def test_a_refusal_without_a_word_is_a_sentence() -> None:
    assert str(found_in(b"", 413)).endswith("refused this file.")


def test_an_answer_nested_without_end_is_no_answer() -> None:
    assert "nested too deeply" in str(found_in(b"[" * 60_000))


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(GOOD + b"\n\ndata: [DONE]\n\n", id="a tail"),
        pytest.param(b"data: " + GOOD + b"\n\ndata: [DONE]\n\n", id="an event stream of one event"),
        pytest.param(b"\xef\xbb\xbf" + GOOD, id="a byte order mark"),
        pytest.param(b"\r\n  " + GOOD, id="blanks"),
        pytest.param(b": PROCESSING\n\n: PROCESSING\n\n" + GOOD, id="comments"),
        pytest.param(b"event: message\nid: 1\ndata: " + GOOD + b"\n\n", id="an event with a name"),
        pytest.param(b"".join(b"data: %b\n\n" % piece for piece in PIECES) + b"data: [DONE]\n\n", id="pieces"),
        pytest.param(b"\n".join(PIECES), id="pieces, line by line"),
        pytest.param(GOOD + b"\n<!-- cached -->", id="something behind it"),
    ],
)
def test_an_answer_is_read_whatever_a_gateway_puts_around_it(body: bytes) -> None:
    answer = found_in(body)
    assert (answer.text, answer.finish_reason, answer.usage) == ("Hola.", "stop", COMPLETION["usage"])


@pytest.mark.parametrize("status", [201, 202, 206])
def test_an_answer_is_one_whatever_kind_of_success_the_service_calls_it(status: int) -> None:
    assert isinstance(found_in(GOOD, status), ChatAnswer)
    assert isinstance(found_in(b"<html>", status), AnswerUnusable)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"error": {"message": "x", "code": 429}, "choices": [{"message": {"content": ""}}]}, ModelThrottled),
        ({"error": {"message": "Slow down.", "code": "rate_limit_exceeded"}}, ModelThrottled),
        ({"code": 429, "message": "x"}, ModelThrottled),
        ({"errors": [{"code": 429}]}, ModelThrottled),
        ([{"error": {"code": 429}}], ModelThrottled),
        ({"choices": [{"message": {"content": "Half"}, "error": {"code": 502, "message": "x"}}]}, ModelUnavailable),
        ({"object": "error", "message": "x", "type": "invalid_request_error", "code": 401}, ModelMisconfigured),
        ({"error": {"message": "No such model.", "status": "404"}}, ModelMisconfigured),
        ({"detail": "Unauthorized"}, ModelMisconfigured),
        ({"error": {"message": "Filtered.", "code": "content_filter"}}, FileRejected),
        ({"error": {"message": "'max_tokens' is too large: your request has 7900 input tokens"}}, FileRejected),
        ({"error": {"message": "It broke."}}, AnswerUnusable),
        ({"error": "overloaded"}, AnswerUnusable),
        ({"error": ["It broke."]}, AnswerUnusable),
    ],
)
def test_an_error_that_came_with_a_200_is_judged_like_an_error(body: object, error: type[Exception]) -> None:
    assert type(found_in(body)) is error


@pytest.mark.parametrize("document", [{"error": None}, {"error": {}, "errors": []}])
def test_a_completion_beside_which_an_error_stands_empty_holds_none(document: dict[str, Any]) -> None:
    assert found_in({**document, **COMPLETION}).text == "Hola."


def test_a_400_that_says_that_the_model_spent_all_its_tokens_is_an_empty_answer() -> None:
    said = "Could not finish the message because max_tokens or model output limit was reached. Please try again."
    answer = found_in({"error": {"message": said}}, 400)
    assert (answer.is_empty, answer.finish_reason) == (True, "length")


@pytest.mark.parametrize(
    ("message", "text", "thought"),
    [
        ({"content": "Let me count {x}.</think>\n\nA chart."}, "A chart.", "Let me count {x}."),
        ({"content": "<think>They want {Spanish}.</think>\nA chart."}, "A chart.", "They want {Spanish}."),
        ({"content": "<thinking>Hm.</thinking>A chart."}, "A chart.", "Hm."),
        ({"content": "[THINK]Hm.[/THINK]A chart."}, "A chart.", "Hm."),
        ({"content": "<think>Hm, and no end"}, "", "Hm, and no end"),
        (
            {
                "content": "<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant"
                "<|channel|>final<|message|>A chart.<|return|>"
            },
            "A chart.",
            "Hm.",
        ),
        ({"content": [{"type": "thinking", "thinking": [{"text": "Hm."}]}, {"text": "A chart."}]}, "A chart.", "Hm."),
        ({"content": [{"type": "reasoning", "summary": [{"text": "Hm."}]}, "A chart."]}, "A chart.", "Hm."),
        ({"content": [{"type": "redacted_thinking", "data": "abc"}, {"text": "A chart."}]}, "A chart.", None),
        ({"content": [{"type": "image", "data": "abc"}, {"text": "A "}, {"text": "chart."}]}, "A chart.", None),
        ({"content": "A chart.", "reasoning_content": "Hm."}, "A chart.", "Hm."),
        ({"content": "A chart.", "reasoning": {"type": 7}}, "A chart.", None),
        ({"content": "A <think> tag in the midst."}, "A <think> tag in the midst.", None),
        ({"content": None, "audio": {"transcript": "A chart."}}, "A chart.", None),
        ({"content": ["A ", "chart."]}, "A chart.", None),
        ({"content": []}, "", None),
        ({"content": "a\ud800b"}, "a?b", None),
    ],
)
def test_reasoning_is_told_from_the_answer(message: dict[str, object], text: str, thought: str | None) -> None:
    answer = found_in(completion(**message))
    assert (answer.text, answer.reasoning) == (text, thought)


@pytest.mark.parametrize(
    ("choice", "reason", "refusal"),
    [
        ({"message": {"content": ""}, "finish_reason": "content_filter: PROHIBITED_CONTENT"}, "content_filter", None),
        ({"finish_reason": "content_filter"}, "content_filter", None),
        ({"message": {"content": [{"type": "refusal", "refusal": "No."}]}, "finish_reason": "stop"}, "stop", "No."),
        ({"message": {"content": None, "refusal": "No."}, "finish_reason": 7}, None, "No."),
    ],
)
def test_an_answer_that_was_held_back_says_so(choice: object, reason: str, refusal: str | None) -> None:
    answer = found_in({"choices": [choice], "model": 4})
    assert (answer.text, answer.model, answer.finish_reason, answer.refusal) == ("", "", reason, refusal)


@pytest.mark.parametrize("status", [200, 400, 413, 503, 401])
@pytest.mark.parametrize("value", ["a\udcffb", "a" * 65, "two words", "Your prompt: describe this", KEY, "ü"])
def test_a_request_id_that_is_none_gets_nowhere(status: int, value: str) -> None:
    found = found_in(GOOD if status == 200 else b'{"error": {"message": "no"}}', status, x_request_id=value)
    assert found.request_id is None
    assert value not in str(found)


@pytest.mark.parametrize(
    ("usage", "read"),
    [
        ({"prompt_tokens": {"text": 10}, "total_tokens": 15}, {"total_tokens": 15}),
        ({"total_tokens": -5, "none": None}, {"total_tokens": None, "none": None}),
        ({"prompt_tokens": -1.0, "cached_tokens": 0}, {"prompt_tokens": None, "cached_tokens": 0}),
        ({"total_tokens": 10**400, "prompt_tokens": 2**53}, {"total_tokens": None, "prompt_tokens": 2**53}),
        ({"total_tokens": 15.0, "share": 0.5, "ok": True, "list": [1], "x": "1"}, {"total_tokens": 15}),
        ({"total_tokens": 15, "calls": 7, "prompt_tokens_details": 5}, {"total_tokens": 15}),
        ({"total_tokens": 15, "a name with blanks": 1, "n" * 65: 1}, {"total_tokens": 15}),
        ({"total_tokens": 15, "details": {"audio": 3, "share": 0.5}}, {"total_tokens": 15, "details": {"audio": 3}}),
        ("many", None),
        ([1], None),
        ({}, None),
    ],
)
def test_of_an_odd_usage_what_fits_is_kept(usage: object, read: object) -> None:
    assert found_in(completion(content="Hola.", usage=usage)).usage == read


def test_a_usage_nested_without_end_ends_at_four() -> None:
    nested: dict[str, object] = {"total_tokens": 1}
    for _ in range(200):
        nested = {"total_tokens": 1, "more_details": nested}
    assert json.dumps(found_in(completion(content="", usage=nested)).usage).count("total_tokens") == 4


def test_of_very_many_counts_a_hundred_are_kept() -> None:
    assert len(found_in(completion(content="", usage={f"count_{number}": 1 for number in range(3_000)})).usage) == 100


@pytest.mark.parametrize(("status", "code"), [(400, "content_filter"), (200, None), (200, "content_filter")])
def test_usage_that_comes_with_a_refusal_is_told(status: int, code: str | None) -> None:
    error = found_in({"error": {"code": code, "message": "x"}, "usage": {"total_tokens": 5000}}, status)
    assert (isinstance(error, DropscribeError), error.usage) == (True, {"total_tokens": 5000})


def test_a_gateway_that_waited_long_for_the_model_may_have_paid_for_it() -> None:
    late = [type(found_in(b"", 504, after=after)) for after in (GATEWAYS_SECONDS, GATEWAYS_SECONDS + 1)]
    assert late == [ModelUnavailable, ModelTimeout]


NAMES = (
    *("choices", "message", "delta", "content", "type", "text", "refusal", "reasoning", "audio", "transcript", "usage"),
    *("error", "errors", "code", "status", "innererror", "param", "detail", "loc", "finish_reason", "model"),
    *("total_tokens", "x_details"),
)
ODD = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(st.characters()), st.sampled_from(NAMES)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(NAMES), inner, max_size=6)),
)


@given(ODD, st.sampled_from([200, 201, 308, 400, 403, 422, 429, 500]), st.text(st.characters(), max_size=40))
def test_every_reply_is_an_answer_or_one_of_our_errors_and_can_be_written(
    body: object, status: int, header: str
) -> None:
    found = found_in(body, status, retry_after=header, x_request_id=header, location=header, date=header)
    assert isinstance(found, ChatAnswer | DropscribeError)
    told = ("text", "reasoning", "refusal", "model", "finish_reason", "usage", "request_id", "safe_message", "code")
    "".join([str(found), *(str(getattr(found, name, "")) for name in told)]).encode()
