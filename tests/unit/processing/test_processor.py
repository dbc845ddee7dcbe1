import logging
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.bootstrap import RECIPES
from shared.errors import (
    AnswerUnusable,
    FileRejected,
    KindNotTaken,
    ModelMisconfigured,
    ModelThrottled,
    ModelTimeout,
    ModelUnavailable,
    ModelUnreachable,
    StorageUnavailable,
    UrlNotFetched,
)
from shared.models.chat import ChatAnswer, ChatRequest, MediaPart, TextPart
from shared.models.tokens import MAX_CALL_TOKENS
from shared.processing.attempt import MAX_RESTARTS, MIN_WAIT
from shared.processing.claims import Claim, VersionedClaim
from shared.processing.jobs import Job
from shared.processing.retry import RetryPolicy
from shared.recipes.catalog import RecipeCatalog
from shared.results.result import Result
from shared.results.store import StoredResult
from tests.unit.fakes import PHI, START, MemoryFiles, MemoryState, Refusing, SpeakingModel, deployed, said
from tests.unit.memory_app import CATALOG, CHART, HELLO, claim, memory_app, result_of


async def test_a_file_ends_in_a_document_with_the_models_answer() -> None:
    files, model = MemoryFiles(), SpeakingModel([said("Hola.")])
    files.put("translate/es/hello.mp3", HELLO)
    await memory_app(files, model).take("translate/es/hello.mp3")
    outcome = files.outcome("translate/es/hello.mp3")
    assert outcome.answer
    assert outcome.recipe
    assert (outcome.status, outcome.answer.text, outcome.recipe.inputs) == ("ok", "Hola.", {"language": "es"})
    assert (outcome.input.media_type, outcome.input.bytes, outcome.input.seconds) == (
        "audio/mpeg",
        len(HELLO),
        1.8,
    )
    assert outcome.input.sha256


async def test_the_model_is_asked_the_recipes_question_with_the_file_after_it() -> None:
    files, model = MemoryFiles(), SpeakingModel([said("A chart.")])
    files.put("ask-chart/sales.png", CHART)
    await memory_app(files, model).take("ask-chart/sales.png")
    (request,) = model.requests
    system, user = request.messages
    assert request.options.max_output_tokens == 2048
    assert system.parts == [TextPart("You are an AI assistant that helps people find information.")]
    assert user.parts[0] == TextPart("Which conclusion can be extracted from the following chart?")
    assert [type(part) for part in user.parts] == [TextPart, MediaPart]


async def test_a_second_event_for_the_same_version_does_nothing() -> None:
    files, model = MemoryFiles(), SpeakingModel([said("once"), said("twice")])
    files.put("chart.png", CHART)
    for _ in range(3):
        await memory_app(files, model).take("chart.png")
    assert (len(model.requests), files.writes) == (1, 1)


async def test_an_overwritten_file_gets_a_new_document_in_place_of_the_old() -> None:
    files, model = MemoryFiles(), SpeakingModel([said("old"), said("new")])
    for content in (CHART, HELLO):
        files.put("file", content)
        await memory_app(files, model).take("file")
    outcome = files.outcome("file")
    assert outcome.answer
    assert (outcome.answer.text, outcome.input.kind, files.writes) == ("new", "audio", 2)


@pytest.mark.parametrize(
    ("content", "metadata", "code"),
    [
        (b"", {}, "empty_file"),
        (b"just words", {}, "unsupported_media"),
        (b"\xff\xd8\xff", {}, "damaged_media"),
        (CHART, {"recipe": "nonsense"}, "unknown_recipe"),
        (CHART, {"recipe": "transcribe"}, "recipe_mismatch"),
        (HELLO, {"recipe": "translate", "language": "\n"}, "invalid_input"),
    ],
)
async def test_a_file_that_cannot_be_answered_gets_an_error_document_and_costs_nothing(
    content: bytes, metadata: dict[str, str], code: str
) -> None:
    files, model = MemoryFiles(), SpeakingModel([said("never")])
    files.put("file", content, **metadata)
    await memory_app(files, model).take("file")
    outcome = files.outcome("file")
    assert outcome.error
    assert (outcome.status, outcome.error.code, model.requests) == ("error", code, [])


async def test_a_file_over_the_models_limit_that_cannot_be_made_smaller_is_refused_before_it_is_paid_for() -> None:
    small = deployed(max_bytes=len(CHART) - 1, urls=False)
    files, model = MemoryFiles(), SpeakingModel([said("never")], small)
    files.put("chart.png", CHART)
    await memory_app(files, model, preparer=Refusing(FileRejected("too_large", "Too large.", "Shrink it."))).take(
        "chart.png"
    )
    outcome = files.outcome("chart.png")
    assert outcome.error
    assert (outcome.error.code, outcome.model, model.requests) == ("too_large", None, [])


async def test_a_file_that_the_model_refuses_gets_an_error_document() -> None:
    refusal = FileRejected("rejected_by_model", "Not a picture.", "Draw one.", "request-7")
    files, model = MemoryFiles(), SpeakingModel([refusal])
    files.put("chart.png", CHART)
    await memory_app(files, model).take("chart.png")
    outcome = files.outcome("chart.png")
    assert outcome.error
    assert outcome.model
    assert (outcome.error.message, outcome.model.deployment, outcome.model.request_id) == (
        "Not a picture.",
        PHI,
        "request-7",
    )


