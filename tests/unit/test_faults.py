import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from shared.adapters.faults import LONGEST_QUOTE, fault_of, request_id, retry_after
from shared.errors import (
    DropscribeError,
    FileRejected,
    ModelMisconfigured,
    ModelThrottled,
    ModelUnavailable,
    UrlNotFetched,
)
from tests.unit.refusals import FILTERED, REFUSALS, Refusal


@dataclass
class Refused:
    """An answer as azure-core shows it."""

    status_code: int
    content: str
    headers: Mapping[str, str] = field(default_factory=dict)

    def json(self) -> Any:
        return json.loads(self.content)

    def text(self) -> str:
        return self.content


def error(message: str = "boom", code: str | None = None, **more: object) -> str:
    return json.dumps({"error": {"code": code, "message": message, **more}})


def fault(status: int, content: str, headers: Mapping[str, str] | None = None) -> DropscribeError:
    return fault_of(Refused(status, content, headers or {}))  # type: ignore[arg-type]


@pytest.mark.parametrize("answer", REFUSALS, ids=lambda answer: answer.what)
def test_fault_of_tells_the_file_from_us_and_us_from_the_hour(answer: Refusal) -> None:
    body = answer.body if isinstance(answer.body, str) else json.dumps(answer.body)
    found = fault(answer.status, body, answer.headers)
    assert type(found) is answer.fault
    assert (f"({answer.code})" if answer.code else "The model") in str(found)
    assert getattr(found, "retry_after", None) == answer.wait
    assert getattr(found, "request_id", None) == answer.headers.get("apim-request-id")


@pytest.mark.parametrize("answer", FILTERED, ids=lambda answer: answer.what)
def test_what_a_content_filter_refused_is_told_apart(answer: Refusal) -> None:
    assert getattr(fault(answer.status, json.dumps(answer.body)), "code", None) == "content_filtered"


def test_the_table_of_refusals_is_worth_its_name() -> None:
    assert len(REFUSALS) >= 40
    assert {answer.fault for answer in REFUSALS} == {
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
    assert "https://a.example/b.png…" in found.message
    assert "SECRET" not in found.message
    assert "QUJD" not in found.message
    assert len(found.message) < LONGEST_QUOTE + 50


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


def test_request_id_is_found_under_each_of_its_names() -> None:
    assert [request_id({name: "r"}) for name in ("apim-request-id", "x-ms-request-id", "x-request-id", "other")] == [
        "r",
        "r",
        "r",
        None,
    ]
