"""What a file's path does when storage, the clock, or other people get in its way."""

import asyncio
import contextlib
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from shared.errors import (
    Conflict,
    ModelMisconfigured,
    ModelThrottled,
    ModelTimeout,
    ModelUnavailable,
    StorageUnavailable,
)
from shared.media.files import InputFile
from shared.models.chat import ChatAnswer, ChatRequest
from shared.processing.claims import Claim, VersionedClaim
from shared.processing.jobs import Job
from shared.processing.kept import KeptAnswers
from shared.processing.retry import RetryPolicy
from shared.results.events import cloud_event
from shared.results.result import Result
from shared.results.store import StoredResult
from tests.unit.fakes import MemoryFiles, MemoryState, SpeakingModel, deployed, said
from tests.unit.memory_app import CHART, HELLO, memory_app, result_of

CLOSED = StorageUnavailable("the output container is closed")


@dataclass
class Closed(MemoryFiles):
    """Takes no document until it is opened."""

    is_open: bool = False

    async def write_result(self, outcome: Result, *, replacing: StoredResult | None) -> None:
        if not self.is_open:
            raise CLOSED
        await super().write_result(outcome, replacing=replacing)


async def test_a_file_whose_document_could_not_be_written_is_not_paid_for_again() -> None:
    files, model, state = Closed(), SpeakingModel([said("first"), said("second")]), MemoryState()
    files.put("chart.png", CHART)
    here = memory_app(files, model, state=state)
    await here.take("chart.png")
    for _ in range(20):
        await here.take_again()
    assert (files.outcomes, len(model.requests), state.sent[-1][1] > 1800) == ({}, 1, True)
    files.is_open = True
    await here.take_again()
    answer = files.outcome("chart.png").answer
    assert answer
    assert (answer.text, len(model.requests), state.answers, state.records) == ("first", 1, {}, {})


async def test_a_file_is_paid_for_three_times_at_most_where_neither_document_nor_answers_can_be_kept() -> None:
    class Forgetful(MemoryState):
        async def keep(self, name: str, kept: KeptAnswers) -> None:
            raise CLOSED

    files, model, state = Closed(), SpeakingModel([said("lost")]), Forgetful()
    files.put("chart.png", CHART)
    here = memory_app(files, model, state=state)
    await here.take("chart.png")
    for _ in range(20):
        await here.take_again()
    assert len(model.requests) == 3


@dataclass
class Hanging(MemoryFiles):
    """Never answers to a document."""

    async def write_result(self, outcome: Result, *, replacing: StoredResult | None) -> None:
        await asyncio.Event().wait()


@dataclass
class Slow(SpeakingModel):
    """Takes all the time that an invocation has."""

    state: MemoryState = field(default_factory=MemoryState)

    async def complete(self, request: ChatRequest) -> ChatAnswer:
        self.state.time += timedelta(seconds=RetryPolicy().invocation)
        return await super().complete(request)


async def test_a_document_that_storage_does_not_take_in_time_keeps_no_invocation() -> None:
    files, state = Hanging(), MemoryState()
    files.put("chart.png", CHART)
    await memory_app(files, Slow([said("paid for")], state=state), state=state, writing=0.01).take("chart.png")
    ((job, _),) = state.sent
    record = state.records["chart.png"].claim
    assert (job.name, record.has_kept, record.kind) == ("chart.png", True, "deferred")


@dataclass
class Immutable(MemoryFiles):
    """Lets no document be replaced."""

    async def write_result(self, outcome: Result, *, replacing: StoredResult | None) -> None:
        raise Conflict(outcome.input.name)


async def test_a_document_that_can_never_be_replaced_keeps_no_invocation_and_is_paid_for_once() -> None:
    files, state = Immutable(), MemoryState()
    files.put("file", CHART)
    files.outcomes["file"] = ("older", await result_of("file", HELLO))
    model = SpeakingModel([said("new")])
    here = memory_app(files, model, state=state)
    await here.take("file")
    for _ in range(9):
        await here.take_again()
    assert (len(model.requests), state.sent[-1][1] > 1800) == (1, True)


