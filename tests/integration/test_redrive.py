"""`dropscribe redrive`: as a person runs it, and whatever breaks meanwhile."""

import base64
import json
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from azure.storage.blob.aio import BlobServiceClient, ContainerClient
from azure.storage.queue.aio import QueueClient, QueueServiceClient

from cli.redrive import target_of_app
from cli.redriving import Redrive, RedriveFilter, RedriveTarget
from local.storage import ACCOUNT, Azurite, connection_string
from shared import bootstrap
from shared.adapters.storage.blobs import BlobFiles
from shared.errors import ErrorCode, FileRejected
from shared.results.build import Facts, rejected
from tests.integration import command
from tests.integration.faulty import Fault, Faulty, proxy
from tests.unit.settings.test_settings import GOOD


async def dropscribe(*arguments: str | Path, **environ: Any) -> tuple[int, str]:
    """Run the command and return its exit code and all that it printed."""
    done = await command.dropscribe(*arguments, **environ)
    return done.code, done.out + done.err


NOTHING: dict[str, Any] = {
    "MEDIA_STORAGE": "",
    "MEDIA_STORAGE__blobServiceUri": "",
    "MEDIA_STORAGE__queueServiceUri": "",
}


@dataclass
class Account:
    """Containers and a queue of a test's own, and the settings of the app that works there."""

    connection: str
    given: ContainerClient
    taken: ContainerClient
    queue: QueueClient

    @property
    def environ(self) -> dict[str, Any]:
        return {
            **NOTHING,
            "MEDIA_STORAGE": self.connection,
            "INPUT_CONTAINER": self.given.container_name,
            "OUTPUT_CONTAINER": self.taken.container_name,
            "DEFERRED_QUEUE": self.queue.queue_name,
        }

    def target(self, storage: str | None = None) -> RedriveTarget:
        names = (self.given.container_name, self.taken.container_name, self.queue.queue_name)
        return RedriveTarget(storage or self.connection, *names)

    async def reject(self, name: str, code: ErrorCode = "gave_up") -> None:
        """A file, and its error document."""
        await self.given.get_blob_client(name.replace("/", "\\")).upload_blob(b"x", overwrite=True)
        async with BlobServiceClient.from_connection_string(self.connection) as blobs:
            containers = (self.given.container_name, self.taken.container_name)
            files = BlobFiles(blobs, input_container=containers[0], output_container=containers[1])
            file = await files.look(name)
            facts = Facts(file, file.modified)
            await files.write_result(
                rejected(facts, FileRejected(code, "No.", "Again."), file.modified), replacing=None
            )

    async def documents(self) -> list[str]:
        return [name async for name in self.taken.list_blob_names()]

    async def queued(self) -> list[str]:
        """The names of all files that are queued, held back or not."""
        properties = await self.queue.get_queue_properties()
        if not properties.approximate_message_count:
            return []
        messages = self.queue.receive_messages(max_messages=32)
        return sorted([json.loads(base64.b64decode(each.content))["name"] async for each in messages])


@pytest.fixture
async def account(azurite: str) -> AsyncIterator[Account]:
    names = [f"{kind}-{uuid.uuid4().hex[:12]}" for kind in ("input", "output", "later")]
    async with (
        BlobServiceClient.from_connection_string(azurite) as blobs,
        QueueServiceClient.from_connection_string(azurite) as queues,
    ):
        given, taken = [await blobs.create_container(name) for name in names[:2]]
        yield Account(azurite, given, taken, await queues.create_queue(names[2]))


@asynccontextmanager
async def redriving(target: RedriveTarget, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Redrive]:
    """At once, so that what is queued can be seen."""
    monkeypatch.setattr("cli.redriving.SECONDS_AHEAD", 0)
    async with Redrive(target) as redrive:
        yield redrive


def ends(connection: str) -> dict[str, str]:
    return dict(part.partition("=")[::2] for part in connection.strip(";").split(";"))


