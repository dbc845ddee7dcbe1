"""Turns, structured answers and the way of the file, over a model that says what it is told."""

import json
from dataclasses import replace
from typing import Any

import pytest

from shared.errors import FileRejected, UrlNotFetched
from shared.media.media import Media, Transport
from shared.models.chat import ChatAnswer, MediaPart, TextPart
from shared.models.conversation import Conversation
from shared.models.kept import Kept
from shared.recipes.output_schema import AnswerSchema, Output, object_schema
from shared.recipes.recipe import Prompt, Recipe
from tests.unit.fakes import HearingModel, MemorySource, SpeakingModel, deployed, said
from tests.unit.recipes.test_recipes import CATALOG

SCHEMA = AnswerSchema("receipt", None, object_schema([Output(name="total", kind="number")]))
FITS = '{"total": 4.5}'
PICTURE = b"0123456789"


def recipe(schema: AnswerSchema | None = None) -> Recipe:
    return replace(next(iter(CATALOG)), schema=schema)


def conversation(
    model: SpeakingModel | HearingModel,
    *,
    schema: AnswerSchema | None = None,
    sent_as: Transport = "inline",
    turns: tuple[str, ...] = ("One.",),
) -> Conversation:
    part = MediaPart(Media("image", "image/png", "png"), MemorySource(PICTURE), sent_as)
    return Conversation(recipe(schema), Prompt(None, turns), model, model, part)


async def hold(talk: Conversation) -> Conversation:
    """Ask turn after turn, as the path of a file does."""
    while turn := talk.next_turn():
        try:
            talk.add(turn, await turn.ask())
        except UrlNotFetched:
            if not talk.send_inline():
                raise
    return talk


async def held(
    *answers: ChatAnswer, turns: tuple[str, ...] = ("Read it.",), **own: Any
) -> tuple[Conversation, SpeakingModel]:
    model = SpeakingModel(list(answers), deployed(**own))
    return await hold(conversation(model, schema=SCHEMA, turns=turns)), model


def last_words(model: SpeakingModel) -> str:
    part = model.requests[-1].messages[-1].parts[0]
    assert isinstance(part, TextPart)
    return part.text


async def test_a_model_that_knows_schemas_is_held_to_it_natively() -> None:
    talk, model = await held(said(FITS), json_schema=True)
    assert (talk.data, model.requests[0].schema, last_words(model)) == ({"total": 4.5}, SCHEMA, "Read it.")


async def test_a_model_that_knows_none_is_asked_for_json() -> None:
    talk, model = await held(said(f"```json\n{FITS}\n```"), json_schema=False)
    assert (talk.data, model.requests[0].schema) == ({"total": 4.5}, None)
    assert last_words(model).startswith("Read it.\n\nAnswer with one JSON object")
    assert json.dumps(SCHEMA.schema) in last_words(model)


@pytest.mark.parametrize("json_schema", [True, False])
async def test_an_answer_that_does_not_fit_is_repaired_once(json_schema: bool) -> None:
    talk, model = await held(said('{"total": "four"}'), said(FITS), json_schema=json_schema)
    assert (talk.data, talk.warnings, len(model.requests)) == ({"total": 4.5}, [], 2)
    assert "total: 'four' is not of type 'number', 'null'" in last_words(model)


async def test_an_answer_that_never_fits_is_kept_as_text_with_a_warning() -> None:
    talk, model = await held(said("It was four."), said("I said four."), said(FITS))
    assert (talk.data, len(model.requests), talk.exchanges[-1].answer.text) == (None, 2, "I said four.")
    assert talk.warnings[0].startswith("The answer is not of the form that the recipe asks for: it is not JSON")


@pytest.mark.parametrize(
    "later", [[said("")], [said("", finish_reason="content_filter")], [said("", refusal="I will not.")]]
)
async def test_an_answer_is_kept_as_text_where_none_of_a_better_form_can_be_had(later: list[ChatAnswer]) -> None:
    talk, _ = await held(said("It was four."), *later)
    assert (talk.is_answered, talk.answer.text, talk.data) == (True, "It was four.", None)
    assert talk.warnings[0].startswith("The answer is not of the form that the recipe asks for: it is not JSON")


@pytest.mark.parametrize("answer", [said('{"tot', finish_reason="length"), said("", refusal="I will not.")])
async def test_no_repair_is_paid_for_where_it_could_not_help(answer: ChatAnswer) -> None:
    talk, model = await held(answer, said(FITS))
    assert (talk.data, len(model.requests), len(talk.warnings)) == (None, 1, 1)


async def test_only_the_last_turn_is_held_to_the_schema() -> None:
    talk, model = await held(said("words"), said(FITS), turns=("One.", "Two."), json_schema=True)
    assert ([request.schema for request in model.requests], talk.data) == ([None, SCHEMA], {"total": 4.5})


