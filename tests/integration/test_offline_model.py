"""The offline model as a process of its own, asked over HTTP."""

import asyncio
import base64
import io
import subprocess
import sys
import wave
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import imageio_ffmpeg
import pytest

from local.offline_model import MODEL, SPEECH_MODEL
from local.process import Child, NotStartedError
from shared.adapters.speech.client import SpeechService
from shared.media.media import Media
from shared.models.chat import MediaPart
from shared.models.speech import SpeechOptions, SpeechRequest
from tests import samples
from tests.support.made_media import wav
from tests.support.wording import TOLERATED, word_error_rate
from tests.unit.fakes import MemorySource, deployed

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


SILENCE = sound(base64.b64encode(wav(76_800)).decode(), "wav")
"""2.4 seconds."""


@pytest.fixture(scope="module")
async def model(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Model]:
    async with running(tmp_path_factory.mktemp("model")) as started:
        yield started


@pytest.fixture(scope="module")
async def plain_model(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Model]:
    async with running(tmp_path_factory.mktemp("plain_model"), CT2_FORCE_CPU_ISA="GENERIC") as started:
        yield started


@asynccontextmanager
async def running(folder: Path, **environ: str) -> AsyncIterator[Model]:
    command = [sys.executable, "-m", "local.offline_model"]
    ready = [r"listens at (?P<url>\S+)"]
    child = await Child.start("The model", command, log=folder / "model.log", ready=ready, environ=environ)
    async with aiohttp.ClientSession() as session:
        yield Model(child.said["url"], session)
    await child.stop()


async def test_the_model_reads_the_text_in_a_picture_from_top_to_bottom(model: Model) -> None:
    text = await model.says("Write down all the text.", picture("receipt.jpg"))
    assert word_error_rate(text, samples.WORDS_IN_RECEIPT) <= TOLERATED
    assert len(text.splitlines()) == 6


async def test_the_model_hears_the_same_words_on_every_processor(model: Model, plain_model: Model) -> None:
    """The plain one uses nothing of the processor's but what all have: there int8 heard "Hello, teller you."."""
    text, plain = [
        await each.says("Transcribe it.", sound(encoded("hello_how_are_you.mp3"), "mp3"))
        for each in (model, plain_model)
    ]
    assert text == samples.WORDS_IN_HELLO
    assert word_error_rate(plain, samples.WORDS_IN_HELLO) <= TOLERATED


async def test_the_model_takes_audio_as_a_data_url_too(model: Model) -> None:
    url = f"data:audio/wav;base64,{SILENCE['input_audio']['data']}"
    text = await model.says("What is it?", {"type": "audio_url", "audio_url": {"url": url}})
    assert "In 2.4 seconds of sound it heard: no speech" in text


async def test_the_model_says_that_it_cannot_translate(model: Model) -> None:
    text = await model.says("Please translate this to Spanish.", SILENCE)
    assert "can do nothing else" in text


async def test_the_model_counts_tokens(model: Model) -> None:
    _, document = await model.post(asking("Please translate this to Spanish.", SILENCE))
    usage = document["usage"]
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]
    assert usage["prompt_tokens_details"]["audio_tokens"] == 30  # 2.4 seconds
    assert usage["completion_tokens"] > 0


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
async def test_the_model_refuses_media_that_the_real_service_refuses(model: Model, media: Any, code: str) -> None:
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
        ("/openai/v1/chat/completions", {}, 401),
        ("/v1/chat/completions", {}, 200),
        ("/v1/chat/completions", KEY, 200),
        ("/v1/chat/completions?api-version=x", {}, 400),
        ("/models/chat/completions", KEY, 404),
        ("/nothing", KEY, 404),
        (MODELS, {}, 401),
    ],
)
async def test_the_model_answers_on_each_form_of_endpoint_and_checks_the_key(
    model: Model, path: str, headers: dict[str, str], status: int
) -> None:
    answered, document = await model.post(asking("Hello?"), path, headers)
    assert answered == status
    assert ("error" in document) == (status != 200)


@pytest.mark.parametrize("body", [b"{", b"\xff", b"[" * 100_000, b'{"messages":' + b"[" * 100_000])
async def test_a_body_that_is_no_json_is_refused(model: Model, body: bytes) -> None:
    headers = {**KEY, "Content-Type": "application/json"}
    async with model.session.post(model.url + MODELS, data=body, headers=headers) as response:
        assert (response.status, (await response.json())["error"]["code"]) == (400, "invalid_request")


@pytest.mark.parametrize("path", [MODELS, "/v1/chat/completions"])
async def test_a_request_that_a_web_page_may_send_unasked_is_refused(model: Model, path: str) -> None:
    headers = {**KEY, "Content-Type": "text/plain"}
    async with model.session.post(model.url + path, json=asking("Hello?"), headers=headers) as response:
        assert response.status == 415


def recording(name: str = "train.wav", **fields: str) -> aiohttp.FormData:
    form = aiohttp.FormData(
        {field.replace("granularity", "timestamp_granularities[]"): fields[field] for field in fields}
    )
    form.add_field("file", (samples.FOLDER / name).read_bytes(), filename=f"recording.{name[-3:]}")
    return form


async def transcribed(model: Model, form: aiohttp.FormData, **headers: str) -> tuple[int, Any]:
    address = f"{model.url}/v1/audio/transcriptions"
    async with model.session.post(address, data=form, headers=headers) as response:
        return response.status, await response.json()


