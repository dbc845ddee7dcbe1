"""Events in our own queue, and the messages for later that come of them."""

import json
import logging
from datetime import timedelta

import pytest

from shared.errors import ModelThrottled, StorageUnavailable
from shared.processing.claims import VersionedClaim
from shared.processing.event_receiver import EventReceiver
from shared.processing.incoming_events import FileEvents
from shared.processing.jobs import Job
from shared.processing.processor import Processor
from shared.results.store import StoredResult
from tests.unit.fakes import MemoryFiles, MemoryState, SpeakingModel, said
from tests.unit.memory_app import CHART, MemoryApp, claim, memory_app

NAME = "chart.png"
REPEAT = Job(name=NAME, is_repeat=True)


def of(*files: tuple[str, str], others: int = 0) -> FileEvents:
    return FileEvents(files, others)


async def receive(here: MemoryApp, events: FileEvents, wait: float = 60) -> None:
    await EventReceiver(here.services, Processor(here.services), wait).receive(events)


async def take_up(here: MemoryApp, job: Job = REPEAT, *, is_first_try: bool = True) -> None:
    await Processor(here.services).take_up("input", job, is_first_try=is_first_try)


def dropped() -> MemoryFiles:
    files = MemoryFiles()
    files.put(NAME, CHART)
    return files


class Counting(MemoryState):
    """Counts how often a record was looked at."""

    reads = 0

    async def read(self, name: str) -> VersionedClaim | None:
        self.reads += 1
        return await super().read(name)


async def test_where_the_blob_trigger_hears_too_each_file_waits_in_a_message() -> None:
    state, model = MemoryState(), SpeakingModel([said("never")])
    await receive(memory_app(dropped(), model, state=state), of(("input", NAME), ("input", "b.png")))
    assert state.sent == [(REPEAT, 60), (Job(name="b.png", is_repeat=True), 60)]
    assert (state.records, model.requests) == ({}, [])


async def test_where_nothing_else_hears_a_file_is_answered_at_once() -> None:
    files, state = dropped(), MemoryState()
    await receive(memory_app(files, SpeakingModel([said("A chart.")]), state=state), of(("input", NAME)), wait=0)
    assert (files.outcome(NAME).status, state.sent) == ("ok", [])


async def test_several_events_of_one_message_are_never_one_long_invocation() -> None:
    state = MemoryState()
    await receive(memory_app(dropped(), state=state), of(("input", NAME), ("input", "b.png")), wait=0)
    assert [job.name for job, _ in state.sent] == [NAME, "b.png"]


@pytest.mark.parametrize("wait", [0, 60])
async def test_foreign_containers_and_other_events_are_logged_once_and_let_go(
    wait: float, caplog: pytest.LogCaptureFixture
) -> None:
    state = MemoryState()
    for events in (of(*[("output", str(each)) for each in range(9)], others=7), of(("secret", NAME))):
        with caplog.at_level(logging.INFO, "dropscribe"):
            await receive(memory_app(dropped(), state=state), events, wait)
    told = [json.loads(line)["event"] for line in caplog.messages]
    assert (state.sent, sorted(told)) == ([], ["event.foreign_container"] * 2 + ["event.of_no_file"])


async def test_a_message_whose_work_cannot_be_sent_is_kept() -> None:
    class Refusing(MemoryState):
        async def send(self, job: Job, seconds: float) -> None:
            raise StorageUnavailable("busy")

    with pytest.raises(StorageUnavailable):
        await receive(memory_app(dropped(), state=Refusing()), of(("input", NAME)))


async def test_a_repeat_looks_at_no_record_where_the_file_has_its_document() -> None:
    files, state, model = dropped(), Counting(), SpeakingModel([said("once"), said("twice")])
    here = memory_app(files, model, state=state)
    await here.take(NAME)
    state.reads = 0
    await take_up(here)
    assert (files.writes, len(model.requests), state.reads, state.sent) == (1, 1, 0, [])


async def test_a_repeat_answers_a_file_of_which_nothing_else_was_heard() -> None:
    files, state = dropped(), MemoryState()
    await take_up(memory_app(files, SpeakingModel([said("A chart.")]), state=state))
    assert (files.outcome(NAME).status, state.sent, state.records) == ("ok", [], {})


@pytest.mark.parametrize("kind", ["claimed", "deferred"])
async def test_a_repeat_is_let_go_where_another_message_has_this_version_in_hand(kind: str) -> None:
    files, state, model = dropped(), MemoryState(), SpeakingModel([said("never")])
    record = claim((await files.look(NAME)).etag, state, minutes=5, kind=kind)
    await state.write(NAME, record, replacing=None)
    await take_up(memory_app(files, model, state=state))
    assert (model.requests, state.sent, state.records[NAME].claim) == ([], [], record)


async def test_a_repeat_takes_up_a_version_that_came_after_the_one_in_hand() -> None:
    files, state = dropped(), MemoryState()
    await state.write(NAME, claim("older", state, minutes=5), replacing=None)
    await take_up(memory_app(files, SpeakingModel([said("A chart.")]), state=state))
    assert files.outcome(NAME).status == "ok"


async def test_a_repeat_that_comes_back_tidies_what_its_own_worker_left_behind() -> None:
    files, state = dropped(), MemoryState()
    here = memory_app(files, SpeakingModel([said("A chart.")]), state=state)
    await here.take(NAME)
    await state.write(NAME, claim((await files.look(NAME)).etag, state, minutes=-60), replacing=None)
    state.published.clear()
    await take_up(here, is_first_try=False)
    assert (state.records, [each.input.name for each in state.published]) == ({}, [NAME])


async def test_a_repeat_that_comes_back_waits_for_the_claim_of_its_own_worker() -> None:
    files, state = dropped(), MemoryState()
    await state.write(NAME, claim((await files.look(NAME)).etag, state, minutes=5), replacing=None)
    await take_up(memory_app(files, state=state), is_first_try=False)
    assert [job for job, _ in state.sent] == [Job(name=NAME)]


async def test_a_repeat_that_comes_before_its_file_is_whole_makes_no_error_document() -> None:
    files, state = MemoryFiles(), MemoryState()
    files.put("empty.png", b"")
    state.time = (await files.look("empty.png")).modified + timedelta(seconds=1)
    await take_up(memory_app(files, state=state), Job(name="empty.png", is_repeat=True))
    assert (files.outcomes, [job.name for job, _ in state.sent]) == ({}, ["empty.png"])


async def test_a_repeat_of_a_file_that_a_busy_model_turns_away_waits_as_any_other() -> None:
    files, state = dropped(), MemoryState()
    await take_up(memory_app(files, SpeakingModel([ModelThrottled("busy", retry_after=600)]), state=state))
    assert (files.outcomes, [job for job, _ in state.sent]) == ({}, [Job(name=NAME)])


async def test_a_repeat_of_a_file_that_is_gone_leaves_nothing_behind() -> None:
    state = MemoryState()
    await state.write(NAME, claim("1", state, minutes=-60), replacing=None)
    await take_up(memory_app(MemoryFiles(), state=state))
    assert (state.records, state.sent) == ({}, [])


async def test_a_repeat_that_cannot_look_for_a_document_is_put_off_as_any_other_message() -> None:
    class Failing(MemoryFiles):
        async def find_result(self, name: str) -> StoredResult | None:
            raise StorageUnavailable("busy")

    files, state = Failing(), MemoryState()
    files.put(NAME, CHART)
    await take_up(memory_app(files, state=state))
    assert [job for job, _ in state.sent] == [Job(name=NAME)]
