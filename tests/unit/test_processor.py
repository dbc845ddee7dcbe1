import logging
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from shared.bootstrap import RECIPES
from shared.errors import (
    FileRejected,
    ModelMisconfigured,
    ModelThrottled,
    ModelTimeout,
    ModelUnavailable,
    StorageUnavailable,
)
from shared.models.chat import ChatAnswer, ChatRequest, MediaPart, TextPart
from shared.processing.answering import Answerer
from shared.processing.budget import Budget
from shared.processing.claims import Claim, VersionedClaim
from shared.processing.cooldowns import Cooldowns
from shared.processing.jobs import Job
from shared.processing.patience import Patience
from shared.processing.processor import MAX_RESTARTS, Processor
from shared.processing.publisher import ResultPublisher
from shared.recipes.catalog import RecipeCatalog
from shared.results.result import Result
from shared.results.store import StoredResult
from tests import samples
from tests.unit.fakes import PHI, START, MemoryFiles, MemoryState, SpeakingModel, all_of, deployed, said

CHART = samples.CHART.read_bytes()
HELLO = samples.HELLO.read_bytes()
BOOK = RecipeCatalog.load(RECIPES)


class Place(Processor):
    """A processor over a store and a state in memory."""

    async def take(self, name: str, container: str = "input", **job: Any) -> None:
        await self.process(container, Job(name=name, **job))


def processor(
    files: MemoryFiles,
    model: SpeakingModel,
    *,
    others: Sequence[SpeakingModel] = (),
    recipes: RecipeCatalog = BOOK,
    state: MemoryState | None = None,
    daily_tokens: int | None = None,
) -> Place:
    models, state = [model, *others], state or MemoryState()
    answerer = Answerer(
        files=files,
        recipes=recipes,
        deployments=all_of(*(each.deployment for each in models)),
        models={each.deployment.alias: each for each in models},
    )
    return Place(
        input_container="input",
        files=files,
        claims=state,
        deferrals=state,
        pauses=Cooldowns(state, state),
        answering=answerer,
        conclusion=ResultPublisher(files=files, claims=state, announcements=state),
        clock=state,
        budget=Budget(daily_tokens, counts=state, clock=state) if daily_tokens else None,
        random=Random(1),
    )


async def test_a_file_ends_in_a_document_with_the_models_answer() -> None:
    files, model = MemoryFiles(), SpeakingModel([said("Hola.")])
    files.put("translate/es/hello.mp3", HELLO)
    await processor(files, model).take("translate/es/hello.mp3")
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
    await processor(files, model).take("ask-chart/sales.png")
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
        await processor(files, model).take("chart.png")
    assert (len(model.requests), files.writes) == (1, 1)


async def test_an_overwritten_file_gets_a_new_document_in_place_of_the_old() -> None:
    files, model = MemoryFiles(), SpeakingModel([said("old"), said("new")])
    for content in (CHART, HELLO):
        files.put("file", content)
        await processor(files, model).take("file")
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
    await processor(files, model).take("file")
    outcome = files.outcome("file")
    assert outcome.error
    assert (outcome.status, outcome.error.code, model.requests) == ("error", code, [])


async def test_a_file_over_the_models_limit_is_refused_before_it_is_paid_for() -> None:
    small = deployed(most_bytes=len(CHART) - 1, urls=False)
    files, model = MemoryFiles(), SpeakingModel([said("never")], small)
    files.put("chart.png", CHART)
    await processor(files, model).take("chart.png")
    error = files.outcome("chart.png").error
    assert error
    assert (error.code, model.requests) == ("too_large", [])


async def test_a_file_that_the_model_refuses_gets_an_error_document() -> None:
    refusal = FileRejected("rejected_by_model", "Not a picture.", "Draw one.", "request-7")
    files, model = MemoryFiles(), SpeakingModel([refusal])
    files.put("chart.png", CHART)
    await processor(files, model).take("chart.png")
    outcome = files.outcome("chart.png")
    assert outcome.error
    assert outcome.model
    assert (outcome.error.message, outcome.model.deployment, outcome.model.request_id) == (
        "Not a picture.",
        PHI,
        "request-7",
    )


async def test_a_short_wait_is_spent_here_with_the_claim_given_back() -> None:
    files, model, state = (
        MemoryFiles(),
        SpeakingModel([ModelThrottled("later", retry_after=2), said("now")]),
        MemoryState(),
    )
    files.put("chart.png", CHART)
    await processor(files, model, state=state).take("chart.png")
    assert files.outcome("chart.png").status == "ok"
    assert (state.sent, state.records, len(model.requests)) == ([], {}, 2)
    assert 2 <= sum(state.slept) <= 10


