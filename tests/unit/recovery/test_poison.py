"""Files that the host gave up on."""

from datetime import timedelta

import pytest

from shared.errors import StorageUnavailable
from shared.processing.jobs import Job
from shared.processing.kept import KeptAnswers
from shared.processing.retry import RetryPolicy
from shared.recovery.poison import PoisonHandler
from shared.results.result import Result
from shared.results.store import StoredResult
from tests.unit.fakes import MemoryFiles, MemoryState, SpeakingModel, said
from tests.unit.memory_app import CHART, claim, memory_app


async def test_a_file_that_the_host_gave_up_on_is_queued_again_once() -> None:
    files, state = MemoryFiles(), MemoryState()
    files.put("chart.png", CHART)
    here = memory_app(files, state=state)
    await here.settle_poison("chart.png")
    ((job, _),) = state.sent
    assert (job.name, len(job.chance)) == ("chart.png", 32)
    await here.settle_poison("chart.png", chance=job.chance)
    error = files.outcome("chart.png").error
    assert error
    assert (error.code, error.retryable, len(state.sent), state.records) == ("poisoned", True, 1, {})


async def test_no_model_is_asked_about_a_file_while_it_is_given_up_on() -> None:
    """A worker takes the file up by another message, after the poison handler has looked at the record."""
    files, model = MemoryFiles(), SpeakingModel([said("answer")])

    class State(MemoryState):
        async def read_kept(self, name: str) -> KeptAnswers | None:
            await here.take(name)
            return await super().read_kept(name)

    state = State()
    here = memory_app(files, model, state=state)
    files.put("chart.png", CHART)
    etag = (await files.look("chart.png")).etag
    record = claim(etag, state, minutes=-120, kind="deferred", chance="token", has_kept=True)
    await state.write("chart.png", record, replacing=None)
    await here.settle_poison("chart.png", chance="token")
    assert (files.outcome("chart.png").status, model.requests) == ("error", [])


async def test_a_file_whose_error_cannot_be_written_at_once_gets_it_with_the_next_try_of_the_host() -> None:
    class Closed(MemoryFiles):
        is_open = False

        async def write_result(self, outcome: Result, *, replacing: StoredResult | None) -> None:
            if not self.is_open:
                raise StorageUnavailable("the output container is closed")
            await super().write_result(outcome, replacing=replacing)

    files, state = Closed(), MemoryState()
    here = memory_app(files, state=state)
    files.put("chart.png", CHART)
    etag = (await files.look("chart.png")).etag
    record = claim(etag, state, minutes=-20, kind="deferred", chance="token")
    await state.write("chart.png", record, replacing=None)
    with pytest.raises(StorageUnavailable):
        await here.settle_poison("chart.png", chance="token")
    files.is_open = True
    await here.settle_poison("chart.png", chance="token")
    assert (files.outcome("chart.png").status, state.sent, state.records) == ("error", [], {})


@pytest.mark.parametrize("chance", ["", "c0"])
async def test_forged_messages_cannot_end_a_file_that_waits_however_many_there_are(chance: str) -> None:
    files, state = MemoryFiles(), MemoryState()
    files.put("chart.png", CHART)
    etag = (await files.look("chart.png")).etag
    await state.write("chart.png", claim(etag, state, minutes=50, kind="deferred", attempt=3), replacing=None)
    for _ in range(20):
        await memory_app(files, state=state).settle_poison("chart.png", chance=chance)
    assert (files.outcomes, state.records["chart.png"].claim.attempt, len(state.sent)) == ({}, 3, 1)


async def test_messages_that_were_given_up_on_together_are_one_try_together() -> None:
    files, state = MemoryFiles(), MemoryState()
    files.put("chart.png", CHART)
    for _ in range(3):
        await memory_app(files, state=state).settle_poison("chart.png")
    assert (files.outcomes, len(state.sent)) == ({}, 1)


async def test_a_message_is_not_let_go_once_that_of_the_second_chance_may_have_been_taken() -> None:
    files, state = MemoryFiles(), MemoryState()
    files.put("chart.png", CHART)
    for _ in range(2):
        await memory_app(files, state=state).settle_poison("chart.png")
        state.time += timedelta(seconds=RetryPolicy().first)
    first, again = [job for job, _ in state.sent]
    assert (first, files.outcomes) == (again, {})


async def test_a_file_that_came_to_an_end_in_between_has_its_second_chance_again() -> None:
    files, state = MemoryFiles(), MemoryState()
    files.put("chart.png", CHART)
    here = memory_app(files, SpeakingModel([said("never")]), state=state)
    await here.settle_poison("chart.png")
    state.cooldowns["default"] = state.time.replace(year=2100)
    await here.take("chart.png")
    await here.settle_poison("chart.png", chance=state.sent[0][0].chance)
    assert files.outcomes == {}


async def test_a_poisoned_file_that_has_its_document_is_tidied() -> None:
    files, state = MemoryFiles(), MemoryState()
    files.put("chart.png", CHART)
    here = memory_app(files, SpeakingModel([said("A chart.")]), state=state)
    await here.take("chart.png")
    etag = (await files.look("chart.png")).etag
    await state.write("chart.png", claim(etag, state, minutes=-60), replacing=None)
    await here.settle_poison("chart.png", chance="c0")
    assert (files.outcome("chart.png").status, state.records, state.sent) == ("ok", {}, [])


async def test_a_poisoned_file_that_another_worker_has_is_left_to_it() -> None:
    files, state = MemoryFiles(), MemoryState()
    files.put("chart.png", CHART)
    etag = (await files.look("chart.png")).etag
    theirs = claim(etag, state, minutes=5)
    await state.write("chart.png", theirs, replacing=None)
    await memory_app(files, state=state).settle_poison("chart.png", chance="c0")
    assert (files.outcomes, state.records["chart.png"].claim, len(state.sent)) == ({}, theirs, 1)


async def test_a_poisoned_repeat_whose_own_worker_still_has_the_claim_comes_back_as_no_repeat() -> None:
    files, state = MemoryFiles(), MemoryState()
    files.put("chart.png", CHART)
    await state.write("chart.png", claim((await files.look("chart.png")).etag, state, minutes=5), replacing=None)
    here = memory_app(files, state=state)
    await PoisonHandler(here.services).settle("input", Job(name="chart.png", is_repeat=True))
    assert [job for job, _ in state.sent] == [Job(name="chart.png")]


async def test_a_poison_message_about_another_container_is_not_followed() -> None:
    files, state = MemoryFiles(), MemoryState()
    files.put("chart.png", CHART)
    await memory_app(files, state=state).settle_poison("chart.png", "output")
    assert (files.outcomes, state.sent) == ({}, [])