async def test_redrive_tries_files_again_that_ended_in_an_error(account: Account) -> None:
    environ = {**account.environ, "ARRIVAL_SECONDS": "0", "STATE_CONTAINER": f"state-{uuid.uuid4().hex[:12]}"}
    app = bootstrap.load({**GOOD, **environ})
    for name in ("empty.png", "words.png", "a/words.png", "gone.png"):
        await account.given.upload_blob(name, b"" if name == "empty.png" else b"words")
    for name in ("words.png", "a/words.png", "gone.png"):
        await app.process(account.given.container_name, name)
    await account.given.delete_blob("gone.png")
    await app.close()
    options = ("--code", "unsupported_media", "--since", "2026-01-01")
    code, printed = await dropscribe("redrive", *options, "--dry-run", **environ)
    assert (code, "3 files would be tried again" in printed) == (0, True), printed
    code, printed = await dropscribe("redrive", *options, "--prefix", "a/", **environ)
    assert (code, "1 of 1 files are queued again" in printed) == (0, True), printed
    code, printed = await dropscribe("redrive", "--code", "too_large", **environ)
    assert (code, "0 of 0 files are queued again" in printed) == (0, True), printed
    code, printed = await dropscribe("redrive", **environ)
    assert (code, "1 of 2 files are queued again" in printed) == (0, True), printed
    assert await account.documents() == ["gone.png.json"]
    properties = await account.queue.get_queue_properties()
    assert properties.approximate_message_count == 2


async def test_redrive_names_documents_that_it_could_not_remove_and_goes_on_with_the_others(account: Account) -> None:
    for name in ("a.png", "b.png"):
        await account.reject(name)
    await account.taken.upload_blob("theirs.json", b"not ours", metadata={"status": "error"})
    await account.taken.get_blob_client("a.png.json").acquire_lease()
    code, printed = await dropscribe("redrive", **account.environ)
    assert code == 1, printed
    for words in (
        "1 of 3 files are queued again",
        "a.png.json: storage answered LeaseIdMissing.",
        "theirs.json: it is no document of Dropscribe's.",
    ):
        assert words in printed
    assert await account.documents() == ["a.png.json", "theirs.json"]


