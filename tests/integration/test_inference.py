"""The model adapter against a service on loopback: what arrives there, and what its answers become."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest
from aiohttp import web
from azure.core.credentials import AzureKeyCredential

from shared.adapters.foundry import client as foundry_client
from shared.adapters.foundry.client import FoundryModel
from shared.errors import (
    AnswerUnusable,
    Conflict,
    FileRejected,
    ModelMisconfigured,
    ModelThrottled,
    ModelTimeout,
    ModelUnavailable,
    ModelUnreachable,
)
from shared.media.files import MediaSource
from shared.media.media import Media, Transport
from shared.models.chat import ChatAnswer, ChatRequest, MediaPart, Message, TextPart
from shared.recipes.recipe import ModelOptions
from tests.integration.loopback import COMPLETION, Answer, Service, service
from tests.planted import KEY
from tests.unit.fakes import MemorySource, deployed

PNG = Media("image", "image/png", "png")
MP3 = Media("audio", "audio/mpeg", "mp3")
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


def asking(
    media: Media,
    source: MediaSource,
    *,
    options: Mapping[str, Any] = MappingProxyType({}),
    sent_as: Transport = "inline",
) -> ChatRequest:
    message = Message("user", [TextPart("What?"), MediaPart(media, source, sent_as)])
    return ChatRequest([message], ModelOptions.model_validate(options))


def small() -> ChatRequest:
    return asking(PNG, MemorySource(b"x" * 3000))


async def test_options_go_out_under_the_wires_names(foundry: Service, model: FoundryModel) -> None:
    penalties = {"frequencyPenalty": 1, "presencePenalty": -1}
    options = {"temperature": 0, "topP": 0.5, "seed": 7, "stopSequences": ["END"], **penalties}
    await model.complete(asking(PNG, MemorySource(b"x"), options=options))
    (arrived,) = foundry.arrived
    assert {name: value for name, value in arrived.json.items() if name not in ("model", "messages")} == {
        "temperature": 0,
        "top_p": 0.5,
        "frequency_penalty": 1,
        "presence_penalty": -1,
        "seed": 7,
        "stop": ["END"],
    }


async def test_the_body_is_streamed_with_its_exact_length(foundry: Service, model: FoundryModel) -> None:
    await model.complete(asking(PNG, MemorySource(bytes(1_000_001), 4096)))
    (arrived,) = foundry.arrived
    assert arrived.headers["content-length"] == str(len(arrived.body))
    assert "transfer-encoding" not in arrived.headers


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


async def test_an_answer_without_usage_has_none(foundry: Service, model: FoundryModel) -> None:
    foundry.answers = [Answer(body={"choices": [{"message": {"content": None}}]})]
    answer = await model.complete(small())
    assert (answer.text, answer.usage, answer.finish_reason) == ("", None, None)


@pytest.mark.parametrize("body", ["not json", "[]", "{}", '{"choices": []}', '{"choices": [{"message": null}]}'])
async def test_an_answer_that_is_no_completion_may_be_asked_for_again(
    foundry: Service, model: FoundryModel, body: str
) -> None:
    foundry.answers = [Answer(body=body)]
    with pytest.raises(AnswerUnusable, match="The model's answer (cannot be read|is not a chat completion)"):
        await model.complete(small())


async def test_a_refusal_is_not_retried_and_a_days_retry_after_is_not_slept_through(
    foundry: Service, model: FoundryModel
) -> None:
    foundry.answers = [Answer(429, {"error": {"code": "429", "message": "Later"}}, {"Retry-After": "86400"})]
    with pytest.raises(ModelThrottled) as caught:
        await model.complete(small())
    assert (caught.value.retry_after, len(foundry.arrived)) == (86400, 1)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Answer(400, {"error": {"message": "Invalid image"}}), FileRejected),
        (Answer(401, {"error": {"message": "No key"}}), ModelMisconfigured),
        (Answer(302, "", {"Location": "http://127.0.0.1:1/elsewhere"}), ModelUnavailable),
        (Answer(hang_up=True), ModelUnavailable),
    ],
)
async def test_a_reply_that_is_no_answer_becomes_one_of_our_errors(
    foundry: Service, model: FoundryModel, answer: Answer, expected: type[Exception]
) -> None:
    foundry.answers = [answer]
    with pytest.raises(expected):
        await model.complete(small())
    assert len(foundry.arrived) == 1


async def test_a_429_that_comes_before_the_body_is_sent_is_seen_as_a_429(foundry: Service, model: FoundryModel) -> None:
    foundry.answers = [Answer(429, "", {"Retry-After": "1"}, unread=True)]
    with pytest.raises(ModelThrottled):
        await model.complete(asking(PNG, MemorySource(bytes(8_000_000), 100_000)))


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
        await model.complete(asking(PNG, ChangingSource(b"123456789")))


async def test_no_key_stands_in_what_is_raised(foundry: Service) -> None:
    adapter = FoundryModel(deployed(at=f"{foundry.url}/models"), CREDENTIAL)
    foundry.answers = [Answer(500, "oops")]
    with pytest.raises(ModelUnavailable) as caught:
        await adapter.complete(small())
    assert KEY not in repr(caught.value) + str(caught.value)
    await adapter.close()


UNREADABLE = Answer(422, {"detail": "input_audio"})


def forms(foundry: Service) -> list[str]:
    return [arrived.json["messages"][0]["content"][1]["type"] for arrived in foundry.arrived]


async def test_a_service_that_does_not_know_one_form_of_audio_is_tried_once_with_the_other(
    foundry: Service, model: FoundryModel
) -> None:
    foundry.answers = [UNREADABLE, Answer()]
    for _ in range(2):
        assert (await model.complete(asking(MP3, MemorySource(b"ID3")))).text == "Hola."
    assert forms(foundry) == ["input_audio", "audio_url", "audio_url"]


async def test_the_other_form_of_audio_is_tried_in_any_words_and_together_with_a_parameter_that_is_left_out(
    foundry: Service, model: FoundryModel
) -> None:
    refused = Answer(400, {"error": {"message": "temperature is not supported", "param": "temperature"}})
    foundry.answers = [Answer(400, {"error": {"message": "Unknown part type: input_audio"}}), refused, Answer()]
    request = asking(MP3, MemorySource(b"ID3"))
    request = replace(request, options=ModelOptions.model_validate({"temperature": 0}))
    for _ in range(2):
        assert (await model.complete(request)).text == "Hola."
    assert forms(foundry) == ["input_audio", "audio_url", "audio_url", "audio_url"]
    assert ["temperature" in arrived.json for arrived in foundry.arrived] == [True, True, False, False]


async def test_a_service_that_knows_neither_form_refuses_the_file_and_nothing_is_remembered(
    foundry: Service, model: FoundryModel
) -> None:
    foundry.answers = [UNREADABLE]
    for _ in range(2):
        with pytest.raises(FileRejected, match="input_audio"):
            await model.complete(asking(MP3, MemorySource(b"ID3")))
    assert forms(foundry) == ["input_audio", "audio_url"] * 2


async def test_a_busy_service_is_busy_in_the_other_form_too(foundry: Service, model: FoundryModel) -> None:
    foundry.answers = [UNREADABLE, Answer(429, "", {"Retry-After": "5"})]
    with pytest.raises(ModelThrottled):
        await model.complete(asking(MP3, MemorySource(b"ID3")))


@pytest.mark.parametrize(("media", "sent_as"), [(PNG, "inline"), (MP3, "url")])
async def test_media_without_another_form_are_not_sent_again(
    foundry: Service, model: FoundryModel, media: Media, sent_as: Transport
) -> None:
    foundry.answers = [UNREADABLE]
    with pytest.raises(FileRejected):
        await model.complete(asking(media, MemorySource(b"x"), sent_as=sent_as))
    assert len(foundry.arrived) == 1


async def test_a_refusal_in_the_models_own_words_is_told_apart(foundry: Service, model: FoundryModel) -> None:
    message = {"role": "assistant", "content": None, "refusal": "I will not."}
    foundry.answers = [Answer(body={"choices": [{"finish_reason": "stop", "message": message}]})]
    answer = await model.complete(small())
    assert (answer.text, answer.refusal) == ("", "I will not.")


class KnowsOneForm(Service):
    """A service that answers 422 to `input_audio`."""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        if b'"input_audio"' in body:
            return web.json_response({"detail": "input_audio"}, status=422)
        return web.json_response(COMPLETION)


async def test_recordings_in_flight_together_all_find_the_form_that_works() -> None:
    async with service(KnowsOneForm()) as foundry:
        for _ in range(10):
            model = FoundryModel(deployed(at=f"{foundry.url}/models"), CREDENTIAL)
            asked = [model.complete(asking(MP3, MemorySource(b"ID3" * 100))) for _ in range(8)]
            assert [answer.text for answer in await asyncio.gather(*asked)] == ["Hola."] * 8
            await model.close()


@pytest.mark.parametrize("content_type", ["application/json", "text/xml", "application/octet-stream"])
@pytest.mark.parametrize(
    ("status", "expected"),
    [(429, ModelThrottled), (401, ModelMisconfigured), (413, FileRejected), (503, ModelUnavailable)],
)
async def test_a_refusal_that_is_not_of_the_type_it_says_is_still_told_by_its_status(
    foundry: Service, model: FoundryModel, status: int, expected: type[Exception], content_type: str
) -> None:
    headers = {"Content-Type": content_type, "Retry-After": "77", "apim-request-id": "r-1"}
    foundry.answers = [Answer(status, "<html>busy", headers)]
    with pytest.raises(expected) as caught:
        await model.complete(small())
    assert type(caught.value) is expected
    assert getattr(caught.value, "request_id", None) == "r-1"
    assert getattr(caught.value, "retry_after", 77 if status in (429, 503) else None) in (77, None)


@pytest.mark.parametrize("status", [200, 503])
async def test_a_body_that_cannot_be_unpacked_is_trouble_of_the_service(
    foundry: Service, model: FoundryModel, status: int
) -> None:
    foundry.answers = [Answer(status, "no gzip", {"Content-Encoding": "gzip"})]
    with pytest.raises(ModelUnavailable):
        await model.complete(small())


async def test_a_key_does_not_follow_a_redirection(foundry: Service, model: FoundryModel) -> None:
    async with service() as elsewhere:
        foundry.answers = [Answer(307, "", {"Location": f"{elsewhere.url}/models/chat/completions"})]
        with pytest.raises(ModelUnavailable):
            await model.complete(small())
        assert elsewhere.arrived == []


def completion(**message: Any) -> dict[str, Any]:
    return {"choices": [{"finish_reason": "stop", "message": {"role": "assistant", **message}}]}


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ({"content": [{"type": "text", "text": "Hola"}, {"type": "text", "text": "."}]}, "Hola."),
        ({"content": None, "audio": {"transcript": "Hola."}}, "Hola."),
        ({"content": ["Hola", "."]}, "Hola."),
        ({"content": [{"type": "thinking", "thinking": "Hm."}, {"type": "output_text", "text": "Hola."}]}, "Hola."),
        ({"content": "<think>They want {Spanish}.</think>\nHola."}, "Hola."),
        ({"content": "Hola.", "reasoning_content": "Hm."}, "Hola."),
        ({"content": "a\ud800b"}, "a?b"),
    ],
)
async def test_an_answer_is_read_in_each_form_that_models_give_it(
    foundry: Service, model: FoundryModel, message: dict[str, Any], text: str
) -> None:
    foundry.answers = [Answer(body=completion(**message))]
    assert (await model.complete(small())).text == text


@pytest.mark.parametrize("content", [7, {"text": "x"}, [{"type": "text"}], [7], [{"type": "image"}]])
async def test_an_answer_of_no_known_form_may_be_asked_for_again_and_is_not_quoted(
    foundry: Service, model: FoundryModel, content: object
) -> None:
    foundry.answers = [Answer(body=completion(content=content))]
    with pytest.raises(ModelUnavailable, match="not a chat completion") as caught:
        await model.complete(small())
    assert caught.value.__cause__ is None


async def test_odd_values_beside_an_answer_are_left_out(foundry: Service, model: FoundryModel) -> None:
    usage = {"total_tokens": 9, "prompt_tokens": "x", "details": {"audio": 3, "share": 0.5}, "none": None, "list": [1]}
    foundry.answers = [Answer(body={**completion(content="Hola."), "model": 4, "usage": usage})]
    answer = await model.complete(small())
    assert (answer.text, answer.model) == ("Hola.", "")
    assert answer.usage == {"total_tokens": 9, "details": {"audio": 3}, "none": None}


@pytest.mark.parametrize("usage", [[1], "1", 1, {}])
async def test_usage_that_is_none_is_null(foundry: Service, model: FoundryModel, usage: object) -> None:
    foundry.answers = [Answer(body={**completion(content="Hola."), "usage": usage})]
    assert (await model.complete(small())).usage is None


async def test_an_answer_nested_without_end_is_no_answer(foundry: Service, model: FoundryModel) -> None:
    foundry.answers = [Answer(body="[" * 60_000)]
    with pytest.raises(AnswerUnusable, match="nested too deeply"):
        await model.complete(small())


class Silent(Service):
    """A service that reads and says nothing."""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        await request.read()
        await asyncio.Event().wait()
        raise AssertionError


async def test_a_model_that_says_nothing_has_run_out_of_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foundry_client, "READ_SECONDS", 0.3)
    async with service(Silent()) as foundry:
        model = FoundryModel(deployed(at=f"{foundry.url}/models"), CREDENTIAL)
        with pytest.raises(ModelTimeout):
            await model.complete(small())
        await model.close()