async def test_a_long_wait_goes_to_the_queue_and_the_message_is_let_go() -> None:
    files, model, state = MemoryFiles(), SpeakingModel([ModelThrottled("later", retry_after=86_400)]), MemoryState()
    files.put("chart.png", CHART)
    await processor(files, model, state=state).take("chart.png")
    ((job, seconds),) = state.sent
    assert (files.outcomes, state.slept) == ({}, [])
    assert (job.name, job.attempt, job.since) == ("chart.png", 1, state.time)
    assert seconds >= 86_400
    assert state.records["chart.png"].claim.kind == "deferred"


@dataclass
class LoggedState(MemoryState):
    """Remembers the order of what is sent and noted."""

    order: list[str] = field(default_factory=list)

    async def write(self, name: str, claim: Claim, *, replacing: VersionedClaim | None) -> VersionedClaim:
        self.order.append(claim.kind)
        return await super().write(name, claim, replacing=replacing)

    async def send(self, job: Job, seconds: float) -> None:
        self.order.append("sent")
        await super().send(job, seconds)


@dataclass
class Holding(MemoryState):
    """Remembers what is noted of files while somebody waits."""

    held: list[str] = field(default_factory=list)

    async def sleep(self, seconds: float) -> None:
        self.held += [record.claim.kind for record in self.records.values()]
        await super().sleep(seconds)


async def test_a_file_is_noted_as_waiting_only_when_the_message_that_brings_it_back_is_sent() -> None:
    files, model, state = MemoryFiles(), SpeakingModel([ModelThrottled("later", retry_after=600)]), LoggedState()
    files.put("chart.png", CHART)
    await processor(files, model, state=state).take("chart.png")
    assert state.order == ["claimed", "sent", "deferred"]


async def test_a_deployment_that_asks_for_a_pause_gets_it_from_every_file() -> None:
    files, model, state = (
        MemoryFiles(),
        SpeakingModel([ModelThrottled("later", retry_after=600), said("now")]),
        MemoryState(),
    )
    for name in ("one.png", "two.png"):
        files.put(name, CHART)
        await processor(files, model, state=state).take(name)
    assert len(model.requests) == 1
    assert [job.attempt for job, _ in state.sent] == [1, 0]


async def test_a_service_that_refuses_us_is_left_alone_and_no_file_is_blamed() -> None:
    files, model, state = (
        MemoryFiles(),
        SpeakingModel([ModelMisconfigured("wrong key"), said("right key")]),
        MemoryState(),
    )
    files.put("chart.png", CHART)
    await processor(files, model, state=state).take("chart.png")
    ((job, seconds),) = state.sent
    assert (job.attempt, files.outcomes) == (0, {})
    assert 300 <= seconds <= 1800
    state.time += timedelta(seconds=seconds)
    await processor(files, model, state=state).process("input", job)
    assert files.outcome("chart.png").status == "ok"


async def test_a_model_that_leaves_a_file_unanswered_three_times_is_asked_no_more() -> None:
    files, model, state = MemoryFiles(), SpeakingModel([ModelTimeout("silence")]), MemoryState()
    files.put("chart.png", CHART)
    job = Job(name="chart.png")
    for _ in range(3):
        await processor(files, model, state=state).process("input", job)
        job = state.sent[-1][0] if state.sent else job
    error = files.outcome("chart.png").error
    assert error
    assert (error.code, error.retryable, len(model.requests)) == ("model_timeout", True, 3)


async def test_a_file_that_never_got_through_in_a_week_ends_in_an_error_that_may_be_tried_again() -> None:
    files, model, state = MemoryFiles(), SpeakingModel([ModelUnavailable("503")]), MemoryState()
    files.put("chart.png", CHART)
    week = state.time - timedelta(days=8)
    await processor(files, model, state=state).take("chart.png", attempt=40, since=week)
    error = files.outcome("chart.png").error
    assert error
    assert (error.code, error.retryable) == ("gave_up", True)


async def test_a_duplicate_of_what_somebody_works_on_waits_until_that_must_be_over() -> None:
    files, model, state = MemoryFiles(), SpeakingModel([said("never")]), MemoryState()
    files.put("chart.png", CHART)
    etag = (await files.look("chart.png")).etag
    claim = Claim(etag, "claimed", state.time + timedelta(minutes=10), 0, 0, "theirs")
    await state.write("chart.png", claim, replacing=None)
    await processor(files, model, state=state).take("chart.png")
    ((job, seconds),) = state.sent
    assert (job, model.requests) == (Job(name="chart.png", etag=etag), [])
    assert 600 <= seconds <= 630


