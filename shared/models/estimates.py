"""What a call would be billed for, roughly, where no service tells it: before it, or after it without figures."""

from collections.abc import Mapping
from decimal import Decimal
from itertools import product
from typing import Any

from shared.models.chat import ChatRequest, MediaPart, TextPart, Usage
from shared.models.deployments import Deployment
from shared.models.speech import SpeechRequest
from shared.models.tokens import CHARACTERS_A_TOKEN, USUAL_ANSWER_TOKENS, media_tokens
from shared.recipes import Tier

USUAL_SECONDS = 60
"""How long a recording is taken to play of which that is not known."""


def estimated_usage(request: ChatRequest | SpeechRequest, answer_tokens: int | None = None) -> dict[str, Any]:
    """The usage that a service might tell; without `answer_tokens` the answer is as long as the request allows."""
    if isinstance(request, SpeechRequest):
        return {"type": "duration", "seconds": request.recording.media.seconds or USUAL_SECONDS}
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

    Zero where the deployment has no price that would do for one: a limit needs them all (see `bootstrap`).
    """
    heard = _hears(request)
    all_told = (usage, _all_sound(usage) if heard else None, estimated_usage(request))
    for at, told in product(dict.fromkeys((tier, None)), all_told):
        if cost := deployment.cost_of(told, None, heard=heard, tier=at):
            return cost.amount
    return Decimal(0)


def _hears(request: ChatRequest | SpeechRequest) -> bool:
    if isinstance(request, SpeechRequest):
        return True
    parts = [part for message in request.messages for part in message.parts]
    return any(isinstance(part, MediaPart) and part.media.kind == "audio" for part in parts)


def _all_sound(usage: Usage | None) -> Mapping[str, Any] | None:
    """The usage if all that was asked with were sound, which is what costs most."""
    if usage is None:
        return None
    return {**usage, "prompt_tokens_details": {"audio_tokens": usage.get("prompt_tokens")}}
