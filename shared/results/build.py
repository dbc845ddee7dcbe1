"""What is known of a file, and the document that is made of it. Pure: nothing here reads, asks or writes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.errors import FileRejected
from shared.media import InputFile, Media
from shared.models import CURRENCY, ChatAnswer, Conversation, Cost, Exchange, is_speech, total_usage
from shared.observability import redact
from shared.recipes import RecipeSelection
from shared.results.result import (
    Answer,
    Error,
    Input,
    ModelUsed,
    PieceAnswer,
    RecipeUsed,
    Result,
    SpokenSegment,
    SpokenWord,
    Timing,
    TokenUsage,
    Turn,
)
from shared.transcripts import Segment

WITHOUT_FIGURES = (
    "Part of what the service sent could not be written down, so this document holds the answer's text only."
)


@dataclass(frozen=True)
class Facts:
    """What is known of a file, whatever becomes of it.

    Attributes:
        received: when it was taken up.
        attempts: how often it was taken up, this time included.
        selection: the recipe with its inputs, where it is known.
        media: what the file is, where that is known.
    """

    file: InputFile
    received: datetime
    attempts: int = 1
    selection: RecipeSelection | None = None
    media: Media | None = None


def answered(facts: Facts, talk: Conversation, completed: datetime) -> Result:
    """The document of a file of which every turn was answered.

    What cannot be written down is left out, so that an answer that was paid for is never lost for its trimmings.
    """
    try:
        result = _answered(facts, talk, completed)
        result.to_json()
    except Exception:
        return answered_in_text_only(facts, talk, completed)
    return result


def rejected(facts: Facts, error: FileRejected, completed: datetime, talk: Conversation | None = None) -> Result:
    """The document of a file that has no answer."""
    told = Error(code=error.code, message=redact(error.message), retryable=error.retryable, next_step=error.next_step)
    return Result(
        status="error",
        input=_input(facts, talk),
        recipe=_recipe(facts),
        model=_model(talk, error.request_id) if talk else None,
        answer=None,
        usage=_usage(talk),
        timing=_timing(facts, talk, completed),
        attempts=facts.attempts,
        warnings=[*_about_the_recipe(facts), *(talk.warnings if talk else [])],
        error=told,
    )


def _answered(facts: Facts, talk: Conversation, completed: datetime) -> Result:
    last = talk.answer
    answer = Answer(
        text=last.text,
        data=talk.data,
        reasoning=last.reasoning,
        finish_reason=last.finish_reason,
        turns=[Turn(prompt=each.prompt, text=each.answer.text) for each in talk.exchanges],
        pieces=[_piece(each) for each in talk.exchanges[0].parts if not each.is_set_aside],
        segments=list(map(_segment, talk.exchanges[0].answer.segments)),
        language=talk.exchanges[0].answer.language,
    )
    warnings = [*_about_the_recipe(facts), *warnings_about(talk)]
    return Result(
        status="ok",
        input=_input(facts, talk),
        recipe=_recipe(facts),
        model=_model(talk),
        answer=answer,
        usage=_usage(talk),
        timing=_timing(facts, talk, completed),
        attempts=facts.attempts,
        warnings=warnings,
        error=None,
    )


def answered_in_text_only(facts: Facts, talk: Conversation, completed: datetime) -> Result:
    """The document of an answered file of which nothing but the text can be written down."""
    last = talk.answer
    text = last.text.encode(errors="replace").decode()
    return Result(
        status="ok",
        input=_input(facts, None),
        recipe=_recipe(facts),
        model=None,
        answer=Answer(text=text, finish_reason=None, turns=[]),
        usage=None,
        timing=_timing(facts, None, completed),
        attempts=facts.attempts,
        warnings=[WITHOUT_FIGURES],
        error=None,
    )


def _piece(exchange: Exchange) -> PieceAnswer:
    extent = exchange.extent
    return PieceAnswer(
        start=extent.start,
        end=extent.end,
        first_page=extent.first_page,
        last_page=extent.last_page,
        text=exchange.answer.text,
    )


def _segment(said: Segment) -> SpokenSegment:
    words = [SpokenWord(text=word.text, start=word.start, end=word.end) for word in said.words]
    return SpokenSegment(start=said.start, end=said.end, speaker=said.speaker, text=said.text, words=words)


def _about_the_recipe(facts: Facts) -> Sequence[str]:
    return facts.selection.warnings if facts.selection else ()


def _input(facts: Facts, talk: Conversation | None) -> Input:
    file, media = facts.file, facts.media
    return Input(
        container=file.container,
        name=file.name,
        etag=file.etag,
        bytes=file.size,
        media_type=media.media_type if media else None,
        kind=media.kind if media else None,
        sha256=talk.sha256 if talk else None,
        seconds=media.seconds if media else None,
        speech_seconds=media.speech_seconds if media else None,
        pages=media.pages if media else None,
    )


def _recipe(facts: Facts) -> RecipeUsed | None:
    if facts.selection is None:
        return None
    recipe = facts.selection.recipe
    return RecipeUsed(name=recipe.name, digest=recipe.digest, inputs=dict(facts.selection.inputs))


def _model(talk: Conversation, refused: str | None = None) -> ModelUsed:
    """The model that was asked with the file; `refused` is the id of the request that was refused last, if one was."""
    deployment = talk.first.deployment
    answers = [each.answer for each in talk.said if each.deployment == deployment.name]
    is_firsts = talk.next_model is talk.first
    return ModelUsed(
        deployment=deployment.name,
        name=(answers[-1].model or None) if answers else None,
        api=deployment.endpoint.api,
        sent_as=talk.media.sent_as,
        request_id=(is_firsts and refused) or (answers[-1].request_id if answers else None),
        tier=_tier_that_answered(talk, answers),
    )


def _tier_that_answered(talk: Conversation, answers: Sequence[ChatAnswer]) -> str | None:
    """The tier of the model that was asked with the file; of a speech model, which has none, that of the next one."""
    if is_speech(talk.first):
        answers = [each.answer for each in talk.said]
    return next((each.tier for each in reversed(answers) if each.tier), None)


def _timing(facts: Facts, talk: Conversation | None, completed: datetime) -> Timing:
    seconds = sum(answer.seconds for each in (talk.paid if talk else []) for answer in each.answers)
    completed = max(completed, facts.received)  # the clock may have been put right meanwhile
    return Timing(received=facts.received, completed=completed, model_seconds=round(seconds, 3))


def _usage(talk: Conversation | None) -> TokenUsage | None:
    """What the service counted, in sum and for each call, and what that cost."""
    calls = [(each.deployment, answer) for each in _calls(talk.paid if talk else []) for answer in each.answers]
    total = total_usage([answer.usage for _, answer in calls])
    if total is None or talk is None:
        return None
    costs = [_cost(talk, deployment, answer) for deployment, answer in calls]
    told = {**total, "cost": _told(Cost.total(costs))}
    if len(calls) > 1:
        told["calls"] = [
            {"deployment": deployment, **(answer.usage or {}), **_tier(answer), "cost": _told(cost)}
            for (deployment, answer), cost in zip(calls, costs, strict=True)
        ]
    return TokenUsage.model_validate(told)


def _tier(answer: ChatAnswer) -> dict[str, str]:
    return {"tier": answer.tier} if answer.tier else {}


def _calls(exchanges: Sequence[Exchange]) -> Iterator[Exchange]:
    """What was asked of one deployment each: a file in pieces may have been answered by several."""
    for each in exchanges:
        yield from _calls(each.parts) if each.parts else [each]


def _cost(talk: Conversation, deployment: str, answer: ChatAnswer) -> Cost | None:
    """What a call cost; None where that is not known, as of a deployment that is none any more."""
    known = {each.deployment.name: each.deployment for each in (talk.later, talk.first)}
    if deployment not in known:
        return None
    heard = deployment == talk.first.deployment.name and talk.media.media.kind == "audio"
    return known[deployment].cost_of(answer.usage, answer.model, heard=heard, tier=answer.billed_tier)


def _told(cost: Cost | None) -> dict[str, Any] | None:
    return {"amount": cost.rounded, "currency": CURRENCY, "prices": cost.prices} if cost else None


def warnings_about(talk: Conversation) -> Iterator[str]:
    """What would pass for a good answer without a warning."""
    media, advised = talk.media.media, talk.first.deployment.capability.advised_seconds
    is_in_pieces = any(each.parts for each in talk.exchanges)
    if advised and media.seconds and media.seconds > advised and not is_in_pieces:
        yield (
            f"The recording plays {media.seconds:g} seconds; this model answers best up to {advised:g}. Cut it into"
            " pieces if the answer is poor."
        )
    yield from talk.warnings
    for number, exchange in enumerate(talk.exchanges, start=1):
        place = f" to turn {number}" if len(talk.exchanges) > 1 else ""
        if exchange.parts:  # the pieces have warnings of their own
            continue
        if exchange.answer.finish_reason == "length":
            yield f"The answer{place} was cut off at the recipe's maxOutputTokens; raise it and drop the file again."
        elif exchange.answer.finish_reason not in ("stop", None):
            yield f"The answer{place} ended for another reason: {exchange.answer.finish_reason}."
        if exchange.answer.refusal:
            yield f"The model declined to answer{place}: {exchange.answer.refusal}"