async def test_a_file_whose_workers_broke_down_three_times_is_held_to_be_what_kills_them() -> None:
    files, model, state = MemoryFiles(), SpeakingModel([said("never")]), MemoryState()
    files.put("chart.png", CHART)
    etag = (await files.look("chart.png")).etag
    claim = Claim(etag, "claimed", state.time - timedelta(minutes=1), 0, 2, "dead")
    await state.write("chart.png", claim, replacing=None)
    await processor(files, model, state=state).take("chart.png")
    error = files.outcome("chart.png").error
    assert error
    assert (error.code, model.requests, state.records) == ("crash_loop", [], {})


async def test_a_file_that_is_still_arriving_is_given_time() -> None:
    files, state = MemoryFiles(), MemoryState(time=START + timedelta(seconds=59))
    files.put("chart.png", b"")
    await processor(files, SpeakingModel([said("never")]), state=state).take("chart.png")
    assert [seconds for _, seconds in state.sent] == [60]
    assert files.outcomes == {}


async def test_an_answer_is_kept_when_an_older_versions_document_comes_late() -> None:
    files, model = MemoryFiles(), SpeakingModel([said("new")])
    files.put("file", CHART)
    stale = await outcome_of("file", HELLO)
    files.before_writing = lambda: files.outcomes.update(file=("late", stale))
    await processor(files, model).take("file")
    answer = files.outcome("file").answer
    assert answer
    assert (answer.text, len(model.requests)) == ("new", 1)


async def test_what_is_left_undone_by_whoever_wrote_the_document_is_done_by_the_next() -> None:
    files, model, state = MemoryFiles(), SpeakingModel([said("once")]), MemoryState()
    files.put("chart.png", CHART)
    await processor(files, model, state=state).take("chart.png")
    etag = (await files.look("chart.png")).etag
    left = Claim(etag, "claimed", state.time - timedelta(minutes=1), 0, 0, "dead")
    await state.write("chart.png", left, replacing=None)
    await processor(files, model, state=state).take("chart.png")
    assert (len(state.announced), state.records, len(model.requests)) == (2, {}, 1)


async def test_an_answer_to_an_earlier_turn_is_not_paid_for_again_after_a_short_wait() -> None:
    busy = ModelThrottled("later", retry_after=1)
    files, model = MemoryFiles(), SpeakingModel([said("Hello."), busy, said("A greeting.")])
    files.put("summarize/hello.mp3", HELLO)
    await processor(files, model).take("summarize/hello.mp3")
    outcome = files.outcome("summarize/hello.mp3")
    assert outcome.answer
    assert [turn.text for turn in outcome.answer.turns] == ["Hello.", "A greeting."]
    assert len(model.requests) == 3


async def test_answers_in_hand_are_kept_through_a_wait_of_minutes_and_nobody_else_pays_for_them() -> None:
    files, state = MemoryFiles(), Holding()
    model = SpeakingModel([said("Hello."), ModelThrottled("later", retry_after=60), said("A greeting.")])
    files.put("summarize/hello.mp3", HELLO)
    await processor(files, model, state=state).take("summarize/hello.mp3")
    assert files.outcome("summarize/hello.mp3").status == "ok"
    assert (len(model.requests), state.sent, set(state.held)) == (3, [], {"claimed"})


async def test_answers_in_hand_are_let_go_when_the_wait_would_leave_no_time_for_the_next_call() -> None:
    files, state = MemoryFiles(), MemoryState()
    model = SpeakingModel([said("Hello."), ModelThrottled("later", retry_after=300)])
    files.put("summarize/hello.mp3", HELLO)
    await processor(files, model, state=state).take("summarize/hello.mp3")
    assert (files.outcomes, state.slept, len(state.sent)) == ({}, [], 1)
    assert state.records["summarize/hello.mp3"].claim.kind == "deferred"


async def test_a_file_that_is_gone_is_nobodys_fault() -> None:
    files = MemoryFiles()
    await processor(files, SpeakingModel([said("never")])).take("gone.png")
    assert files.outcomes == {}


async def test_an_event_for_another_container_is_not_followed(caplog: pytest.LogCaptureFixture) -> None:
    """The host does not check it, so a forged event could name the output container, or any other."""
    files, model = MemoryFiles(), SpeakingModel([said("never")])
    files.put("chart.png", CHART)
    with caplog.at_level(logging.INFO, "dropscribe"):
        await processor(files, model).take("chart.png", "output")
    assert (files.outcomes, model.requests) == ({}, [])
    assert "event.foreign_container" in caplog.text


