"""What lies in real storage besides plain files, and what storage says when it refuses something."""

import gzip
import json
import uuid
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from azure.storage.blob import ContentSettings
from azure.storage.blob.aio import BlobServiceClient, ContainerClient

from shared.adapters.storage import clients
from shared.adapters.storage.blobs import NAME_REFUSED, BlobFiles
from shared.adapters.storage.clients import blobs_by_connection_string, queues_by_connection_string
from shared.adapters.storage.queues import StorageEventQueue
from shared.errors import Conflict, FileRejected, InputNotFound, StorageRefused, StorageUnavailable
from shared.media.files import InputFile
from shared.results.build import Facts, rejected
from shared.results.result import Result
from tests import samples
from tests.integration.loopback import Answer, Service, service

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
CHART = samples.CHART.read_bytes()
FILE = InputFile("input", "a.png", "0x1", 10, {}, NOW)
MARKED_AS_FOLDER = [("folder", {"hdi_isfolder": "true"}), ("folder", {"Hdi_IsFolder": "True"}), ("folder/", {})]
NO_FOLDERS = [
    ("a", b"", {}),
    ("a", b"x", {"hdi_isfolder": "true"}),
    ("a/", b"x", {}),
    ("a", b"", {"hdi_isfolder": "no"}),
]


@pytest.fixture
async def inbox(azurite: str) -> AsyncIterator[ContainerClient]:
    async with BlobServiceClient.from_connection_string(azurite) as blobs:
        yield await blobs.create_container(f"input-{uuid.uuid4().hex[:12]}")


@pytest.fixture
async def outbox(azurite: str) -> AsyncIterator[ContainerClient]:
    async with BlobServiceClient.from_connection_string(azurite) as blobs:
        yield await blobs.create_container(f"output-{uuid.uuid4().hex[:12]}")


@pytest.fixture
async def files(azurite: str, inbox: ContainerClient, outbox: ContainerClient) -> AsyncIterator[BlobFiles]:
    blobs = blobs_by_connection_string(azurite)
    store = BlobFiles(blobs, input_container=inbox.container_name, output_container=outbox.container_name)
    yield store
    await store.close()


@pytest.fixture
async def fake(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[Service, BlobFiles]]:
    """A storage service that says what it is told, for what the emulator never says; tries follow at once."""
    for wait in ("initial_backoff", "increment_base", "random_jitter_range"):
        monkeypatch.setitem(clients._OPTIONS, wait, 0)
    async with service() as storage:
        text = f"BlobEndpoint={storage.url}/account;AccountName=account;AccountKey=a2V5"
        store = BlobFiles(blobs_by_connection_string(text), input_container="input", output_container="output")
        yield storage, store
        await store.close()


BOTH_WAYS = pytest.mark.parametrize("way", ["look", "load"])


def refused(name: str = "a.png", etag: str = "0x1") -> Result:
    facts = Facts(InputFile("input", name, etag, 1, {}, NOW), NOW)
    return rejected(facts, FileRejected("damaged_media", "No.", "Try again."), NOW)


async def read(source: Any) -> bytes:
    return b"".join([chunk async for chunk in source.chunks()])


@pytest.mark.parametrize("content", [CHART, gzip.compress(CHART)], ids=["false label", "true label"])
@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "nonsense"])
async def test_a_file_is_read_as_it_lies_there_whatever_encoding_it_is_said_to_be_in(
    files: BlobFiles, inbox: ContainerClient, content: bytes, encoding: str
) -> None:
    await inbox.upload_blob("a.png", content, content_settings=ContentSettings(content_encoding=encoding))
    file = await files.look("a.png")
    assert file.size == len(content)
    assert await files.read_range(file, 0, 100) == content[:100]
    assert await read(files.open(file)) == content


def part_of(content: str, said: int, start: int = 0) -> Answer:
    headers = {
        "Content-Range": f"bytes {start}-{start + len(content) - 1}/{said}",
        "ETag": '"0x1"',
        "Last-Modified": "Tue, 24 Nov 2026 12:00:00 GMT",
        "x-ms-blob-type": "BlockBlob",
    }
    return Answer(206, content, headers)


