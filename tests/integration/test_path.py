"""The one path of a file, whole: real storage, a model service on loopback, and the app as the environment makes it."""

import asyncio
import base64
import hashlib
import json
import shutil
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import yarl
from azure.storage.blob.aio import BlobServiceClient
from azure.storage.queue.aio import QueueClient, QueueServiceClient

from shared import bootstrap
from shared.app import App
from shared.processing.retry import RetryPolicy
from tests import samples
from tests.integration.loopback import Answer, Service, saying, service
from tests.planted import KEY, SECRETS, TOKEN, Watch

CHART = samples.CHART.read_bytes()
HELLO = samples.HELLO.read_bytes()


@dataclass
class World:
    """Two containers of a test's own, a service, and the settings that lead to them."""

    storage: BlobServiceClient
    queues: QueueServiceClient
    foundry: Service
    environ: dict[str, str]
    recipes: Path
    apps: list[App] = field(default_factory=list)

    def recipe(self, name: str, old: str, new: str) -> None:
        """Change a recipe of this test's own."""
        path = self.recipes / f"{name}.prompty"
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    async def drop(self, name: str, content: bytes) -> None:
        await self.storage.get_blob_client(self.input, name).upload_blob(content, overwrite=True)

    def app(self, *, policy: RetryPolicy | None = None, **settings: str) -> App:
        app = bootstrap.load({**self.environ, **settings}, self.recipes, policy=policy)
        self.apps.append(app)
        return app

    async def process(self, name: str, content: bytes, **settings: str) -> dict[str, Any]:
        """Drop a file, take it to its document, and read that."""
        await self.drop(name, content)
        await self.app(policy=None, **settings).process(self.input, name)
        return await self.document(name)

    async def document(self, name: str) -> dict[str, Any]:
        blob = self.storage.get_blob_client(self.output, f"{name}.json")
        document: dict[str, Any] = json.loads(await (await blob.download_blob()).readall())
        return document

    async def beside(self, name: str, form: str) -> str:
        """The content of a file beside a document."""
        blob = self.storage.get_blob_client(self.output, f"{name}.{form}")
        return (await (await blob.download_blob()).readall()).decode()

    async def documents(self) -> list[str]:
        container = self.storage.get_container_client(self.output)
        return [name async for name in container.list_blob_names()]

    async def waiting(self) -> str:
        """All that a look at the queue of files that wait can show."""
        return str([message.content for message in await self.queue.peek_messages(32)])

    @property
    def input(self) -> str:
        return self.environ["INPUT_CONTAINER"]

    @property
    def output(self) -> str:
        return self.environ["OUTPUT_CONTAINER"]

    @property
    def queue(self) -> QueueClient:
        return self.queues.get_queue_client(self.environ["DEFERRED_QUEUE"])

    @property
    def parts(self) -> list[Any]:
        """The media part of each request that arrived."""
        asked = [each.json["messages"] for each in self.foundry.arrived]
        return [next(said for said in messages if said["role"] == "user")["content"][1] for messages in asked]


@pytest.fixture
async def world(azurite: str, tmp_path: Path) -> AsyncIterator[World]:
    async with service() as foundry, world_over(foundry, azurite, tmp_path) as made:
        yield made


@asynccontextmanager
async def world_over(foundry: Service, azurite: str, folder: Path) -> AsyncIterator[World]:
    """A world with this service; its recipes lie in the folder."""
    shutil.copytree(bootstrap.RECIPES, folder / "recipes")
    names = [f"{kind}-{uuid.uuid4().hex[:12]}" for kind in ("input", "output")]
    async with (
        BlobServiceClient.from_connection_string(azurite) as storage,
        QueueServiceClient.from_connection_string(azurite) as queues,
    ):
        for name in names:
            await storage.create_container(name)
        environ = {
            "AZURE_INFERENCE_ENDPOINT": f"{foundry.url}/models",
            "AZURE_INFERENCE_CREDENTIAL": KEY,
            "AZURE_INFERENCE_DEPLOYMENT": "Phi-4-multimodal-instruct",
            "MEDIA_STORAGE": azurite,
            "INPUT_CONTAINER": names[0],
            "OUTPUT_CONTAINER": names[1],
            "STATE_CONTAINER": names[0].replace("input", "state"),
            "DEFERRED_QUEUE": names[0].replace("input", "later"),
        }
        made = World(storage, queues, foundry, environ, folder / "recipes")
        yield made
        for app in made.apps:
            await app.close()


async def fetched(url: str) -> bytes:
    async with aiohttp.ClientSession() as session, session.get(yarl.URL(url, encoded=True)) as response:
        assert response.status == 200
        return await response.read()


