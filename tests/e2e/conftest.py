"""The app under test: one that runs already (`E2E_STORAGE`), or a local stack of our own.

These tests touch nothing but storage, so that any host can be put to them.
"""

import asyncio
import json
import os
import time
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError
from azure.storage.blob import ContentSettings
from azure.storage.blob.aio import ContainerClient

from tests.corpus.ingredients import saved, sign
from tests.planted import SECRETS

HEARD_BY: dict[str, dict[str, Any]] = {
    "both": {},
    "webhook": {"are_queued": False},
    "queue": {"are_refused": True},
    "queued array": {"are_refused": True, "in_array": True},
    "queued CloudEvents": {"are_refused": True, "schema": "CloudEventSchemaV1_0"},
}
"""How our own stack hears of files (`E2E_EVENTS`). Where the webhook hears nothing, it refuses events with 401."""
SMALL = (320, 320), 56
"""Pixels of a picture with words, and of its letters. A square one costs the offline model a third of a wide one."""
SIGN = saved(sign("HELLO 42", *SMALL), "PNG")
MAX_SECONDS = 180
"""Seconds; a real host that polls may take its time."""


@dataclass
class App:
    """The two containers of a running app."""

    input: ContainerClient
    output: ContainerClient

    async def drop(self, name: str, content: bytes, content_type: str | None = None, **metadata: str) -> str:
        """Put a file into the input container and return its etag, without quotes."""
        settings = ContentSettings(content_type=content_type) if content_type else None
        put = await self.input.get_blob_client(name).upload_blob(
            content, overwrite=True, metadata=metadata, content_settings=settings
        )
        return str(put["etag"]).strip('"')

    async def document(self, name: str, etag: str) -> dict[str, Any]:
        """Wait for the document of this version of the file."""
        deadline = time.monotonic() + MAX_SECONDS
        while time.monotonic() < deadline:
            found = await self._read(f"{name}.json")
            if found and found["input"]["etag"] == etag:
                return found
            await asyncio.sleep(0.25)
        raise AssertionError(f"no document for {name!r} after {MAX_SECONDS} s")

    async def answer(
        self, name: str, content: bytes, content_type: str | None = None, **metadata: str
    ) -> dict[str, Any]:
        """Drop a file and wait for its document."""
        return await self.document(name, await self.drop(name, content, content_type, **metadata))

    async def documents(self, folder: str) -> list[str]:
        """The names of all documents in a folder."""
        return sorted([name async for name in self.output.list_blob_names(name_starts_with=folder)])

    async def beside(self, name: str) -> bytes:
        """The content of a file beside a document."""
        return await (await self.output.download_blob(name)).readall()

    async def _read(self, name: str) -> dict[str, Any] | None:
        try:
            document: dict[str, Any] = json.loads(await (await self.output.download_blob(name)).readall())
        except ResourceNotFoundError:
            return None
        return document


@pytest.fixture(scope="session")
async def storage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """The connection string of the storage of a running app."""
    if given := os.environ.get("E2E_STORAGE"):
        yield given
        return
    from local.stack import Events, running  # noqa: PLC0415 - not needed, and maybe not there, with a host that runs already

    logs = tmp_path_factory.mktemp("logs")
    with pytest.MonkeyPatch.context() as shell:
        shell.setenv("DROPSCRIBE_EVENTS_WAIT", "2")
        async with running(logs, events=Events(**HEARD_BY[os.environ.get("E2E_EVENTS") or "both"])) as stack:
            yield stack.storage
    key = stack.storage.split("AccountKey=")[1].partition(";")[0]
    for log in logs.iterdir():
        told = log.read_text(errors="replace")
        assert not [secret for secret in (key, *SECRETS, "sig=") if secret in told], log


@pytest.fixture(scope="session")
async def app(storage: str) -> AsyncIterator[App]:
    """The app under test."""
    names = os.environ.get("INPUT_CONTAINER") or "input", os.environ.get("OUTPUT_CONTAINER") or "output"
    async with (
        ContainerClient.from_connection_string(storage, names[0]) as given,
        ContainerClient.from_connection_string(storage, names[1]) as taken,
    ):
        for container in (given, taken):
            try:
                await container.create_container()
            except ResourceExistsError:
                pass
        yield App(given, taken)


@pytest.fixture
def folder() -> str:
    """A folder name of a test's own, so that runs against one host do not meet."""
    return f"e2e-{uuid.uuid4().hex[:12]}"