@pytest.mark.parametrize(
    ("answers", "fault"),
    [
        ([part_of("12345", 5)], "fewer"),
        ([part_of("123456789012345", 15)], "more"),
        ([part_of("", 0)], "fewer"),
    ],
)
async def test_a_file_that_is_not_as_long_as_storage_said_is_storages_fault(
    fake: tuple[Service, BlobFiles], answers: list[Answer], fault: str
) -> None:
    storage, store = fake
    storage.answers = [*answers]
    source, given = store.open(FILE), bytearray()
    with pytest.raises(StorageUnavailable, match=f"Storage gave {fault} bytes"):
        async for chunk in source.chunks():
            given += chunk
    assert len(given) <= FILE.size
    assert source.sha256 is None


@BOTH_WAYS
@pytest.mark.parametrize(("name", "metadata"), MARKED_AS_FOLDER)
async def test_what_stands_for_a_folder_is_no_file(
    way: str, files: BlobFiles, inbox: ContainerClient, name: str, metadata: dict[str, str]
) -> None:
    await inbox.upload_blob(name, b"", metadata=metadata)
    await inbox.upload_blob("folder/a.png", b"x")
    with pytest.raises(InputNotFound):
        await getattr(files, way)(name)
    assert [listed.name for listed in (await files.list_inputs()).items] == ["folder/a.png"]


@BOTH_WAYS
@pytest.mark.parametrize(("name", "content", "metadata"), NO_FOLDERS)
async def test_a_file_is_taken_for_one_though_it_looks_a_little_like_a_folder(
    way: str, files: BlobFiles, inbox: ContainerClient, name: str, content: bytes, metadata: dict[str, str]
) -> None:
    await inbox.upload_blob(name, content, metadata=metadata)
    assert (await getattr(files, way)(name)).size == len(content)
    assert [listed.name for listed in (await files.list_inputs()).items] == [name]


@BOTH_WAYS
async def test_metadata_that_was_encoded_for_its_header_is_read_as_it_was_meant(
    way: str, files: BlobFiles, inbox: ContainerClient
) -> None:
    await inbox.upload_blob("a.png", b"x", metadata={"recipe": "r%C3%A9sum%C3%A9", "rate": "100%", "plus": "a+b"})
    assert (await getattr(files, way)("a.png")).metadata == {"recipe": "résumé", "rate": "100%", "plus": "a+b"}


LOCKED = """<?xml version="1.0" encoding="utf-8"?>
<EnumerationResults ServiceEndpoint="http://account/" ContainerName="input"><Prefix>a.png</Prefix><Blobs><Blob>
<Name>a.png</Name><Properties><Last-Modified>Tue, 24 Nov 2026 12:00:00 GMT</Last-Modified><Etag>0x7</Etag>
<Content-Length>12</Content-Length><BlobType>BlockBlob</BlobType><AccessTier>Hot</AccessTier>
<CustomerProvidedKeySha256>c2hh</CustomerProvidedKeySha256></Properties></Blob></Blobs><NextMarker/>
</EnumerationResults>"""


def refusal(status: int, code: str) -> Answer:
    return Answer(status, "", {"x-ms-error-code": code})


@BOTH_WAYS
async def test_a_file_that_only_its_uploaders_key_opens_is_seen_to_be_one(
    way: str, fake: tuple[Service, BlobFiles]
) -> None:
    storage, store = fake
    listing = Answer(200, LOCKED, {"Content-Type": "application/xml"})
    refused = [refusal(409, "BlobUsesCustomerSpecifiedEncryption")] * (1 if way == "look" else 2)
    storage.answers = [*refused, listing]
    file = await getattr(store, way)("a.png")
    assert (file.etag, file.size, file.is_locked) == ("0x7", 12, True)


@pytest.mark.parametrize("code", ["BlobArchived", "BlobBeingRehydrated", "BlobUsesCustomerSpecifiedEncryption"])
async def test_a_file_that_can_no_longer_be_read_is_looked_at_anew(fake: tuple[Service, BlobFiles], code: str) -> None:
    storage, store = fake
    storage.answers = [refusal(409, code)]
    with pytest.raises(Conflict):
        await store.read_range(FILE, 0, 10)
    with pytest.raises(Conflict):
        await read(store.open(FILE))


