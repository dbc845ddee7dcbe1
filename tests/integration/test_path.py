"""The one path of a file, whole: real storage, a model service on loopback, and the app as the environment makes it."""

import asyncio
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

from shared import bootstrap
from shared.errors import ModelMisconfigured, ModelThrottled
from tests import samples
from tests.integration.loopback import COMPLETION, Answer, Service, service
from tests.planted import KEY, SECRETS, TOKEN

CHART = samples.CHART.read_bytes()
HELLO = samples.HELLO.read_bytes()


def saying(text: str, **usage: int) -> Answer:
    choice = {"finish_reason": "stop", "message": {"role": "assistant", "content": text}}
    return Answer(body={**COMPLETION, "choices": [choice], "usage": {"total_tokens": 10, **usage}})


@dataclass
class Place:
    """Two containers of a test's own, a service, and the settings that lead to them."""

    storage: BlobServiceClient
    foundry: Service
    environ: dict[str, str]
    recipes: Path
    apps: list[bootstrap.Dropscribe] = field(default_factory=list)

    def recipe(self, name: str, old: str, new: str) -> None:
        """Change a recipe of this test's own."""
        path = self.recipes / f"{name}.prompty"
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    async def process(self, name: str, content: bytes, **settings: str) -> dict[str, Any]:
        """Drop a file, take it to its document, and read that."""
        await self.storage.get_blob_client(self.environ["INPUT_CONTAINER"], name).upload_blob(content, overwrite=True)
        app = bootstrap.load({**self.environ, **settings}, self.recipes)
        self.apps.append(app)
        await app.process(self.environ["INPUT_CONTAINER"], name)
        blob = self.storage.get_blob_client(self.environ["OUTPUT_CONTAINER"], f"{name}.json")
        document: dict[str, Any] = json.loads(await (await blob.download_blob()).readall())
        return document

    @property
    def parts(self) -> list[Any]:
        """The media part of each request that arrived."""
        asked = [each.json["messages"] for each in self.foundry.arrived]
        return [next(said for said in messages if said["role"] == "user")["content"][1] for messages in asked]


@pytest.fixture
async def place(azurite: str, tmp_path: Path) -> AsyncIterator[Place]:
    shutil.copytree(bootstrap.RECIPES, tmp_path / "recipes")
    names = [f"{kind}-{uuid.uuid4().hex[:12]}" for kind in ("input", "output")]
    async with service() as foundry, BlobServiceClient.from_connection_string(azurite) as storage:
        for name in names:
            await storage.create_container(name)
        environ = {
            "AZURE_INFERENCE_ENDPOINT": f"{foundry.url}/models",
            "AZURE_INFERENCE_CREDENTIAL": KEY,
            "AZURE_INFERENCE_DEPLOYMENT": "Phi-4-multimodal-instruct",
            "MEDIA_STORAGE": azurite,
            "INPUT_CONTAINER": names[0],
            "OUTPUT_CONTAINER": names[1],
        }
        place = Place(storage, foundry, environ, tmp_path / "recipes")
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


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Answer(401, {"error": {"message": f"The key {KEY} is wrong."}}), ModelMisconfigured),
        (Answer(429, {"error": {"message": f"Bearer {TOKEN} is busy."}}, {"Retry-After": "5"}), ModelThrottled),
    ],
)
async def test_a_key_that_a_service_quotes_is_told_to_nobody(
    place: Place, answer: Answer, expected: type[Exception]
) -> None:
    place.foundry.answers = [answer]
    with pytest.raises(expected) as caught:
        await place.process("chart.png", CHART)
    assert not any(secret in repr(caught.value) for secret in SECRETS)
    assert "…" in str(caught.value)
