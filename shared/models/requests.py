"""What stands in one call of a chat model: the conversation so far, and how long the answer may be."""

from collections.abc import Iterator, Sequence

from shared.models.chat import ChatAnswer, MediaPart, Message, TextPart
from shared.models.exchange import Exchange
from shared.recipes import ModelOptions
from shared.transcripts import with_times

MORE_ROOM = 4
"""How many times as many tokens an answer may have that came out empty: a model may have spent them on reasoning."""

ROOM_TOKENS = 16_384
"""How many tokens that is at most."""


def messages(
    system: str | None, exchanges: Sequence[Exchange], prompt: str, media: Sequence[MediaPart]
) -> Iterator[Message]:
    """The whole conversation, with `prompt` at its end and `media` in the user's first message."""
    if system:
        yield Message("system", [TextPart(system)])
    for exchange in exchanges:
        yield Message("user", [TextPart(exchange.prompt), *media])
        yield Message("assistant", [TextPart(_told(exchange.answer))])
        media = ()
    yield Message("user", [TextPart(prompt), *media])


def _told(answer: ChatAnswer) -> str:
    """What a model said; of a speech model with speakers and times."""
    return with_times(answer.segments) or answer.text


def with_room(options: ModelOptions) -> ModelOptions:
    """The same options, with more room for an answer."""
    if options.max_output_tokens is None:
        return options
    room = max(options.max_output_tokens, min(options.max_output_tokens * MORE_ROOM, ROOM_TOKENS))
    return options.model_copy(update={"max_output_tokens": room})
