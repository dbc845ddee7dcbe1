"""Services as they are today: what a model does not take is left out, and no file waits for that."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from azure.core.credentials import AzureKeyCredential

from shared.adapters.foundry.client import FoundryModel
from shared.errors import FileRejected, KindNotTaken, ModelMisconfigured, ModelThrottled, SchemaNotTaken
from shared.media.media import Detail, Media, Transport
from shared.models.chat import ChatRequest, MediaPart, Message, TextPart
from shared.recipes.output_schema import AnswerSchema
from shared.recipes.recipe import ModelOptions
from tests.integration.loopback import Answer, Arrived, Service, service
from tests.planted import KEY
from tests.unit.fakes import MemorySource, deployed

type Judge = Callable[[Mapping[str, Any]], Answer | None]
"""The refusal of a request, or None if it is taken."""

FORMS = ("models", "openai/v1", "openai/deployments/phi", "v1")
ALL_OPTIONS = ModelOptions.model_validate(
    {
        "maxOutputTokens": 100,
        "temperature": 0,
        "topP": 1,
        "frequencyPenalty": 0,
        "presencePenalty": 0,
        "seed": 1,
        "stopSequences": ["END"],
    }
)


@dataclass
class Fussy(Service):
    """A service that looks at what it is asked."""

    judge: Judge = lambda _: None
    calls: list[dict[str, Any]] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        asked = json.loads(await request.read())
        self.calls.append({name: value for name, value in asked.items() if name != "messages"})
        self.arrived.append(Arrived(request.path, {}, json.dumps(asked).encode()))
        answer = self.judge(asked) or Answer()
        return web.json_response(answer.body, status=answer.status)


@asynccontextmanager
async def asked_at(judge: Judge, form: str = "models") -> AsyncIterator[tuple[FoundryModel, Fussy]]:
    fussy = Fussy(judge=judge)
    async with service(fussy):
        model = FoundryModel(deployed(at=f"{fussy.url}/{form}", json_schema=True), AzureKeyCredential(KEY))
        yield model, fussy
        await model.close()


def question(
    options: ModelOptions = ALL_OPTIONS, schema: AnswerSchema | None = None, detail: Detail | None = None
) -> ChatRequest:
    part = MediaPart(Media("image", "image/png", "png"), MemorySource(b"x" * 30), detail=detail)
    return ChatRequest([Message("user", [TextPart("What?"), part])], options, schema)


def refusal(message: str, status: int = 400, **more: object) -> Answer:
    return Answer(status, {"error": {"message": message, **more}})


def openai(name: str) -> Answer:
    message = f"Unsupported parameter: '{name}' is not supported with this model."
    return refusal(message, type="invalid_request_error", param=name, code="unsupported_parameter")


def fastapi(name: str) -> Answer:
    detail = [{"type": "extra_forbidden", "loc": ["body", name], "msg": "Extra inputs are not permitted", "input": 0}]
    return Answer(422, {"detail": detail})


def in_words(name: str) -> Answer:
    return Answer(400, {"object": "error", "message": f"extra parameters ['{name}'] are not allowed", "code": 400})


def gateway(name: str) -> Answer:
    return Answer(400, {"error": f"UnsupportedParamsError: phi does not support parameters: ['{name}']"})


WORDINGS = (openai, fastapi, in_words, gateway)
NAMES = ("temperature", "top_p", "seed", "stop", "presence_penalty")


@pytest.mark.parametrize(
    ("name", "wording", "form"),
    [
        *((name, wording, "models") for name in NAMES for wording in WORDINGS),
        *(("temperature", openai, form) for form in FORMS[1:]),
    ],
)
async def test_a_parameter_that_a_model_refuses_is_left_out_at_once_and_from_then_on(
    name: str, wording: Callable[[str], Answer], form: str
) -> None:
    async with asked_at(lambda asked: wording(name) if name in asked else None, form) as (model, fussy):
        answers = [await model.complete(question()) for _ in range(2)]
    assert [name in call for call in fussy.calls] == [True, False, False]
    without = (f"The model does not take `{name}`, and was asked without it.",)
    assert [answer.warnings for answer in answers] == [without, without]


@pytest.mark.parametrize(
    ("name", "refused"),
    [
        ("temperature", refusal("gpt-5 models don't support temperature=0. Only temperature=1 is supported.")),
        ("temperature", refusal("`temperature` and `top_p` cannot both be specified for this model.")),
        ("temperature", refusal("'temperature' does not support 0 with this model.", code="unsupported_value")),
        ("temperature", refusal("temperature is incompatible with reasoning", param="None", type="None")),
        ("temperature", refusal("No endpoints found that support the requested parameters: temperature", 404)),
        ("presence_penalty", refusal("Argument not supported on this model: presencePenalty")),
        ("seed", Answer(422, {"errors": [{"msg": "The parameter 'seed' cannot be used here."}]})),
        ("top_p", Answer(400, {"error": "invalid_request", "error_description": "top_p is out of range"})),
        ("top_p", Answer(400, [{"error": {"message": "top_p: nope"}}])),
        ("stop", refusal("nope", param="stop[0]")),
        ("max_tokens", refusal("max_tokens is too large: 100. This model supports at most 50 completion tokens.")),
    ],
)
async def test_a_parameter_is_known_to_be_refused_in_any_words(name: str, refused: Answer) -> None:
    async with asked_at(lambda asked: refused if name in asked else None) as (model, fussy):
        await model.complete(question())
    assert [{name, "max_completion_tokens"} & set(call) for call in fussy.calls] == [{name}, set()]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("known", ["max_tokens", "max_completion_tokens"])
async def test_the_name_of_the_longest_answer_is_the_one_that_the_model_knows(known: str, form: str) -> None:
    other = {"max_tokens": "max_completion_tokens", "max_completion_tokens": "max_tokens"}[known]
    async with asked_at(lambda asked: openai(other) if other in asked else None, form) as (model, fussy):
        answers = [await model.complete(question()) for _ in range(2)]
    assert [call.get(known) for call in fussy.calls[-2:]] == [100, 100]
    assert len(fussy.calls) in (2, 3)
    assert all(len(answer.warnings) == len(fussy.calls) - 2 for answer in answers)


async def test_a_model_that_refuses_everything_that_can_be_left_out_is_asked_without_any_of_it() -> None:
    def judge(asked: Mapping[str, Any]) -> Answer | None:
        return next((openai(name) for name in asked if name not in ("model", "messages")), None)

    async with asked_at(judge) as (model, fussy):
        answer = await model.complete(question())
        assert (set(fussy.calls[-1]), answer.text) == ({"model"}, "Hola.")
        assert len(answer.warnings) == 7
        await model.complete(question())
    assert len(fussy.calls) == 7 + 1 + 1 + 1


async def test_a_service_that_never_stops_refusing_is_not_asked_without_end() -> None:
    async with asked_at(lambda _: openai("temperature")) as (model, fussy):
        with pytest.raises(ModelMisconfigured):
            await model.complete(question())
    assert len(fussy.calls) == 2


async def test_how_closely_to_look_is_left_out_where_it_is_refused() -> None:
    refused = refusal("Unknown parameter: 'messages[0].content[1].image_url.detail'.")
    async with asked_at(lambda asked: refused if '"detail"' in json.dumps(asked) else None) as (model, fussy):
        answer = await model.complete(question(detail="high"))
    assert len(fussy.calls) == 2
    assert answer.warnings == ("The model does not take `detail`, and was asked without it.",)


@pytest.mark.parametrize(
    "message",
    [
        "'response_format' of type 'json_schema' is not supported.",
        "This response_format type is unavailable now",
        "Structured output is not supported by this model",
        "guided decoding not supported",
    ],
)
async def test_a_schema_that_a_model_does_not_take_is_told_and_remembered(message: str) -> None:
    schema, refused = AnswerSchema("receipt", None, {"type": "object"}), refusal(message)
    async with asked_at(lambda asked: refused if "response_format" in asked else None) as (model, fussy):
        assert model.takes_schema
        for _ in range(2):
            with pytest.raises(SchemaNotTaken):
                await model.complete(question(schema=schema))
        assert not model.takes_schema
    assert len(fussy.calls) == 1


@pytest.mark.parametrize(
    ("message", "more"),
    [
        (
            "This model's maximum context length is 4096 tokens. However, you requested 9000 (1024 in max_tokens)",
            {"code": "context_length_exceeded", "param": "messages"},
        ),
        ("'max_tokens' is too large: 1024. Your request has 7900 input tokens.", {}),
        ("temperature is out of range, or something else is wrong", {}),
    ],
)
async def test_a_refusal_about_one_request_changes_no_other_request(message: str, more: dict[str, Any]) -> None:
    refusals = [refusal(message, **more)] * 3

    def judge(asked: Mapping[str, Any]) -> Answer | None:
        return refusals.pop() if refusals else None

    async with asked_at(judge) as (model, fussy):
        with pytest.raises(FileRejected):
            while refusals:
                await model.complete(question())
        refusals.clear()
        answer = await model.complete(question())
    assert (fussy.calls[-1], answer.warnings) == (fussy.calls[0], ())


async def test_a_limit_that_does_not_fit_beside_one_question_is_left_out_for_that_one() -> None:
    refusals = [refusal("'max_tokens' is too large: 100. Your request has 7900 input tokens.")]
    async with asked_at(lambda _: refusals.pop() if refusals else None) as (model, fussy):
        answers = [await model.complete(question()) for _ in range(2)]
    assert ["max_tokens" in call for call in fussy.calls] == [True, False, True]
    assert [len(answer.warnings) for answer in answers] == [1, 0]


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("Invalid image data.", FileRejected),
        ("Image detail could not be read: unsupported image.", FileRejected),
        ("The stop of this recording is invalid.", FileRejected),
        ("This model does not support image input.", KindNotTaken),
        ("Invalid URL: https://place.example/input/unsupported/max_tokens.png", FileRejected),
    ],
)
async def test_a_refusal_about_a_file_or_its_address_is_not_taken_for_one_about_a_parameter(
    message: str, expected: type[FileRejected]
) -> None:
    async with asked_at(lambda _: refusal(message)) as (model, fussy):
        with pytest.raises(FileRejected) as caught:
            await model.complete(question(detail="high"))
    assert (type(caught.value), len(fussy.calls)) == (expected, 1)


def recording(sent_as: Transport = "inline") -> ChatRequest:
    part = MediaPart(Media("audio", "audio/mpeg", "mp3"), MemorySource(b"ID3"), sent_as)
    return ChatRequest([Message("user", [TextPart("What?"), part])], ALL_OPTIONS)


def form_in(asked: Mapping[str, Any]) -> str:
    form: str = asked["messages"][0]["content"][1]["type"]
    return form


def forms(fussy: Fussy) -> list[str]:
    return [form_in(arrived.json) for arrived in fussy.arrived]


UNREADABLE = Answer(422, {"detail": "input_audio"})


@pytest.mark.parametrize("refused", [UNREADABLE, refusal("Unknown part type: input_audio")])
async def test_the_other_form_of_audio_is_tried_in_any_words_and_together_with_a_parameter_that_is_left_out(
    refused: Answer,
) -> None:
    def judge(asked: Mapping[str, Any]) -> Answer | None:
        return refused if form_in(asked) == "input_audio" else openai("seed") if "seed" in asked else None

    async with asked_at(judge) as (model, fussy):
        for _ in range(2):
            assert (await model.complete(recording())).text == "Hola."
    assert forms(fussy) == ["input_audio", "audio_url", "audio_url", "audio_url"]
    assert ["seed" in call for call in fussy.calls] == [True, True, False, False]


async def test_recordings_in_flight_together_all_find_the_form_that_works() -> None:
    async with asked_at(lambda asked: UNREADABLE if form_in(asked) == "input_audio" else None) as (model, _):
        answers = await asyncio.gather(*(model.complete(recording()) for _ in range(8)))
    assert [answer.text for answer in answers] == ["Hola."] * 8


@pytest.mark.parametrize(
    ("then", "expected", "told"),
    [
        (refusal("unknown variant `audio_url`"), FileRejected, "input_audio"),
        (Answer(429, ""), ModelThrottled, "429"),
    ],
)
async def test_a_service_that_refuses_both_forms_is_told_by_the_first_and_nothing_is_remembered(
    then: Answer, expected: type[Exception], told: str
) -> None:
    async with asked_at(lambda asked: UNREADABLE if form_in(asked) == "input_audio" else then) as (model, fussy):
        for _ in range(2):
            with pytest.raises(expected, match=told):
                await model.complete(recording())
    assert forms(fussy) == ["input_audio", "audio_url"] * 2


@pytest.mark.parametrize("request_", [question(), recording("url")], ids=["a picture", "by URL"])
async def test_media_without_another_form_are_not_sent_again(request_: ChatRequest) -> None:
    async with asked_at(lambda _: UNREADABLE) as (model, fussy):
        with pytest.raises(FileRejected):
            await model.complete(request_)
    assert len(fussy.calls) == 1
