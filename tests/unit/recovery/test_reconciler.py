import asyncio
import json
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from shared.errors import FileRejected, StorageUnavailable
from shared.processing.claims import Claim
from shared.processing.jobs import Job
from shared.processing.retry import RetryPolicy
from shared.recovery import reconciler
from shared.recovery.reconciler import MAX_FAILURES, MAX_SECONDS_LOOKING_INTO
from shared.recovery.scan import MAX_PROBES
from shared.results.build import Facts, rejected
from tests.unit.fakes import START, MemoryFiles, MemoryState, SpeakingModel, said
from tests.unit.memory_app import CHART, memory_app

RUNS = 100
"""So many that each file has its turn in one of them, drawn at random."""
NOW = MemoryState().now()
AN_HOUR_AGO = NOW - timedelta(hours=1)


def dropped(files: MemoryFiles, name: str, at: datetime) -> None:
    files.put(name, name.encode())
    files.modified[name] = at


def backlog(files: MemoryFiles, at: datetime) -> None:
    for number in range(2 * MAX_PROBES):
        dropped(files, f"in the host's queue {number}.png", at)


async def answered(files: MemoryFiles, name: str, dropped_at: datetime, written_at: datetime) -> None:
    dropped(files, name, dropped_at)
    file = await files.look(name)
    error = FileRejected("damaged_media", "It is broken.", "Mend it.")
    await files.write_result(rejected(Facts(file, NOW), error, NOW), replacing=None)
    files.written[name] = written_at


def queued(state: MemoryState) -> list[str]:
    return [job.name for job, _ in state.sent]


async def test_a_file_of_which_nobody_heard_is_queued_again_when_it_is_overdue() -> None:
    files, state = MemoryFiles(), MemoryState()
    dropped(files, "lost.png", AN_HOUR_AGO)
    dropped(files, "new.png", NOW)
    assert await memory_app(files, state=state).reconcile() == 1
    assert state.sent == [(Job(name="lost.png"), RetryPolicy().first)]


async def test_a_file_that_was_queued_again_is_left_alone_for_a_day() -> None:
    files, state = MemoryFiles(), MemoryState()
    dropped(files, "lost.png", AN_HOUR_AGO)
    found = []
    for _ in range(3):
        found.append(await memory_app(files, state=state).reconcile())
        state.time += timedelta(hours=13)
    assert found == [1, 0, 1]


async def test_a_file_that_waits_in_a_message_of_ours_is_left_alone() -> None:
    files, state = MemoryFiles(), MemoryState()
    dropped(files, "waits.png", AN_HOUR_AGO)
    etag = (await files.look("waits.png")).etag
    await state.write(
        "waits.png",
        Claim(etag=etag, kind="deferred", until=AN_HOUR_AGO, attempt=3, crashes=0, token="token"),
        replacing=None,
    )
    assert await memory_app(files, state=state).reconcile() == 0


async def test_what_is_known_of_an_older_version_keeps_nobody_from_queueing_the_new_one() -> None:
    files, state = MemoryFiles(), MemoryState()
    dropped(files, "lost.png", AN_HOUR_AGO)
    await state.write(
        "lost.png", Claim(etag="older", kind="deferred", until=NOW, attempt=3, crashes=1, token="token"), replacing=None
    )
    assert await memory_app(files, state=state).reconcile() == 1
    assert state.records["lost.png"].claim.crashes == 0


async def test_a_file_that_crashed_its_workers_is_known_for_it_after_it_was_queued_again() -> None:
    files, state = MemoryFiles(), MemoryState()
    dropped(files, "lost.png", NOW - timedelta(days=3))
    etag = (await files.look("lost.png")).etag
    claim = Claim(etag=etag, kind="claimed", until=NOW - timedelta(days=2), attempt=0, crashes=1, token="token")
    await state.write("lost.png", claim, replacing=None)
    await memory_app(files, state=state).reconcile()
    assert (state.records["lost.png"].claim.kind, state.records["lost.png"].claim.crashes) == ("deferred", 2)


async def test_in_a_backlog_only_files_that_a_younger_one_passed_by_are_queued_again() -> None:
    files, state = MemoryFiles(), MemoryState()
    dropped(files, "lost.png", NOW - timedelta(hours=4))
    await answered(files, "younger.png", NOW - timedelta(hours=3), written_at=NOW)
    backlog(files, NOW - timedelta(hours=2))
    await memory_app(files, state=state).reconcile()
    assert queued(state) == ["lost.png"]


async def test_a_few_files_are_queued_again_though_nobody_passed_them_by() -> None:
    files, state = MemoryFiles(), MemoryState()
    await answered(files, "older.png", NOW - timedelta(hours=3), written_at=NOW)
    names = [f"{number}.png" for number in range(MAX_PROBES)]
    for name in names:
        dropped(files, name, AN_HOUR_AGO)
    await memory_app(files, state=state).reconcile()
    assert sorted(queued(state)) == sorted(names)


