"""Files that the host gave up on."""

from shared.processing.jobs import Job
from tests.unit.fakes import MemoryFiles, MemoryState, SpeakingModel, said
from tests.unit.places import CHART, claim, place


async def test_a_file_that_the_host_gave_up_on_is_queued_again_once() -> None:
    files, state = MemoryFiles(), MemoryState()
    files.put("chart.png", CHART)
    here = place(files, state=state)
    await here.settle_poison("chart.png")
    assert [job for job, _ in state.sent] == [Job(name="chart.png", poisoned=1)]
    await here.settle_poison("chart.png", poisoned=1)
    error = files.outcome("chart.png").error
    assert error
    assert (error.code, error.retryable, len(state.sent), state.records) == ("poisoned", True, 1, {})


async def test_a_forged_message_cannot_end_a_file_that_waits() -> None:
    files, state = MemoryFiles(), MemoryState()
    files.put("chart.png", CHART)
    etag = (await files.look("chart.png")).etag
    await state.write("chart.png", claim(etag, state, minutes=50, kind="deferred", attempt=3), replacing=None)
    await place(files, state=state).settle_poison("chart.png", poisoned=1)
    assert (files.outcomes, state.records["chart.png"].claim.attempt) == ({}, 3)


async def test_messages_that_were_given_up_on_together_are_one_try_together() -> None:
    files, state = MemoryFiles(), MemoryState()
    files.put("chart.png", CHART)
    for _ in range(3):
        await place(files, state=state).settle_poison("chart.png")
    assert (files.outcomes, len(state.sent)) == ({}, 3)


async def test_a_file_that_came_to_an_end_in_between_has_its_second_chance_again() -> None:
    files, state = MemoryFiles(), MemoryState()
    files.put("chart.png", CHART)
    here = place(files, SpeakingModel([said("never")]), state=state)
    await here.settle_poison("chart.png")
    state.pauses["default"] = state.time.replace(year=2100)
    await here.take("chart.png")
    await here.settle_poison("chart.png", poisoned=1)
    assert files.outcomes == {}


async def test_a_poisoned_file_that_has_its_document_is_tidied() -> None:
    files, state = MemoryFiles(), MemoryState()
    files.put("chart.png", CHART)
    here = place(files, SpeakingModel([said("A chart.")]), state=state)
    await here.take("chart.png")
    etag = (await files.look("chart.png")).etag
    await state.write("chart.png", claim(etag, state, minutes=-60), replacing=None)
    await here.settle_poison("chart.png", poisoned=1)
    assert (files.outcome("chart.png").status, state.records, state.sent) == ("ok", {}, [])


async def test_a_poisoned_file_that_another_worker_has_is_left_to_it() -> None:
    files, state = MemoryFiles(), MemoryState()
    files.put("chart.png", CHART)
    etag = (await files.look("chart.png")).etag
    theirs = claim(etag, state, minutes=5)
    await state.write("chart.png", theirs, replacing=None)
    await place(files, state=state).settle_poison("chart.png", poisoned=1)
    assert (files.outcomes, state.records["chart.png"].claim, len(state.sent)) == ({}, theirs, 1)


async def test_a_poison_message_about_another_container_is_not_followed() -> None:
    files, state = MemoryFiles(), MemoryState()
    files.put("chart.png", CHART)
    await place(files, state=state).settle_poison("chart.png", "output")
    assert (files.outcomes, state.sent) == ({}, [])
