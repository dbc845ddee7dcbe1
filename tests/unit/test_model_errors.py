import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from shared.adapters.foundry.errors import MAX_QUOTE, MAX_WAIT, error_inside, error_of, retry_after
from shared.adapters.foundry.reply import HttpReply
from shared.errors import (
    AnswerUnusable,
    DropscribeError,
    FileRejected,
    KindNotTaken,
    ModelMisconfigured,
    ModelThrottled,
    ModelUnavailable,
    UrlNotFetched,
)
from shared.media.media import Kind
from tests.planted import SIGNATURE, TOKEN
from tests.unit.fakes import SIGNED
from tests.unit.refusals import FILTERED, REFUSALS, Refusal


def error(message: str = "boom", code: str | None = None, **more: object) -> str:
    return json.dumps({"error": {"code": code, "message": message, **more}})


def found_in(
    status: int, content: str, headers: Mapping[str, str] | None = None, *, by_url: bool = False
) -> DropscribeError:
    return error_of(HttpReply(status, headers or {}, content.encode()), kind="image", by_url=by_url)


@pytest.mark.parametrize("answer", REFUSALS, ids=lambda answer: answer.what)
def test_error_of_tells_files_configuration_and_temporary_conditions_apart(answer: Refusal) -> None:
    body = answer.body if isinstance(answer.body, str) else json.dumps(answer.body)
    found = found_in(answer.status, body, answer.headers, by_url=answer.by_url)
    assert type(found) is answer.error
    assert (answer.code or "The model") in str(found)
    assert ("r-1" in str(found)) == ("apim-request-id" in answer.headers)
    assert getattr(found, "retry_after", None) == answer.wait
    assert getattr(found, "request_id", None) == answer.headers.get("apim-request-id")


@pytest.mark.parametrize("answer", FILTERED, ids=lambda answer: answer.what)
def test_a_refusal_of_a_content_filter_is_told_apart(answer: Refusal) -> None:
    assert getattr(found_in(answer.status, json.dumps(answer.body)), "code", None) == "content_filtered"


def test_the_table_of_refusals_is_worth_its_name() -> None:
    assert len(REFUSALS) >= 40
    assert {answer.error for answer in REFUSALS} == {
        FileRejected,
        KindNotTaken,
        UrlNotFetched,
        ModelThrottled,
        ModelUnavailable,
        ModelMisconfigured,
    }


def test_an_error_carries_the_services_code_and_request_id() -> None:
    found = found_in(503, error("Busy", "busy"), {"apim-request-id": "r-1", "retry-after": "7"})
    assert isinstance(found, ModelUnavailable)
    assert (found.code, found.status, found.request_id, found.retry_after) == ("busy", 503, "r-1", 7)


