"""A worker that still has an older version of a file in hand takes nothing from the one that has the newer."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from shared.errors import ModelThrottled, StorageUnavailable
from shared.models.chat import ChatAnswer, ChatRequest
from shared.models.turn import capacity_of
from shared.processing.claims import Claim, VersionedClaim
from shared.results.store import StoredResult
from tests.unit.fakes import MemoryFiles, MemoryState, SpeakingModel, said
from tests.unit.memory_app import CHART, HELLO, MemoryApp, memory_app
from tests.unit.processing.test_kept_beside_errors import InThree

NAME = "photos/a.png"
LONG = "transcribe/long.mp3"
NEWER = CHART + b"2"

type Then = Callable[[], Awaitable[None]]


@dataclass
class Meanwhile:
    """Something that happens once, at the next chance."""

    then: Then | None = None

    async def happens(self) -> None:
        then, self.then = self.then, None
        if then:
            await then()


@dataclass
class SlowFiles(MemoryFiles):
    """Something happens while a document is looked for."""

    looking: Meanwhile = field(default_factory=Meanwhile)

    async def find_result(self, name: str) -> StoredResult | None:
        await self.looking.happens()
        return await super().find_result(name)


@dataclass
class SlowState(MemoryState):
    """Something happens while an attempt waits; and where it `fails`, no record can be written."""

    waiting: Meanwhile = field(default_factory=Meanwhile)
    fails: bool = False

    async def sleep(self, seconds: float) -> None:
        await super().sleep(seconds)
        await self.waiting.happens()

    async def write(self, name: str, claim: Claim, *, replacing: VersionedClaim | None) -> VersionedClaim:
        if self.fails:
            raise StorageUnavailable("503")
        return await super().write(name, claim, replacing=replacing)


class SlowModel(SpeakingModel):
    """Tells when it is asked, and answers when it may."""

    def __init__(self) -> None:
        super().__init__([said("answer")])
        self.is_asked, self.may_answer = asyncio.Event(), asyncio.Event()

    async def complete(self, request: ChatRequest) -> ChatAnswer:
        self.requests.append(request)
        self.is_asked.set()
        await self.may_answer.wait()
        return said("answer")


class BusyModel(SpeakingModel):
    """Is busy for an hour at each call whose number is named; before one call something happens."""

    def __init__(self, *busy: int, before: int, then: Then) -> None:
        super().__init__([])
        self.calls, self._busy, self._before, self._then = 0, busy, before, then

    async def complete(self, request: ChatRequest) -> ChatAnswer:
        self.calls += 1
        number = self.calls
        if number == self._before:
            await self._then()
        if number in self._busy:
            raise ModelThrottled("busy", retry_after=3600)
        return said(f"answer {number}.")


async def test_a_file_that_is_put_off_leaves_the_claim_on_its_newer_version_alone() -> None:
    files, state, model = MemoryFiles(), SlowState(), SlowModel()
    here = memory_app(files, model, state=state)
    capacity = capacity_of(model, None)
    state.cooldowns[capacity] = state.time + timedelta(seconds=10)
    tasks: list[asyncio.Task[None]] = []

    async def another_worker_asks_about_a_newer_version() -> None:
        state.time += timedelta(seconds=10)
        files.put(NAME, NEWER)
        tasks.append(asyncio.create_task(here.take(NAME)))
        await model.is_asked.wait()
        state.cooldowns[capacity] = state.time + timedelta(seconds=60)
        state.time += timedelta(seconds=6)  # cooldowns are read anew

    state.waiting.then = another_worker_asks_about_a_newer_version
    files.put(NAME, CHART)
    await here.take(NAME)
    newer = await files.look(NAME)
    claim = state.records[NAME].claim
    assert (claim.etag, claim.kind) == (newer.etag, "claimed")
    model.may_answer.set()
    await asyncio.gather(*tasks)
    assert (len(model.requests), state.records) == (1, {})


@pytest.mark.parametrize("older", [CHART, b"no picture" * 9], ids=["answered", "refused"])
async def test_a_worker_that_looked_slowly_does_not_undo_the_document_of_a_newer_version(older: bytes) -> None:
    files, state = SlowFiles(), MemoryState()
    model = SpeakingModel([said("about the newer"), said("about the older")])
    here = memory_app(files, model, state=state)

    async def a_newer_version_is_answered() -> None:
        files.put(NAME, NEWER)
        await here.take(NAME)

    files.put(NAME, older)
    files.looking.then = a_newer_version_is_answered
    await here.take(NAME)
    answer = files.outcome(NAME).answer
    assert answer
    assert (answer.text, len(model.requests), state.records) == ("about the newer", 1, {})


async def test_answers_that_are_kept_about_a_newer_version_are_not_deleted_with_the_older_document() -> None:
    here, model = _long_file(before=3, busy=(5,))
    await here.take(LONG)
    assert [each.answer.text for each in here.state.answers[LONG].about_pieces] == ["answer 4."]
    await here.take_again()
    assert model.calls == 7  # three pieces of each version, and one that the busy model turned away


async def test_answers_that_are_kept_about_a_newer_version_are_not_written_over_where_storage_fails() -> None:
    here, model = _long_file(before=2, busy=(2, 4), fails=True)
    await here.take(LONG)
    here.state.fails = False  # type: ignore[attr-defined]
    await here.take_again()
    assert model.calls == 6  # of the older version two, of the newer three and one that was turned away


async def test_no_answers_are_kept_where_another_worker_has_ended_the_file_while_storage_fails() -> None:
    here, _ = _long_file(before=2, busy=(2,), fails=True)
    await here.take(LONG)
    assert (here.state.records, here.state.answers) == ({}, {})


def _long_file(*, before: int, busy: tuple[int, ...], fails: bool = False) -> tuple[MemoryApp, BusyModel]:
    """A recording of three pieces that changes before a call; then another worker takes the newer version up."""
    files, state = MemoryFiles(), SlowState()

    async def it_changes() -> None:
        files.put(LONG, HELLO + b"2")
        await here.take(LONG)
        state.fails = fails

    model = BusyModel(*busy, before=before, then=it_changes)
    here = memory_app(files, model, preparer=InThree(), state=state)
    files.put(LONG, HELLO)
    return here, model
