"""The load test's own judgement: each invariant must see what breaks it."""

import base64
import io
import json
from collections import Counter
from dataclasses import replace
from random import Random

import pytest
from PIL import Image

from bench.under_load.access_log import Write, writes
from bench.under_load.documents import Document
from bench.under_load.files import Asked, asked_in, picture
from bench.under_load.files import document as long_document
from bench.under_load.inspection import strays
from bench.under_load.invariants import INVARIANTS, Evidence, Message, doubled, errored, extra_paid, lost
from bench.under_load.offer import uploads
from bench.under_load.plan import Load
from bench.under_load.planted import ANSWER, MODEL_KEY, leaks, model_key, owner_of
from bench.under_load.quota import Call, answer_to, version_answered
from shared.processing.retry import RetryPolicy


def document(version: int, etag: str = "etag-2") -> Document:
    text = {"status": "ok", "input": {"etag": etag}, "answer": {"text": f"{ANSWER} to version {version}"}}
    return Document.parse(json.dumps(text))


FAILED = Document.parse(json.dumps({"status": "error", "input": {"etag": "etag-2"}, "answer": None}))
EVENT = Message("events", json.dumps({"BlobName": "a"}))
GOOD = Evidence(
    versions={"a": [1, 2]},
    etags={"a": "etag-2"},
    inputs={"a": "etag-2"},
    documents={"a": document(2)},
    writes=Counter(a=2),
    calls={Asked(1): [Call(1, 10, True)], Asked(2): [Call(1, 20, True)]},
    killed={},
)


def broken(seen: Evidence) -> list[str]:
    return [name for name, each in INVARIANTS.items() if list(each.broken_by(seen))]


def test_every_invariant_holds_where_all_is_well() -> None:
    assert broken(GOOD) == []
    assert (list(lost(GOOD)), list(doubled(GOOD)), list(errored(GOOD)), extra_paid(GOOD)) == ([], [], [], 0)


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("I1", replace(GOOD, documents={})),
        ("I1", replace(GOOD, documents={"a": document(1)})),
        ("I1", replace(GOOD, documents={"a": document(2, "etag-1")})),
        ("I1", replace(GOOD, queued=[EVENT])),
        ("I1", replace(GOOD, unseen=1)),
        ("I2", replace(GOOD, writes=Counter(a=3))),
        ("I2", replace(GOOD, writes=Counter(a=2, unknown=1))),
        ("I3", replace(GOOD, calls={Asked(2): [Call(1, 10, True), Call(2, 20, True)]})),
        ("I3", replace(GOOD, calls={Asked(2): [Call(1, 10, True), Call(2, 20, True)]}, killed={2: 15, 1: 25})),
        ("I4", replace(GOOD, documents={"a": FAILED})),
        ("I5", replace(GOOD, leaks=["a log holds it"])),
        ("I6", replace(GOOD, strays=["PUT elsewhere/a"])),
        ("I6", replace(GOOD, inputs={"a": "etag-3"})),
        ("I6", replace(GOOD, inputs={"a": "etag-2", "b": "etag-1"})),
    ],
)
def test_each_invariant_sees_what_breaks_it_and_no_other_does(name: str, seen: Evidence) -> None:
    assert broken(seen) == [name]


def test_poison_that_is_left_is_seen_and_its_file_counts_as_lost() -> None:
    poison = replace(EVENT, queue="webjobs-blobtrigger-poison")
    seen = replace(GOOD, documents={}, queued=[poison])
    assert (broken(seen), list(lost(seen))) == (["I7"], ["a"])


@pytest.mark.parametrize(
    ("earlier", "killed"), [(Call(1, 10, True), {1: 15.0}), (Call(1, 10, False), {})], ids=["kill", "timeout"]
)
def test_a_kill_or_a_timeout_between_two_calls_excuses_the_second(earlier: Call, killed: dict[int, float]) -> None:
    seen = replace(GOOD, calls={Asked(2): [earlier, Call(2, 20, True)]}, killed=killed)
    assert (broken(seen), extra_paid(seen)) == ([], 1)


def test_the_naive_ways_document_counts_by_what_it_answers() -> None:
    plain = Document.parse(json.dumps({"text": f"{ANSWER} to version 2"}))
    assert list(lost(replace(GOOD, documents={"a": plain}))) == []


