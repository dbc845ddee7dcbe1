"""Names of files, told by the addresses of the requests that really leave the app."""

import contextlib
import json
import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

import aiohttp
import pytest
import yarl
from aiohttp import web
from azure.core.exceptions import AzureError, ResourceNotFoundError
from azure.storage.blob.aio import BlobServiceClient, ContainerClient
from azure.storage.queue.aio import QueueServiceClient
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from local.storage import ACCOUNT, Azurite, connection_string
from local.tls import server_context
from shared import bootstrap
from shared.adapters.storage import addresses
from shared.adapters.storage.blobs import BlobFiles
from shared.adapters.storage.clients import blobs_by_connection_string
from shared.app import App
from shared.errors import InputNotFound, StorageUnavailable
from shared.results.result import document_name
from tests import samples
from tests.integration.faulty import Faulty, proxy
from tests.integration.hosting import ends
from tests.integration.loopback import Service, service
from tests.integration.triggers import HURRY, LOOPBACK, hurried
from tests.unit.settings.test_settings import GOOD

CHART = samples.CHART.read_bytes()
OURS = ("input", "output", "state", "events-deadletter")
PRIVATE = "private"
OUT_OF_THE_CONTAINER = "z/../../private/chart.png"

HOSTILE = st.one_of(
    st.sampled_from(["..", ".", "...", "/", "\\", "%2e", "%2F", "%5c", "private", "chart.png", " ", "//"]),
    st.sampled_from(list("?#&+;:@~'\"|*[]{}^`<>,!$()=%")),
    st.sampled_from(["é", "e\u0301", "\uff0e", "\u2024", "😀", "\u202e", "\t", "\r", "\x7f", "\x85", "\ufffe", "\0"]),
    st.characters(exclude_categories=["Cs"]),
)
NAMES = st.lists(HOSTILE, max_size=8).map("".join)
ODD = [
    "/a.png",
    "//a",
    "a//b.png",
    "a/",
    "a./b..png",
    "a?b#c.png",
    "%2e%2e/%2e%2e%2Fx.png",
    "a+b&c;d=e.png",
    "e\u0301é😀.png",
    "\uff0e\uff0e/x",
    "tab\tand\rmore.png",
    "x" * 1024,
    "😀" * 512,
    "unusual-names/x.png",
]


class Account(NamedTuple):
    """An emulated account, and where it is."""

    connection_string: str
    blob_endpoint: str
    queue_endpoint: str


@dataclass
class World:
    """A storage account, the app on it, its model, and the path of each request that reached the storage."""

    blobs: BlobServiceClient
    queues: QueueServiceClient
    model: Service
    app: App
    account: str
    paths: list[str] = field(default_factory=list)

    def container(self, kind: str) -> ContainerClient:
        return self.blobs.get_container_client(kind)

    async def upload(self, name: str, **metadata: str) -> None:
        r"""As an uploader does who may write into `input` only: his `\` become `/`, which no client resolves."""
        blob = self.container("input").get_blob_client(name.replace("/", "\\"))
        await blob.upload_blob(CHART, overwrite=True, metadata=metadata)

    async def document(self, name: str) -> dict[str, Any]:
        blob = self.container("output").get_blob_client(document_name(name))
        document: dict[str, Any] = json.loads(await (await blob.download_blob()).readall())
        return document

    async def names_in(self, kind: str) -> list[str]:
        return [name async for name in self.container(kind).list_blob_names()]

    def astray(self) -> list[str]:
        """The paths that lead anywhere but into the app's containers."""
        return [path for path in self.paths if not self._is_ours(path)]

    def _is_ours(self, path: str) -> bool:
        address = path.partition("?")[0]
        inside = any(f"{address}/".startswith(f"/{self.account}/{container}/") for container in OURS)
        segments = unquote(address).replace("\\", "/").split("/")
        return inside and not {".", ".."} & set(segments)


