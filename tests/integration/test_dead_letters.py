"""The container of dead letters where it is not there, or closed to us. `tests/conformance` has the others."""

import logging
import uuid
from collections.abc import AsyncIterator

import pytest
from azure.storage.blob.aio import BlobServiceClient

from local.storage import connection_string
from shared.adapters.storage.clients import blobs_by_connection_string
from shared.adapters.storage.dead_letters import BlobDeadLetters
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