async def test_the_adapter_of_speech_models_is_told_when_each_segment_and_each_word_is_said(model: Model) -> None:
    adapter = SpeechService(deployed("any", at=f"{model.url}/v1", speech="openai"), None)
    part = MediaPart(Media("audio", "audio/wav", "wav"), MemorySource(samples.TRAIN.read_bytes()))
    answer = await adapter.transcribe(SpeechRequest(part, SpeechOptions(language="en-GB", words=True)))
    await adapter.close()
    assert (answer.model, answer.language, answer.warnings) == (SPEECH_MODEL, "en", ())
    assert word_error_rate(answer.text, samples.WORDS_IN_TRAIN) <= TOLERATED
    assert " ".join(each.text for each in answer.segments) == answer.text
    assert all(each.text == " ".join(word.text for word in each.words) for each in answer.segments)
    times = [time for each in answer.segments for word in each.words for time in (word.start, word.end)]
    assert times == sorted(times)
    assert 0 <= times[0] < times[-1] <= 2.36
    assert answer.usage == {"seconds": 2.36}


async def test_a_recording_with_its_index_at_the_end_is_written_down_in_json_as_the_text_alone(
    model: Model, tmp_path: Path
) -> None:
    made = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", samples.HELLO, "-c:a", "aac", tmp_path / "made.m4a"]
    await asyncio.to_thread(subprocess.run, made, check=True)
    form = aiohttp.FormData()
    form.add_field("file", (tmp_path / "made.m4a").read_bytes(), filename="recording.m4a")
    status, document = await transcribed(model, form)
    assert (status, set(document)) == (200, {"text", "model", "usage"})
    assert word_error_rate(document["text"], samples.WORDS_IN_HELLO) <= TOLERATED


@pytest.mark.parametrize(
    ("form", "status", "param"),
    [
        (recording(response_format="srt"), 400, "response_format"),
        (recording(granularity="word"), 400, "timestamp_granularities"),
        (recording(diarize="true"), 400, "diarize"),
        (recording(language="de"), 400, "language"),
        (recording(prompt="a" * 10_000), 413, "prompt"),
        (recording("chart.png"), 400, "file"),
        (aiohttp.FormData({"model": "any"}), 415, None),
    ],
)
async def test_a_transcription_that_the_real_service_refuses_is_refused(
    model: Model, form: aiohttp.FormData, status: int, param: str | None
) -> None:
    answered, document = await transcribed(model, form)
    assert (answered, document["error"]["param"]) == (status, param)


async def test_a_recording_without_end_is_not_read_to_its_end(model: Model) -> None:
    form = aiohttp.FormData()
    form.add_field("file", bytes(26 * 1024 * 1024), filename="recording.wav")
    assert (await transcribed(model, form))[0] == 413


async def test_a_web_page_cannot_have_a_recording_written_down(model: Model) -> None:
    assert (await transcribed(model, recording(), Origin="https://place.example"))[0] == 403


async def test_the_list_of_models_names_the_offline_model(model: Model) -> None:
    async with model.session.get(f"{model.url}/v1/models") as response:
        assert [each["id"] for each in (await response.json())["data"]] == [MODEL, SPEECH_MODEL]


async def test_a_port_that_is_taken_is_told_in_a_sentence(model: Model, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "local.offline_model", model.url.rpartition(":")[2]]
    with pytest.raises(NotStartedError) as caught:
        await Child.start("The model", command, log=tmp_path / "model.log", ready=["listens at"])
    assert "The offline model stops: [Errno " in str(caught.value)
    assert "Traceback" not in str(caught.value)


async def test_a_speech_model_that_cannot_be_had_is_told_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NotStartedError) as caught:
        async with running(tmp_path, LOCAL_SPEECH_MODEL=str(tmp_path)):
            pass
    assert f"The offline model stops: The speech model {tmp_path} (LOCAL_SPEECH_MODEL) cannot be" in str(caught.value)
    assert "or a folder with one" in str(caught.value)
    assert "Traceback" not in str(caught.value)


async def test_the_model_ends_at_once_also_while_it_hears_a_long_recording(tmp_path: Path) -> None:
    """Eight minutes of speech; no thread that hears can be stopped."""
    with wave.open(str(samples.TRAIN)) as train:
        parameters, frames = train.getparams(), train.readframes(train.getnframes())
    long = io.BytesIO()
    with wave.open(long, "wb") as copied:
        copied.setparams(parameters)
        copied.writeframes(frames * 200)
    heard = asyncio.Event()
    command = [sys.executable, "-m", "local.offline_model"]
    child = await Child.start(
        "The model",
        command,
        log=tmp_path / "model.log",
        ready=[r"listens at (?P<url>\S+)"],
        heard=lambda line: heard.set() if "hears 4" in line else None,
    )
    async with aiohttp.ClientSession() as session:
        body = asking("Transcribe it.", sound(base64.b64encode(long.getvalue()).decode(), "wav"))
        asked = asyncio.create_task(Model(child.said["url"], session).post(body))
        await asyncio.wait_for(heard.wait(), 60)
        await child.stop(60)
        assert child.exit_code == 0
        with pytest.raises(aiohttp.ClientError):
            await asked