async def test_a_short_wait_is_spent_in_the_attempt_with_the_claim_released() -> None:
    files, model, state = (
        MemoryFiles(),
        SpeakingModel([ModelThrottled("later", retry_after=2), said("now")]),
        MemoryState(),
    )
    files.put("chart.png", CHART)
    await memory_app(files, model, state=state).take("chart.png")
    assert files.outcome("chart.png").status == "ok"
    assert (state.sent, state.records, len(model.requests)) == ([], {}, 2)
    assert 2 <= sum(state.slept) <= 10


async def test_a_long_wait_goes_to_the_queue_and_the_message_is_let_go() -> None:
    files, model, state = MemoryFiles(), SpeakingModel([ModelThrottled("later", retry_after=86_400)]), MemoryState()
    files.put("chart.png", CHART)
    await memory_app(files, model, state=state).take("chart.png")
    ((job, seconds),) = state.sent
    record = state.records["chart.png"].claim
    assert (files.outcomes, state.slept, job) == ({}, [], Job(name="chart.png"))
    assert (record.kind, record.attempt, record.since, record.asked) == ("deferred", 1, state.time, 0)
    assert seconds >= 86_400


@dataclass
class LoggedState(MemoryState):
    """Remembers the order of what is sent and noted."""

    order: list[str] = field(default_factory=list)

    async def write(self, name: str, claim: Claim, *, replacing: VersionedClaim | None) -> VersionedClaim:
        is_later = claim.kind == "claimed" and claim.is_asking and claim.crashes
        written = await super().write(name, claim, replacing=replacing)
        self.order.append(f"{claim.kind} and asking" if is_later else claim.kind)
        return written

    async def send(self, job: Job, seconds: float) -> None:
        self.order.append("sent")
        await super().send(job, seconds)


@dataclass
class Holding(MemoryState):
    """Remembers the records of files at each wait."""

    held: list[str] = field(default_factory=list)

    async def sleep(self, seconds: float) -> None:
        self.held += [record.claim.kind for record in self.records.values()]
        await super().sleep(seconds)


async def test_a_file_is_noted_as_waiting_only_when_the_message_that_brings_it_back_is_sent() -> None:
    files, model, state = MemoryFiles(), SpeakingModel([ModelThrottled("later", retry_after=600)]), LoggedState()
    files.put("chart.png", CHART)
    await memory_app(files, model, state=state).take("chart.png")
    assert state.order == ["claimed", "sent", "deferred"]


async def test_a_deployment_that_asks_for_a_wait_is_left_alone_by_every_file() -> None:
    files, model, state = (
        MemoryFiles(),
        SpeakingModel([ModelThrottled("later", retry_after=600), said("now")]),
        MemoryState(),
    )
    for name in ("one.png", "two.png"):
        files.put(name, CHART)
        await memory_app(files, model, state=state).take(name)
    assert len(model.requests) == 1
    assert [record.claim.attempt for record in state.records.values()] == [1, 0]


async def test_a_service_that_refuses_us_is_left_alone_and_no_file_is_blamed() -> None:
    files, model, state = (
        MemoryFiles(),
        SpeakingModel([ModelMisconfigured("wrong key"), said("right key")]),
        MemoryState(),
    )
    files.put("chart.png", CHART)
    await memory_app(files, model, state=state).take("chart.png")
    ((_, seconds),) = state.sent
    assert (state.records["chart.png"].claim.attempt, files.outcomes) == (0, {})
    assert 300 <= seconds <= 1800
    await memory_app(files, model, state=state).take_again()
    assert files.outcome("chart.png").status == "ok"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ModelTimeout("silence"), "model_timeout"),
        (AnswerUnusable("not JSON"), "no_answer"),
        (UrlNotFetched("no"), "not_fetched"),
    ],
    ids=lambda value: str(type(value).__name__),
)
async def test_a_call_that_may_have_been_billed_and_brought_no_answer_is_made_three_times(
    error: ModelUnavailable, code: str
) -> None:
    files, model, state = MemoryFiles(), SpeakingModel([error]), MemoryState()
    files.put("chart.png", CHART)
    here = memory_app(files, model, state=state)
    await here.take("chart.png")
    for _ in range(9):
        if not files.outcomes:
            await here.take_again()
    told = files.outcome("chart.png").error
    assert told
    assert (told.code, told.retryable, len(model.requests)) == (code, True, 3)


async def test_a_message_without_end_cannot_make_a_file_be_asked_about_more_than_three_times() -> None:
    files, model, state = MemoryFiles(), SpeakingModel([AnswerUnusable("not JSON")]), MemoryState()
    files.put("chart.png", CHART)
    here = memory_app(files, model, state=state)
    for _ in range(20):
        await here.take("chart.png")
    assert len(model.requests) == 3


UNUSABLE, EMPTY, WORDS = AnswerUnusable("not JSON"), said(""), said("It was four.")


@pytest.mark.parametrize(
    ("answers", "calls", "status"),
    [
        ([UNUSABLE, UNUSABLE, EMPTY], 3, "error"),
        ([EMPTY, UNUSABLE, UNUSABLE], 3, "error"),
        ([UNUSABLE, WORDS, UNUSABLE, UNUSABLE], 4, "ok"),
        ([UNUSABLE, UNUSABLE, WORDS, EMPTY], 4, "ok"),
        ([WORDS, EMPTY, EMPTY], 3, "ok"),
    ],
)
async def test_three_calls_without_an_answer_are_paid_for_at_most_whatever_was_wrong_with_each(
    answers: list[ChatAnswer | Exception], calls: int, status: str
) -> None:
    files, model, state = MemoryFiles(), SpeakingModel(answers), MemoryState()
    files.put("receipts/a.png", CHART)
    here = memory_app(files, model, state=state)
    await here.take("receipts/a.png")
    for _ in range(9):
        if not files.outcomes:
            await here.take_again()
    result = files.outcome("receipts/a.png")
    assert (len(model.requests), result.status) == (calls, status)
    assert (result.answer.text if result.answer else None) == ("It was four." if status == "ok" else None)