@asynccontextmanager
async def world_over(azurite: Account, certificate: tuple[Path, Path] | None) -> AsyncIterator[World]:
    """With a certificate the app is known to storage by its identity."""
    paths: list[str] = []

    def note(request: web.Request) -> str:
        paths.append(request.raw_path)
        return "any"

    secure: dict[str, Any] = {**LOOPBACK, **({"connection_verify": str(certificate[0])} if certificate else {})}
    tls = server_context(*certificate) if certificate else None
    async with AsyncExitStack() as exits:
        enter = exits.enter_async_context
        at = await enter(proxy(Faulty(note), azurite.blob_endpoint, tls))
        model = await enter(service())
        blobs = await enter(BlobServiceClient.from_connection_string(azurite.connection_string, **secure))
        queues = await enter(QueueServiceClient.from_connection_string(azurite.connection_string, **secure))
        exits.enter_context(hurried(**secure))
        app = bootstrap.load(_environ(azurite, at, model.url, certificate is not None), policy=HURRY)
        exits.push_async_callback(app.close)
        yield World(blobs, queues, model, app, ACCOUNT, paths)


def _environ(azurite: Account, at: str, model: str, by_identity: bool) -> dict[str, str]:
    known = (
        {
            "MEDIA_STORAGE": "",
            "MEDIA_STORAGE__blobServiceUri": f"{at}/{ACCOUNT}",
            "MEDIA_STORAGE__queueServiceUri": f"{azurite.queue_endpoint}/{ACCOUNT}",
        }
        if by_identity
        else {"MEDIA_STORAGE": connection_string(at, azurite.queue_endpoint)}
    )
    return {**GOOD, "AZURE_INFERENCE_ENDPOINT": f"{model}/models", "ARRIVAL_SECONDS": "0", **known}


@pytest.fixture(scope="module")
def accounts(azurite: str, secure_azurite: Azurite) -> dict[str, Account]:
    """One that knows the account's key, and one that takes tokens; in each a picture that is none of ours."""
    secure = (secure_azurite.connection_string, secure_azurite.blob_endpoint, secure_azurite.queue_endpoint)
    parts = ends(azurite)
    plain = [parts[end].rpartition("/")[0] for end in ("BlobEndpoint", "QueueEndpoint")]
    return {"key": Account(azurite, *plain), "token": Account(*secure)}


@pytest.fixture(params=["key", "token"])
async def world(
    request: pytest.FixtureRequest, accounts: dict[str, Account], certificate: tuple[Path, Path]
) -> AsyncIterator[World]:
    by_token = request.param == "token"
    async with world_over(accounts[request.param], certificate if by_token else None) as world:
        for container in (*OURS, PRIVATE):
            with contextlib.suppress(ResourceNotFoundError):
                await world.container(container).delete_container()
            await world.container(container).create_container()
        await world.container(PRIVATE).get_blob_client("chart.png").upload_blob(CHART, overwrite=True)
        yield world
        for container in (*OURS, PRIVATE):  # some names can be deleted only with all that is in their container
            await world.container(container).delete_container()


def message(**fields: object) -> bytes:
    return json.dumps(fields).encode()


@given(name=NAMES)
@example("../private/chart.png")
@example(OUT_OF_THE_CONTAINER)
@example(r"z\..\..\private\chart.png")
@example("%2e%2e/private/chart.png")
@example("a/./b.png")
@example("..")
@example("\n")
@example("\x01/..")
@example("")
@example("x" * 1025)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_no_request_of_the_app_leaves_its_containers_whatever_a_file_is_called(world: World, name: str) -> None:
    world.paths.clear()
    with contextlib.suppress(AzureError, ValueError):  # not every name can be uploaded
        await world.upload(name)
    await world.app.process("input", name)
    await world.app.resume(message(name=name))
    with contextlib.suppress(StorageUnavailable):  # the emulator cannot list every name
        await world.app.settle_poison(message(ContainerName="input", BlobName=name))
        await world.app.settle_poison(message(name=name, chance="c0"))
    assert world.astray() == []


async def test_a_file_whose_name_leads_out_of_the_container_ends_in_a_document_and_nothing_else_is_touched(
    world: World,
) -> None:
    await world.upload(OUT_OF_THE_CONTAINER)
    await world.app.process("input", OUT_OF_THE_CONTAINER)
    document = await world.document(OUT_OF_THE_CONTAINER)
    assert (document["error"]["code"], document["input"]["name"]) == ("unusable_name", OUT_OF_THE_CONTAINER)
    assert document["input"]["bytes"] == len(CHART)
    assert world.model.arrived == []
    assert await world.names_in(PRIVATE) == ["chart.png"]