@BOTH_WAYS
@pytest.mark.parametrize("code", NAME_REFUSED)
async def test_a_name_that_the_service_does_not_take_is_nobodys_file(
    way: str, fake: tuple[Service, BlobFiles], code: str
) -> None:
    storage, store = fake
    storage.answers = [refusal(400, code)]
    with pytest.raises(InputNotFound):
        await getattr(store, way)("a/" * 300)


REFUSALS = [
    (409, "BlobImmutableDueToPolicy"),
    (409, "BlobImmutableDueToLegalHold"),
    (412, "LeaseIdMissing"),
    (403, "AuthorizationPermissionMismatch"),
    (404, "ContainerNotFound"),
    (409, "AccountIsDisabled"),
    (400, "InvalidAuthenticationInfo"),
]


@pytest.mark.parametrize(("status", "code"), REFUSALS)
async def test_a_standing_refusal_has_its_name_in_the_exception_and_in_an_error_of_the_log(
    fake: tuple[Service, BlobFiles], status: int, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    storage, store = fake
    storage.answers = [refusal(status, code)]
    with pytest.raises(StorageRefused, match=code) as raised:
        await store.write_result(refused(), replacing=None)
    assert (raised.value.code, raised.value.status) == (code, status)
    (line,) = [json.loads(each.message) for each in caplog.records if "storage.refused" in each.message]
    assert line == {
        "event": "storage.refused",
        "code": code,
        "status": status,
        "asked": "PUT /account/output/a.png.json",
    }


@pytest.mark.parametrize("answer", [refusal(503, "ServerBusy"), refusal(500, "InternalError"), refusal(429, "x y")])
async def test_what_passes_by_itself_is_no_refusal(
    fake: tuple[Service, BlobFiles], answer: Answer, caplog: pytest.LogCaptureFixture
) -> None:
    storage, store = fake
    storage.answers = [answer]
    with pytest.raises(StorageUnavailable) as raised:
        await store.find_result("a.png")
    assert not isinstance(raised.value, StorageRefused)
    assert "storage.refused" not in caplog.text


async def test_a_code_of_storage_is_short_and_one_word(fake: tuple[Service, BlobFiles]) -> None:
    storage, store = fake
    storage.answers = [refusal(403, "x" * 3000)]
    with pytest.raises(StorageRefused) as raised:
        await store.find_result("a.png")
    assert len(raised.value.code or "") < 100


def schema(version: object) -> bytes:
    return json.dumps({**json.loads(refused().to_json()), "schema_version": version}).encode()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (schema(3), "schema version 3, which is newer"),
        (schema("x"), "no document of this version"),
        (b"[]", "it is no document"),
        (b"\xff", "it is no document"),
        (b"[" * 5000, "it is no document"),
    ],
    ids=["newer", "odd", "list", "bytes", "deep"],
)
async def test_why_a_document_cannot_be_read_is_logged(
    files: BlobFiles, outbox: ContainerClient, caplog: pytest.LogCaptureFixture, content: bytes, why: str
) -> None:
    await outbox.upload_blob("a.png.json", content)
    assert await files.read_result("a.png") is None
    assert "document.unreadable" in caplog.text
    assert why in caplog.text


Publish = Callable[[Result], Any]


@pytest.fixture
async def publish() -> AsyncIterator[tuple[Service, Publish]]:
    async with service() as storage:
        text = f"QueueEndpoint={storage.url}/account;AccountName=account;AccountKey=a2V5"
        async with queues_by_connection_string(text) as queues:
            yield storage, StorageEventQueue(queues, "documents", output="https://place/output").publish


@pytest.mark.parametrize("answer", [refusal(413, "RequestBodyTooLarge"), refusal(400, "InvalidXmlDocument")])
async def test_an_event_that_no_queue_would_take_is_told_in_the_log_and_not_tried_for_ever(
    publish: tuple[Service, Publish], caplog: pytest.LogCaptureFixture, answer: Answer
) -> None:
    storage, send = publish
    storage.answers = [answer]
    await send(refused())
    assert "event.not_sent" in caplog.text
    assert answer.headers["x-ms-error-code"] in caplog.text


async def test_an_event_that_the_queue_refuses_for_want_of_a_role_is_not_lost(
    publish: tuple[Service, Publish],
) -> None:
    storage, send = publish
    storage.answers = [refusal(403, "AuthorizationPermissionMismatch")]
    with pytest.raises(StorageRefused):
        await send(refused())