async def test_a_file_overwritten_while_it_is_answered_ends_in_the_newest_answer() -> None:
    files, model = MemoryFiles(), SpeakingModel([said("old")])
    files.put("file", CHART)
    newest = await outcome_of("file", HELLO)

    def someone_else_answers_a_newer_version() -> None:
        files.put("file", HELLO)
        files.outcomes["file"] = ("another", newest)

    files.before_writing = someone_else_answers_a_newer_version
    await processor(files, model).take("file")
    assert files.outcome("file") is newest
    assert (files.writes, len(model.requests)) == (0, 1)


async def test_a_file_that_never_rests_is_put_off() -> None:
    files, model = MemoryFiles(), SpeakingModel([said("too late")])
    files.put("file", CHART)
    stale = await outcome_of("file", HELLO)

    def restless() -> None:
        files.put("file", files.contents["file"] + b"!")
        files.outcomes["file"] = (f"version {len(files.contents['file'])}", stale)
        files.before_writing = restless

    files.before_writing = restless
    state = MemoryState()
    await processor(files, model, state=state).take("file")
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
    await processor(files, model, recipes=RecipeCatalog.load(tmp_path)).take("hello.mp3")
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
    files, model = MemoryFiles(), SpeakingModel([said("A chart.")], deployed(most_bytes=len(CHART) - 1))
    files.put("chart.png", CHART)
    await processor(files, model).take("chart.png")
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
    files, model = MemoryFiles(), MeanwhileModel([said("of either"), said("of the new")], deployed(most_bytes=9))
    files.put("file", CHART)
    model.happening = lambda: files.put("file", CHART + b"!")
    await processor(files, model).take("file")
    outcome = files.outcome("file")
    assert outcome.answer
    assert (outcome.answer.text, outcome.input.bytes, files.writes) == ("of the new", len(CHART) + 1, 1)


async def test_what_a_model_does_not_take_is_refused_before_any_call_and_says_which_could() -> None:
    files, model = MemoryFiles(), SpeakingModel([said("never")], deployed("gpt-5.4-mini"))
    files.put("hello.mp3", HELLO)
    await processor(files, model).take("hello.mp3")
    error = files.outcome("hello.mp3").error
    assert error
    assert (error.code, model.requests) == ("recipe_mismatch", [])
    assert error.message == "The model gpt-5.4-mini takes no MP3 recordings."
    assert "Phi-4-multimodal, gpt-audio" in error.next_step


async def test_each_kind_of_file_goes_to_the_model_for_its_kind() -> None:
    files, default = MemoryFiles(), SpeakingModel([said("seen")], deployed("gpt-5.5"))
    ears = SpeakingModel([said("heard")], deployed("gpt-audio-1.5", alias="audio"))
    files.put("chart.png", CHART)
    files.put("hello.mp3", HELLO)
    for name in ("chart.png", "hello.mp3"):
        await processor(files, default, others=[ears]).take(name)
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
    book = RecipeCatalog.load(tmp_path)
    await processor(files, ears, others=[words], recipes=book).take("summarize/hello.mp3")
    outcome = files.outcome("summarize/hello.mp3")
    assert outcome.model
    assert outcome.answer
    assert outcome.usage
    assert (outcome.model.deployment, outcome.answer.text) == ("gpt-audio", "A greeting.")
    assert outcome.usage.model_extra == {
        "calls": [
            {"deployment": "gpt-audio", "prompt_tokens": 47, "completion_tokens": 3, "total_tokens": 50},
            {"deployment": "gpt-5.4", "prompt_tokens": 17, "completion_tokens": 3, "total_tokens": 20},
        ]
    }
    assert all(isinstance(part, TextPart) for message in words.requests[0].messages for part in message.parts)


async def test_what_was_paid_before_a_later_turn_was_refused_stands_in_the_document() -> None:
    refused = FileRejected("rejected_by_model", "No.", "Draw.", "request-9")
    files, model = MemoryFiles(), SpeakingModel([said("Hello.", tokens=50), refused])
    files.put("summarize/hello.mp3", HELLO)
    await processor(files, model).take("summarize/hello.mp3")
    outcome = files.outcome("summarize/hello.mp3")
    assert outcome.usage
    assert (outcome.status, outcome.usage.total_tokens) == ("error", 50)


async def outcome_of(name: str, content: bytes) -> Result:
    """The document that a file of this content ends in."""
    elsewhere = MemoryFiles()
    elsewhere.put(name, content)
    await processor(elsewhere, SpeakingModel([said("another answer")])).take(name)
    return elsewhere.outcome(name)


