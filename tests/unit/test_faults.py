import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from shared.adapters.foundry.errors import MAX_QUOTE, MAX_WAIT, fault_of, retry_after
from shared.adapters.foundry.reply import Reply
from shared.errors import (
    DropscribeError,
    FileRejected,
    ModelMisconfigured,
    ModelThrottled,
    ModelUnavailable,
    UrlNotFetched,
)
from tests.planted import SIGNATURE, TOKEN
from tests.unit.fakes import SIGNED
from tests.unit.refusals import FILTERED, REFUSALS, Refusal


def error(message: str = "boom", code: str | None = None, **more: object) -> str:
    return json.dumps({"error": {"code": code, "message": message, **more}})


def fault(
    status: int, content: str, headers: Mapping[str, str] | None = None, *, by_url: bool = False
) -> DropscribeError:
    return fault_of(Reply(status, headers or {}, content.encode()), by_url=by_url)


@pytest.mark.parametrize("answer", REFUSALS, ids=lambda answer: answer.what)
def test_fault_of_tells_the_file_from_us_and_us_from_the_hour(answer: Refusal) -> None:
    body = answer.body if isinstance(answer.body, str) else json.dumps(answer.body)
    found = fault(answer.status, body, answer.headers, by_url=answer.by_url)
    assert type(found) is answer.error
    assert (answer.code or "The model") in str(found)
    assert ("r-1" in str(found)) == ("apim-request-id" in answer.headers)
    assert getattr(found, "retry_after", None) == answer.wait
    assert getattr(found, "request_id", None) == answer.headers.get("apim-request-id")


@pytest.mark.parametrize("answer", FILTERED, ids=lambda answer: answer.what)
def test_what_a_content_filter_refused_is_told_apart(answer: Refusal) -> None:
    assert getattr(fault(answer.status, json.dumps(answer.body)), "code", None) == "content_filtered"


def test_the_table_of_refusals_is_worth_its_name() -> None:
    assert len(REFUSALS) >= 40
    assert {answer.error for answer in REFUSALS} == {
        FileRejected,
        UrlNotFetched,
        ModelThrottled,
        ModelUnavailable,
        ModelMisconfigured,
    }


def test_a_fault_carries_the_services_code_and_request_id() -> None:
    found = fault(503, error("Busy", "busy"), {"apim-request-id": "r-1", "retry-after": "7"})
    assert isinstance(found, ModelUnavailable)
    assert (found.code, found.status, found.request_id, found.retry_after) == ("busy", 503, "r-1", 7)


def test_a_rejection_quotes_the_service_but_no_url_query_and_no_data() -> None:
    message = f"Cannot read https://a.example/b.png?sv=1&sig=SECRET and {'QUJD' * 30} {'word ' * 100}"
    found = fault(400, error(message))
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
    assert Reply(500, {name: "r"}, b"").request_id == "r"


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
        assert private not in str(fault(400, body))
        assert private not in str(fault(503, body))


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
    assert isinstance(fault(400, error(words), by_url=True), UrlNotFetched)


def test_a_file_that_was_sent_inline_cannot_have_been_out_of_reach() -> None:
    assert isinstance(fault(400, error("Failed to load image: it is broken.")), FileRejected)


@pytest.mark.parametrize("content", [b"\xff\xfe", b"[" * 100_000, b'{"error": {"message": "\\ud800"}}', b"null"])
def test_an_answer_that_nobody_can_read_is_still_told_by_its_status(content: bytes) -> None:
    found = fault_of(Reply(429, {"retry-after": "77"}, content))
    assert isinstance(found, ModelThrottled)
    assert found.retry_after == 77
    str(found).encode()