@given(
    st.lists(st.sampled_from([UNUSABLE, EMPTY, WORDS, ModelTimeout("silence"), said("{}")]), min_size=1, max_size=12)
)
async def test_at_most_three_calls_without_an_answer_are_paid_for_whatever_a_service_answers(
    answers: list[ChatAnswer | Exception],
) -> None:
    files, model, state = MemoryFiles(), SpeakingModel([*answers, UNUSABLE]), MemoryState()
    files.put("receipts/a.png", CHART)
    here = memory_app(files, model, state=state)
    await here.take("receipts/a.png")
    while not files.outcomes:
        await here.take_again()
    given_out = [*answers, *[UNUSABLE] * len(model.requests)][: len(model.requests)]
    assert sum(answer is EMPTY or isinstance(answer, Exception) for answer in given_out) <= 3


@pytest.mark.parametrize("error", [ModelUnavailable("500", status=500), ModelUnreachable("nothing listens")])
async def test_calls_that_were_not_billed_are_made_again_for_a_week(error: ModelUnavailable) -> None:
    files, model, state = MemoryFiles(), SpeakingModel([error]), MemoryState()
    files.put("chart.png", CHART)
    here = memory_app(files, model, state=state)
    await here.take("chart.png")
    for _ in range(20):
        await here.take_again()
    assert (len(model.requests) > 20, files.outcomes, state.records["chart.png"].claim.asked) == (True, {}, 0)


@dataclass
class FailsOnOne(SpeakingModel):
    """Raises its error for recordings, and answers all other files."""

    error: ModelUnavailable = field(default_factory=lambda: ModelUnavailable("500", status=500))

    async def complete(self, request: ChatRequest) -> ChatAnswer:
        parts = [part for message in request.messages for part in message.parts if isinstance(part, MediaPart)]
        if parts[0].media.format == "mp3":
            self.requests.append(request)
            raise self.error
        return await super().complete(request)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ModelUnavailable("500", status=500), "no_answer"),
        (ModelMisconfigured("403", status=403), "rejected_by_model"),
        (ModelMisconfigured("404", status=404), "rejected_by_model"),
    ],
)
async def test_a_file_on_which_the_service_fails_while_it_answers_others_is_asked_about_three_times(
    error: ModelUnavailable, code: str
) -> None:
    files, model, state = MemoryFiles(), FailsOnOne([said("A chart.")], error=error), MemoryState()
    files.put("bad.mp3", HELLO)
    here = memory_app(files, model, state=state)
    await here.take("bad.mp3")
    for number in range(40):
        if "bad.mp3" not in files.outcomes:
            state.time += timedelta(hours=1)
            files.put(f"{number}.png", CHART)
            await here.take(f"{number}.png")
            await here.take("bad.mp3")
    told = files.outcome("bad.mp3").error
    asked = [request for request in model.requests if "mp3" in str(request.messages)]
    assert told
    assert (told.code, told.retryable, len(asked) <= 2 + 3) == (code, True, True)


async def test_a_file_that_a_service_refuses_as_if_it_refused_us_stops_no_other_that_it_answers() -> None:
    refusal = ModelMisconfigured("403", status=403)
    files, model, state = MemoryFiles(), FailsOnOne([said("A chart.")], error=refusal), MemoryState()
    here = memory_app(files, model, state=state)
    for name, content in (("0.png", CHART), ("bad.mp3", HELLO), ("1.png", CHART)):
        files.put(name, content)
        await here.take(name)
    assert (sorted(files.outcomes), state.cooldowns) == (["0.png", "1.png"], {})


async def test_a_service_that_fails_on_every_file_is_held_against_none() -> None:
    files, model, state = MemoryFiles(), SpeakingModel([ModelUnavailable("500", status=500)]), MemoryState()
    here = memory_app(files, model, state=state)
    for number in range(30):
        files.put(f"{number % 3}.png", CHART)
        await here.take(f"{number % 3}.png")
        state.time += timedelta(minutes=10)
    assert files.outcomes == {}


async def test_a_file_that_never_got_through_in_a_week_ends_in_an_error_that_may_be_tried_again() -> None:
    files, model, state = MemoryFiles(), SpeakingModel([ModelUnavailable("503")]), MemoryState()
    files.put("chart.png", CHART)
    here = memory_app(files, model, state=state)
    await here.take("chart.png")
    state.time += timedelta(days=8)
    await here.take_again()
    error = files.outcome("chart.png").error
    assert error
    assert (error.code, error.retryable) == ("gave_up", True)


async def test_a_duplicate_of_what_another_worker_has_waits_until_that_must_be_over() -> None:
    files, model, state = MemoryFiles(), SpeakingModel([said("never")]), MemoryState()
    files.put("chart.png", CHART)
    etag = (await files.look("chart.png")).etag
    await state.write("chart.png", claim(etag, state, minutes=10), replacing=None)
    await memory_app(files, model, state=state).take("chart.png")
    ((job, seconds),) = state.sent
    assert (job, model.requests) == (Job(name="chart.png"), [])
    assert 600 <= seconds <= 630