async def test_a_service_can_fetch_the_very_file_from_the_address_that_it_is_given(world: World) -> None:
    world.recipe("describe", "  accepts:", "  send: url\n  accepts:")
    document = await world.process("a chart #1.png", CHART)
    (part,) = world.parts
    assert await fetched(part["image_url"]["url"]) == CHART
    assert (document["status"], document["model"]["sent_as"], document["input"]["sha256"]) == ("ok", "url", None)
    signature = yarl.URL(part["image_url"]["url"], encoded=True).query["sig"]
    assert signature not in json.dumps(document)


async def test_a_service_that_cannot_fetch_gets_the_file_inline(world: World) -> None:
    world.recipe("transcribe", "  accepts:", "  send: url\n  accepts:")
    sorry = {"error": {"code": "invalid_url", "message": "Timeout while downloading the audio."}}
    world.foundry.answers = [Answer(400, sorry), saying("Hello.")]
    document = await world.process("hello.mp3", HELLO)
    assert [part["type"] for part in world.parts] == ["audio_url", "input_audio"]
    assert (document["model"]["sent_as"], len(document["warnings"])) == ("inline", 1)
    assert document["input"]["sha256"]


async def test_a_public_container_needs_no_signature(world: World) -> None:
    world.recipe("describe", "  accepts:", "  send: url\n  accepts:")
    await world.process("chart.png", CHART, MEDIA_PUBLIC_BASE_URL="https://files.example/input/")
    assert world.parts[0]["image_url"]["url"] == "https://files.example/input/chart.png"


async def test_a_receipt_ends_in_validated_data(world: World) -> None:
    data: dict[str, Any] = {"merchant": "Café", "date": None, "currency": "EUR", "items": [], "tax": None, "total": 4.5}
    world.foundry.answers = [saying(json.dumps(data))]
    document = await world.process(
        "receipts/one.jpg", (samples.FOLDER / "receipt.jpg").read_bytes(), AZURE_INFERENCE_DEPLOYMENT="gpt-5.4-mini"
    )
    (arrived,) = world.foundry.arrived
    assert arrived.json["response_format"]["json_schema"]["strict"] is True
    assert (arrived.json["max_completion_tokens"], "temperature" in arrived.json) == (2048, False)
    assert world.parts[0]["image_url"]["detail"] == "high"
    assert (document["answer"]["data"], document["warnings"]) == (data, [])


async def test_an_audio_model_listens_and_a_text_model_summarizes(world: World) -> None:
    world.recipe("summarize", "  accepts:", "  then: words\n  accepts:")
    world.foundry.answers = [
        saying("Hello, how are you?", total_tokens=10, audio_tokens=5),
        saying("A greeting.", total_tokens=10),
    ]
    document = await world.process(
        "summarize/hello.mp3",
        HELLO,
        AZURE_INFERENCE_DEPLOYMENT_AUDIO="gpt-audio-1.5",
        AZURE_INFERENCE_DEPLOYMENT_WORDS="gpt-5.5",
    )
    first, second = (each.json for each in world.foundry.arrived)
    assert (first["model"], second["model"]) == ("gpt-audio-1.5", "gpt-5.5")
    assert [type(message["content"]) for message in second["messages"]] == [str] * 4
    assert document["usage"] == {
        "prompt_tokens": None,
        "completion_tokens": None,
        "total_tokens": 20,
        "audio_tokens": 5,
        "cost": None,  # neither service says how many of the tokens were asked with
        "calls": [
            {"deployment": "gpt-audio-1.5", "total_tokens": 10, "audio_tokens": 5, "cost": None},
            {"deployment": "gpt-5.5", "total_tokens": 10, "cost": None},
        ],
    }
    assert [turn["text"] for turn in document["answer"]["turns"]] == ["Hello, how are you?", "A greeting."]


async def test_files_that_come_at_the_same_moment_are_all_answered_once(world: World) -> None:
    app = bootstrap.load(world.environ, world.recipes)
    world.apps.append(app)
    names = [f"{number}.png" for number in range(8)]
    for name in names:
        await world.storage.get_blob_client(world.environ["INPUT_CONTAINER"], name).upload_blob(CHART)
    await asyncio.gather(*(app.process(world.environ["INPUT_CONTAINER"], name) for name in names))
    container = world.storage.get_container_client(world.environ["OUTPUT_CONTAINER"])
    assert [name async for name in container.list_blob_names()] == [f"{name}.json" for name in names]
    assert len(world.foundry.arrived) == 8


async def test_a_file_whose_event_comes_many_times_at_the_same_moment_is_paid_for_once(world: World) -> None:
    await world.drop("chart.png", CHART)
    apps = [world.app() for _ in range(3)]  # as many instances
    await asyncio.gather(*(app.process(world.input, "chart.png") for app in apps * 3))
    assert len(world.foundry.arrived) == 1
    assert (await world.document("chart.png"))["status"] == "ok"


