"""What the inbox's server gives, and to whom."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from azure.core.exceptions import HttpResponseError
from azure.storage.blob.aio import BlobServiceClient, ContainerClient

from local.inbox.access import InboxStorage, admit
from local.inbox.server import InboxServer
from local.stack import APP

INDEX = "<meta content=\"connect-src 'self' {storage} {signIn}\">"


@dataclass
class Served:
    address: str
    storage: InboxStorage

    async def get(self, path: str, **headers: str) -> tuple[int, Any]:
        async with aiohttp.ClientSession() as session, session.get(self.address + path, headers=headers) as reply:
            is_json = reply.content_type == "application/json"
            return reply.status, await reply.json() if is_json else await reply.text()


@pytest.fixture(scope="module")
async def served(azurite: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    page = tmp_path_factory.mktemp("page")
    (page / "index.html").write_text(INDEX)
    storage = InboxStorage(azurite, "inbox-in", "inbox-out", "inbox-deferred")
    async with BlobServiceClient.from_connection_string(azurite) as service:
        await service.create_container("inbox-in")
        await service.create_container("inbox-out")
        await service.get_blob_client("inbox-in", "a.png").upload_blob(b"x")
    server = InboxServer(page, storage, APP / "recipes")
    address = await server.start(0)
    admit(storage, address)
    yield Served(address, storage)
    await server.stop()


async def test_the_page_may_speak_to_its_storage_and_nothing_else(served: Served) -> None:
    config = (await served.get("/config.json"))[1]
    origins = " ".join(config[each].removesuffix("/devstoreaccount1") for each in ("blobs", "queues"))
    assert (await served.get("/"))[1] == f"<meta content=\"connect-src 'self' {origins} \">"


async def test_a_signature_of_the_page_ends_within_the_hour_and_removes_no_file(served: Served) -> None:
    config = (await served.get("/config.json"))[1]
    assert datetime.fromisoformat(config["signIn"]["expires"]) - datetime.now(UTC) <= timedelta(hours=1)
    address = f"{config['blobs']}/{config['input']}?{config['signIn']['input']}"
    async with ContainerClient.from_container_url(address) as container:
        assert [name async for name in container.list_blob_names()] == ["a.png"]
        with pytest.raises(HttpResponseError, match="AuthorizationPermissionMismatch"):
            await container.delete_blob("a.png")


@pytest.mark.parametrize("headers", [{"Host": "attacker.example"}, {"Sec-Fetch-Site": "cross-site"}])
async def test_another_page_gets_no_signature(served: Served, headers: dict[str, str]) -> None:
    assert (await served.get("/config.json", **headers))[0] == 403


@pytest.mark.parametrize(("origin", "is_admitted"), [("http://attacker.example", False), ("own", True)])
async def test_storage_answers_the_page_and_no_other(served: Served, origin: str, is_admitted: bool) -> None:
    config = (await served.get("/config.json"))[1]
    headers = {
        "Origin": served.address if origin == "own" else origin,
        "Access-Control-Request-Method": "GET",
    }
    async with aiohttp.ClientSession() as session:
        reply = await session.options(f"{config['blobs']}/inbox-in/a.png", headers=headers)
    assert (reply.status == 200, "Access-Control-Allow-Origin" in reply.headers) == (is_admitted, is_admitted)


async def test_the_recipes_are_those_of_the_app_with_their_folders_and_inputs(served: Served) -> None:
    recipes = {each["name"]: each for each in (await served.get("/recipes.json"))[1]}
    assert recipes["translate"]["route"] == "translate/{language}/**"
    assert recipes["translate"]["inputs"] == [{"name": "language", "description": "", "default": "es", "values": []}]
    assert recipes["describe"]["defaultFor"] == ["image"]
