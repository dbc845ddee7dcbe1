"""The record of the reconciler as a blob, whatever wrote it."""

import json
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from azure.storage.blob.aio import BlobServiceClient, ContainerClient

from shared.adapters.storage.state import BlobState
from shared.recovery.progress import MAX_MARKER, ScanProgress

SOUND = {"began": "2026-11-24T12:00:00Z", "inputs": "marker"}
READ = ScanProgress(began=datetime(2026, 11, 24, 12, tzinfo=UTC), inputs="marker")
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


@dataclass
class Stored:
    """Records, and the container in which they lie."""

    records: BlobState
    container: ContainerClient


@pytest.fixture
async def state(azurite: str) -> AsyncIterator[Stored]:
    async with BlobServiceClient.from_connection_string(azurite) as service:
        container = await service.create_container(f"state-{uuid.uuid4().hex[:12]}")
        yield Stored(BlobState(service, container.container_name), container)


async def test_a_sound_record_is_read(state: Stored) -> None:
    await state.container.upload_blob("scan", json.dumps(SOUND).encode())
    assert await state.records.read_scan() == READ


@pytest.mark.parametrize("content", UNSOUND)
async def test_an_unsound_record_counts_as_none(state: Stored, content: bytes) -> None:
    await state.container.upload_blob("scan", content)
    assert await state.records.read_scan() is None
