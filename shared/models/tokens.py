"""How many tokens a call cost, for the limit of a day: what the service told, else an estimate."""

from shared.models.chat import ChatRequest, MediaPart, TextPart, Usage
from shared.models.speech import SpeechRequest
from shared.models.usage import answered_tokens, asked_tokens

CHARACTERS_A_TOKEN = 4
TOKENS_A_PICTURE = 1_000
TOKENS_A_SECOND = 13
"""Of sound; also of a speech model that counts seconds, or nothing: a limit in tokens is to hold for it too."""
USUAL_ANSWER_TOKENS = 1_000
MAX_CALL_TOKENS = 2_000_000
"""More than any model takes in and answers in one call (November 2026: a million in, 128 000 out)."""


def tokens_of(usage: Usage | None, request: ChatRequest | SpeechRequest) -> int:
    """How many tokens a call cost, from 0 to `MAX_CALL_TOKENS`: what the service told, else an estimate."""
    told = usage or {}
    total, *parts = told.get("total_tokens"), asked_tokens(told), answered_tokens(told)
    counts = [total if isinstance(total, int) else 0, sum(part for part in parts if isinstance(part, int))]
    is_told = any(isinstance(count, int) for count in (total, *parts))
    return min(max(0, *counts) if is_told else _estimated_tokens(request), MAX_CALL_TOKENS)


def _estimated_tokens(request: ChatRequest | SpeechRequest) -> int:
    """Roughly what a call of this request costs, answer included."""
    if isinstance(request, SpeechRequest):
        return media_tokens(request.recording)
    parts = [part for message in request.messages for part in message.parts]
    words = sum(len(part.text) for part in parts if isinstance(part, TextPart)) // CHARACTERS_A_TOKEN
    media = sum(media_tokens(part) for part in parts if isinstance(part, MediaPart))
    return words + media + (request.options.max_output_tokens or USUAL_ANSWER_TOKENS)


def media_tokens(part: MediaPart) -> int:
    """Roughly how many tokens a picture or a recording takes."""
    return TOKENS_A_PICTURE if part.media.kind == "image" else round((part.media.seconds or 60) * TOKENS_A_SECOND)
