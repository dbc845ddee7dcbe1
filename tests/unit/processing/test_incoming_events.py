"""Events as Event Grid writes them, and everything else that may stand in their place."""

import base64
import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.bounds import MAX_JSON_BYTES
from shared.media.names import MAX_BLOB_NAME, can_exist
from shared.processing.incoming_events import CREATED, MAX_EVENTS, FileEvents, file_events

SUBJECT = "/blobServices/default/containers/input/blobs/"
AZURE, EMULATOR = "https://media.blob.core.windows.net", "http://127.0.0.1:10000/devstoreaccount1"
KEYS = st.sampled_from(["eventType", "type", "subject", "data", "url"])
NAMES = [
    "a name with spaces.png",
    "ünïcødé 图表 😀.png",
    "number #1?.png",
    "50%20off.png",
    "a/blobs/b/input/blobs/c.png",
    "input/input",
    "two\nlines",
]


def grid(name: str, at: str = AZURE, **own: object) -> dict[str, Any]:
    """An event in Event Grid's schema, with a subject that is not encoded and an address that is."""
    event = {"eventType": CREATED, "subject": SUBJECT + name, "topic": "/subscriptions/0/storageAccounts/media"}
    return {**event, "data": {"api": "PutBlob", "url": f"{at}/input/{quote(name)}"}, **own}


def cloud(name: str, at: str = AZURE, **own: object) -> dict[str, Any]:
    """The same as a CloudEvent."""
    event = {"specversion": "1.0", "type": CREATED, "source": "/subscriptions/0/storageAccounts/media"}
    return {**event, "subject": SUBJECT + name, "data": {"url": f"{at}/input/{quote(name)}"}, **own}


def told(content: object) -> FileEvents | None:
    return file_events(json.dumps(content).encode())


def only(name: str, container: str = "input") -> FileEvents:
    return FileEvents(((container, name),), 0)


@pytest.mark.parametrize("schema", [grid, cloud])
@pytest.mark.parametrize("at", [AZURE, EMULATOR])
@pytest.mark.parametrize("name", NAMES)
def test_an_event_names_its_file_in_either_schema_and_at_either_address(name: str, at: str, schema: Any) -> None:
    assert told(schema(name, at)) == only(name)


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\\"), min_size=1, max_size=MAX_BLOB_NAME))
def test_any_name_that_a_file_can_have_is_found(name: str) -> None:
    assert told([grid(name)]) == only(name)


def test_a_subject_that_lost_characters_is_not_believed_where_there_is_an_address() -> None:
    assert told(grid("chart 😀.png", subject=f"{SUBJECT}chart \ufffd\ufffd.png")) == only("chart 😀.png")


@pytest.mark.parametrize("data", [None, 7, {}, {"url": 7}, {"url": "input/chart.png"}, {"url": f"{AZURE}/other/a.png"}])
def test_without_an_address_in_the_same_container_the_subject_names_the_file(data: object) -> None:
    assert told(grid("chart.png", data=data)) == only("chart.png")


def test_without_a_subject_the_address_names_the_file() -> None:
    assert told(grid("a/b.png", subject=None)) == only("a/b.png")


def test_an_event_of_another_container_says_so() -> None:
    event = grid("a.png", subject="/blobServices/default/containers/output/blobs/a.png")
    assert told({**event, "data": {"url": f"{AZURE}/output/a.png"}}) == only("a.png", "output")


def test_a_message_may_be_in_base64_and_hold_several_events() -> None:
    several = json.dumps([grid("a"), cloud("b"), grid("a")]).encode()
    assert file_events(base64.encodebytes(several)) == FileEvents((("input", "a"), ("input", "b")), 0)


@pytest.mark.parametrize(
    "event",
    [
        {},
        grid("a.png", eventType="Microsoft.Storage.BlobDeleted"),
        grid("a.png", eventType=["Microsoft.Storage.BlobCreated"]),
        grid("a.png", subject="/blobServices/default/containers/input/blobs/", data={}),
        grid("a.png", subject=7, data=f"{AZURE}/input/a.png"),
        grid("a.png", subject=None, data={"url": f"{AZURE}/input"}),
        grid("x" * (MAX_BLOB_NAME + 1)),
        grid("nul\0"),
        grid("", subject=f"{SUBJECT}half \ud800", data={}),
    ],
)
def test_an_event_that_tells_of_no_file_is_counted_and_no_more(event: dict[str, Any]) -> None:
    assert told([event, grid("good.png")]) == FileEvents((("input", "good.png"),), 1)


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"words",
        b"[]",
        b"null",
        b"7",
        b'"text"',
        b"[7]",
        b"\xff\xfe",
        b"[" * 60_000,
        b'{"a":' * 50_000,
        b"e30",
        base64.b64encode(b"words"),
        b'[{"data": ' + b"9" * MAX_JSON_BYTES + b"}]",
        b"[" + b"{}," * 70_000 + b"{}]",
    ],
)
def test_what_is_no_event_is_nothing(message: bytes) -> None:
    assert file_events(message) is None


def test_of_very_many_events_the_first_are_taken() -> None:
    events = told([{"type": CREATED, "subject": f"{SUBJECT}{number}"} for number in range(MAX_EVENTS + 5)])
    assert events
    assert (len(events.files), events.others) == (MAX_EVENTS, 5)


@given(st.recursive(st.none() | st.integers() | st.text(), lambda each: st.lists(each) | st.dictionaries(KEYS, each)))
def test_whatever_stands_in_a_message_only_names_come_of_it(content: object) -> None:
    events = told(content)
    assert events is None or all(can_exist(name) for _, name in events.files)
