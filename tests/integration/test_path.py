"""The one path of a file, whole: real storage, a model service on loopback, and the app as the environment makes it."""

import asyncio
import base64
import hashlib
import json
import shutil
import uuid
from collections.abc import AsyncIterator
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
from tests.integration.loopback import COMPLETION, Answer, Service, service
from tests.planted import KEY, SECRETS, TOKEN, Watch

CHART = samples.CHART.read_bytes()
HELLO = samples.HELLO.read_bytes()


def saying(text: str, **usage: int) -> Answer:
    choice = {"finish_reason": "stop", "message": {"role": "assistant", "content": text}}
    return Answer(body={**COMPLETION, "choices": [choice], "usage": {"total_tokens": 10, **usage}})


@dataclass
class Place:
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
async def place(azurite: str, tmp_path: Path) -> AsyncIterator[Place]:
    shutil.copytree(bootstrap.RECIPES, tmp_path / "recipes")
    names = [f"{kind}-{uuid.uuid4().hex[:12]}" for kind in ("input", "output")]
    async with (
        service() as foundry,
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
        place = Place(storage, queues, foundry, environ, tmp_path / "recipes")
        yield place
        for app in place.apps:
            await app.close()


async def fetched(url: str) -> bytes:
    async with aiohttp.ClientSession() as session, session.get(yarl.URL(url, encoded=True)) as response:
        assert response.status == 200
        return await response.read()


async def test_a_service_can_fetch_the_very_file_from_the_address_that_it_is_given(place: Place) -> None:
    place.recipe("describe", "  accepts:", "  send: url\n  accepts:")
    document = await place.process("a chart #1.png", CHART)
    (part,) = place.parts
    assert await fetched(part["image_url"]["url"]) == CHART
    assert (document["status"], document["model"]["sent_as"], document["input"]["sha256"]) == ("ok", "url", None)
    signature = yarl.URL(part["image_url"]["url"], encoded=True).query["sig"]
    assert signature not in json.dumps(document)


async def test_a_service_that_cannot_fetch_gets_the_file_inline(place: Place) -> None:
    place.recipe("transcribe", "  accepts:", "  send: url\n  accepts:")
    sorry = {"error": {"code": "invalid_url", "message": "Timeout while downloading the audio."}}
    place.foundry.answers = [Answer(400, sorry), saying("Hello.")]
    document = await place.process("hello.mp3", HELLO)
    assert [part["type"] for part in place.parts] == ["audio_url", "input_audio"]
    assert (document["model"]["sent_as"], len(document["warnings"])) == ("inline", 1)
    assert document["input"]["sha256"]


async def test_a_public_container_needs_no_signature(place: Place) -> None:
    place.recipe("describe", "  accepts:", "  send: url\n  accepts:")
    await place.process("chart.png", CHART, MEDIA_PUBLIC_BASE_URL="https://files.example/input/")
    assert place.parts[0]["image_url"]["url"] == "https://files.example/input/chart.png"


async def test_a_receipt_ends_in_validated_data(place: Place) -> None:
    data: dict[str, Any] = {"merchant": "Café", "date": None, "currency": "EUR", "items": [], "tax": None, "total": 4.5}
    place.foundry.answers = [saying(json.dumps(data))]
    document = await place.process(
        "receipts/one.jpg", (samples.FOLDER / "receipt.jpg").read_bytes(), AZURE_INFERENCE_DEPLOYMENT="gpt-5.4-mini"
    )
    (arrived,) = place.foundry.arrived
    assert arrived.json["response_format"]["json_schema"]["strict"] is True
    assert (arrived.json["max_completion_tokens"], "temperature" in arrived.json) == (2048, False)
    assert place.parts[0]["image_url"]["detail"] == "high"
    assert (document["answer"]["data"], document["warnings"]) == (data, [])


async def test_an_audio_model_listens_and_a_text_model_summarizes(place: Place) -> None:
    place.recipe("summarize", "  accepts:", "  then: words\n  accepts:")
    place.foundry.answers = [saying("Hello, how are you?", audio_tokens=5), saying("A greeting.")]
    document = await place.process(
        "summarize/hello.mp3",
        HELLO,
        AZURE_INFERENCE_DEPLOYMENT_AUDIO="gpt-audio-1.5",
        AZURE_INFERENCE_DEPLOYMENT_WORDS="gpt-5.5",
    )
    first, second = (each.json for each in place.foundry.arrived)
    assert (first["model"], second["model"]) == ("gpt-audio-1.5", "gpt-5.5")
    assert [type(message["content"]) for message in second["messages"]] == [str] * 4
    assert document["usage"] == {
        "prompt_tokens": None,
        "completion_tokens": None,
        "total_tokens": 20,
        "audio_tokens": 5,
        "calls": [
            {"deployment": "gpt-audio-1.5", "total_tokens": 10, "audio_tokens": 5},
            {"deployment": "gpt-5.5", "total_tokens": 10},
        ],
    }
    assert [turn["text"] for turn in document["answer"]["turns"]] == ["Hello, how are you?", "A greeting."]


async def test_files_that_come_at_the_same_moment_are_all_answered_once(place: Place) -> None:
    app = bootstrap.load(place.environ, place.recipes)
    place.apps.append(app)
    names = [f"{number}.png" for number in range(8)]
    for name in names:
        await place.storage.get_blob_client(place.environ["INPUT_CONTAINER"], name).upload_blob(CHART)
    await asyncio.gather(*(app.process(place.environ["INPUT_CONTAINER"], name) for name in names))
    container = place.storage.get_container_client(place.environ["OUTPUT_CONTAINER"])
    assert [name async for name in container.list_blob_names()] == [f"{name}.json" for name in names]
    assert len(place.foundry.arrived) == 8


async def test_a_file_whose_event_comes_many_times_at_the_same_moment_is_paid_for_once(place: Place) -> None:
    await place.drop("chart.png", CHART)
    apps = [place.app() for _ in range(3)]  # as many instances
    await asyncio.gather(*(app.process(place.input, "chart.png") for app in apps * 3))
    assert len(place.foundry.arrived) == 1
    assert (await place.document("chart.png"))["status"] == "ok"


@pytest.mark.parametrize(
    "answer",
    [
        Answer(401, {"error": {"message": f"The key {KEY} is wrong."}}),
        Answer(429, {"error": {"message": f"Bearer {TOKEN} is busy."}}, {"Retry-After": "500"}),
    ],
)
async def test_a_key_that_a_service_quotes_is_told_to_nobody(place: Place, answer: Answer, suite_watch: Watch) -> None:
    place.foundry.answers = [answer]
    await place.drop("chart.png", CHART)
    await place.app().process(place.input, "chart.png")
    assert suite_watch.leaks_of_this_test == []
    waiting = await place.waiting()
    assert not any(secret in waiting for secret in SECRETS)


async def test_a_document_is_announced_once_it_is_there_without_what_stands_in_it(place: Place) -> None:
    place.foundry.answers = [saying("Secret words.")]
    document = await place.process("translate/fr/hello.mp3", HELLO, COMPLETED_QUEUE="done-" + place.input)
    queue = place.queues.get_queue_client("done-" + place.input)
    (message,) = [each async for each in queue.receive_messages()]
    text = base64.b64decode(message.content).decode()
    event = json.loads(text)
    assert "Secret" not in text
    assert (event["specversion"], event["type"], event["subject"]) == (
        "1.0",
        "dropscribe.answered",
        "translate/fr/hello.mp3",
    )
    assert event["data"]["document"].endswith(f"/{place.output}/translate/fr/hello.mp3.json")
    assert event["data"]["input"]["etag"] == document["input"]["etag"]
    assert (event["data"]["recipe"], event["data"]["kind"], event["data"]["usage"]["total_tokens"]) == (
        "translate",
        "audio",
        10,
    )


async def test_a_document_wears_labels_for_whoever_listens_to_its_container(place: Place) -> None:
    await place.process("chart.png", CHART)
    await place.process("words.png", b"no picture")
    labels = []
    for name in ("chart.png", "words.png"):
        blob = place.storage.get_blob_client(place.output, f"{name}.json")
        labels.append((await blob.get_blob_properties()).metadata)
    kept = [{key: found[key] for key in ("status", "recipe", "kind", "code") if key in found} for found in labels]
    assert kept == [
        {"status": "ok", "recipe": "describe", "kind": "image"},
        {"status": "error", "code": "unsupported_media"},
    ]


async def test_nothing_is_left_behind_when_all_is_done(place: Place) -> None:
    await place.process("chart.png", CHART)
    state = place.storage.get_container_client(place.environ["STATE_CONTAINER"])
    assert [name async for name in state.list_blob_names()] == []


async def test_records_that_nobody_can_read_stop_no_file(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    state = await place.storage.create_container(place.environ["STATE_CONTAINER"])
    for record in (hashlib.sha256(b"chart.png").hexdigest(), "pauses/default"):
        await state.upload_blob(record, b'{"of": "another version"}')
    assert (await place.process("chart.png", CHART))["status"] == "ok"
    assert caplog.text.count("record.unreadable") == 3  # the claim is tried, lost, and tried again
    assert [name async for name in state.list_blob_names()] == ["pauses/default"]


async def test_a_file_whose_event_was_lost_is_found_and_answered(place: Place) -> None:
    await place.drop("chart.png", CHART)
    await place.process("answered.png", CHART)
    app = place.app(policy=RetryPolicy(overdue=0, first=0))
    await app.reconcile()
    (message,) = [each async for each in place.queue.receive_messages()]
    assert base64.b64decode(message.content).decode() == '{"name":"chart.png"}'
    await app.resume(base64.b64decode(message.content))
    assert (await place.document("chart.png"))["status"] == "ok"


async def test_what_the_host_gave_up_on_gets_one_more_chance_and_then_an_error(place: Place) -> None:
    await place.drop("chart.png", CHART)
    app = place.app(policy=RetryPolicy(first=0))
    await app.settle_poison(b'{"ContainerName": "%s", "BlobName": "chart.png"}' % place.input.encode())
    (message,) = [each async for each in place.queue.receive_messages()]
    await app.settle_poison(base64.b64decode(message.content))
    error = (await place.document("chart.png"))["error"]
    assert (error["code"], error["retryable"]) == ("poisoned", True)
    await app.settle_poison(b'{"ContainerName": "%s", "BlobName": "x.json"}' % place.output.encode())
    assert await place.documents() == ["chart.png.json"]


async def test_a_message_that_nobody_can_read_is_let_go_and_logged(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    app = place.app()
    await app.resume(b"no message")
    await app.settle_poison(b"{}")
    assert caplog.text.count("message.unreadable") == 2