async def test_files_that_were_in_a_worker_that_broke_down_come_back_at_different_moments() -> None:
    files, model, state = MemoryFiles(), SpeakingModel([said("never")]), MemoryState()
    for number in range(16):
        files.put(f"{number}.png", CHART)
        etag = (await files.look(f"{number}.png")).etag
        theirs = claim(etag, state, minutes=10, token=f"{number:x}{'0' * 31}")
        await state.write(f"{number}.png", theirs, replacing=None)
        await memory_app(files, model, state=state).take(f"{number}.png")
    seconds = sorted(wait for _, wait in state.sent)
    assert all(600 + 56 * number <= each <= 600 + 60 * number + 30 for number, each in enumerate(seconds))


@pytest.mark.parametrize(("is_asking", "requests"), [(True, 0), (False, 1)])
async def test_only_a_worker_that_broke_down_during_a_call_counts_as_a_crash(is_asking: bool, requests: int) -> None:
    files, model, state = MemoryFiles(), SpeakingModel([said("fine")]), MemoryState()
    files.put("chart.png", CHART)
    etag = (await files.look("chart.png")).etag
    dead = claim(etag, state, minutes=-30, crashes=2, is_asking=is_asking)
    await state.write("chart.png", dead, replacing=None)
    await memory_app(files, model, state=state).take("chart.png")
    error = files.outcome("chart.png").error
    assert (error.code if error else "ok", len(model.requests)) == ("ok" if requests else "crash_loop", requests)
    assert error is None or error.retryable
    assert state.records == {}


async def test_after_a_breakdown_it_is_noted_when_the_call_begins() -> None:
    files, model, state = MemoryFiles(), SpeakingModel([said("fine")]), LoggedState()
    files.put("chart.png", CHART)
    etag = (await files.look("chart.png")).etag
    await state.write("chart.png", claim(etag, state, minutes=-30), replacing=None)
    state.order.clear()
    await memory_app(files, model, state=state).take("chart.png")
    assert state.order == ["claimed", "claimed and asking"]


class Breaking(SpeakingModel):
    """Fails with an unexpected error, as often as it is told to."""

    times = 1

    async def complete(self, request: ChatRequest) -> ChatAnswer:
        answer = await super().complete(request)
        self.times -= 1
        if self.times >= 0:
            raise ZeroDivisionError
        return answer


async def test_an_unexpected_error_releases_the_file_at_once_and_counts_as_a_crash() -> None:
    files, model, state = MemoryFiles(), Breaking([said("fine")]), MemoryState()
    files.put("chart.png", CHART)
    here = memory_app(files, model, state=state)
    with pytest.raises(ZeroDivisionError):
        await here.take("chart.png")
    record = state.records["chart.png"].claim
    assert (record.kind, record.crashes, state.sent) == ("deferred", 1, [])
    await here.take("chart.png")  # as the host does at once
    assert (files.outcome("chart.png").status, len(model.requests)) == ("ok", 2)


async def test_a_file_that_breaks_every_worker_ends_after_three_in_an_error_that_may_be_tried_again() -> None:
    files, model, state = MemoryFiles(), Breaking([said("fine")]), MemoryState()
    model.times = 99
    files.put("chart.png", CHART)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            await memory_app(files, model, state=state).take("chart.png")
    await memory_app(files, model, state=state).take("chart.png")
    error = files.outcome("chart.png").error
    assert error
    assert (error.code, error.retryable, len(model.requests)) == ("crash_loop", True, 3)


async def test_an_answer_in_hand_outlives_an_unexpected_error_and_is_paid_for_once() -> None:
    class BreakingState(MemoryState):
        times = 1

        async def publish(self, outcome: Result) -> None:
            self.times -= 1
            if self.times >= 0:
                raise ZeroDivisionError
            await super().publish(outcome)

    class BreakingFiles(MemoryFiles):
        times = 2

        async def write_result(self, outcome: Result, *, replacing: StoredResult | None) -> None:
            self.times -= 1
            if self.times >= 0:
                raise ZeroDivisionError
            await super().write_result(outcome, replacing=replacing)

    files, model, state = BreakingFiles(), SpeakingModel([said("paid for")]), BreakingState()
    files.put("chart.png", CHART)
    here = memory_app(files, model, state=state)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            await here.take("chart.png")
    await here.take("chart.png")
    assert (files.outcome("chart.png").status, len(model.requests), state.answers) == ("ok", 1, {})


async def test_answers_that_are_kept_are_written_however_often_the_model_was_asked_before() -> None:
    files, model, state = MemoryFiles(), SpeakingModel([said("paid for")]), MemoryState()
    files.put("chart.png", CHART)
    here = memory_app(files, model, state=state)
    files.before_writing = lambda: (_ for _ in ()).throw(ZeroDivisionError)
    with pytest.raises(ZeroDivisionError):
        await here.take("chart.png")
    killed = replace(state.records["chart.png"].claim, kind="claimed", asked=3, until=state.time - timedelta(hours=1))
    await state.write("chart.png", killed, replacing=state.records["chart.png"])
    await here.take("chart.png")
    assert (files.outcome("chart.png").status, len(model.requests)) == ("ok", 1)


async def test_a_document_that_cannot_be_written_whole_keeps_its_text() -> None:
    class Fussy(MemoryFiles):
        async def write_result(self, outcome: Result, *, replacing: StoredResult | None) -> None:
            if outcome.usage:
                raise ZeroDivisionError
            await super().write_result(outcome, replacing=replacing)

    files, model, state = Fussy(), SpeakingModel([said("paid for")]), MemoryState()
    files.put("chart.png", CHART)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            await memory_app(files, model, state=state).take("chart.png")
    await memory_app(files, model, state=state).take("chart.png")
    result = files.outcome("chart.png")
    assert result.answer
    assert (result.answer.text, len(model.requests), len(result.warnings)) == ("paid for", 1, 1)