@pytest.mark.parametrize(
    "answer",
    [
        Answer(401, {"error": {"message": f"The key {KEY} is wrong."}}),
        Answer(429, {"error": {"message": f"Bearer {TOKEN} is busy."}}, {"Retry-After": "500"}),
    ],
)
async def test_a_key_that_a_service_quotes_is_neither_logged_nor_queued(
    world: World, answer: Answer, suite_watch: Watch
) -> None:
    world.foundry.answers = [answer]
    await world.drop("chart.png", CHART)
    await world.app().process(world.input, "chart.png")
    assert suite_watch.leaks_of_this_test == []
    waiting = await world.waiting()
    assert not any(secret in waiting for secret in SECRETS)


async def test_the_event_of_a_document_is_published_and_quotes_no_answer(world: World) -> None:
    world.foundry.answers = [saying("Secret words.", total_tokens=10)]
    document = await world.process("translate/fr/hello.mp3", HELLO, COMPLETED_QUEUE="done-" + world.input)
    queue = world.queues.get_queue_client("done-" + world.input)
    (message,) = [each async for each in queue.receive_messages()]
    text = base64.b64decode(message.content).decode()
    event = json.loads(text)
    assert "Secret" not in text
    assert (event["specversion"], event["type"], event["subject"]) == (
        "1.0",
        "dropscribe.answered",
        "translate/fr/hello.mp3",
    )
    assert event["data"]["document"].endswith(f"/{world.output}/translate/fr/hello.mp3.json")
    assert event["data"]["input"]["etag"] == document["input"]["etag"]
    assert (event["data"]["recipe"], event["data"]["kind"], event["data"]["usage"]["total_tokens"]) == (
        "translate",
        "audio",
        10,
    )


async def test_a_document_carries_metadata_for_subscribers_of_its_container(world: World) -> None:
    await world.process("chart.png", CHART)
    await world.process("words.png", b"no picture")
    labels = []
    for name in ("chart.png", "words.png"):
        blob = world.storage.get_blob_client(world.output, f"{name}.json")
        labels.append((await blob.get_blob_properties()).metadata)
    kept = [{key: found[key] for key in ("status", "recipe", "kind", "code") if key in found} for found in labels]
    assert kept == [
        {"status": "ok", "recipe": "describe", "kind": "image"},
        {"status": "error", "code": "unsupported_media"},
    ]


async def test_an_answered_file_leaves_no_state_behind(world: World) -> None:
    await world.process("chart.png", CHART)
    state = world.storage.get_container_client(world.environ["STATE_CONTAINER"])
    assert [name async for name in state.list_blob_names()] == []


async def test_unreadable_records_stop_no_file(world: World, caplog: pytest.LogCaptureFixture) -> None:
    state = await world.storage.create_container(world.environ["STATE_CONTAINER"])
    for record in (hashlib.sha256(b"chart.png").hexdigest(), "pauses/default"):
        await state.upload_blob(record, b'{"of": "another version"}')
    assert (await world.process("chart.png", CHART))["status"] == "ok"
    # The claim is tried and lost, looked for, in case only the response was lost, and tried again.
    assert caplog.text.count("record.unreadable") == 4
    assert [name async for name in state.list_blob_names()] == ["pauses/default"]


async def test_a_file_whose_event_was_lost_is_found_and_answered(world: World) -> None:
    await world.drop("chart.png", CHART)
    await world.process("answered.png", CHART)
    app = world.app(policy=RetryPolicy(overdue=0, first=0))
    await app.reconcile()
    (message,) = [each async for each in world.queue.receive_messages()]
    assert base64.b64decode(message.content).decode() == '{"name":"chart.png"}'
    await app.resume(base64.b64decode(message.content))
    assert (await world.document("chart.png"))["status"] == "ok"


async def test_a_file_that_the_host_gave_up_on_gets_one_more_chance_and_then_an_error(world: World) -> None:
    await world.drop("chart.png", CHART)
    app = world.app(policy=RetryPolicy(first=0))
    await app.settle_poison(b'{"ContainerName": "%s", "BlobName": "chart.png"}' % world.input.encode())
    (message,) = [each async for each in world.queue.receive_messages()]
    await app.settle_poison(base64.b64decode(message.content))
    error = (await world.document("chart.png"))["error"]
    assert (error["code"], error["retryable"]) == ("poisoned", True)
    await app.settle_poison(b'{"ContainerName": "%s", "BlobName": "x.json"}' % world.output.encode())
    assert await world.documents() == ["chart.png.json"]


async def test_an_unreadable_message_is_dropped_and_logged(world: World, caplog: pytest.LogCaptureFixture) -> None:
    app = world.app()
    await app.resume(b"no message")
    await app.settle_poison(b"{}")
    assert caplog.text.count("message.unreadable") == 2