async def test_an_answer_held_back_by_a_filter_is_refused_but_what_it_cost_is_kept() -> None:
    talk = conversation(SpeakingModel([said("", finish_reason="content_filter")]))
    with pytest.raises(FileRejected) as caught:
        await hold(talk)
    assert (caught.value.code, caught.value.request_id, len(talk.exchanges)) == ("content_filtered", "request-1", 1)


def transports(model: SpeakingModel) -> list[list[Transport]]:
    return [
        [part.sent_as for message in request.messages for part in message.parts if isinstance(part, MediaPart)]
        for request in model.requests
    ]


async def test_a_file_that_the_service_could_not_fetch_is_sent_inline_once_and_stays_so() -> None:
    just_enough = deployed(max_bytes=len(PICTURE))
    model = SpeakingModel([UrlNotFetched("no"), said("one"), said("two")], just_enough)
    talk = conversation(model, sent_as="url", turns=("One.", "Two."))
    await hold(talk)
    assert transports(model) == [["url"], ["inline"], ["inline"]]
    assert talk.warnings == ["The service could not fetch the file from storage, so it was sent inline."]
    assert talk.media.sent_as == "inline"


@pytest.mark.parametrize(
    ("sent_as", "own"), [("url", {"max_bytes": len(PICTURE) - 1}), ("inline", {})], ids=["too large", "inline"]
)
async def test_a_file_that_could_not_be_fetched_and_cannot_go_inline_is_tried_later(
    sent_as: Transport, own: dict[str, Any]
) -> None:
    model = SpeakingModel([UrlNotFetched("no"), said("never")], deployed(**own))
    with pytest.raises(UrlNotFetched):
        await hold(conversation(model, sent_as=sent_as))
    assert len(model.requests) == 1


async def test_nothing_more_is_asked_where_a_model_declined() -> None:
    model = SpeakingModel([said("", refusal="I will not."), said("made up")])
    talk = await hold(conversation(model, turns=("Write it down.", "Summarize it.")))
    assert (len(model.requests), len(talk.warnings)) == (1, 1)


def room(model: SpeakingModel) -> list[int | None]:
    return [request.options.max_output_tokens for request in model.requests]


@pytest.mark.parametrize("reason", ["length", "stop"])
async def test_an_empty_answer_is_asked_once_more_with_more_room_and_both_calls_are_listed(reason: str) -> None:
    model = SpeakingModel([said(" ", finish_reason=reason), said("A chart.")])
    talk = await hold(conversation(model))
    (exchange,) = talk.exchanges
    assert (exchange.answer.text, len(exchange.usages), talk.empty) == ("A chart.", 2, ())
    first, second = room(model)
    assert first
    assert second
    assert second > first


async def test_an_answer_that_stays_empty_is_none() -> None:
    talk = conversation(SpeakingModel([said("", finish_reason="length")]))
    with pytest.raises(FileRejected) as caught:
        await hold(talk)
    assert (caught.value.code, caught.value.retryable, len(talk.paid[0].usages)) == ("no_answer", True, 2)


async def test_a_conversation_goes_on_where_an_earlier_one_ended() -> None:
    model = SpeakingModel([said("one"), said("two"), said("three")])
    first = conversation(model, turns=("One.", "Two.", "Three."))
    for _ in range(2):
        turn = first.next_turn()
        assert turn
        first.add(turn, await turn.ask())
    second = conversation(model, turns=("One.", "Two.", "Three."))
    second.resume(Kept(exchanges=tuple(first.exchanges), sha256="abc"))
    assert second.sha256 == "abc"
    await hold(second)
    assert [each.answer.text for each in second.exchanges] == ["one", "two", "three"]
    assert (len(model.requests), len(model.requests[2].messages)) == (3, 5)


async def test_a_parameter_that_was_left_out_is_told_once() -> None:
    warned = replace(said("fine"), warnings=("It was asked without `temperature`.",))
    talk = await hold(conversation(SpeakingModel([warned]), turns=("One.", "Two.")))
    assert talk.warnings == ["It was asked without `temperature`."]


async def test_the_model_that_answers_last_is_the_one_that_is_held_to_the_schema() -> None:
    ears = SpeakingModel([said("Four fifty.")], deployed(json_schema=False))
    words = SpeakingModel([said("no"), said(FITS)], deployed("gpt-5.4", alias="words"))
    talk = replace(conversation(ears, schema=SCHEMA, turns=("Write it down.", "Fill in the form.")), later=words)
    await hold(talk)
    assert [request.schema for request in words.requests] == [SCHEMA, SCHEMA]
    assert talk.data == {"total": 4.5}
