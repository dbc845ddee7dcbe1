"""The event about a document: what stands in it, and that a queue takes it whatever stands in the document."""

import base64
import json
from datetime import UTC, datetime
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import FileRejected
from shared.media.files import InputFile
from shared.media.names import can_exist
from shared.results.build import Facts, rejected
from shared.results.events import cloud_event
from shared.results.result import Result, document_name

OUTPUT = "https://account.blob.core.windows.net/output"
QUEUE_BYTES = 64 * 1024
START = datetime(2026, 11, 24, 12, tzinfo=UTC)
NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=1024)


def about(name: str, etag: str = "1", container: str = "input", **more: object) -> Result:
    facts = Facts(InputFile(container, name, etag, 9, {}, START), START)
    document = rejected(facts, FileRejected("damaged_media", "No.", "Try again."), START).model_dump()
    return Result.model_validate({**document, **more})


def sent(outcome: Result) -> bytes:
    return base64.b64encode(json.dumps(cloud_event(outcome, output=OUTPUT)).encode())


def test_an_event_has_the_three_counts_that_are_known_and_nothing_else_of_the_usage() -> None:
    usage = {"prompt_tokens": 77, "completion_tokens": 7, "total_tokens": 84, "cost": {"x": "y" * 9}, "calls": 5}
    data = cloud_event(about("a.png", usage=usage), output=OUTPUT)["data"]
    assert data["usage"] == {"prompt_tokens": 77, "completion_tokens": 7, "total_tokens": 84}


@pytest.mark.parametrize("count", [-1, 2**53 + 1, 10**4000, None])
def test_a_count_that_is_none_is_not_told(count: int | None) -> None:
    usage = {"prompt_tokens": count, "completion_tokens": 7, "total_tokens": 84}
    assert cloud_event(about("a.png", usage=usage), output=OUTPUT)["data"]["usage"]["prompt_tokens"] is None


@given(NAMES)
def test_the_address_of_the_document_is_one_whatever_the_file_is_called(name: str) -> None:
    address = cloud_event(about(name), output=OUTPUT)["data"]["document"]
    assert address.isascii()
    assert address.isprintable()
    parts = urlsplit(address)
    assert (parts.query, parts.fragment) == ("", "")
    assert unquote(parts.path) == f"/output/{document_name(name)}"


@pytest.mark.parametrize("name", ["number #1.png", "why?.png", "a b.png", "50%.png", "é/ü.png"])
def test_the_address_of_the_document_is_percent_encoded(name: str) -> None:
    address = cloud_event(about(name), output=OUTPUT)["data"]["document"]
    assert not set("#? é") & set(address.removeprefix("https:"))


@pytest.mark.parametrize("character", ["a", "\0", "é", "😀", "\ud7ff", '"', "\\"])
def test_an_event_fits_into_a_message_whatever_stands_in_the_document(character: str) -> None:
    much = character * 200_000
    recipe = {"name": much, "digest": much, "inputs": {much: much}}
    usage = {f"count {number}": {much[:100]: number} for number in range(3000)}
    outcome = about(character * 1024, much, much, recipe=recipe, usage=usage, warnings=[much])
    assert len(sent(outcome)) < QUEUE_BYTES


@given(st.text(max_size=1100), st.text(max_size=300))
def test_an_event_can_be_made_of_any_document(name: str, etag: str) -> None:
    if can_exist(name):
        assert json.loads(base64.b64decode(sent(about(name, etag))))["subject"] == name
