"""Where there are too many files for one run, each looks at some, and goes on where the last one stopped."""

import json
import logging
import string
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import FileRejected, StorageRefused
from shared.media.files import ListedFile, Page
from shared.processing.jobs import Job
from shared.recovery.documents import MAX_PAGES_AHEAD, is_in_order
from shared.recovery.scan import MAX_PROBES, MIN_ANSWERED
from shared.results.build import Facts, rejected
from shared.results.store import StoredResult
from tests.unit.fakes import MemoryFiles, MemoryState, page_of
from tests.unit.memory_app import memory_app

NOW = MemoryState().now()
HOUR = timedelta(hours=1)
NAMES = st.lists(
    st.one_of(
        st.text("ab-./~", min_size=1, max_size=5),
        st.text(string.ascii_lowercase + "éﬀ😀", min_size=1, max_size=5),
        st.text("xü", min_size=1, max_size=4).map(lambda end: "x" * 1_000 + end),  # some are shortened
        st.sampled_from(("..", "a/../b", "unusual-names/a", "\ufffe")),
    ),
    unique=True,
)


async def answer(files: MemoryFiles, name: str, at: datetime = NOW - 2 * HOUR) -> None:
    error = FileRejected("damaged_media", "It is broken.", "Mend it.")
    outcome = rejected(Facts(await files.look(name), NOW), error, NOW)
    await files.write_result(outcome, replacing=await files.find_result(name))
    files.written[name] = at
    files.asked_for.clear()


def drop(files: MemoryFiles, *names: str, at: datetime = NOW - HOUR) -> None:
    for name in names:
        files.put(name, name.encode())
        files.modified[name] = at


async def a_pass(files: MemoryFiles, state: MemoryState, seconds: float = 0) -> int:
    """Runs of the reconciler until it has looked at all files; return how many."""
    runs = 0
    while not runs or (state.scan and state.scan.inputs):
        await memory_app(files, state=state).reconcile(max_seconds=seconds)
        runs += 1
    return runs


def queued(state: MemoryState) -> Collection[str]:
    return {job.name for job, _ in state.sent}


@given(answered=NAMES, waiting=NAMES, older=NAMES, deleted=NAMES, size=st.integers(1, 4))
async def test_whatever_files_are_called_those_without_their_document_are_found_and_counted(
    answered: list[str], waiting: list[str], older: list[str], deleted: list[str], size: int
) -> None:
    files, state = MemoryFiles(page_size=size), MemoryState()
    for name in {*answered, *older, *deleted} - {*waiting}:
        drop(files, name)
        await answer(files, name)
    for name in older:
        files.put(name, b"a newer version")
    drop(files, *waiting)
    for name in {*deleted} - {*older, *waiting}:
        del files.contents[name]
    await a_pass(files, state)
    assert queued(state) == {*waiting, *older}
    assert state.scan is None or state.scan.last.waiting == len({*waiting, *older})


async def test_one_run_looks_at_all_files_where_it_has_the_time_and_notes_nothing() -> None:
    files, state = MemoryFiles(page_size=2), MemoryState()
    drop(files, *"abcdefg")
    assert await a_pass(files, state, seconds=1) == 1
    assert (queued(state), state.scan) == (set("abcdefg"), None)


async def test_a_run_without_time_looks_at_one_page() -> None:
    files, state = MemoryFiles(page_size=2), MemoryState()
    drop(files, *"abcdefg")
    await memory_app(files, state=state).reconcile(max_seconds=0)
    assert queued(state) == {"a", "b"}
    assert await a_pass(files, state) == 3


async def test_each_page_of_a_listing_is_read_once_in_a_run() -> None:
    files = MemoryFiles(page_size=10)
    for number in range(100):
        drop(files, f"{number:03}.png")
        await answer(files, f"{number:03}.png")
    await memory_app(files).reconcile()
    assert (files.listed_pages, files.asked_for) == (20, [])


async def test_where_old_files_were_deleted_documents_are_asked_for_rather_than_all_listed() -> None:
    files = MemoryFiles(page_size=2)
    for number in range(100):
        drop(files, f"{number:03}")
        await answer(files, f"{number:03}")
    for number in range(98):
        del files.contents[f"{number:03}"]
    assert await memory_app(files).reconcile() == 0
    assert (files.listed_pages, files.asked_for) == (1 + MAX_PAGES_AHEAD, ["098", "099"])


async def test_a_run_that_is_killed_is_done_again() -> None:
    class Killed(BaseException):
        pass

    class Dying(MemoryState):
        async def send(self, job: Job, seconds: float) -> None:
            if job.name == "d":
                raise Killed
            await super().send(job, seconds)

    files, state = MemoryFiles(page_size=2), Dying()
    drop(files, *"abcdef")
    await memory_app(files, state=state).reconcile(max_seconds=0)
    with pytest.raises(Killed):
        await memory_app(files, state=state).reconcile(max_seconds=0)
    again = MemoryState(scan=state.scan, records=state.records)
    await a_pass(files, again)
    assert queued(again) == set("cdef") - set(queued(state))  # of `c` and `d` either may have come first


async def test_markers_that_storage_refuses_are_forgotten() -> None:
    class Forgetful(MemoryFiles):
        async def list_inputs(self, marker: str = "") -> Page[ListedFile]:
            if marker:
                raise StorageRefused("InvalidQueryParameterValue")
            return await super().list_inputs(marker)

    files, state = Forgetful(page_size=2), MemoryState()
    drop(files, *"abc")
    await memory_app(files, state=state).reconcile(max_seconds=0)
    drop(files, "a", at=NOW - 2 * HOUR)
    with pytest.raises(StorageRefused):
        await memory_app(files, state=state).reconcile(max_seconds=0)
    files.put("a", b"a newer version")
    assert await memory_app(files, state=state).reconcile(max_seconds=0) == 1


