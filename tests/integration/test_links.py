"""Addresses given out for a file, tried on a real storage emulator: by account key, by identity, and plain."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
import yarl
from azure.core.exceptions import ServiceRequestError
from azure.storage.blob.aio import BlobServiceClient

from local.storage import Azurite
from shared.adapters.storage import clients
from shared.adapters.storage.blobs import BlobFiles
from shared.adapters.storage.clients import blobs_by_connection_string, blobs_by_identity
from shared.adapters.storage.sas import KEY_LIFETIME, PublicLinks, SignedLinks
from shared.errors import StorageUnavailable
from shared.processing.clock import ServerClock
from tests.integration.identity import Identity

AWKWARD = "a b#c%20é?.png"


@pytest.fixture
async def secure(secure_azurite: Azurite, certificate: tuple[Path, Path]) -> AsyncIterator[BlobServiceClient]:
    """A storage emulator at which we are known by identity."""
    async with blobs_by_identity(secure_azurite.blobs, Identity(), connection_verify=str(certificate[0])) as service:
        if not await service.get_container_client("input").exists():
            await service.create_container("input")
        yield service


@pytest.fixture
async def by_key(azurite: str) -> AsyncIterator[BlobServiceClient]:
    async with blobs_by_connection_string(azurite) as service:
        if not await service.get_container_client("input").exists():
            await service.create_container("input")
        yield service


async def test_files_are_listed_by_identity_too(
    secure: BlobServiceClient, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(clients._OPTIONS, "connection_verify", str(certificate[0]))
    await secure.get_blob_client("input", "listed.png").upload_blob(b"x", overwrite=True)
    files = BlobFiles(secure, input_container="input", output_container="output")
    assert "listed.png" in [file.name for file in (await files.list_inputs()).items]


async def url_of(service: BlobServiceClient, name: str, content: bytes = b"picture") -> str:
    for each in (name, "another.png"):
        await service.get_blob_client("input", each).upload_blob(content, overwrite=True)
    files = BlobFiles(service, input_container="input", output_container="output")
    return await files.open(await files.look(name)).url()


async def test_an_address_holds_by_the_servers_time_whatever_the_machine_takes_it_for(
    by_key: BlobServiceClient,
) -> None:
    clock, server = ServerClock(), datetime.now(UTC) + timedelta(hours=2)
    clock.observe(server)
    url = await SignedLinks(by_key, clock).to(by_key.get_blob_client("input", "a.png"))
    expires = datetime.fromisoformat(parse_qs(urlsplit(url).query)["se"][0])
    assert timedelta(minutes=14) < expires - server <= timedelta(minutes=16)


async def fetch(method: str, url: str) -> tuple[int, bytes]:
    put = {"x-ms-blob-type": "BlockBlob"} if method == "PUT" else {}
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, yarl.URL(url, encoded=True), headers=put) as response,
    ):
        return response.status, await response.read()


def asks_for_little(url: str) -> dict[str, list[str]]:
    """The query, which lets one blob be read for a quarter of an hour, and nothing else."""
    query = parse_qs(urlsplit(url).query)
    assert (query["sp"], query["sr"], query["spr"]) == (["r"], ["b"], [urlsplit(url).scheme])
    left = datetime.fromisoformat(query["se"][0]) - datetime.now(UTC)
    assert timedelta(minutes=14) < left <= timedelta(minutes=15)
    return query


@pytest.mark.parametrize("name", ["a.png", AWKWARD])
async def test_an_address_signed_with_the_account_key_reads_the_file_and_does_nothing_else(
    by_key: BlobServiceClient, name: str
) -> None:
    url = await url_of(by_key, name)
    asks_for_little(url)
    assert await fetch("GET", url) == (200, b"picture")
    assert (await fetch("PUT", url))[0] == 403
    assert (await fetch("DELETE", url))[0] == 403
    elsewhere = urlsplit(url)._replace(path="/devstoreaccount1/input/another.png").geturl()
    assert (await fetch("GET", elsewhere))[0] == 403


@pytest.mark.parametrize("name", ["a.png", AWKWARD])
async def test_by_identity_the_address_is_signed_with_a_user_delegation_key(
    secure: BlobServiceClient, name: str
) -> None:
    """The emulator gives the key, but does not know the signature of the SDK's version, so nothing is fetched."""
    url = await url_of(secure, name)
    query = asks_for_little(url)
    assert url.startswith("https://")
    assert query["skoid"] == ["00000000-0000-0000-0000-000000000002"]
    assert query["ske"] > query["se"]
    assert query["sig"]


