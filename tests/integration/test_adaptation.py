"""Services as they are today: what a model does not take is left out, and no file waits for that."""

import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from azure.core.credentials import AzureKeyCredential

from shared.adapters.foundry.client import FoundryModel
from shared.errors import FileRejected, KindNotTaken, ModelMisconfigured, SchemaNotTaken
from shared.media.media import Detail, Media
from shared.models.chat import ChatRequest, MediaPart, Message, TextPart
from shared.recipes.output_schema import AnswerSchema
from shared.recipes.recipe import ModelOptions
from tests.integration.loopback import COMPLETION, Answer, Arrived, Service, service
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


def openai(name: str) -> Answer:
    message = f"Unsupported parameter: '{name}' is not supported with this model."
    error = {"message": message, "type": "invalid_request_error", "param": name, "code": "unsupported_parameter"}
    return Answer(400, {"error": error})


def unsupported_value(name: str) -> Answer:
    message = (
        f"Unsupported value: '{name}' does not support 0 with this model. Only the default (1) value is supported."
    )
    error = {"message": message, "type": "invalid_request_error", "param": name, "code": "unsupported_value"}
    return Answer(400, {"error": error})


def fastapi(name: str) -> Answer:
    detail = [{"type": "extra_forbidden", "loc": ["body", name], "msg": "Extra inputs are not permitted", "input": 0}]
    return Answer(422, {"detail": detail})


def in_words(name: str) -> Answer:
    return Answer(400, {"object": "error", "message": f"extra parameters ['{name}'] are not allowed", "code": 400})


def gateway(name: str) -> Answer:
    return Answer(400, {"error": f"UnsupportedParamsError: phi does not support parameters: ['{name}']"})


def other_words(message: str, status: int = 400, **more: object) -> Answer:
    return Answer(status, {"error": {"message": message, **more}})


WORDINGS = (openai, unsupported_value, fastapi, in_words, gateway)
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
    assert [answer.warnings for answer in answers] == [
        (f"The model does not take `{name}`, and was asked without it.",)
    ] * 2


@pytest.mark.parametrize(
    ("name", "refusal"),
    [
        ("temperature", other_words("gpt-5 models don't support temperature=0. Only temperature=1 is supported.")),
        ("temperature", other_words("`temperature` and `top_p` cannot both be specified for this model.")),
        ("temperature", other_words("`temperature` may only be set to 1 when thinking is enabled")),
        ("temperature", other_words("temperature: only 1.0 is allowed")),
        ("temperature", other_words("temperature is incompatible with reasoning", param="None", type="None")),
        ("temperature", other_words("No endpoints found that support the requested parameters: temperature", 404)),
        ("presence_penalty", other_words("Argument not supported on this model: presencePenalty")),
        ("seed", Answer(422, {"errors": [{"msg": "The parameter 'seed' cannot be used here."}]})),
        ("top_p", Answer(400, {"error": "invalid_request", "error_description": "top_p is out of range"})),
        ("top_p", Answer(400, [{"error": {"message": "top_p: nope"}}])),
    ],
)
async def test_a_parameter_is_known_to_be_refused_in_any_words(name: str, refusal: Answer) -> None:
    async with asked_at(lambda asked: refusal if name in asked else None) as (model, fussy):
        await model.complete(question())
    assert [name in call for call in fussy.calls] == [True, False]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("known", ["max_tokens", "max_completion_tokens"])
async def test_the_name_of_the_longest_answer_is_the_one_that_the_model_knows(known: str, form: str) -> None:
    other = {"max_tokens": "max_completion_tokens", "max_completion_tokens": "max_tokens"}[known]
    async with asked_at(lambda asked: openai(other) if other in asked else None, form) as (model, fussy):
        answers = [await model.complete(question()) for _ in range(2)]
    assert [call.get(known) for call in fussy.calls[-2:]] == [100, 100]
    assert len(fussy.calls) in (2, 3)
    assert all(len(answer.warnings) == len(fussy.calls) - 2 for answer in answers)


async def test_a_model_that_knows_neither_name_is_asked_without() -> None:
    names = ("max_tokens", "max_completion_tokens")

    def judge(asked: Mapping[str, Any]) -> Answer | None:
        return next((openai(name) for name in names if name in asked), None)

    async with asked_at(judge) as (model, fussy):
        await model.complete(question())
    assert [[name for name in names if name in call] for call in fussy.calls] == [[names[0]], [names[1]], []]


async def test_a_longest_answer_that_is_too_long_for_a_model_is_left_to_it() -> None:
    said = "max_tokens is too large: 100. This model supports at most 50 completion tokens."
    error = {"message": said, "type": "invalid_request_error", "param": "max_tokens", "code": "invalid_value"}
    async with asked_at(lambda asked: Answer(400, {"error": error}) if "max_tokens" in asked else None) as (
        model,
        fussy,
    ):
        await model.complete(question())
    assert [sorted({"max_tokens", "max_completion_tokens"} & set(call)) for call in fussy.calls] == [["max_tokens"], []]


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
    refusal = Answer(400, {"error": {"message": "Unknown parameter: 'messages[0].content[1].image_url.detail'."}})
    async with asked_at(lambda asked: refusal if '"detail"' in json.dumps(asked) else None) as (model, fussy):
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
    refusal = Answer(400, {"error": {"message": message}})
    schema = AnswerSchema("receipt", None, {"type": "object"})
    async with asked_at(lambda asked: refusal if "response_format" in asked else None) as (model, _):
        assert model.takes_schema
        with pytest.raises(SchemaNotTaken):
            await model.complete(question(schema=schema))
        assert not model.takes_schema


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
async def test_a_refusal_about_one_request_changes_no_other_request(message: str, more: dict[str, str]) -> None:
    refusals = [Answer(400, {"error": {"message": message, **more}})] * 3

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
    said = "'max_tokens' is too large: 100. Your request has 7900 input tokens."
    refusals = [Answer(400, {"error": {"message": said}})]
    async with asked_at(lambda _: refusals.pop() if refusals else None) as (model, fussy):
        answers = [await model.complete(question()) for _ in range(2)]
    assert ["max_tokens" in call for call in fussy.calls] == [True, False, True]
    assert [len(answer.warnings) for answer in answers] == [1, 0]


async def test_the_name_of_a_file_in_an_address_is_no_parameter() -> None:
    said = "Invalid URL: https://place.example/input/unsupported/max_tokens.png"
    async with asked_at(lambda _: Answer(400, {"error": {"message": said}})) as (model, fussy):
        with pytest.raises(FileRejected):
            await model.complete(question())
    assert len(fussy.calls) == 1


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("Invalid image data.", FileRejected),
        ("Image detail could not be read: unsupported image.", FileRejected),
        ("The stop of this recording is invalid.", FileRejected),
        ("This model does not support image input.", KindNotTaken),
    ],
)
async def test_a_refusal_about_a_file_is_not_taken_for_one_about_a_parameter(
    message: str, expected: type[FileRejected]
) -> None:
    async with asked_at(lambda _: Answer(400, {"error": {"message": message}})) as (model, fussy):
        with pytest.raises(FileRejected) as caught:
            await model.complete(question(detail="high"))
    assert (type(caught.value), len(fussy.calls)) == (expected, 1)


async def test_a_model_that_takes_all_is_asked_once_and_nothing_is_said_of_it() -> None:
    async with asked_at(lambda _: None) as (model, fussy):
        answer = await model.complete(question())
    assert (len(fussy.calls), answer.warnings) == (1, ())
    assert COMPLETION["usage"] == answer.usage