class Corrected(MemoryState):
    """A clock that is two hours ahead until storage has first answered."""

    def monotonic(self) -> float:
        return sum(self.slept)


@dataclass
class Correcting(MemoryFiles):
    """Puts that clock right."""

    state: Corrected = field(default_factory=Corrected)

    async def look(self, name: str) -> InputFile:
        self.state.time -= timedelta(hours=0 if self.state.slept else 2)
        return await super().look(name)


async def test_a_clock_that_is_put_right_makes_no_invocation_longer() -> None:
    state = Corrected()
    files, model = Correcting(state=state), SpeakingModel([ModelThrottled("later", retry_after=19)])
    files.put("chart.png", CHART)
    await memory_app(files, model, state=state).take("chart.png")
    assert len(state.sent) == 1
    assert sum(state.slept) < RetryPolicy().invocation - RetryPolicy().call + 60


@dataclass
class Refusing(MemoryState):
    """Refuses some writes of records, and some messages."""

    refusals: dict[str, int] = field(default_factory=dict)

    def _refuse(self, what: str) -> None:
        self.refusals[what] = self.refusals.get(what, 0) - 1
        if self.refusals[what] >= 0:
            raise StorageUnavailable("busy")

    async def write(self, name: str, claim: Claim, *, replacing: VersionedClaim | None) -> VersionedClaim:
        self._refuse(claim.kind)
        return await super().write(name, claim, replacing=replacing)

    async def send(self, job: Job, seconds: float) -> None:
        self._refuse("message")
        await super().send(job, seconds)


async def test_a_file_is_paid_for_once_where_neither_document_nor_message_can_be_stored() -> None:
    files, state = Closed(), Refusing(refusals={"message": 1_000})
    files.put("chart.png", CHART)
    model = SpeakingModel([said("new")])
    for _ in range(6 * 48):  # the host tries again every ten minutes, for two days
        with contextlib.suppress(StorageUnavailable):
            await memory_app(files, model, state=state).take("chart.png")
        state.time += timedelta(minutes=10)
    assert len(model.requests) == 1


async def test_an_answer_in_hand_outlasts_a_stumble_of_storage() -> None:
    class Stumbling(MemoryFiles):
        looks = 0

        async def look(self, name: str) -> InputFile:
            self.looks += 1
            if self.looks == 2:  # whether the service that fetched the file still found the same version
                raise StorageUnavailable("busy")
            return await super().look(name)

    files, model, state = Stumbling(), SpeakingModel([said("A chart.")], deployed(max_bytes=9)), MemoryState()
    files.put("chart.png", CHART)
    here = memory_app(files, model, state=state)
    await here.take("chart.png")
    await here.take_again()
    assert (files.outcome("chart.png").status, len(model.requests), state.answers) == ("ok", 1, {})


class Halfway(SpeakingModel):
    """Answers first turns only."""

    first_turns = 0

    async def complete(self, request: ChatRequest) -> ChatAnswer:
        if len(request.messages) > 2:
            raise ModelUnavailable("overloaded", status=503)
        self.first_turns += 1
        return await super().complete(request)


async def test_earlier_turns_are_paid_for_once_while_a_later_one_finds_no_answer_for_a_week() -> None:
    files, model, state = MemoryFiles(), Halfway([said("words")]), MemoryState()
    files.put("summarize/hello.mp3", HELLO)
    here = memory_app(files, model, state=state)
    await here.take("summarize/hello.mp3")
    while not files.outcomes:
        await here.take_again()
    result = files.outcome("summarize/hello.mp3")
    assert result.error
    assert result.usage
    assert (result.error.code, model.first_turns, result.usage.total_tokens) == ("gave_up", 1, 10)
    assert (list(state.answers), state.records) == (["summarize/hello.mp3"], {})  # for a redrive