def test_a_rejection_quotes_the_service_but_no_url_query_and_no_data() -> None:
    message = f"Cannot read https://a.example/b.png?sv=1&sig=SECRET and {'QUJD' * 30} {'word ' * 100}"
    found = found_in(400, error(message))
    assert isinstance(found, FileRejected)
    assert "https://a.example/b.png?sv=…&sig=… and" in found.message
    assert "SECRET" not in found.message
    assert "QUJD" not in found.message
    assert len(found.message) < MAX_QUOTE + 50


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "30"}, 30),
        ({"retry-after": "86400"}, 86400),
        ({"retry-after-ms": "250", "retry-after": "30"}, 0.25),
        ({"retry-after": "soon"}, None),
        ({"retry-after-ms": "soon"}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after-ms": "-5"}, 0),
        ({"retry-after": "9" * 400}, MAX_WAIT),
        ({"retry-after-ms": "inf"}, MAX_WAIT),
        ({"retry-after-ms": "nan"}, None),
        ({"retry-after": "Mon, 01 Jan 2026 00:00:00 +99999999999999999"}, None),
        ({"retry-after": "Mon, 01 Jan 2026 00:00:00 GMT", "date": "Mon, 01 Jan 2026 00:00:00 -99999999"}, None),
    ],
)
def test_retry_after_reads_seconds_and_milliseconds(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds


def test_retry_after_reads_a_date() -> None:
    in_a_minute = format_datetime(datetime.now(UTC) + timedelta(minutes=1), usegmt=True)
    seconds = retry_after({"retry-after": in_a_minute})
    assert seconds is not None
    assert 55 < seconds <= 60
    assert retry_after({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}) == 0


@pytest.mark.parametrize("name", ["apim-request-id", "x-ms-request-id", "x-request-id"])
def test_the_request_id_is_found_under_each_of_its_names(name: str) -> None:
    assert HttpReply(500, {name: "r"}, b"").request_id == "r"


@pytest.mark.parametrize(
    ("words", "private"),
    [
        ("GET https%3A%2F%2Fa.example%2Fb%3Fsig%3DAb1%2BCd failed", "Ab1"),
        ("wrong sig=Ab1%2Bcd", "Ab1"),
        ("header authorization: bearer shorttoken123 refused", "shorttoken123"),
        ("Authorization: Bearer shorttoken123", "shorttoken123"),
        ("bad api-key: 12345678901234", "12345678901234"),
        ("bad AccountKey=abcdef==;", "abcdef"),
        (f"bad token {TOKEN} here", TOKEN),
        (f"{SIGNED} is gone", SIGNATURE),
        ("data " + "aGVsbG8td29ybGRfYWdhaW4_" * 4, "aGVsbG8"),
    ],
)
def test_no_secret_that_a_service_quotes_is_passed_on(words: str, private: str) -> None:
    for body in (error(words), error("x", code=words)):
        assert private not in str(found_in(400, body))
        assert private not in str(found_in(503, body))


@pytest.mark.parametrize(
    "words",
    [
        "Failed to download image.",
        "The provided image url can not be accessed. status code: 403.",
        "Image URL domain 'a.blob.core.windows.net' is not allowed.",
        "Unable to fetch the resource.",
    ],
)
def test_a_service_that_could_not_fetch_our_address_says_so_in_many_ways(words: str) -> None:
    assert isinstance(found_in(400, error(words), by_url=True), UrlNotFetched)


def test_a_file_that_was_sent_inline_cannot_have_been_out_of_reach() -> None:
    assert isinstance(found_in(400, error("Failed to load image: it is broken.")), FileRejected)


@pytest.mark.parametrize("content", [b"\xff\xfe", b"[" * 100_000, b'{"error": {"message": "\\ud800"}}', b"null"])
def test_an_unreadable_answer_is_still_judged_by_its_status(content: bytes) -> None:
    found = error_of(HttpReply(429, {"retry-after": "77"}, content))
    assert isinstance(found, ModelThrottled)
    assert found.retry_after == 77
    str(found).encode()


@pytest.mark.parametrize(
    ("message", "kind", "is_told"),
    [
        ("This model does not support audio input.", "audio", True),
        ("The model doesn't accept images.", "image", True),
        ("Image input is not supported by this model.", "image", True),
        ("No endpoints found that support image input", "image", True),
        ("llama3 is not a multimodal model", "image", True),
        ("This model does not support audio input.", "image", False),
        ("We do not support images of type BMP.", "image", False),
        ("This service does not support audio in the format m4a.", "audio", False),
        ("You uploaded an unsupported image.", "image", False),
    ],
)
def test_a_model_that_takes_no_files_of_a_kind_is_told_from_one_that_refuses_a_file(
    message: str, kind: Kind, is_told: bool
) -> None:
    found = error_of(HttpReply(400, {}, error(message, "invalid_value").encode()), kind=kind)
    assert isinstance(found, KindNotTaken) == is_told


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        ({"message": "Rate limit exceeded", "code": 429}, ModelThrottled),
        ({"message": "Slow down.", "code": "rate_limit_exceeded"}, ModelThrottled),
        ({"message": "No such model.", "status": "404"}, ModelMisconfigured),
        ({"message": "It broke.", "code": 502}, ModelUnavailable),
        ({"message": "Filtered.", "code": "content_filter"}, FileRejected),
        ({"message": "It broke."}, AnswerUnusable),
        ("It broke.", AnswerUnusable),
        (["It broke."], AnswerUnusable),
    ],
)
def test_an_error_that_came_with_a_200_is_judged_like_an_error(inside: object, expected: type[Exception]) -> None:
    assert type(error_inside({"error": inside}, HttpReply(200, {}, b""))) is expected


@pytest.mark.parametrize("document", [{}, {"error": None}, [], None, "error"])
def test_a_document_without_an_error_holds_none(document: object) -> None:
    assert error_inside(document, HttpReply(200, {}, b"")) is None


@pytest.mark.parametrize("place", ["code", "message", "param"])
def test_a_refusal_about_our_configuration_is_logged_without_the_services_words(place: str) -> None:
    said = {"code": "401", "message": "no", "param": "x", place: "Your prompt: describe this picture."}
    found = error_of(
        HttpReply(401, {"x-request-id": "Your prompt: describe this"}, json.dumps({"error": said}).encode())
    )
    assert isinstance(found, ModelUnavailable)
    assert "prompt" not in found.safe_message


def test_a_redirect_is_told_with_the_host_and_nothing_else_of_its_address() -> None:
    headers = {"location": f"https://elsewhere.example/models?sig={SIGNATURE}"}
    told = str(error_of(HttpReply(308, headers, b"")))
    assert "elsewhere.example" in told
    assert SIGNATURE not in told