async def test_redrive_stops_at_the_first_message_that_the_queue_refuses_and_has_removed_nothing(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.png", "b.png", "c.png"):
        await account.reject(name)
    faulty = Faulty(lambda _: "send", Fault("status 403 AuthorizationPermissionMismatch", "send", times=9))
    async with proxy(faulty, ends(account.connection)["QueueEndpoint"].rpartition("/")[0]) as queue:
        target = account.target(connection_string(ends(account.connection)["BlobEndpoint"].rpartition("/")[0], queue))
        async with redriving(target, monkeypatch) as redrive:
            assert await redrive.send_again(await redrive.find(RedriveFilter()), lambda: None) == 0
    assert faulty.error.fired == 1
    assert len(redrive.problems) == 1
    assert "AuthorizationPermissionMismatch" in redrive.problems[0]
    assert len(await account.documents()) == 3


@pytest.mark.parametrize("broken", ["GET", "HEAD", "DELETE"])
async def test_each_file_has_its_document_or_a_message_whatever_request_of_redrive_breaks(
    account: Account, broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.png", "b.png", "c.png"):
        await account.reject(name)

    def stage(request: object) -> str:
        is_listing = "comp=list" in str(getattr(request, "raw_path", ""))
        return "listing" if is_listing else str(getattr(request, "method", ""))

    faulty = Faulty(stage, Fault("status 403 AuthorizationPermissionMismatch", broken, times=9))
    async with proxy(faulty, ends(account.connection)["BlobEndpoint"].rpartition("/")[0]) as blob:
        target = account.target(connection_string(blob, ends(account.connection)["QueueEndpoint"].rpartition("/")[0]))
        async with redriving(target, monkeypatch) as redrive:
            await redrive.send_again(await redrive.find(RedriveFilter()), lambda: None)
    assert faulty.error.fired == 3
    documents, queued = await account.documents(), await account.queued()
    assert all(f"{name}.json" in documents or name in queued for name in ("a.png", "b.png", "c.png"))


async def test_a_queued_file_is_held_back_until_its_document_is_removed(account: Account) -> None:
    await account.reject("a.png")
    code, printed = await dropscribe("redrive", **account.environ)
    assert code == 0, printed
    assert await account.documents() == []
    assert (await account.queue.get_queue_properties()).approximate_message_count == 1
    assert await account.queue.peek_messages() == []


async def test_a_document_that_names_no_file_of_the_container_is_left_alone(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    private = f"private-{uuid.uuid4().hex[:12]}"
    async with BlobServiceClient.from_connection_string(account.connection) as blobs:
        await (await blobs.create_container(private)).upload_blob("x.png", b"x")
    for number, name in enumerate([f"../{private}/x.png", "", "y" * 2000, 5, None, ["a"]]):
        document = json.dumps({"input": {"name": name}})
        await account.taken.upload_blob(f"{number}.json", document, metadata={"status": "error"})
    async with redriving(account.target(), monkeypatch) as redrive:
        assert await redrive.send_again(await redrive.find(RedriveFilter()), lambda: None) == 0
    assert len(await account.documents()) == 6
    assert await account.queued() == []


async def test_a_file_of_an_unusable_name_can_be_tried_again(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    await account.reject("a/../b.png", "unusable_name")
    async with redriving(account.target(), monkeypatch) as redrive:
        assert await redrive.send_again(await redrive.find(RedriveFilter("unusable_name")), lambda: None) == 1
    assert await account.queued() == ["a/../b.png"]


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in NOTHING:
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def test_redrive_works_where_the_app_does_also_where_its_queues_have_another_address(
    settings: pytest.MonkeyPatch,
) -> None:
    settings.setenv("MEDIA_STORAGE", "AccountName=other")
    settings.setenv("MEDIA_STORAGE__blobServiceUri", "https://blobs.example")
    settings.setenv("MEDIA_STORAGE__queueServiceUri", "https://queues.example")
    target = target_of_app(None)
    assert target
    assert (target.storage, target.queues) == ("https://blobs.example", "https://queues.example")
    elsewhere = target_of_app("https://other.blob.core.windows.net")
    assert elsewhere
    assert elsewhere.queues is None


async def test_redrive_sends_its_messages_to_the_queue_service_of_the_settings(
    secure_azurite: Azurite, certificate: tuple[Path, Path], settings: pytest.MonkeyPatch
) -> None:
    settings.setenv("MEDIA_STORAGE__blobServiceUri", secure_azurite.blobs)
    settings.setenv("MEDIA_STORAGE__queueServiceUri", f"{secure_azurite.queue_endpoint}/{ACCOUNT}")
    target = target_of_app(None)
    assert target
    async with Redrive(target) as redrive:
        assert redrive._job_queue._queue.url.startswith(secure_azurite.queue_endpoint)


async def test_redrive_refuses_a_code_that_no_document_has_and_lists_those_that_there_are() -> None:
    code, printed = await dropscribe("redrive", "--code", "typo")
    words = " ".join(printed.replace("│", " ").split())
    assert code == 2
    assert "'typo' is no error code; there are: archived, content_filtered," in words


async def test_the_help_of_redrive_lists_the_codes() -> None:
    _, printed = await dropscribe("redrive", "--help")
    assert "content_filtered, crash_loop, damaged_media" in " ".join(printed.replace("│", " ").split())


@pytest.mark.parametrize(
    ("storage", "words"),
    [
        ("nonsense", "The storage must be a connection string"),
        ("https://127.0.0.1:1/account", "Set MEDIA_STORAGE__queueServiceUri to the address of the queue service."),
        (connection_string("http://127.0.0.1:1", "http://127.0.0.1:1"), "the storage cannot be reached"),
    ],
)
async def test_redrive_says_in_one_sentence_that_a_storage_is_none(storage: str, words: str) -> None:
    code, printed = await dropscribe("redrive", "--storage", storage, **NOTHING)
    assert code == 1
    assert words in printed
    assert len(printed.splitlines()) == 1


async def test_redrive_says_in_one_sentence_that_there_is_no_such_container(azurite: str) -> None:
    code, printed = await dropscribe("redrive", "--storage", azurite, OUTPUT_CONTAINER="no-such-container")
    assert code == 1
    assert printed.splitlines() == [
        "The documents cannot be listed: storage answered ContainerNotFound. See that it is the app's storage, and that"
        " you may read it."
    ]
