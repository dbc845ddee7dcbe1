"""Claims, cooldowns, counts and kept answers as blobs, in a real storage emulator."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from azure.storage.blob.aio import BlobServiceClient, ContainerClient

from shared.adapters.storage import state as adapter
from shared.adapters.storage.state import BlobState
from shared.errors import Conflict
from shared.models.chat import ChatAnswer
from shared.models.conversation import Exchange
from shared.processing.claims import Claim
from shared.processing.kept import KeptAnswers
from shared.recovery.progress import MAX_MARKER, Counts, ScanProgress

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
CROWD = 24


@dataclass
class Stored:
    """Records, and the container in which they lie."""

    records: BlobState
    container: ContainerClient


@pytest.fixture
async def records(azurite: str) -> AsyncIterator[BlobState]:
    async with BlobServiceClient.from_connection_string(azurite) as service:
        yield BlobState(service, f"state-{uuid.uuid4().hex[:12]}")


@pytest.fixture
async def state(azurite: str) -> AsyncIterator[Stored]:
    async with BlobServiceClient.from_connection_string(azurite) as service:
        container = await service.create_container(f"state-{uuid.uuid4().hex[:12]}")
        yield Stored(BlobState(service, container.container_name), container)


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


async def test_how_far_the_reconciler_came_is_read_as_it_was_written_last(records: BlobState) -> None:
    assert await records.read_scan() is None
    for counted in (Counts(1, 60), Counts(2, 90)):
        progress = ScanProgress(began=NOW, inputs="2!1!é" * 900, documents="\n" * MAX_MARKER, counted=counted)
        await records.write_scan(progress)
        assert await records.read_scan() == progress


SOUND = {"began": "2026-11-24T12:00:00Z", "inputs": "marker"}
UNSOUND = (
    b"",
    b"[]",
    b"\xff",
    json.dumps(SOUND | {"inputs": "x" * (MAX_MARKER + 1)}).encode(),
    json.dumps(SOUND | {"documents": 3}).encode(),
    json.dumps(SOUND | {"began": "2026-11-24T12:00:00"}).encode(),
    json.dumps(SOUND | {"watermark": "2026-11-24T12:00:00"}).encode(),
    json.dumps(SOUND | {"counted": {"waiting": -1}}).encode(),
    json.dumps(SOUND | {"last": {"oldest_seconds": 10**13}}).encode(),
)


async def test_a_sound_record_of_the_reconciler_is_one_whoever_wrote_it(state: Stored) -> None:
    await state.container.upload_blob("scan", json.dumps(SOUND).encode())
    assert await state.records.read_scan() == ScanProgress(began=NOW, inputs="marker")


@pytest.mark.parametrize("content", UNSOUND)
async def test_a_record_of_the_reconciler_that_nobody_of_us_wrote_is_none(state: Stored, content: bytes) -> None:
    await state.container.upload_blob("scan", content)
    assert await state.records.read_scan() is None


async def test_no_more_of_a_record_of_the_reconciler_is_read_than_it_may_have(
    state: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapter, "MAX_SCAN_BYTES", len(json.dumps(SOUND)))
    await state.container.upload_blob("scan", json.dumps(SOUND).encode() + b"x" * 3_000_000)
    assert await state.records.read_scan() == ScanProgress(began=NOW, inputs="marker")
