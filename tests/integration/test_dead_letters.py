"""The container of dead letters against a real storage emulator."""

import logging
import uuid
from collections.abc import AsyncIterator

import pytest
from azure.storage.blob.aio import BlobServiceClient

from local.storage import connection_string
from shared.adapters.storage.clients import blobs_by_connection_string
from shared.adapters.storage.dead_letters import BlobDeadLetters
from shared.bounds import MAX_JSON_BYTES
from tests.integration.loopback import Answer, Service, service


@pytest.fixture
async def blobs(azurite: str) -> AsyncIterator[BlobServiceClient]:
    async with blobs_by_connection_string(azurite) as client:
        yield client


def blobs_at(url: str) -> BlobServiceClient:
    return blobs_by_connection_string(connection_string(url, url))


@pytest.fixture
def place() -> str:
    return f"letters-{uuid.uuid4().hex[:12]}"


async def test_dead_letters_are_listed_read_and_deleted(blobs: BlobServiceClient, place: str) -> None:
    container, letters = await blobs.create_container(place), BlobDeadLetters(blobs, place)
    names = ["TOPIC/FILES/2026/11/26/1/a b#.json", "TOPIC/FILES/2026/11/26/1/empty.json"]
    for name, content in zip(names, (b"[1]", b""), strict=True):
        await container.upload_blob(name, content)
    assert await letters.list_dead_letters() == names
    assert [await letters.read_dead_letter(name) for name in names] == [b"[1]", b""]
    for _ in range(2):
        await letters.delete_dead_letter(names[0])
    assert await letters.list_dead_letters() == names[1:]
    assert await letters.read_dead_letter(names[0]) is None


async def test_of_a_large_one_nothing_is_read(blobs: BlobServiceClient, place: str) -> None:
    container, letters = await blobs.create_container(place), BlobDeadLetters(blobs, place)
    await container.upload_blob("large.json", bytes(MAX_JSON_BYTES + 10_000))
    assert await letters.read_dead_letter("large.json") == b""


async def test_where_there_is_no_container_there_are_none_and_nothing_is_logged(
    blobs: BlobServiceClient, place: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "dropscribe"):
        assert await BlobDeadLetters(blobs, place).list_dead_letters() == []
    assert [record for record in caplog.records if record.name == "dropscribe"] == []


async def test_where_the_container_is_closed_to_us_there_are_none_and_no_alarm_is_raised(
    caplog: pytest.LogCaptureFixture,
) -> None:
    refusal = Answer(403, "", {"x-ms-error-code": "AuthorizationPermissionMismatch"})
    async with service(Service(answers=[refusal])) as storage, blobs_at(storage.url) as client:
        with caplog.at_level(logging.INFO, "dropscribe"):
            assert await BlobDeadLetters(client).list_dead_letters() == []
    assert "dead_letters.closed" in caplog.text
    assert "storage.refused" not in caplog.text