async def test_a_newer_version_that_was_answered_in_the_place_of_an_older_one_has_passed_nobody_by() -> None:
    files, state = MemoryFiles(), MemoryState()
    dropped(files, "lost.png", NOW - timedelta(hours=4))
    for number in range(30):
        await answered(files, f"{number}.png", NOW - timedelta(hours=3, seconds=number), written_at=NOW)
    await answered(files, "overwritten.png", NOW - timedelta(minutes=40), written_at=NOW)
    backlog(files, NOW - timedelta(hours=2))
    await memory_app(files, state=state).reconcile()
    assert queued(state) == ["lost.png"]


async def test_while_nothing_is_answered_some_files_are_queued_again_and_the_others_once_those_are_answered() -> None:
    files, state = MemoryFiles(), MemoryState()
    for number in range(3 * MAX_PROBES):
        dropped(files, f"{number}.png", NOW - timedelta(hours=2, seconds=number))
    assert await memory_app(files, state=state).reconcile() == MAX_PROBES
    youngest = min(queued(state), key=lambda name: int(name.partition(".")[0]))
    await answered(files, youngest, files.modified[youngest], written_at=NOW)
    await memory_app(files, state=state).reconcile()
    older = [name for name in files.contents if files.modified[name] < files.modified[youngest]]
    assert set(older) <= set(queued(state))


@dataclass
class RefusingBadFiles(MemoryState):
    """Fails for files with such a name, and counts how often."""

    failed: int = 0

    async def send(self, job: Job, seconds: float) -> None:
        if job.name.startswith("bad"):
            self.failed += 1
            raise StorageUnavailable("busy")
        await super().send(job, seconds)


async def test_where_storage_fails_for_a_few_files_the_others_are_queued_again_all_the_same() -> None:
    files, state = MemoryFiles(), RefusingBadFiles()
    for name in (*(f"bad-{number}.png" for number in range(MAX_FAILURES - 1)), "good.png"):
        dropped(files, name, AN_HOUR_AGO)
    assert await memory_app(files, state=state).reconcile() == 1


async def test_where_storage_fails_for_many_files_a_run_ends_and_no_other_file_waits_for_ever() -> None:
    files, state = MemoryFiles(), RefusingBadFiles()
    for name in (*(f"bad-{number}.png" for number in range(2 * MAX_FAILURES)), "good.png"):
        dropped(files, name, AN_HOUR_AGO)
    looks = memory_app(files, state=state)
    for _ in range(RUNS):
        before = state.failed
        await looks.reconcile()
        assert state.failed - before <= MAX_FAILURES
    assert queued(state) == ["good.png"]


async def test_a_poisoned_file_that_is_gone_leaves_nothing_behind_and_its_document_is_announced() -> None:
    files, state = MemoryFiles(), MemoryState()
    await answered(files, "gone.png", AN_HOUR_AGO, written_at=AN_HOUR_AGO)
    del files.contents["gone.png"]
    await state.write("gone.png", Claim(etag="1", kind="deferred", until=AN_HOUR_AGO, token="token"), replacing=None)
    await memory_app(files, state=state).settle_poison("gone.png")
    assert ([outcome.input.name for outcome in state.published], state.records) == (["gone.png"], {})


async def test_a_file_without_a_document_is_queued_again_after_a_day_whatever_the_backlog() -> None:
    files, state = MemoryFiles(), MemoryState()
    await answered(files, "older.png", NOW - timedelta(days=3), written_at=NOW)
    dropped(files, "waits.png", NOW - timedelta(days=2))
    backlog(files, AN_HOUR_AGO)
    await memory_app(files, state=state).reconcile()
    assert queued(state) == ["waits.png"]


async def test_after_a_day_all_are_queued_again_though_nobody_was_answered() -> None:
    files, state = MemoryFiles(), MemoryState()
    names = [f"{number}.png" for number in range(3 * MAX_PROBES)]
    for name in names:
        dropped(files, name, NOW - timedelta(days=2))
    await memory_app(files, state=state).reconcile()
    assert sorted(queued(state)) == sorted(names)


async def test_only_what_was_answered_lately_tells_how_far_the_queue_is() -> None:
    files, state = MemoryFiles(), MemoryState()
    dropped(files, "lost.png", NOW - timedelta(hours=4))
    for number in range(90):
        await answered(files, f"{number}.png", NOW - timedelta(hours=1), written_at=NOW - timedelta(minutes=50))
    await answered(files, "front.png", NOW - timedelta(hours=3), written_at=NOW)
    backlog(files, NOW - timedelta(hours=2))
    await memory_app(files, state=state).reconcile()
    assert queued(state) == ["lost.png"]


async def test_a_quarter_of_those_answered_lately_may_be_out_of_turn_and_no_more() -> None:
    for out_of_turn, found in ((9, 1), (12, 201)):
        files, state = MemoryFiles(), MemoryState()
        dropped(files, "lost.png", NOW - timedelta(hours=4))
        for number in range(40):
            dropped_at = NOW - timedelta(hours=1 if number < out_of_turn else 3)
            await answered(files, f"{number}.png", dropped_at, written_at=NOW)
        backlog(files, NOW - timedelta(hours=2))
        assert await memory_app(files, state=state).reconcile() == found