async def test_a_document_that_storage_refuses_to_tell_of_ends_no_look_at_the_others() -> None:
    class Refusing(MemoryFiles):
        async def find_result(self, name: str) -> StoredResult | None:
            raise StorageRefused("InvalidUri")

    files, state = Refusing(), MemoryState()
    drop(files, "unusual-names/a", "b")
    await memory_app(files, state=state).reconcile()
    assert queued(state) == {"unusual-names/a", "b"}


async def test_where_a_listing_is_in_another_order_documents_are_asked_for_one_by_one() -> None:
    class ByFolder(MemoryFiles):
        """As a tree of folders may be listed: what lies in one comes before its neighbours."""

        async def list_inputs(self, marker: str = "") -> Page[ListedFile]:
            everything = await super().list_inputs()
            return page_of({_by_folder(file.name): file for file in everything.items}, marker, 2)

        async def list_answered(self, marker: str = "") -> Page[tuple[str, StoredResult]]:
            everything = await super().list_answered()
            return page_of({_by_folder(name): (name, found) for name, found in everything.items}, marker, 2)

    for waiting in ((), ("a/2x",), ("a-3", "a/3")):
        files, state = ByFolder(), MemoryState()
        for name in ("a/1", "a/2", "a-1", "a-2", "b"):
            drop(files, name)
            await answer(files, name)
        drop(files, *waiting)
        await a_pass(files, state, seconds=1)
        assert queued(state) == {*waiting}


async def test_that_storage_lists_in_another_order_is_known_to_the_next_run() -> None:
    files, state = MemoryFiles(page_size=1), MemoryState()
    drop(files, "a", "b", "c")
    await memory_app(files, state=state).reconcile(max_seconds=0)
    assert state.scan
    assert state.scan.in_order
    state.scan = replace(state.scan, in_order=False)
    await a_pass(files, state)
    assert not state.scan.in_order
    assert files.asked_for == ["b", "c"]


def _by_folder(name: str) -> str:
    return name.replace("/", "\0")


def test_an_order_in_which_a_name_comes_twice_is_none() -> None:
    assert is_in_order(["a", "b"])
    assert not is_in_order(["a", "a"])
    assert not is_in_order(["b", "a"])


async def told(files: MemoryFiles, state: MemoryState, caplog: pytest.LogCaptureFixture) -> tuple[int, int, int]:
    with caplog.at_level(logging.INFO):
        await memory_app(files, state=state).reconcile(max_seconds=0)
    line = json.loads(caplog.messages[-1])
    return line["waiting"], line["oldest_seconds"], line["pass_seconds"]


async def test_runs_tell_what_the_last_whole_look_counted_or_this_one_where_that_is_more(
    caplog: pytest.LogCaptureFixture,
) -> None:
    files, state = MemoryFiles(page_size=1), MemoryState()
    drop(files, "a", "c", at=NOW - timedelta(seconds=60))
    drop(files, "b", at=NOW - timedelta(seconds=90))
    lines = []
    for _ in range(4):
        lines.append(await told(files, state, caplog))
        state.time += timedelta(seconds=900)
    assert lines == [(1, 60, 0), (2, 990, 900), (3, 1860, 1800), (3, 2760, 0)]
    for name in "abc":
        await answer(files, name)
    lines = [await told(files, state, caplog) for _ in range(3)]
    assert [waiting for waiting, _, _ in lines] == [3, 1, 1]
    assert [(await told(files, state, caplog))[0] for _ in range(3)] == [1, 0, 0]


async def test_in_a_backlog_a_part_without_answers_goes_by_what_earlier_parts_told() -> None:
    files, state = MemoryFiles(page_size=3 * MAX_PROBES), MemoryState()
    for number in range(MIN_ANSWERED):
        drop(files, f"a{number:03}", at=NOW - 3 * HOUR)
        await answer(files, f"a{number:03}", at=NOW)
    drop(files, *(f"b{number:03}" for number in range(3 * MAX_PROBES - MIN_ANSWERED)), at=NOW - 2 * HOUR)
    drop(files, *(f"c{number:03}" for number in range(2 * MAX_PROBES)), at=NOW - 2 * HOUR)
    drop(files, "d lost", at=NOW - 4 * HOUR)
    await memory_app(files, state=state).reconcile(max_seconds=0)
    assert queued(state) == set()  # those behind wait for their turn
    await memory_app(files, state=state).reconcile(max_seconds=0)
    assert "d lost" in queued(state)
    assert len(queued(state)) == 1 + MAX_PROBES


async def test_a_part_with_a_few_answers_does_not_tell_how_far_the_queue_is() -> None:
    files, state = MemoryFiles(page_size=3 * MAX_PROBES), MemoryState()
    for number in range(MIN_ANSWERED - 1):
        drop(files, f"a{number:03}", at=NOW - HOUR)
        await answer(files, f"a{number:03}", at=NOW)
    drop(files, *(f"b{number:03}" for number in range(4 * MAX_PROBES)), at=NOW - 2 * HOUR)
    await memory_app(files, state=state).reconcile(max_seconds=0)
    assert len(queued(state)) == MAX_PROBES


async def test_what_an_earlier_look_knew_is_known_to_the_next() -> None:
    files, state = MemoryFiles(page_size=1), MemoryState()
    drop(files, "a", "b")
    await a_pass(files, state)
    assert state.scan
    state.scan = replace(state.scan, watermark=NOW - HOUR)
    await a_pass(files, state)
    assert state.scan.watermark == NOW - HOUR
