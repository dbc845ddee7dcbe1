"""What a call would be billed for, roughly, where no service tells it: before it, or after it without figures."""

import math
from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import product
from typing import Any

from shared.models.chat import ChatRequest, MediaPart, TextPart, Usage
from shared.models.deployments import Deployment
from shared.models.speech import SpeechRequest
from shared.models.tokens import CHARACTERS_A_TOKEN, USUAL_ANSWER_TOKENS, media_tokens
from shared.models.usage import asked_tokens, seconds_told
from shared.recipes import Tier

USUAL_SECONDS = 60
"""How long a recording is taken to play of which that is not known."""

HEARD_TOKENS_A_SECOND, WRITTEN_TOKENS_A_SECOND = 17, 5
"""Of sound that a speech model hears, and of what it writes down: OpenAI tells $0.006 a minute for gpt-4o-transcribe at
$6 for a million tokens of sound, 16.7 a second (November 2026); people say two to three words a second."""


def estimated_usage(request: ChatRequest | SpeechRequest, answer_tokens: int | None = None) -> dict[str, Any]:
    """The usage that a service might tell; without `answer_tokens` the answer is as long as the request allows."""
    if isinstance(request, SpeechRequest):
        return _usage_of_speech(request.recording.media.seconds or USUAL_SECONDS)
    parts = [part for message in request.messages for part in message.parts]
    words = sum(len(part.text) for part in parts if isinstance(part, TextPart)) // CHARACTERS_A_TOKEN
    media = [part for part in parts if isinstance(part, MediaPart)]
    heard = sum(media_tokens(part) for part in media if part.media.kind == "audio")
    seen = sum(media_tokens(part) for part in media if part.media.kind == "image")
    if answer_tokens is None:
        answer_tokens = request.options.max_output_tokens or USUAL_ANSWER_TOKENS
    return {
        "prompt_tokens": words + heard + seen,
        "completion_tokens": answer_tokens,
        "prompt_tokens_details": {"audio_tokens": heard},
    }


def dollars_of(
    usage: Usage | None, request: ChatRequest | SpeechRequest, deployment: Deployment, tier: Tier = None
) -> Decimal:
    """What a call cost, in US dollars, for a limit: an estimate, rather too high, where the service told too little.

    Zero where the deployment has no price that would do for one: a limit needs them all (`can_be_limited`).
    """
    heard = _hears(request)
    all_told = (usage, *(_with_sound(usage) if usage and heard else ()), estimated_usage(request))
    for at, told in product(dict.fromkeys((tier, None)), all_told):
        if cost := deployment.cost_of(told, None, heard=heard, tier=at):
            return cost.amount
    return Decimal(0)


def can_be_limited(deployment: Deployment) -> bool:
    """Whether any call of it has a price, at least an estimated one, so that a limit on dollars holds."""
    takes = deployment.capability
    usage = _usage_of_speech(1) if takes.is_speech else {"prompt_tokens": 1, "completion_tokens": 1}
    return deployment.cost_of(usage, None) is not None


def _usage_of_speech(seconds: float) -> dict[str, Any]:
    """What a speech model might tell of so much sound: by seconds and by tokens, for either may have the price."""
    heard = math.ceil(seconds * HEARD_TOKENS_A_SECOND)
    return {
        "seconds": seconds,
        "prompt_tokens": heard,
        "completion_tokens": math.ceil(seconds * WRITTEN_TOKENS_A_SECOND),
        "prompt_tokens_details": {"audio_tokens": heard},
    }


def _hears(request: ChatRequest | SpeechRequest) -> bool:
    if isinstance(request, SpeechRequest):
        return True
    parts = [part for message in request.messages for part in message.parts]
    return any(isinstance(part, MediaPart) and part.media.kind == "audio" for part in parts)


def _with_sound(usage: Usage) -> Iterator[Mapping[str, Any]]:
    """What the usage may mean: all that was asked with is sound, which costs most; or so many seconds in tokens."""
    yield {**usage, "prompt_tokens_details": {"audio_tokens": asked_tokens(usage)}}
    if seconds := seconds_told(usage):
        yield _usage_of_speech(seconds)