async def test_a_delegation_key_is_kept_for_many_files(
    secure: BlobServiceClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = 0
    ask = secure.get_user_delegation_key

    async def counted(*arguments: Any) -> Any:
        nonlocal asked
        asked += 1
        return await ask(*arguments)

    monkeypatch.setattr(secure, "get_user_delegation_key", counted)
    await secure.get_blob_client("input", "a.png").upload_blob(b"x", overwrite=True)
    files = BlobFiles(secure, input_container="input", output_container="output")
    source = files.open(await files.look("a.png"))
    for _ in range(3):
        await source.url()
    assert asked == 1


async def test_a_delegation_key_is_renewed_before_an_address_would_outlive_it_and_only_then_believed(
    secure: BlobServiceClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []
    ask = secure.get_user_delegation_key

    async def failing_once(*arguments: Any) -> Any:
        asked.append(arguments)
        if len(asked) == 2:
            raise ServiceRequestError("no network")
        return await ask(*arguments)

    monkeypatch.setattr(secure, "get_user_delegation_key", failing_once)
    await secure.get_blob_client("input", "a.png").upload_blob(b"x", overwrite=True)
    clock = ServerClock()
    links = SignedLinks(secure, clock)
    files = BlobFiles(secure, input_container="input", output_container="output", links=links)
    source = files.open(await files.look("a.png"))
    await source.url()
    clock.observe(datetime.now(UTC) + KEY_LIFETIME - timedelta(minutes=10))  # so much is left of the key
    with pytest.raises(StorageUnavailable):
        await source.url()
    query = parse_qs(urlsplit(await source.url()).query)
    assert len(asked) == 3
    assert query["ske"] > query["se"]


async def test_in_a_public_container_the_address_is_plain(by_key: BlobServiceClient) -> None:
    links = PublicLinks("https://files.example/input")
    files = BlobFiles(by_key, input_container="input", output_container="output", links=links)
    await by_key.get_blob_client("input", AWKWARD).upload_blob(b"x", overwrite=True)
    assert await files.open(await files.look(AWKWARD)).url() == (
        "https://files.example/input/a%20b%23c%2520%C3%A9%3F.png"
    )


@pytest.mark.parametrize("public", [True, False])
async def test_a_name_is_signed_and_addressed_as_storage_keeps_it(by_key: BlobServiceClient, public: bool) -> None:
    blob = by_key.get_blob_client("input", r"folder\a b.png")
    await blob.upload_blob(b"picture", overwrite=True)
    links = PublicLinks("https://files.example/input") if public else SignedLinks(by_key, ServerClock())
    url = await links.to(blob)
    if public:
        assert url == "https://files.example/input/folder/a%20b.png"
    else:
        assert await fetch("GET", url) == (200, b"picture")


async def test_everything_else_works_by_identity_too(secure: BlobServiceClient) -> None:
    await secure.get_blob_client("input", "b.png").upload_blob(b"content", overwrite=True)
    files = BlobFiles(secure, input_container="input", output_container="output")
    file = await files.look("b.png")
    assert await files.read_range(file, 0, 3) == b"con"
    assert b"".join([chunk async for chunk in files.open(file).chunks()]) == b"content"