def test_the_access_log_tells_the_writes_that_succeeded() -> None:
    log = [
        '127.0.0.1 - - [d] "PUT /devstoreaccount1/output/file-1.json?se=x HTTP/1.1" 201 -',
        '127.0.0.1 - - [d] "PUT /devstoreaccount1/output/file-1.json HTTP/1.1" 409 90',
        '127.0.0.1 - - [d] "GET /devstoreaccount1/input/file-1 HTTP/1.1" 206 90',
        '127.0.0.1 - - [d] "DELETE /devstoreaccount1/state/a%20b HTTP/1.1" 202 -',
        '127.0.0.1 - - [d] "PUT /devstoreaccount1/output?restype=container HTTP/1.1" 201 -',
        '127.0.0.1 - - [d] "PUT /devstoreaccount1/output/file-2.json HTTP/1.1" - -',
    ]
    assert list(writes(log)) == [
        Write("PUT", "output", "file-1.json"),
        Write("DELETE", "state", "a b"),
        Write("PUT", "output", ""),
    ]


def test_a_write_to_any_other_container_is_a_stray() -> None:
    written = [
        Write("PUT", "input", ""),
        Write("PUT", "input", "a"),
        Write("PUT", "output", "a.json"),
        Write("DELETE", "input", "a"),
        Write("PUT", "elsewhere", "a"),
    ]
    found = list(strays(written, ["input", "output", "elsewhere"], dropped=1))
    assert found == ["DELETE input/a", "PUT elsewhere/a", "there is elsewhere"]
    assert list(strays(written[:3], ["input", "output"], dropped=2)) == [
        "2 files were dropped, and 1 were written to the input"
    ]


def test_a_secret_is_found_wherever_it_stands() -> None:
    texts = [("a log", f"x {model_key(7)} y"), ("a document", "nothing")]
    assert list(leaks(texts, [MODEL_KEY, ANSWER])) == [f"a log holds {MODEL_KEY[:16]}…"]
    assert owner_of(model_key(7)) == 7


def test_the_uploads_have_lost_and_repeated_events_and_new_versions() -> None:
    dropped = list(uploads(1000, Random(1)))
    assert dropped == list(uploads(1000, Random(1)))
    assert len({upload.name for upload in dropped}) == 1000 < len(dropped)
    assert [upload.version for upload in dropped] == list(range(1, len(dropped) + 1))
    assert {upload.events for upload in dropped} == {0, 1, 2, 3}


@pytest.mark.parametrize("files", [1, 300, 2000, 10_000, 100_000])
def test_the_times_of_a_load_are_those_of_the_protocol_in_their_order(files: int) -> None:
    load = Load(files, seed=1)
    times, real = RetryPolicy(**load.policy), RetryPolicy()
    assert times.claim > times.invocation > times.call >= times.here
    assert times.lost > times.max_wait > times.first
    assert times.claim <= real.claim
    assert load.offered_per_second == 4 * load.per_second


def shown(content: bytes) -> bytes:
    return b'{"url": "data:image/png;base64,' + base64.b64encode(content) + b'"}'


def test_the_model_knows_a_picture_and_each_page_of_a_document() -> None:
    assert asked_in(shown(picture(1234567890))) == Asked(1234567890)
    assert asked_in(shown(long_document(77))) == Asked(77)
    pages = Image.open(io.BytesIO(long_document(123456789)))
    for number in (1, 2, 3):
        pages.seek(number - 1)
        page = io.BytesIO()
        pages.convert("RGB").save(page, "JPEG")
        assert asked_in(shown(page.getvalue())) == Asked(123456789, number)


@pytest.mark.parametrize(
    ("asked", "version"),
    [
        ([Asked(7)], 7),
        ([Asked(7, 1), Asked(7, 2), Asked(7, 3)], 7),
        ([Asked(7, 1), Asked(7, 2)], None),
        ([Asked(7, 1), Asked(7, 2), Asked(8, 3)], None),
        ([Asked(7, 1), Asked(7, 3), Asked(7, 2)], None),
    ],
)
def test_a_document_counts_only_with_all_its_pages_in_order(asked: list[Asked], version: int | None) -> None:
    assert version_answered("\n\n".join(map(answer_to, asked))) == version


def test_one_file_in_ten_is_asked_about_in_pieces() -> None:
    dropped = {upload.name: upload for upload in uploads(100, Random(1))}
    assert sum(asked_in(shown(each.content)) == Asked(each.version) for each in dropped.values()) == 100
    assert sum(name.startswith("read-text/") for name in dropped) == 10
