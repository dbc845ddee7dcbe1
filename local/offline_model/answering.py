"""What the offline model says, and what it would have cost in tokens."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from local.offline_model import MODEL
from local.offline_model.hearing import Heard
from local.offline_model.question import Question
from local.offline_model.reading import Seen

CHARACTERS_A_TOKEN = 4
AUDIO_TOKENS_A_SECOND = 12.5  # one for 80 ms of sound, as Phi-4-multimodal counts
TILE_PIXELS, TOKENS_A_TILE, TOKENS_A_PICTURE = 512, 170, 85  # as the GPT-4o family counts

_WRITE_IT_DOWN = re.compile(r"transcri|all the text", re.I)
_CAVEAT = f"This is {MODEL}: it writes down English speech and reads text in pictures, and can do nothing else."


@dataclass(frozen=True)
class Answer:
    """What is answered: the text, why it ended, and the tokens counted."""

    text: str
    finish_reason: str
    usage: dict[str, Any]


def answer_to(question: Question, perceived: Sequence[Seen | Heard]) -> Answer:
    """Answer as far as hearing and reading go, and say so where more was asked."""
    words = "\n".join(map(_words, perceived))
    plain = perceived and _WRITE_IT_DOWN.search(question.prompt)
    text = words if plain else "\n".join([_CAVEAT, *_accounts(question, perceived)])
    whole = _tokens(len(text))
    if question.max_tokens is not None and whole > question.max_tokens:
        text = text[: question.max_tokens * CHARACTERS_A_TOKEN]
        return Answer(text, "length", _usage(question, perceived, question.max_tokens))
    return Answer(text, "stop", _usage(question, perceived, whole))


def _words(item: Seen | Heard) -> str:
    return item.text if isinstance(item, Heard) else "\n".join(item.lines)


def _accounts(question: Question, perceived: Sequence[Seen | Heard]) -> list[str]:
    """What it perceived; where only words were sent, the first answer among them."""
    if perceived or not question.told:
        return [_account(item) for item in perceived]
    return [f"It was told: {question.told}"]


def _account(item: Seen | Heard) -> str:
    if isinstance(item, Heard):
        return f"In {item.seconds:.1f} seconds of sound it heard: {item.text or 'no speech'}"
    return f"In a picture of {item.width} x {item.height} pixels it read: {', '.join(item.lines) or 'no text'}"


def _usage(question: Question, perceived: Sequence[Seen | Heard], completion: int) -> dict[str, Any]:
    text = _tokens(question.text_length)
    audio = sum(math.ceil(item.seconds * AUDIO_TOKENS_A_SECOND) for item in perceived if isinstance(item, Heard))
    image = sum(_picture_tokens(item) for item in perceived if isinstance(item, Seen))
    prompt = text + audio + image
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "prompt_tokens_details": {"text_tokens": text, "audio_tokens": audio, "image_tokens": image},
    }


def _tokens(characters: int) -> int:
    return math.ceil(characters / CHARACTERS_A_TOKEN)


def _picture_tokens(picture: Seen) -> int:
    tiles = math.ceil(picture.width / TILE_PIXELS) * math.ceil(picture.height / TILE_PIXELS)
    return TOKENS_A_PICTURE + tiles * TOKENS_A_TILE