async def test_a_file_that_is_found_by_the_reconciler_under_such_a_name_is_answered_and_waits_no_longer(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    await world.upload(OUT_OF_THE_CONTAINER)
    await world.app.reconcile()
    assert '"waiting": 1' in caplog.text
    await world.app.resume(message(name=OUT_OF_THE_CONTAINER))
    caplog.clear()
    await world.app.reconcile()
    assert '"waiting": 0' in caplog.text
    assert world.astray() == []


async def test_a_message_about_an_unusable_name_is_dropped_and_logged(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("../private/chart.png", r"..\private\chart.png", "x/" + "../" * 9, "", "y" * 1025):
        caplog.clear()
        await world.app.resume(message(name=name))
        assert "event.unusable_name" in caplog.text
    assert world.model.arrived == []
    assert await world.names_in("output") == []
    assert await world.names_in(PRIVATE) == ["chart.png"]


async def test_another_files_answer_cannot_be_had_by_an_alias_of_its_name(world: World) -> None:
    await world.upload("victim.png")
    alias = "receipts/../victim.png"
    await world.upload(alias, recipe="read-text")
    for name in ("victim.png", alias):
        await world.app.process("input", name)
    assert len(world.model.arrived) == 1
    assert (await world.document("victim.png"))["status"] == "ok"
    assert (await world.document(alias))["error"]["code"] == "unusable_name"


async def test_a_file_is_one_file_whether_its_name_is_written_with_slashes_or_backslashes(world: World) -> None:
    await world.upload("read-text/b.png")
    await world.app.process("input", r"read-text\b.png")
    await world.app.process("input", "read-text/b.png")
    document = await world.document("read-text/b.png")
    assert (document["recipe"]["name"], document["input"]["name"]) == ("read-text", "read-text/b.png")
    assert len(world.model.arrived) == 1
    assert await world.names_in("output") == ["read-text/b.png.json"]


async def test_files_of_odd_but_legal_names_are_answered_once_each(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ODD:
        await world.upload(name)
        await world.app.process("input", name)
        await world.app.process("input", name)
        document = await world.document(name)
        assert (document["status"], document["input"]["name"]) == ("ok", name)
    await world.app.reconcile()
    assert '"waiting": 0' in caplog.text
    assert len(world.model.arrived) == len(await world.names_in("output")) == len(ODD)


@pytest.mark.parametrize("name", ["../private/chart.png", "a/../../private/chart.png", "a/./b", r"a\..\b"])
async def test_a_request_that_would_leave_its_container_is_stopped_even_if_the_rule_for_names_has_a_hole(
    azurite: str, name: str
) -> None:
    async with blobs_by_connection_string(azurite) as blobs:
        with pytest.raises(ValueError, match="would have left its container"):
            await blobs.get_blob_client("input", name).get_blob_properties()


@pytest.fixture
async def names(azurite: str) -> AsyncIterator[ContainerClient]:
    async with BlobServiceClient.from_connection_string(azurite) as blobs:
        container = await blobs.create_container(f"names-{uuid.uuid4().hex[:12]}")
        yield container


async def test_a_name_with_a_dot_segment_is_looked_up_without_standing_in_a_path(names: ContainerClient) -> None:
    await names.get_blob_client(r"a\..\b.png").upload_blob(b"12345")
    await names.get_blob_client("b.png").upload_blob(b"1")
    assert (await addresses.properties_of(names, "a/../b.png")).size == 5
    with pytest.raises(InputNotFound):
        await addresses.properties_of(names, "a/../b")


async def test_files_of_odd_names_can_be_fetched_by_their_signed_addresses(
    names: ContainerClient, azurite: str
) -> None:
    files = BlobFiles(blobs_by_connection_string(azurite), input_container=names.container_name, output_container="x")
    async with aiohttp.ClientSession() as session:
        for name in (*ODD, r"folder\a.png"):
            await names.get_blob_client(name).upload_blob(name.encode())
            url = await files.open(await files.look(name)).url()
            async with session.get(yarl.URL(url, encoded=True)) as response:
                assert (response.status, await response.read()) == (200, name.encode())
    await files.close()
