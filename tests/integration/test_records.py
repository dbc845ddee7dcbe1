"""Claims, cooldowns, counts and kept answers as blobs, in a real storage emulator."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from azure.storage.blob.aio import BlobServiceClient

from shared.adapters.storage.state import BlobState
from shared.errors import Conflict
from shared.models.chat import ChatAnswer
from shared.models.conversation import Exchange
from shared.processing.claims import Claim
from shared.processing.kept import KeptAnswers

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
CROWD = 24


@pytest.fixture
async def records(azurite: str) -> AsyncIterator[BlobState]:
    async with BlobServiceClient.from_connection_string(azurite) as service:
        yield BlobState(service, f"state-{uuid.uuid4().hex[:12]}")


async def test_of_many_who_claim_a_file_at_once_one_has_it(records: BlobState) -> None:
    claims = [Claim(etag="1", kind="claimed", until=NOW, token=str(number)) for number in range(CROWD)]
    tries = [records.write("a file", claim, replacing=None) for claim in claims]
    ended = await asyncio.gather(*tries, return_exceptions=True)
    (winner,) = [each for each in ended if not isinstance(each, BaseException)]
    assert all(isinstance(each, Conflict) for each in ended if each is not winner)
    assert await records.read("a file") == winner


async def test_of_many_who_take_over_one_record_one_has_it(records: BlobState) -> None:
    seen = await records.write("a file", Claim(etag="1", kind="deferred", until=NOW, token="before"), replacing=None)
    claims = [Claim(etag="1", kind="claimed", until=NOW, token=str(number)) for number in range(CROWD)]
    ended = await asyncio.gather(
        *(records.write("a file", claim, replacing=seen) for claim in claims), return_exceptions=True
    )
    (winner,) = [each for each in ended if not isinstance(each, BaseException)]
    assert all(isinstance(each, Conflict) for each in ended if each is not winner)
    assert await records.read("a file") == winner


async def test_a_record_that_somebody_else_has_taken_over_is_not_removed(records: BlobState) -> None:
    ours = await records.write("a file", Claim(etag="1", kind="claimed", until=NOW, token="ours"), replacing=None)
    theirs = await records.write(
        "a file", Claim(etag="1", kind="claimed", until=NOW, crashes=1, token="theirs"), replacing=ours
    )
    await records.delete("a file", ours)
    assert await records.read("a file") == theirs


async def test_a_pause_is_read_as_it_was_written(records: BlobState) -> None:
    assert await records.read_pause("default") is None
    for until in (NOW, NOW + timedelta(hours=1)):
        await records.write_pause("default", until)
        assert await records.read_pause("default") == until


async def test_a_pause_is_only_ever_made_longer(records: BlobState) -> None:
    moments = [NOW + timedelta(minutes=number) for number in range(5)]
    await asyncio.gather(*(records.write_pause("default", until) for until in moments))
    await records.write_pause("default", NOW)
    assert await records.read_pause("default") == moments[-1]


async def test_answers_are_kept_as_they_came_until_they_are_forgotten(records: BlobState) -> None:
    usage = {"total_tokens": 10, "prompt_tokens_details": {"audio_tokens": 5}}
    answer = ChatAnswer("Hola.\n\x00", "phi", "stop", usage, "r-1", 0.5, None, "They want Spanish.", ("Warned.",))
    kept = KeptAnswers(
        "1", {"recipe": "sha256:1", "inputs": {"language": "es"}}, (Exchange("phi", "Translate.", answer),)
    )
    assert await records.read_kept("a file") is None
    await records.keep("a file", kept)
    assert await records.read_kept("a file") == kept
    for _ in range(2):
        await records.forget("a file")
        assert await records.read_kept("a file") is None


async def test_no_tokens_are_lost_or_counted_twice_when_many_count_at_once(records: BlobState) -> None:
    day = "2026-11-24"
    assert await records.read_tokens(day) == 0
    ended = await asyncio.gather(*(records.add_tokens(day, 7) for _ in range(CROWD)), return_exceptions=True)
    counted = [each for each in ended if isinstance(each, int)]
    assert len(counted) + sum(isinstance(each, Conflict) for each in ended) == CROWD
    assert await records.read_tokens(day) == 7 * len(counted) > 0