async def test_a_file_that_is_still_arriving_is_given_time() -> None:
    files, state = MemoryFiles(), MemoryState(time=START + timedelta(seconds=59))
    files.put("chart.png", b"")
    await memory_app(files, SpeakingModel([said("never")]), state=state).take("chart.png")
    assert [seconds for _, seconds in state.sent] == [60]
    assert files.outcomes == {}


async def test_an_answer_is_kept_when_an_older_versions_document_comes_late() -> None:
    files, model = MemoryFiles(), SpeakingModel([said("new")])
    files.put("file", CHART)
    stale = await result_of("file", HELLO)
    files.before_writing = lambda: files.outcomes.update(file=("late", stale))
    await memory_app(files, model).take("file")
    answer = files.outcome("file").answer
    assert answer
    assert (answer.text, len(model.requests)) == ("new", 1)


async def test_the_next_attempt_does_what_the_writer_of_a_document_left_undone() -> None:
    files, model, state = MemoryFiles(), SpeakingModel([said("once")]), MemoryState()
    files.put("chart.png", CHART)
    await memory_app(files, model, state=state).take("chart.png")
    etag = (await files.look("chart.png")).etag
    left = Claim(etag=etag, kind="claimed", until=state.time - timedelta(minutes=1), token="dead")
    await state.write("chart.png", left, replacing=None)
    await memory_app(files, model, state=state).take("chart.png")
    assert (len(state.published), state.records, len(model.requests)) == (2, {}, 1)


async def test_an_answer_to_an_earlier_turn_is_not_paid_for_again_after_a_short_wait() -> None:
    busy = ModelThrottled("later", retry_after=1)
    files, model = MemoryFiles(), SpeakingModel([said("Hello."), busy, said("A greeting.")])
    files.put("summarize/hello.mp3", HELLO)
    await memory_app(files, model).take("summarize/hello.mp3")
    outcome = files.outcome("summarize/hello.mp3")
    assert outcome.answer
    assert [turn.text for turn in outcome.answer.turns] == ["Hello.", "A greeting."]
    assert len(model.requests) == 3


async def test_answers_to_earlier_turns_are_kept_through_a_long_wait_and_not_paid_for_again() -> None:
    files, state = MemoryFiles(), MemoryState()
    model = SpeakingModel([said("Hello."), ModelThrottled("later", retry_after=300), said("A greeting.")])
    files.put("summarize/hello.mp3", HELLO)
    here = memory_app(files, model, state=state)
    await here.take("summarize/hello.mp3")
    assert (files.outcomes, list(state.answers)) == ({}, ["summarize/hello.mp3"])
    await here.take_again()
    result = files.outcome("summarize/hello.mp3")
    assert result.answer
    assert [turn.text for turn in result.answer.turns] == ["Hello.", "A greeting."]
    assert (len(model.requests), state.answers, result.input.sha256) == (3, {}, sha256(HELLO).hexdigest())


async def test_answers_of_another_version_or_another_recipe_are_not_gone_on_with(tmp_path: Path) -> None:
    shutil.copytree(RECIPES, tmp_path, dirs_exist_ok=True)
    text = (tmp_path / "summarize.prompty").read_text()
    (tmp_path / "summarize.prompty").write_text(text.replace("at most five", "at most two"))
    for content, recipes in ((HELLO + b"!", CATALOG), (HELLO, RecipeCatalog.load(tmp_path))):
        files, state = MemoryFiles(), MemoryState()
        model = SpeakingModel([said("Hello."), ModelThrottled("later", retry_after=300), said("anew")])
        files.put("summarize/hello.mp3", HELLO)
        await memory_app(files, model, state=state).take("summarize/hello.mp3")
        files.put("summarize/hello.mp3", content)
        await memory_app(files, model, state=state, recipes=recipes).take_again()
        assert (len(model.requests), files.outcome("summarize/hello.mp3").status) == (4, "ok")


async def test_a_file_stays_claimed_during_a_short_wait_between_two_turns() -> None:
    files, state = MemoryFiles(), Holding()
    model = SpeakingModel([said("Hello."), ModelThrottled("later", retry_after=9), said("A greeting.")])
    files.put("summarize/hello.mp3", HELLO)
    await memory_app(files, model, state=state).take("summarize/hello.mp3")
    assert (files.outcome("summarize/hello.mp3").status, set(state.held), state.answers) == ("ok", {"claimed"}, {})


async def test_a_file_that_is_gone_gets_no_document() -> None:
    files = MemoryFiles()
    await memory_app(files, SpeakingModel([said("never")])).take("gone.png")
    assert files.outcomes == {}


async def test_an_event_for_another_container_is_not_followed(caplog: pytest.LogCaptureFixture) -> None:
    """The host does not check it, so a forged event could name the output container, or any other."""
    files, model = MemoryFiles(), SpeakingModel([said("never")])
    files.put("chart.png", CHART)
    with caplog.at_level(logging.INFO, "dropscribe"):
        await memory_app(files, model).take("chart.png", "output")
    assert (files.outcomes, model.requests) == ({}, [])
    assert "event.foreign_container" in caplog.text


async def test_a_file_overwritten_while_it_is_answered_ends_in_the_newest_answer() -> None:
    files, model = MemoryFiles(), SpeakingModel([said("old")])
    files.put("file", CHART)
    newest = await result_of("file", CHART, HELLO)

    def another_worker_answers_a_newer_version() -> None:
        files.put("file", HELLO)
        files.outcomes["file"] = ("another", newest)

    files.before_writing = another_worker_answers_a_newer_version
    await memory_app(files, model).take("file")
    assert files.outcome("file") is newest
    assert (files.writes, len(model.requests)) == (0, 1)


