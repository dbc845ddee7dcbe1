"""The storage adapter against a real storage emulator, where no other `FileStore` is like it (tests/conformance)."""

import asyncio
import hashlib
import json
import threading
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from azure.core.credentials import AccessToken
from azure.storage.blob.aio import BlobServiceClient

from shared.adapters.storage import clients, listing, source
from shared.adapters.storage.blobs import BlobFiles
from shared.adapters.storage.clients import CHUNK_BYTES, blobs_by_connection_string
from shared.errors import Conflict, FileRejected, InputNotFound, StorageUnavailable
from shared.media.files import InputFile, Page
from shared.media.parts import HEAD_BYTES
from shared.results.build import Facts, rejected
from shared.results.result import Result
from tests.integration.identity import Identity
from tests.integration.loopback import Answer, Service, service

AWKWARD_NAMES = [
    "a b.png",
    "a#b.png",
    "a?b.png",
    "a+b c.png",
    "a%20b.png",
    "..%2F..%2Fx.png",
    "émoji😀.png",
    "e\u0301.png",
    "a&b;c=d.png",
    "quote\"'.png",
    "tab\t.png",
    "\u202egpj.exe",
    "a//b.png",
    "trailing.",
    " lead.png",
    "folder/" * 40 + "x",
    "x" * 1024,
    "é" * 1024,
]


@dataclass
class Store:
    """Two containers of a test's own, and the adapter on them."""

    files: BlobFiles
    service: BlobServiceClient
    input: str
    output: str

    async def upload(self, name: str, content: bytes, **metadata: str) -> None:
        await self.service.get_blob_client(self.input, name).upload_blob(content, overwrite=True, metadata=metadata)

    async def document(self, name: str) -> bytes:
        blob = self.service.get_blob_client(self.output, name)
        content: bytes = await (await blob.download_blob()).readall()
        return content


@pytest.fixture
async def store(azurite: str) -> AsyncIterator[Store]:
    suffix = uuid.uuid4().hex[:8]
    names = f"input-{suffix}", f"output-{suffix}"
    files = BlobFiles(blobs_by_connection_string(azurite), input_container=names[0], output_container=names[1])
    async with BlobServiceClient.from_connection_string(azurite) as service:
        for name in names:
            await service.create_container(name)
        yield Store(files, service, *names)
    await files.close()


def outcome_for(file: InputFile, message: str = "No.") -> Result:
    error = FileRejected("damaged_media", message, "Try again.")
    return rejected(Facts(file, file.modified), error, file.modified)


async def read(store: Store, file: InputFile) -> bytes:
    return b"".join([chunk async for chunk in store.files.open(file).chunks()])


async def test_a_missing_container_is_our_trouble_and_not_a_file_gone(azurite: str) -> None:
    files = BlobFiles(
        blobs_by_connection_string(azurite), input_container="no-such-container", output_container="output"
    )
    with pytest.raises(StorageUnavailable, match="ContainerNotFound"):
        await files.look("a.png")
    await files.close()


async def test_a_404_that_does_not_say_that_the_file_is_gone_is_our_trouble() -> None:
    async with service(Service(answers=[Answer(404, "")])) as broken:
        address = f"BlobEndpoint={broken.url}/devstoreaccount1;AccountName=a;AccountKey=a2V5"
        files = BlobFiles(blobs_by_connection_string(address), input_container="input", output_container="output")
        with pytest.raises(StorageUnavailable):
            await files.look("a.png")
        await files.close()


async def test_storage_that_does_not_answer_is_our_trouble() -> None:
    nowhere = "BlobEndpoint=http://127.0.0.1:1/devstoreaccount1;AccountName=a;AccountKey=a2V5"
    files = BlobFiles(blobs_by_connection_string(nowhere), input_container="input", output_container="output")
    with pytest.raises(StorageUnavailable):
        await files.look("a.png")
    await files.close()