async def test_earlier_turns_are_kept_where_a_cooldown_cannot_be_written() -> None:
    class Silent(MemoryState):
        async def write_cooldown(self, deployment: str, until: datetime) -> None:
            raise StorageUnavailable("busy")

    class Throttled(Halfway):
        async def complete(self, request: ChatRequest) -> ChatAnswer:
            if len(request.messages) > 2:
                raise ModelThrottled("later", retry_after=2)
            return await super().complete(request)

    files, model, state = MemoryFiles(), Throttled([said("words")]), Silent()
    files.put("summarize/hello.mp3", HELLO)
    await memory_app(files, model, state=state).take("summarize/hello.mp3")
    assert state.records["summarize/hello.mp3"].claim.has_kept
    assert list(state.answers) == ["summarize/hello.mp3"]


async def test_a_claim_that_could_not_be_released_at_once_does_not_count_as_a_crash() -> None:
    files, state = MemoryFiles(), Refusing(refusals={"deferred": 1})
    files.put("chart.png", CHART)
    await memory_app(files, SpeakingModel([ModelThrottled("later", retry_after=2)]), state=state).take("chart.png")
    assert len(state.sent) == 1
    assert state.records["chart.png"].claim.kind == "deferred"


async def test_the_host_tries_again_and_the_claim_is_released_where_the_queue_fails() -> None:
    files, state = MemoryFiles(), Refusing(refusals={"message": 1})
    files.put("chart.png", CHART)
    here = memory_app(files, SpeakingModel([ModelThrottled("later", retry_after=600)]), state=state)
    with pytest.raises(StorageUnavailable):
        await here.take("chart.png")
    assert state.records["chart.png"].claim.kind == "deferred"


async def test_a_weeks_wrong_key_is_held_against_no_file_afterwards() -> None:
    wrong, busy = ModelMisconfigured("wrong key"), ModelThrottled("later", retry_after=600)
    files, model, state = MemoryFiles(), SpeakingModel([busy, wrong, busy, said("at last")]), MemoryState()
    files.put("chart.png", CHART)
    here = memory_app(files, model, state=state)
    await here.take("chart.png")
    await here.take_again()
    state.time += timedelta(days=8)
    await here.take_again()
    await here.take_again()
    assert files.outcome("chart.png").status == "ok"


async def test_a_parameter_that_a_model_does_not_know_keeps_no_other_file_waiting() -> None:
    unknown = ModelMisconfigured("unknown parameter", status=400)
    files, model, state = MemoryFiles(), SpeakingModel([unknown, said("A chart.")]), MemoryState()
    for name in ("one.png", "two.png"):
        files.put(name, CHART)
        await memory_app(files, model, state=state).take(name)
    assert (list(files.outcomes), [job.name for job, _ in state.sent]) == (["two.png"], ["one.png"])


async def test_the_claim_on_a_file_that_came_back_is_not_deleted_with_the_old_one() -> None:
    files, state = MemoryFiles(), MemoryState()
    theirs = Claim(etag="newer", kind="claimed", until=state.time + timedelta(minutes=10), token="theirs")
    await state.write("chart.png", theirs, replacing=None)
    await memory_app(files, SpeakingModel([said("never")]), state=state).take("chart.png")
    assert state.records["chart.png"].claim == theirs


async def test_an_event_that_cannot_be_published_is_tried_again() -> None:
    class Silent(MemoryState):
        async def publish(self, outcome: Result) -> None:
            raise StorageUnavailable("the queue is closed")

    files, state = MemoryFiles(), Silent()
    files.outcomes["chart.png"] = ("1", await result_of("chart.png", CHART))
    left = Claim(etag="etag", kind="deferred", until=state.time, token="dead")
    await state.write("chart.png", left, replacing=None)
    await memory_app(files, SpeakingModel([said("never")]), state=state).take("chart.png")
    assert [job.name for job, _ in state.sent] == ["chart.png"]
    assert state.records["chart.png"].claim == left


async def test_the_event_of_a_document_is_published_though_its_file_is_gone() -> None:
    files, state = MemoryFiles(), MemoryState()
    files.outcomes["chart.png"] = ("1", await result_of("chart.png", CHART))
    left = Claim(etag="etag", kind="claimed", until=state.time - timedelta(minutes=10), token="dead")
    await state.write("chart.png", left, replacing=None)
    await memory_app(files, SpeakingModel([said("never")]), state=state).take("chart.png")
    assert ([outcome.input.name for outcome in state.published], state.records) == (["chart.png"], {})