async def test_a_file_that_never_rests_is_put_off() -> None:
    files, model = MemoryFiles(), SpeakingModel([said("too late")])
    files.put("file", CHART)
    stale = await result_of("file", HELLO)

    def restless() -> None:
        files.put("file", files.contents["file"] + b"!")
        files.outcomes["file"] = (f"version {len(files.contents['file'])}", stale)
        files.before_writing = restless

    files.before_writing = restless
    state = MemoryState()
    await memory_app(files, model, state=state).take("file")
    assert len(model.requests) == MAX_RESTARTS
    assert [job.name for job, _ in state.sent] == ["file"]


async def test_a_conversation_sends_the_file_once_and_its_history_each_time(tmp_path: Path) -> None:
    shutil.copytree(RECIPES, tmp_path, dirs_exist_ok=True)
    text = (tmp_path / "transcribe.prompty").read_text()
    (tmp_path / "transcribe.prompty").write_text(text + "\nuser:\nNow in one word.\n")
    files, model = (
        MemoryFiles(),
        SpeakingModel([said("Hello, how are you?", tokens=50), said("Greeting", tokens=20)]),
    )
    files.put("hello.mp3", HELLO)
    await memory_app(files, model, recipes=RecipeCatalog.load(tmp_path)).take("hello.mp3")
    outcome = files.outcome("hello.mp3")
    assert [message.role for message in model.requests[1].messages] == ["system", "user", "assistant", "user"]
    assert [sum(isinstance(p, MediaPart) for p in m.parts) for m in model.requests[1].messages] == [
        0,
        1,
        0,
        0,
    ]
    assert outcome.answer
    assert outcome.usage
    assert [turn.text for turn in outcome.answer.turns] == ["Hello, how are you?", "Greeting"]
    assert (outcome.answer.text, outcome.usage.total_tokens) == ("Greeting", 70)


async def test_a_file_too_large_for_a_request_is_sent_by_url_where_the_model_fetches_it() -> None:
    files, model = MemoryFiles(), SpeakingModel([said("A chart.")], deployed(max_bytes=len(CHART) - 1))
    files.put("chart.png", CHART)
    await memory_app(files, model).take("chart.png")
    outcome = files.outcome("chart.png")
    assert outcome.model
    assert (outcome.status, outcome.model.sent_as, outcome.input.sha256) == ("ok", "url", None)


class MeanwhileModel(SpeakingModel):
    """While it answers for the first time, something happens."""

    happening: Callable[[], None]

    async def complete(self, request: ChatRequest) -> ChatAnswer:
        answer = await super().complete(request)
        if len(self.requests) == 1:
            self.happening()
        return answer


async def test_a_file_that_changed_before_a_service_fetched_it_is_asked_about_anew() -> None:
    files, model = MemoryFiles(), MeanwhileModel([said("of either"), said("of the new")], deployed(max_bytes=9))
    files.put("file", CHART)
    model.happening = lambda: files.put("file", CHART + b"!")
    await memory_app(files, model).take("file")
    outcome = files.outcome("file")
    assert outcome.answer
    assert (outcome.answer.text, outcome.input.bytes, files.writes) == ("of the new", len(CHART) + 1, 1)


async def test_a_file_that_a_model_does_not_take_is_refused_before_any_call_and_says_which_could() -> None:
    files, model = MemoryFiles(), SpeakingModel([said("never")], deployed("gpt-5.4-mini"))
    files.put("hello.mp3", HELLO)
    await memory_app(files, model).take("hello.mp3")
    error = files.outcome("hello.mp3").error
    assert error
    assert (error.code, model.requests) == ("recipe_mismatch", [])
    assert error.message == "The model gpt-5.4-mini takes no recordings."
    assert "gpt-audio-1.5" in error.next_step


async def test_each_kind_of_file_goes_to_the_model_for_its_kind() -> None:
    files, default = MemoryFiles(), SpeakingModel([said("seen")], deployed("gpt-5.5"))
    ears = SpeakingModel([said("heard")], deployed("gpt-audio-1.5", alias="audio"))
    files.put("chart.png", CHART)
    files.put("hello.mp3", HELLO)
    for name in ("chart.png", "hello.mp3"):
        await memory_app(files, default, ears).take(name)
    assert [(len(model.requests)) for model in (default, ears)] == [1, 1]
    seen, heard = (files.outcome(name).model for name in ("chart.png", "hello.mp3"))
    assert seen
    assert heard
    assert (seen.deployment, heard.deployment) == ("gpt-5.5", "gpt-audio-1.5")


async def test_a_recipe_may_name_another_model_for_its_later_turn(tmp_path: Path) -> None:
    shutil.copytree(RECIPES, tmp_path, dirs_exist_ok=True)
    text = (tmp_path / "summarize.prompty").read_text()
    (tmp_path / "summarize.prompty").write_text(text.replace("metadata:\n", "metadata:\n  then: words\n"))
    files, ears = MemoryFiles(), SpeakingModel([said("Hello, how are you?", tokens=50)], deployed("gpt-audio"))
    words = SpeakingModel([said("A greeting.", tokens=20)], deployed("gpt-5.4", alias="words"))
    files.put("summarize/hello.mp3", HELLO)
    catalog = RecipeCatalog.load(tmp_path)
    await memory_app(files, ears, words, recipes=catalog).take("summarize/hello.mp3")
    outcome = files.outcome("summarize/hello.mp3")
    assert outcome.model
    assert outcome.answer
    assert outcome.usage
    assert (outcome.model.deployment, outcome.answer.text) == ("gpt-audio", "A greeting.")
    heard, told = outcome.usage.model_dump()["calls"]
    assert heard == {
        **{"deployment": "gpt-audio", "prompt_tokens": 47, "completion_tokens": 3, "total_tokens": 50},
        "cost": None,  # nobody says how many of the tokens are of sound
    }
    assert told["cost"]["amount"] == pytest.approx((17 * 2.5 + 3 * 15) / 1_000_000, abs=1e-6)
    assert (told["deployment"], told["total_tokens"], outcome.usage.cost) == ("gpt-5.4", 20, None)
    assert all(isinstance(part, TextPart) for message in words.requests[0].messages for part in message.parts)