async def test_a_file_is_read_in_chunks_with_its_digest_known_at_the_end(store: Store) -> None:
    content = bytes(range(256)) * (3 * CHUNK_BYTES // 256) + b"the end"
    await store.upload("large.bin", content)
    file = await store.files.look("large.bin")
    opened = store.files.open(file)
    digest_before = opened.sha256
    chunks = [chunk async for chunk in opened.chunks()]
    assert b"".join(chunks) == content
    assert max(map(len, chunks)) <= CHUNK_BYTES
    assert opened.size == len(content)
    assert (digest_before, opened.sha256) == (None, hashlib.sha256(content).hexdigest())


@pytest.mark.parametrize(("start", "length"), [(0, 3_000_000), (4, 2 * CHUNK_BYTES)])
async def test_a_range_is_the_bytes_from_a_place_on_or_all_there_are(store: Store, start: int, length: int) -> None:
    content = b"0123456789" * 200_000
    await store.upload("a.bin", content)
    part = await store.files.read_range(await store.files.look("a.bin"), start, length)
    assert part == content[start : start + length]


async def test_a_file_overwritten_in_the_midst_of_reading_is_not_mixed(store: Store) -> None:
    await store.upload("a.bin", b"a" * 3 * CHUNK_BYTES)
    chunks = store.files.open(await store.files.look("a.bin")).chunks()
    assert set(await anext(chunks)) == {ord("a")}
    await store.upload("a.bin", b"b" * 3 * CHUNK_BYTES)
    with pytest.raises(Conflict):
        async for chunk in chunks:
            assert set(chunk) == {ord("a")}


async def test_a_file_deleted_in_the_midst_of_reading_is_gone(store: Store) -> None:
    await store.upload("a.bin", b"a" * 3 * CHUNK_BYTES)
    chunks = store.files.open(await store.files.look("a.bin")).chunks()
    await anext(chunks)
    await store.service.get_blob_client(store.input, "a.bin").delete_blob()
    with pytest.raises((InputNotFound, Conflict)):  # the service may answer 404 or 412
        async for _ in chunks:
            pass


async def test_a_document_is_found_again_by_the_version_that_it_answers(store: Store) -> None:
    await store.upload("a.png", b"x")
    file = await store.files.look("a.png")
    assert await store.files.find_result("a.png") is None
    await store.files.write_result(outcome_for(file), replacing=None)
    found = await store.files.find_result("a.png")
    assert found
    assert found.input_etag == file.etag
    assert json.loads(await store.document("a.png.json"))["error"]["code"] == "damaged_media"


async def whole[T](list_page: Callable[[str], Awaitable[Page[T]]]) -> list[T]:
    """All pages of a listing; each but the last is full."""
    items: list[T] = []
    marker = ""
    while True:
        page = await list_page(marker)
        items += page.items
        if not page.marker:
            return items
        assert len(page.items) == listing.PAGE_BLOBS
        marker = page.marker


async def test_a_listing_tells_each_file_and_each_document_once_over_many_pages(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "PAGE_BLOBS", 30)
    names = [f"file-{number:03}" for number in range(100)]
    for name in names:
        await store.upload(name, b"x")
        await store.files.write_result(outcome_for(await store.files.look(name)), replacing=None)
    inputs = [(file.name, file.etag) for file in await whole(store.files.list_inputs)]
    answered = [(name, found.input_etag) for name, found in await whole(store.files.list_answered)]
    assert [name for name, _ in inputs] == names
    assert answered == [(f"{name}.json", etag) for name, etag in inputs]


async def test_a_page_of_a_listing_is_read_in_a_thread_where_it_holds_up_nobody(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads = []
    monkeypatch.setitem(clients._OPTIONS, "raw_response_hook", lambda _: threads.append(threading.current_thread()))
    await store.files.list_inputs()
    await store.files.list_answered()
    assert len(threads) == 2
    assert threading.main_thread() not in threads


async def test_a_credential_is_asked_for_tokens_on_the_event_loop_on_which_it_lives() -> None:
    asked_on = []

    class Ours(Identity):
        async def get_token(self, *scopes: str, **more: Any) -> AccessToken:
            asked_on.append(asyncio.get_running_loop())
            return await super().get_token(*scopes, **more)

    async with listing.CredentialElsewhere(Ours(), asyncio.get_running_loop()) as elsewhere:
        token = await asyncio.to_thread(asyncio.run, elsewhere.get_token("scope"))
    assert token.token
    assert asked_on == [asyncio.get_running_loop()]


@pytest.mark.parametrize("name", AWKWARD_NAMES, ids=ascii)
async def test_a_file_of_any_name_is_found_and_gets_its_document(store: Store, name: str) -> None:
    await store.upload(name, b"x")
    file = await store.files.look(name)
    assert file.name == name
    await store.files.write_result(outcome_for(file), replacing=None)
    found = await store.files.find_result(name)
    assert found
    assert found.input_etag == file.etag


async def test_an_archived_file_is_seen_to_be_one(store: Store) -> None:
    await store.upload("file.png", b"x")
    assert not (await store.files.load("file.png")).is_archived
    await store.service.get_blob_client(store.input, "file.png").set_standard_blob_tier("Archive")
    assert (await store.files.look("file.png")).is_archived
    assert (await store.files.load("file.png")).is_archived


@pytest.mark.parametrize(("size", "head", "requests"), [(1_000, 1_000, 1), (CHUNK_BYTES + 1, HEAD_BYTES, 3)])
async def test_a_small_file_is_loaded_and_read_by_one_request(
    azurite: str, store: Store, size: int, head: int, requests: int
) -> None:
    answers: list[datetime] = []
    await store.upload("a.png", b"x" * size)
    service = blobs_by_connection_string(azurite, answers.append)
    files = BlobFiles(service, input_container=store.input, output_container=store.output)
    file = await files.load("a.png")
    content = b"".join([chunk async for chunk in files.open(file).chunks()])
    assert (len(file.head), len(content), len(answers)) == (head, size, requests)
    await files.close()


async def test_a_file_that_was_loaded_some_time_ago_is_read_anew(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "MAX_HEAD_SECONDS", 0)
    await store.upload("a.png", b"old")
    file = await store.files.load("a.png")
    await store.upload("a.png", b"new")
    with pytest.raises(Conflict):
        await read(store, file)