async def test_an_event_told_twice_is_known_by_its_id_and_one_of_a_new_document_is_another() -> None:
    outcome = await result_of("chart.png", CHART)
    later = outcome.timing.completed + timedelta(seconds=1)
    anew = outcome.model_copy(update={"timing": outcome.timing.model_copy(update={"completed": later})})
    stored = Result.model_validate_json(outcome.to_json())
    ids = [cloud_event(each, output="https://place/output")["id"] for each in (outcome, stored, anew)]
    assert (ids[0] == ids[1], ids[0] == ids[2]) == (True, False)


async def test_an_archived_file_is_refused_without_being_read() -> None:
    class Archive(MemoryFiles):
        async def look(self, name: str) -> InputFile:
            return replace(await super().look(name), is_archived=True)

    files, model = Archive(), SpeakingModel([said("never")])
    files.put("chart.png", CHART)
    await memory_app(files, model).take("chart.png")
    error = files.outcome("chart.png").error
    assert error
    assert (error.code, error.retryable, model.requests) == ("archived", True, [])


async def test_no_call_begins_with_too_little_time_left_because_its_count_was_written_slowly() -> None:
    class State(MemoryState):
        async def write(self, name: str, claim: Claim, *, replacing: VersionedClaim | None) -> VersionedClaim:
            if claim.asked == 2:
                self.time += timedelta(seconds=60)
            return await super().write(name, claim, replacing=replacing)

    class Model(SpeakingModel):
        async def complete(self, request: ChatRequest) -> ChatAnswer:
            state.time += timedelta(seconds=85)
            return await super().complete(request)

    files, state = MemoryFiles(), State()
    model = Model([said("Hello."), ModelTimeout("slow"), said("never")])
    files.put("summarize/hello.mp3", HELLO)
    await memory_app(files, model, state=state).take("summarize/hello.mp3")
    assert (len(model.requests), files.outcomes, len(state.sent)) == (2, {}, 1)


async def test_a_worker_that_is_told_to_stop_while_it_puts_a_file_off_counts_no_crash_either() -> None:
    class State(MemoryState):
        async def send(self, job: Job, seconds: float) -> None:
            await super().send(job, seconds)
            raise asyncio.CancelledError

    files, state = MemoryFiles(), State()
    here = memory_app(files, SpeakingModel([ModelThrottled("busy", retry_after=60)]), state=state)
    files.put("chart.png", CHART)
    with pytest.raises(asyncio.CancelledError):
        await here.take("chart.png")
    claim = state.records["chart.png"].claim
    assert (claim.kind, claim.asked, claim.crashes, len(state.sent)) == ("deferred", 0, 0, 1)


async def test_a_worker_that_is_told_to_stop_releases_its_file_and_counts_no_crash() -> None:
    class Endless(SpeakingModel):
        began: asyncio.Event

        async def complete(self, request: ChatRequest) -> ChatAnswer:
            self.began.set()
            return await asyncio.Event().wait()  # type: ignore[return-value] # it never comes back

    files, model, state = MemoryFiles(), Endless([said("never")]), MemoryState()
    model.began = asyncio.Event()
    files.put("chart.png", CHART)
    run = asyncio.create_task(memory_app(files, model, state=state).take("chart.png"))
    await model.began.wait()
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run
    record = state.records["chart.png"].claim
    assert (record.kind, record.crashes, record.asked) == ("deferred", 0, 1)


async def test_no_message_comes_before_its_note_is_written() -> None:
    files, state = MemoryFiles(), MemoryState()
    files.put("chart.png", CHART)
    state.cooldowns["default"] = state.time + timedelta(seconds=60)
    await memory_app(files, SpeakingModel([said("never")]), state=state, invocation=309).take("chart.png")
    assert [seconds >= 2 for _, seconds in state.sent] == [True]
