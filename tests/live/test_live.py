"""One picture and one recording, answered by the real endpoint of the settings: `pytest --live`. It costs tokens.

Where the settings name speech models, each of them is asked for all that a recipe may ask of it.
"""

import os
import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest
from azure.core.credentials import AzureKeyCredential
from azure.storage.blob.aio import BlobServiceClient

import shared.app
from shared import bootstrap
from shared.adapters.identity import entra_id
from shared.adapters.speech import SpeechService
from shared.media import Media
from shared.models import MediaPart, SpeechOptions, SpeechRequest
from tests import samples
from tests.e2e.conftest import App
from tests.support.wording import TOLERATED, share_missing, word_error_rate
from tests.unit.fakes import MemorySource


@pytest.fixture
async def app(azurite: str) -> AsyncIterator[tuple[shared.app.App, App]]:
    """The app with the models of the environment, on a storage emulator."""
    names = [f"{kind}-{uuid.uuid4().hex[:12]}" for kind in ("input", "output")]
    settings = {"MEDIA_STORAGE": azurite, "INPUT_CONTAINER": names[0], "OUTPUT_CONTAINER": names[1]}
    dropscribe = bootstrap.load({**os.environ, **settings})
    async with BlobServiceClient.from_connection_string(azurite) as service:
        containers = [await service.create_container(name) for name in names]
        yield dropscribe, App(*containers)
    await dropscribe.close()


async def answered(app: tuple[shared.app.App, App], name: str, content: bytes) -> Any:
    dropscribe, storage = app
    etag = await storage.drop(name, content)
    await dropscribe.process(storage.input.container_name, name)
    document = await storage.document(name, etag)
    assert document["status"] == "ok", document["error"]
    assert document["usage"].get("total_tokens") or document["usage"].get("seconds")
    return document["answer"]["text"]


@pytest.mark.live
async def test_a_picture_is_read(app: tuple[shared.app.App, App]) -> None:
    text = await answered(app, "read-text/chart.png", samples.CHART.read_bytes())
    assert share_missing(text, samples.WORDS_IN_CHART) <= TOLERATED


@pytest.mark.live
async def test_a_recording_is_heard(app: tuple[shared.app.App, App]) -> None:
    text = await answered(app, "hello.mp3", samples.HELLO.read_bytes())
    assert word_error_rate(text, samples.WORDS_IN_HELLO) <= TOLERATED


@pytest.mark.live
async def test_each_speech_model_of_the_settings_writes_a_recording_down(app: tuple[shared.app.App, App]) -> None:
    dropscribe, _ = app
    deployments = [each for each in dropscribe.deployments if each.capability.speech]
    if not deployments:
        pytest.skip("the settings name no speech model")
    for deployment in deployments:
        own = dropscribe.settings.models[deployment.alias]
        key = own.credential and AzureKeyCredential(own.credential.get_secret_value())
        identity = entra_id() if own.signs_in else None
        adapter = SpeechService(deployment, key or identity, scope=own.scope)
        part = MediaPart(Media("audio", "audio/mpeg", "mp3"), MemorySource(samples.HELLO.read_bytes()))
        options = SpeechOptions("en-US", ("Dropscribe",), speakers=True, words=True)
        answer = await adapter.transcribe(SpeechRequest(part, options))
        await adapter.close()
        if identity:
            await identity.close()
        assert word_error_rate(answer.text, samples.WORDS_IN_HELLO) <= TOLERATED, deployment.name
        assert answer.usage, deployment.name
