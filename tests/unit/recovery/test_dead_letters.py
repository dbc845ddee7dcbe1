"""Events that Event Grid could not deliver."""

import json
import logging
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from local.stack import EVENTS_QUEUE
from shared.adapters.storage.dead_letters import CONTAINER
from shared.bounds import MAX_JSON_BYTES
from shared.errors import StorageUnavailable
from shared.processing.incoming_events import CREATED
from shared.processing.jobs import Job
from shared.processing.retry import RetryPolicy
from shared.recovery.dead_letters import MAX_FAILURES, MAX_SECONDS, DeadLetters
from tests.unit.fakes import MemoryFiles, MemoryState
from tests.unit.memory_app import memory_app


@dataclass
class MemoryLetters:
    """Dead letters in memory."""

    letters: dict[str, bytes] = field(default_factory=dict)

    async def list_dead_letters(self) -> list[str]:
        return sorted(self.letters)

    async def read_dead_letter(self, name: str) -> bytes | None:
        content = self.letters.get(name)
        return b"" if content and len(content) > MAX_JSON_BYTES else content

    async def delete_dead_letter(self, name: str) -> None:
        self.letters.pop(name, None)


def letter(*names: str, container: str = "input") -> bytes:
    """As Event Grid writes it, with what became of the event."""
    told = {"eventType": CREATED, "deadLetterReason": "Unauthorized", "deliveryAttempts": 1}
    start = f"/blobServices/default/containers/{container}/blobs/"
    return json.dumps([{**told, "subject": start + name} for name in names]).encode()


async def take_up(letters: MemoryLetters, state: MemoryState) -> int:
    return await DeadLetters(memory_app(MemoryFiles(), state=state).services, letters).take_up()


async def test_the_files_of_dead_letters_are_queued_and_the_letters_deleted() -> None:
    letters, state = MemoryLetters({"1.json": letter("a.png", "b.png"), "2.json": letter("c.png")}), MemoryState()
    assert await take_up(letters, state) == 3
    assert state.sent == [(Job(name=f"{each}.png", is_repeat=True), RetryPolicy().first) for each in "abc"]
    assert letters.letters == {}


@pytest.mark.parametrize(
    "content", [b"no event", b"", letter("x.json", container="output"), letter("x") + bytes(MAX_JSON_BYTES)]
)
async def test_what_is_no_event_of_our_files_is_logged_and_deleted(
    content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    letters, state = MemoryLetters({"forged.json": content, "good.json": letter("a.png")}), MemoryState()
    with caplog.at_level(logging.WARNING, "dropscribe"):
        assert await take_up(letters, state) == 1
    assert (letters.letters, [job.name for job, _ in state.sent]) == ({}, ["a.png"])
    assert "message.unreadable" in caplog.text or "event.foreign_container" in caplog.text


async def test_a_letter_whose_files_cannot_be_queued_stays_and_nothing_is_raised() -> None:
    class Refusing(MemoryState):
        async def send(self, job: Job, seconds: float) -> None:
            raise StorageUnavailable("busy")

    letters = MemoryLetters({"1.json": letter("a.png")})
    assert await take_up(letters, Refusing()) == 0
    assert list(letters.letters) == ["1.json"]


@pytest.mark.parametrize(("bad", "left"), [(MAX_FAILURES - 1, 0), (MAX_FAILURES, 1)])
async def test_a_few_letters_that_cannot_be_read_hold_up_no_other(bad: int, left: int) -> None:
    class Failing(MemoryLetters):
        async def read_dead_letter(self, name: str) -> bytes | None:
            if name.startswith("bad"):
                raise StorageUnavailable("archived")
            return await super().read_dead_letter(name)

    letters = Failing({f"bad {number}.json": b"" for number in range(bad)} | {"good.json": letter("a.png")})
    await take_up(letters, MemoryState())
    assert len(letters.letters) == bad + left


async def test_where_letters_cannot_be_listed_nothing_is_raised() -> None:
    class Closed(MemoryLetters):
        async def list_dead_letters(self) -> list[str]:
            raise StorageUnavailable("busy")

    assert await take_up(Closed(), MemoryState()) == 0


async def test_a_letter_that_another_run_took_meanwhile_is_passed_over() -> None:
    class Gone(MemoryLetters):
        async def read_dead_letter(self, name: str) -> bytes | None:
            return None

    state = MemoryState()
    assert await take_up(Gone({"1.json": letter("a.png")}), state) == 0
    assert state.sent == []


async def test_a_run_takes_up_letters_for_a_minute_and_leaves_the_others_to_the_next() -> None:
    class Slow(MemoryState):
        async def send(self, job: Job, seconds: float) -> None:
            await super().send(job, seconds)
            self.time += timedelta(seconds=MAX_SECONDS / 2)

    letters = MemoryLetters({f"{number}.json": letter("a.png") for number in range(5)})
    assert await take_up(letters, Slow()) == 2
    assert len(letters.letters) == 3


def test_the_container_and_the_queue_are_those_that_infra_makes() -> None:
    infra = (Path(__file__).parents[3] / "infra" / "main.bicep").read_text()
    assert f"deadLetter: '{CONTAINER}'" in infra
    assert f"'{EVENTS_QUEUE}'" in infra
