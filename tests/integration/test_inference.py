"""The model adapter against a service on loopback: what arrives there, and what its answers become."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from azure.core.credentials import AzureKeyCredential

from shared.adapters.foundry.client import FoundryModel
from shared.adapters.http import transport
from shared.errors import (
    Conflict,
    FileRejected,
    ModelMisconfigured,
    ModelThrottled,
    ModelTimeout,
    ModelUnavailable,
    ModelUnreachable,
)
from shared.media.files import MediaSource
from shared.media.media import Media
from shared.models.chat import ChatAnswer, ChatRequest, MediaPart, Message, TextPart
from shared.recipes.recipe import ModelOptions
from tests.integration.loopback import Answer, Service, service
from tests.planted import KEY
from tests.unit.fakes import MemorySource, deployed

CREDENTIAL = AzureKeyCredential(KEY)


@pytest.fixture
async def foundry() -> AsyncIterator[Service]:
    async with service() as running:
        yield running


@pytest.fixture
async def model(foundry: Service) -> AsyncIterator[FoundryModel]:
    adapter = FoundryModel(deployed(at=f"{foundry.url}/api/models"), CREDENTIAL)
    yield adapter
    await adapter.close()


def asking(source: MediaSource) -> ChatRequest:
    part = MediaPart(Media("image", "image/png", "png"), source)
    return ChatRequest([Message("user", [TextPart("What?"), part])], ModelOptions())


def small() -> ChatRequest:
    return asking(MemorySource(b"x" * 3000))


async def test_an_answer_brings_its_text_usage_and_request_id(foundry: Service, model: FoundryModel) -> None:
    foundry.answers = [Answer(headers={"apim-request-id": "r-1"})]
    answer = await model.complete(small())
    assert answer == ChatAnswer(
        text="Hola.",
        model="Phi-4-multimodal-instruct",
        finish_reason="stop",
        usage={"prompt_tokens": 77, "completion_tokens": 7, "total_tokens": 84},
        request_id="r-1",
        seconds=answer.seconds,
    )
    assert answer.seconds > 0


@pytest.mark.parametrize("content_type", ["application/json", "text/xml", "application/octet-stream"])
@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (400, FileRejected),
        (401, ModelMisconfigured),
        (429, ModelThrottled),
        (503, ModelUnavailable),
    ],
)
async def test_a_refusal_is_told_by_its_status_is_not_retried_and_a_days_retry_after_is_not_slept_through(
    foundry: Service, model: FoundryModel, status: int, expected: type[Exception], content_type: str
) -> None:
    headers = {"Content-Type": content_type, "Retry-After": "86400", "apim-request-id": "r-1"}
    foundry.answers = [Answer(status, "<html>busy", headers)]
    with pytest.raises(expected) as caught:
        await model.complete(small())
    assert (type(caught.value), len(foundry.arrived)) == (expected, 1)
    assert getattr(caught.value, "request_id", None) == "r-1"
    assert getattr(caught.value, "retry_after", None) == (86400 if status in (429, 503) else None)
    assert KEY not in repr(caught.value) + str(caught.value)


async def test_a_429_that_comes_before_the_body_is_sent_is_seen_as_a_429(foundry: Service, model: FoundryModel) -> None:
    foundry.answers = [Answer(429, "", {"Retry-After": "1"}, unread=True)]
    with pytest.raises(ModelThrottled):
        await model.complete(asking(MemorySource(bytes(8_000_000), 100_000)))


async def test_a_service_that_is_not_there_is_unavailable() -> None:
    adapter = FoundryModel(deployed(at="http://127.0.0.1:1/models"), CREDENTIAL)
    with pytest.raises(ModelUnreachable, match="nothing listens at 127.0.0.1:1"):
        await adapter.complete(small())
    await adapter.close()


class ChangingSource(MemorySource):
    async def chunks(self) -> AsyncIterator[bytes]:
        yield b"abc"
        raise Conflict("the file changed")


async def test_a_file_that_changes_during_the_upload_is_not_taken_for_trouble_with_the_network(
    model: FoundryModel,
) -> None:
    with pytest.raises(Conflict):
        await model.complete(asking(ChangingSource(b"123456789")))


async def test_a_redirect_is_not_followed_and_ends_no_file(foundry: Service, model: FoundryModel) -> None:
    async with service() as elsewhere:
        foundry.answers = [Answer(308, "", {"Location": f"{elsewhere.url}/models/chat/completions"})]
        with pytest.raises(ModelMisconfigured, match="a redirect to 127.0.0.1"):
            await model.complete(small())
        assert elsewhere.arrived == []


async def test_a_request_without_a_key_has_no_authorization(foundry: Service) -> None:
    keyless = FoundryModel(deployed(at=f"{foundry.url}/v1"), None)
    assert (await keyless.complete(small())).text == "Hola."
    await keyless.close()
    assert not {"authorization", "api-key"} & set(foundry.arrived[0].headers)


class Silent(Service):
    """A service that reads and says nothing."""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        await request.read()
        await asyncio.Event().wait()
        raise AssertionError


async def test_a_model_that_says_nothing_has_run_out_of_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "READ_SECONDS", 0.3)
    async with service(Silent()) as foundry:
        model = FoundryModel(deployed(at=f"{foundry.url}/models"), CREDENTIAL)
        with pytest.raises(ModelTimeout):
            await model.complete(small())
        await model.close()