async def test_usage_before_a_refused_later_turn_stands_in_the_document() -> None:
    refused = FileRejected("rejected_by_model", "No.", "Draw.", "request-9")
    files, model = MemoryFiles(), SpeakingModel([said("Hello.", tokens=50), refused])
    files.put("summarize/hello.mp3", HELLO)
    await memory_app(files, model).take("summarize/hello.mp3")
    outcome = files.outcome("summarize/hello.mp3")
    assert outcome.usage
    assert (outcome.status, outcome.usage.total_tokens) == ("error", 50)


async def test_a_file_waits_in_the_queue_where_the_state_container_fails() -> None:
    class Refusing(MemoryState):
        async def write(self, name: str, claim: Claim, *, replacing: VersionedClaim | None) -> VersionedClaim:
            raise StorageUnavailable("the state container is closed")

    files, model, state = MemoryFiles(), SpeakingModel([said("never")]), Refusing()
    files.put("chart.png", CHART)
    await memory_app(files, model, state=state).take("chart.png")
    assert [job.name for job, _ in state.sent] == ["chart.png"]
    assert model.requests == []


@dataclass
class Stumbling(MemoryFiles):
    """Does not write for a while."""

    stumbles: int = 0

    async def write_result(self, outcome: Result, *, replacing: StoredResult | None) -> None:
        self.stumbles -= 1
        if self.stumbles >= 0:
            raise StorageUnavailable("the output container is busy")
        await super().write_result(outcome, replacing=replacing)


async def test_an_answer_that_was_paid_for_outlives_a_stumble_of_our_storage() -> None:
    files, model, state = Stumbling(stumbles=3), SpeakingModel([said("paid for")]), MemoryState()
    files.put("chart.png", CHART)
    await memory_app(files, model, state=state).take("chart.png")
    assert (files.outcome("chart.png").status, len(model.requests), state.sent) == ("ok", 1, [])
    assert sum(state.slept) <= RetryPolicy().here


async def test_a_file_whose_document_cannot_be_written_waits_without_a_claim() -> None:
    files, model, state = Stumbling(stumbles=99), SpeakingModel([said("paid for")]), MemoryState()
    files.put("chart.png", CHART)
    await memory_app(files, model, state=state).take("chart.png")
    assert [job.name for job, _ in state.sent] == ["chart.png"]
    assert [record.claim.kind for record in state.records.values()] == ["deferred"]


async def test_a_cooldown_of_a_later_model_holds_for_that_model_alone() -> None:
    later = SpeakingModel([ModelMisconfigured("wrong key")], deployed("gpt-5.4", alias="words"))
    first, state, files = SpeakingModel([said("Hello.")]), MemoryState(), MemoryFiles()
    catalog = RecipeCatalog([replace(each, then="words") if each.name == "summarize" else each for each in CATALOG])
    for name in ("summarize/one.mp3", "summarize/two.mp3", "hello.mp3"):
        files.put(name, HELLO)
        await memory_app(files, first, later, recipes=catalog, state=state).take(name)
    assert list(state.cooldowns) == ["words"]
    assert (len(first.requests), len(later.requests)) == (3, 1)
    assert files.outcome("hello.mp3").status == "ok"


async def test_another_version_of_a_file_begins_anew() -> None:
    answers: list[ChatAnswer | Exception] = [ModelTimeout("silence"), ModelThrottled("busy", retry_after=600)]
    files, model, state = MemoryFiles(), SpeakingModel(answers), MemoryState()
    files.put("chart.png", CHART)
    week = state.time - timedelta(days=8)
    older = claim("older", state, kind="deferred", attempt=7, asked=2, crashes=2, since=week, chance="c0")
    await state.write("chart.png", older, replacing=None)
    await memory_app(files, model, state=state).take("chart.png")
    record = state.records["chart.png"].claim
    assert record.since
    assert (record.asked, record.crashes, record.chance) == (1, 0, "")
    assert (record.since > week, files.outcomes) == (True, {})


async def test_a_file_that_waits_for_a_cooldown_has_a_record_and_is_not_taken_for_lost() -> None:
    files, model, state = MemoryFiles(), SpeakingModel([said("never")]), MemoryState()
    files.put("chart.png", CHART)
    state.cooldowns["default"] = state.time + timedelta(hours=1)
    await memory_app(files, model, state=state).take("chart.png")
    record = state.records["chart.png"].claim
    assert (record.kind, record.until >= state.cooldowns["default"]) == ("deferred", True)


async def test_the_record_of_a_file_that_is_gone_is_deleted() -> None:
    files, state = MemoryFiles(), MemoryState()
    left = Claim(etag="etag", kind="deferred", until=state.time, token="t")
    await state.write("gone.png", left, replacing=None)
    await memory_app(files, SpeakingModel([said("never")]), state=state).take("gone.png")
    assert state.records == {}


