"""The offline model as a process of its own, on its wire."""

import base64
import sys
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from local.offline_model import MODEL
from local.process import Child
from tests import samples

KEY = {"api-key": "any"}
MODELS = "/models/chat/completions?api-version=2024-05-01-preview"


@dataclass
class Model:
    """A running model."""

    url: str
    session: aiohttp.ClientSession

    async def post(self, body: Any, path: str = MODELS, headers: Mapping[str, str] = KEY) -> tuple[int, dict[str, Any]]:
        async with self.session.post(self.url + path, json=body, headers=headers) as response:
            return response.status, await response.json()

    async def says(self, prompt: str, *media: Any) -> str:
        status, document = await self.post(asking(prompt, *media))
        assert status == 200, document
        assert document["model"] == MODEL
        text: str = document["choices"][0]["message"]["content"]
        return text


def asking(prompt: str, *media: Any) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": [{"type": "text", "text": prompt}, *media]}]}


def encoded(name: str) -> str:
    return base64.b64encode((samples.FOLDER / name).read_bytes()).decode()


def picture(name: str) -> dict[str, Any]:
    return {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{encoded(name)}"}}


def sound(data: str, format_: str) -> dict[str, Any]:
    return {"type": "input_audio", "input_audio": {"data": data, "format": format_}}


@pytest.fixture(scope="module")
async def model(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Model]:
    log = tmp_path_factory.mktemp("model") / "model.log"
    command = [sys.executable, "-m", "local.offline_model"]
    child = await Child.start("The model", command, log=log, ready=[r"listens at (?P<url>\S+)"])
    async with aiohttp.ClientSession() as session:
        yield Model(child.said["url"], session)
    await child.stop()


async def test_it_reads_the_text_in_a_picture(model: Model) -> None:
    text = await model.says("Write down all the text.", picture("receipt.jpg"))
    assert text.splitlines() == [
        "CORNER BAKERY",
        "2026-11-20",
        "Rye bread 4.50",
        "Two rolls 1.80",
        "Coffee 3.20",
        "TOTAL 9.50",
    ]


async def test_it_writes_down_speech_and_hears_one_recording_from_another(model: Model) -> None:
    assert await model.says("Transcribe it.", sound(encoded("hello_how_are_you.mp3"), "mp3")) == "Hello, how are you?"
    assert "train to the coast" in await model.says("Transcribe it.", sound(encoded("train.wav"), "wav"))


async def test_it_takes_audio_as_a_data_url_too(model: Model) -> None:
    url = f"data:audio/mpeg;base64,{encoded('hello_how_are_you.mp3')}"
    assert await model.says("Transcribe it.", {"type": "audio_url", "audio_url": {"url": url}}) == "Hello, how are you?"


async def test_it_says_that_it_cannot_translate(model: Model) -> None:
    text = await model.says("Please translate this to Spanish.", sound(encoded("hello_how_are_you.mp3"), "mp3"))
    assert "can do nothing else" in text


async def test_it_counts_tokens(model: Model) -> None:
    _, document = await model.post(asking("Transcribe it.", sound(encoded("train.wav"), "wav")))
    usage = document["usage"]
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]
    assert usage["prompt_tokens_details"]["audio_tokens"] == 30  # 2.4 seconds


@pytest.mark.parametrize(
    ("media", "code"),
    [
        (sound("not base64!", "mp3"), "invalid_base64"),
        (sound(encoded("train.wav"), "flac"), "invalid_value"),
        (sound(encoded("train.wav"), "mp3"), "invalid_audio"),
        (sound(base64.b64encode(b"noise" * 100).decode(), "wav"), "invalid_audio"),
        (
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,bm8gcGljdHVyZQ=="}},
            "invalid_image_format",
        ),
    ],
)
async def test_it_refuses_media_that_the_real_service_refuses(model: Model, media: Any, code: str) -> None:
    status, document = await model.post(asking("What is it?", media))
    assert (status, document["error"]["code"], set(document["error"])) == (
        400,
        code,
        {"code", "message", "param", "type"},
    )


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/models/chat/completions?api-version=x", {"Authorization": "Bearer t"}, 200),
        ("/api/models/chat/completions?api-version=x", KEY, 200),
        ("/openai/v1/chat/completions", KEY, 200),
        ("/openai/deployments/d/chat/completions?api-version=x", KEY, 200),
        ("/openai/v1/chat/completions?api-version=x", KEY, 400),
        ("/models/chat/completions", KEY, 404),
        ("/nothing", KEY, 404),
        (MODELS, {}, 401),
    ],
)
async def test_it_stands_on_each_form_of_endpoint_and_checks_who_asks(
    model: Model, path: str, headers: dict[str, str], status: int
) -> None:
    answered, document = await model.post(asking("Hello?"), path, headers)
    assert answered == status
    assert ("error" in document) == (status != 200)


async def test_a_body_that_is_no_json_is_refused(model: Model) -> None:
    async with model.session.post(model.url + MODELS, data=b"{", headers=KEY) as response:
        assert (response.status, (await response.json())["error"]["code"]) == (400, "invalid_request")