async def test_nobody_is_disturbed_who_takes_a_file_while_it_is_queued_again() -> None:
    files = MemoryFiles()
    dropped(files, "lost.png", AN_HOUR_AGO)
    etag = (await files.look("lost.png")).etag
    taken = Claim(etag=etag, kind="claimed", until=NOW + timedelta(minutes=15), token="somebody else")

    class Busy(MemoryState):
        async def send(self, job: Job, seconds: float) -> None:
            await super().send(job, seconds)
            await self.write(job.name, taken, replacing=None)

    busy = Busy()
    assert await memory_app(files, state=busy).reconcile() == 1
    assert busy.records["lost.png"].claim == taken


async def test_the_reconciler_queues_what_nobody_works_on_and_tells_how_much_waits(
    caplog: pytest.LogCaptureFixture,
) -> None:
    files, state = MemoryFiles(), MemoryState()
    for name in ("answered.png", "in-hand.png", "lost.png"):
        files.put(name, CHART)
    await memory_app(files, SpeakingModel([said("A chart.")]), state=state).take("answered.png")
    etag = (await files.look("in-hand.png")).etag
    await state.write("in-hand.png", Claim(etag=etag, kind="claimed", until=state.time, token="mine"), replacing=None)
    with caplog.at_level(logging.INFO):
        assert await memory_app(files, state=state).reconcile() == 1
    assert [job.name for job, _ in state.sent] == ["lost.png"]
    age = round((state.time - START).total_seconds())
    told = {"event": "files.waiting", "waiting": 2, "oldest_seconds": age, "queued": 1, "pass_seconds": 0}
    assert told == json.loads(caplog.messages[-1])


async def test_the_reconciler_tells_too_when_nothing_waits(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        await memory_app(MemoryFiles()).reconcile()
    (line,) = caplog.messages
    told = {"event": "files.waiting", "waiting": 0, "oldest_seconds": 0, "queued": 0, "pass_seconds": 0}
    assert json.loads(line) == told


async def test_the_reconciler_counts_all_that_wait_and_looks_into_some_of_very_many(
    caplog: pytest.LogCaptureFixture,
) -> None:
    files, state = MemoryFiles(), MemoryState()
    for number in range(9):
        files.put(f"{number}.png", CHART)
    with caplog.at_level(logging.INFO):
        assert await memory_app(files, state=state).reconcile(max_looked_into=2) == 2
    assert len({job.name for job, _ in state.sent}) == 2
    told = json.loads(caplog.messages[-1])
    assert (told["waiting"], told["queued"]) == (9, 2)


async def test_a_lost_file_has_its_turn_though_many_others_wait_in_somebodys_hands() -> None:
    files, state = MemoryFiles(), MemoryState()
    for number in range(9):
        files.put(f"{number}.png", CHART)
        etag = (await files.look(f"{number}.png")).etag
        await state.write(
            f"{number}.png", Claim(etag=etag, kind="deferred", until=state.time, token="mine"), replacing=None
        )
    files.put("lost.png", CHART)
    looks = memory_app(files, state=state)
    for _ in range(RUNS):
        assert await looks.reconcile(max_looked_into=2) in (0, 1)
    assert [job.name for job, _ in state.sent] == ["lost.png"]


async def test_where_storage_is_slow_a_run_ends_in_time_notes_how_far_it_came_and_the_next_ones_queue_the_others() -> (
    None
):
    class Slow(MemoryState):
        async def send(self, job: Job, seconds: float) -> None:
            await super().send(job, seconds)
            self.time += timedelta(seconds=MAX_SECONDS_LOOKING_INTO / 2)

    files, state = MemoryFiles(page_size=5), Slow()
    names = [f"{number}.png" for number in range(6)]
    for name in names:
        dropped(files, name, AN_HOUR_AGO)
    assert await memory_app(files, state=state).reconcile(max_seconds=0) == 2
    assert state.scan
    assert state.scan.inputs
    for _ in range(RUNS):
        assert await memory_app(files, state=state).reconcile(max_seconds=0) in (0, 1, 2)
    assert sorted(queued(state)) == names


async def test_a_run_in_which_storage_falls_silent_ends_in_time_and_notes_how_far_it_came(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    class Silent(MemoryState):
        async def send(self, job: Job, seconds: float) -> None:
            await asyncio.Event().wait()

    monkeypatch.setattr(reconciler, "MAX_SECONDS_LOOKING_INTO", 0.01)
    files, state = MemoryFiles(page_size=5), Silent()
    for number in range(6):
        dropped(files, f"{number}.png", AN_HOUR_AGO)
    assert await memory_app(files, state=state).reconcile(max_seconds=0) == 0
    assert state.scan
    assert "files.not_looked_into" in caplog.text
