"""Turns that have no answer, though the service was paid for one."""

from collections.abc import Sequence

from shared.errors import FileRejected
from shared.models.chat import ChatAnswer
from shared.models.exchange import Exchange


def require_answers(exchanges: Sequence[Exchange], *, is_speech: bool) -> None:
    """Make sure that there is an answer to each; `is_speech` is whether the first was asked of a speech model.

    Raises:
        FileRejected: the service's content filter held back an answer, or the model gave none.
    """
    if is_speech and exchanges and exchanges[0].answer.is_empty:
        raise _nothing_heard(exchanges[0].answer)
    for exchange in exchanges:
        if exchange.answer.is_filtered:
            raise _filtered(exchange.answer)
        if exchange.answer.is_empty:
            raise _no_answer(exchange)


def _filtered(answer: ChatAnswer) -> FileRejected:
    return FileRejected(
        "content_filtered",
        "The service's content filter held back the answer.",
        "Drop another file, or ask the owner of the deployment to adjust its content filter.",
        answer.request_id,
    )


def _no_answer(exchange: Exchange) -> FileRejected:
    is_cut = exchange.answer.finish_reason == "length"
    return FileRejected(
        "no_answer",
        f"The model answered with nothing, {len(exchange.answers)} times"
        + (": it spent all the tokens that it may answer with before it said a word." if is_cut else "."),
        "Raise maxOutputTokens in the recipe, or name another model; then drop the file again.",
        exchange.answer.request_id,
        retryable=True,
    )


def _nothing_heard(answer: ChatAnswer) -> FileRejected:
    return FileRejected(
        "no_speech",
        "The speech model heard nobody speak in this recording, so there is nothing to write down.",
        "Listen to it. If somebody speaks, name another model or the language in the recipe; then drop the file again.",
        answer.request_id,
    )