async def test_where_a_part_of_storage_fails_the_file_waits_in_the_queue() -> None:
    class Refusing(MemoryState):
        async def write(self, name: str, claim: Claim, *, replacing: VersionedClaim | None) -> VersionedClaim:
            raise StorageUnavailable("the state container is closed")

    files, model, state = MemoryFiles(), SpeakingModel([said("never")]), Refusing()
    files.put("chart.png", CHART)
    await processor(files, model, state=state).take("chart.png")
    assert [(job.name, job.attempt) for job, _ in state.sent] == [("chart.png", 1)]
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
    await processor(files, model, state=state).take("chart.png")
    assert (files.outcome("chart.png").status, len(model.requests), state.sent) == ("ok", 1, [])
    assert sum(state.slept) <= Patience().here


async def test_where_no_document_can_be_written_the_file_waits_and_nobody_holds_it() -> None:
    files, model, state = Stumbling(stumbles=99), SpeakingModel([said("paid for")]), MemoryState()
    files.put("chart.png", CHART)
    await processor(files, model, state=state).take("chart.png")
    assert [job.name for job, _ in state.sent] == ["chart.png"]
    assert [record.claim.kind for record in state.records.values()] == ["deferred"]


async def test_a_later_models_trouble_pauses_that_model_and_no_other() -> None:
    later = SpeakingModel([ModelMisconfigured("wrong key")], deployed("gpt-5.4", alias="words"))
    first, state, files = SpeakingModel([said("Hello.")]), MemoryState(), MemoryFiles()
    book = RecipeCatalog([replace(each, then="words") if each.name == "summarize" else each for each in BOOK])
    for name in ("summarize/one.mp3", "summarize/two.mp3", "hello.mp3"):
        files.put(name, HELLO)
        await processor(files, first, others=[later], recipes=book, state=state).take(name)
    assert list(state.pauses) == ["words"]
    assert (len(first.requests), len(later.requests)) == (2, 1)
    assert files.outcome("hello.mp3").status == "ok"


async def test_another_version_of_a_file_begins_anew() -> None:
    files, model, state = MemoryFiles(), SpeakingModel([ModelTimeout("silence")]), MemoryState()
    files.put("chart.png", CHART)
    week = state.time - timedelta(days=8)
    await processor(files, model, state=state).take("chart.png", etag="older", timeouts=2, since=week, poisoned=1)
    ((job, _),) = state.sent
    assert job.since
    assert (job.poisoned, job.since > week, files.outcomes) == (0, True, {})


async def test_a_file_that_waits_for_a_pause_is_noted_so_that_it_is_not_taken_for_lost() -> None:
    files, model, state = MemoryFiles(), SpeakingModel([said("never")]), MemoryState()
    files.put("chart.png", CHART)
    state.pauses["default"] = state.time + timedelta(hours=1)
    await processor(files, model, state=state).take("chart.png")
    record = state.records["chart.png"].claim
    assert (record.kind, record.until >= state.pauses["default"]) == ("deferred", True)


async def test_what_was_noted_of_a_file_that_is_gone_is_cleared_away() -> None:
    files, state = MemoryFiles(), MemoryState()
    left = Claim("etag", "deferred", state.time, 0, 0, "t")
    await state.write("gone.png", left, replacing=None)
    await processor(files, SpeakingModel([said("never")]), state=state).take("gone.png")
    assert state.records == {}


async def test_when_the_days_tokens_are_spent_files_wait_for_the_next_day_and_nothing_is_paid() -> None:
    files, model, state = MemoryFiles(), SpeakingModel([said("A chart.", tokens=100)]), MemoryState()
    place = processor(files, model, state=state, daily_tokens=150)
    for name in ("one.png", "two.png", "three.png"):
        files.put(name, CHART)
        await place.take(name)
    ((job, seconds),) = state.sent
    assert (set(files.outcomes), len(model.requests)) == ({"one.png", "two.png"}, 2)
    assert (state.time + timedelta(seconds=seconds)).date() == state.time.date() + timedelta(days=1)
    state.time += timedelta(seconds=seconds)
    await place.take(**job.model_dump())
    assert (files.outcome("three.png").status, job.since) == ("ok", None)


async def test_a_call_that_would_begin_too_late_is_left_to_another_invocation() -> None:
    busy: list[ChatAnswer | Exception] = [ModelThrottled("later", retry_after=19)] * 40
    files, model, state = MemoryFiles(), SpeakingModel([*busy, said("now")]), MemoryState()
    files.put("chart.png", CHART)
    begun = state.time
    await processor(files, model, state=state).take("chart.png")
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
    await processor(files, model, state=state).take("chart.png")
    assert (model.requests, [seconds for _, seconds in state.sent]) == ([], [0])
    assert state.records["chart.png"].claim.kind == "deferred"
