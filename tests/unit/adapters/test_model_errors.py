"""What a refusal becomes: about the file, about our configuration, or temporary; nothing private of it goes on."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from shared.adapters.http.errors import MAX_QUOTE, MAX_WAIT, error_of, retry_after
from shared.adapters.http.reply import HttpReply
from shared.adapters.http.service_error import ServiceError
from shared.errors import DropscribeError, KindNotTaken, ModelUnavailable
from tests.planted import SIGNATURE, TOKEN
from tests.unit.fakes import SIGNED
from tests.unit.refusals import BY_URL, FILTERED, REFUSALS, Refusal


def found_in(status: int, body: object, *sent: str, headers: Mapping[str, str] | None = None) -> Any:
    """What a refusal with such a body becomes: a text, bytes, or what JSON is made of."""
    text = body if isinstance(body, str | bytes) else json.dumps(body)
    reply = HttpReply(status, headers or {}, text.encode() if isinstance(text, str) else text)
    error = ServiceError.of(reply)
    assert error
    return error_of(error, reply, frozenset(sent))


def told(message: str, code: str | None = None) -> dict[str, Any]:
    return {"error": {"code": code, "message": message}}


@pytest.mark.parametrize("answer", REFUSALS, ids=lambda answer: f"{answer.status} {str(answer.body)[:99]}")
def test_error_of_tells_files_configuration_and_temporary_conditions_apart(answer: Refusal) -> None:
    headers = {"apim-request-id": "r-1", **({"retry-after": answer.wait} if answer.wait else {})}
    found = found_in(answer.status, answer.body, "image", "url" if answer in BY_URL else "inline", headers=headers)
    assert type(found) is answer.error
    assert (answer.code or "The model") in str(found) or answer in FILTERED
    assert "request r-1" in str(found)
    assert getattr(found, "request_id", None) == "r-1"
    assert getattr(found, "retry_after", None) == (float(answer.wait) if answer.wait else None)


@pytest.mark.parametrize("answer", FILTERED, ids=lambda answer: str(answer.body))
def test_a_refusal_of_a_content_filter_is_told_apart(answer: Refusal) -> None:
    assert found_in(answer.status, answer.body).code == "content_filtered"


def test_an_error_carries_the_services_code_and_request_id() -> None:
    found = found_in(503, told("Busy", "busy"), headers={"apim-request-id": "r-1", "retry-after": "7"})
    assert (found.code, found.status, found.request_id, found.retry_after) == ("busy", 503, "r-1", 7)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "30"}, 30),
        ({"retry-after-ms": "250", "retry-after": "30"}, 0.25),
        ({"retry-after": "soon"}, None),
        ({"retry-after-ms": "soon"}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after-ms": "-5"}, 0),
        ({"retry-after": "9" * 400}, MAX_WAIT),
        ({"retry-after-ms": "inf"}, MAX_WAIT),
        ({"retry-after-ms": "nan"}, None),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0),
        ({"retry-after": "Mon, 01 Jan 2026 00:01:00 GMT", "date": "Mon, 01 Jan 2026 00:00:00 GMT"}, 60),
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


@pytest.mark.parametrize("name", ["apim-request-id", "x-ms-request-id", "x-request-id"])
def test_the_request_id_is_found_under_each_of_its_names(name: str) -> None:
    assert HttpReply(500, {name: "r"}, b"").request_id == "r"


@pytest.mark.parametrize(
    ("words", "private"),
    [
        ("GET https%3A%2F%2Fa.example%2Fb%3Fsig%3DAb1%2BCd failed", "Ab1"),
        ("header authorization: bearer shorttoken123 refused", "shorttoken123"),
        ("bad api-key: 12345678901234", "12345678901234"),
        (f"bad token {TOKEN} here", TOKEN),
        (f"{SIGNED} is gone", SIGNATURE),
        ("data " + "aGVsbG8td29ybGRfYWdhaW4_" * 4, "aGVsbG8"),
        ("data " + "QUJD" * 30, "QUJD"),
    ],
)
def test_no_secret_that_a_service_quotes_is_passed_on(words: str, private: str) -> None:
    for body in (told(words), told("x", code=words)):
        assert private not in str(found_in(400, body))
        assert private not in str(found_in(503, body))


def test_a_rejection_quotes_the_service_and_not_without_end() -> None:
    found = found_in(400, told(f"Cannot read https://a.example/b.png?sv=1 and {'word ' * 100}"))
    assert "https://a.example/b.png?sv=… and word" in found.message
    assert len(found.message) < MAX_QUOTE + 50


@pytest.mark.parametrize(
    ("message", "kind", "is_told"),
    [
        ("This model does not support audio input.", "audio", True),
        ("The model doesn't accept images.", "image", True),
        ("Image input is not supported by this model.", "image", True),
        ("llama3 is not a multimodal model", "image", True),
        ("This model does not support audio input.", "image", False),
        ("We do not support images of type BMP.", "image", False),
        ("This service does not support audio in the format m4a.", "audio", False),
        ("You uploaded an unsupported image.", "image", False),
    ],
)
def test_a_model_that_takes_no_files_of_a_kind_is_told_from_one_that_refuses_a_file(
    message: str, kind: str, is_told: bool
) -> None:
    found: DropscribeError = found_in(400, told(message, "invalid_value"), kind)
    assert isinstance(found, KindNotTaken) == is_told


@pytest.mark.parametrize("place", ["code", "message", "param"])
def test_a_refusal_about_our_configuration_is_logged_without_the_services_words(place: str) -> None:
    said = {"code": "401", "message": "no", "param": "x", place: "Your prompt: describe this picture."}
    found = found_in(401, {"error": said}, headers={"x-request-id": "Your prompt: describe this"})
    assert isinstance(found, ModelUnavailable)
    assert "prompt" not in found.safe_message


@pytest.mark.parametrize(
    ("location", "host"),
    [
        (f"https://elsewhere.example/models?sig={SIGNATURE}", " to elsewhere.example"),
        ("https://[::1/models", ""),
    ],
)
def test_a_redirect_is_told_with_the_host_and_nothing_else_of_its_address(location: str, host: str) -> None:
    found = found_in(308, "", headers={"location": location})
    assert found.safe_message == (
        f"The model answered 308, a redirect{host}. Set AZURE_INFERENCE_ENDPOINT to where it has moved."
    )