async def test_when_the_days_tokens_are_spent_files_wait_for_the_next_day_and_nothing_is_paid() -> None:
    files, model, state = MemoryFiles(), SpeakingModel([said("A chart.", tokens=100)]), MemoryState()
    here = memory_app(files, model, state=state, daily_tokens=150)
    for name in ("one.png", "two.png", "three.png"):
        files.put(name, CHART)
        await here.take(name)
    ((_, seconds),) = state.sent
    assert (set(files.outcomes), len(model.requests)) == ({"one.png", "two.png"}, 2)
    assert (state.time + timedelta(seconds=seconds)).date() == state.time.date() + timedelta(days=1)
    await here.take_again()
    assert files.outcome("three.png").status == "ok"


async def test_when_the_days_dollars_are_spent_files_wait_for_the_next_day_whatever_the_tokens() -> None:
    usage = {"prompt_tokens": 1_000, "completion_tokens": 100}  # 1 000 x 0.1 + 100 x 0.5 a million: $0.00015
    files, state = MemoryFiles(), MemoryState()
    model = SpeakingModel([replace(said("A chart."), usage=usage)], deployed("gpt-6-luna"))
    here = memory_app(files, model, state=state, daily_tokens=10_000, daily_cost="0.0002")
    for name in ("one.png", "two.png", "three.png"):
        files.put(name, CHART)
        await here.take(name)
    assert set(files.outcomes) == {"one.png", "two.png"}
    day = state.time.date().isoformat()
    assert state.tokens == {day: 2_200, f"{day}-dollars": 300_000}
    ((_, seconds),) = state.sent
    assert (state.time + timedelta(seconds=seconds)).date() == state.time.date() + timedelta(days=1)


@pytest.mark.parametrize(
    ("usage", "spent"),
    [
        ({"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}, range(10, 11)),
        ({"prompt_tokens": 7, "completion_tokens": 3}, range(10, 11)),
        ({"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 0}, range(10, 11)),
        ({"prompt_tokens": 7, "total_tokens": -5}, range(7, 8)),
        ({"total_tokens": -100_000}, range(1)),
        ({"total_tokens": 2**53}, range(MAX_CALL_TOKENS, MAX_CALL_TOKENS + 1)),
        ({"prompt_tokens": None, "total_tokens": None}, range(1_500, 4_000)),
        (None, range(1_500, 4_000)),
    ],
)
async def test_every_call_counts_for_the_day_and_where_no_usage_is_told_an_estimate(
    usage: dict[str, int | None] | None, spent: range
) -> None:
    files, state = MemoryFiles(), MemoryState()
    files.put("chart.png", CHART)
    model = SpeakingModel([replace(said("A chart."), usage=usage)])
    await memory_app(files, model, state=state, daily_tokens=10).take("chart.png")
    (counted,) = state.tokens.values()
    assert (files.outcome("chart.png").status, counted in spent) == ("ok", True)


async def test_an_unusable_answer_counts_for_the_day_with_the_usage_that_it_told_of() -> None:
    files, state, error = MemoryFiles(), MemoryState(), AnswerUnusable("no choices")
    error.usage = {"total_tokens": 15}
    files.put("chart.png", CHART)
    model = SpeakingModel([error, said("A chart.", tokens=10)])
    await memory_app(files, model, state=state, daily_tokens=10_000, here=60).take("chart.png")
    assert list(state.tokens.values()) == [25]


async def test_a_count_that_cannot_be_written_costs_no_document() -> None:
    class Uncounting(MemoryState):
        async def add_spent(self, day: str, spent: int) -> int:
            raise OverflowError

    files, state = MemoryFiles(), Uncounting()
    files.put("chart.png", CHART)
    await memory_app(files, SpeakingModel([said("A chart.")]), state=state, daily_tokens=10_000).take("chart.png")
    assert files.outcome("chart.png").status == "ok"


async def test_a_model_that_takes_no_files_of_this_kind_is_told_with_a_deployed_one_that_does() -> None:
    files, deaf = MemoryFiles(), SpeakingModel([KindNotTaken("audio", "The model takes no audio.")])
    ears = SpeakingModel([said("never")], deployed("gpt-audio-1.5", alias="ears"))
    files.put("hello.mp3", HELLO)
    await memory_app(files, deaf, ears).take("hello.mp3")
    error = files.outcome("hello.mp3").error
    assert error
    assert (error.code, "gpt-audio-1.5" in error.next_step) == ("rejected_by_model", True)


async def test_a_call_that_would_begin_too_late_is_left_to_another_invocation() -> None:
    busy: list[ChatAnswer | Exception] = [ModelThrottled("later", retry_after=19)] * 40
    files, model, state = MemoryFiles(), SpeakingModel([*busy, said("now")]), MemoryState()
    files.put("chart.png", CHART)
    begun = state.time
    await memory_app(files, model, state=state).take("chart.png")
    assert len(state.sent) == 1
    assert (state.time - begun).total_seconds() < 540 - 310 + 60


class SlowState(MemoryState):
    """Takes minutes to write down a claim."""

    async def write(self, name: str, claim: Claim, *, replacing: VersionedClaim | None) -> VersionedClaim:
        self.time += timedelta(seconds=300 if claim.kind == "claimed" else 0)
        return await super().write(name, claim, replacing=replacing)


async def test_a_call_for_which_claiming_left_too_little_time_is_left_to_another_invocation() -> None:
    files, model, state = MemoryFiles(), SpeakingModel([said("late")]), SlowState()
    files.put("chart.png", CHART)
    await memory_app(files, model, state=state).take("chart.png")
    assert (model.requests, [seconds for _, seconds in state.sent]) == ([], [MIN_WAIT])
    assert state.records["chart.png"].claim.kind == "deferred"
