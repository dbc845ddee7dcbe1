"""A chat completion read from a reply: what is known of its form is checked, what is odd is left out."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shared.adapters.foundry.reply import HttpReply
from shared.bounds import identifier, writable
from shared.models.chat import ChatAnswer

MAX_COUNT = 2**53
"""The largest whole number that every reader of JSON keeps exactly."""

OURS = ("calls", "deployment")
"""Names under which the document's usage has something of our own."""

MAX_COUNTS = 100
MAX_DEPTH = 4

_THOUGHT = re.compile(r"<think>(?P<thought>.*?)(?:</think>|\Z)", re.DOTALL | re.IGNORECASE)
_THINKING_PARTS = {"thinking", "reasoning"}


class NotACompletion(Exception):
    """A document is no chat completion. The message says why, in our words."""


def answer_of(document: Any, reply: HttpReply, seconds: float) -> ChatAnswer:
    """Read a completion from the document of a reply that took so many seconds.

    Raises:
        NotACompletion: it is none.
    """
    choice = _first_choice(document)
    message = choice["message"]
    text, thought = _without_thought(_text(message))
    reason, name, refusal = choice.get("finish_reason"), document.get("model"), message.get("refusal")
    return ChatAnswer(
        text=writable(text),
        model=writable(name)[:200] if isinstance(name, str) else "",
        finish_reason=identifier(reason),
        usage=usage_of(document),
        request_id=reply.request_id,
        seconds=round(seconds, 3),
        refusal=(writable(refusal) if isinstance(refusal, str) else "") or None,
        reasoning=writable(thought or _reasoning(message)) or None,
    )


def usage_of(document: Any) -> dict[str, Any] | None:
    """The counts that a document tells of, under the names that came; None where it tells of none."""
    usage = document.get("usage") if isinstance(document, Mapping) else None
    return dict(_counts(usage, MAX_DEPTH)) or None if isinstance(usage, Mapping) else None


def _first_choice(document: Any) -> Mapping[str, Any]:
    choices = document.get("choices") if isinstance(document, Mapping) else None
    choice = choices[0] if isinstance(choices, Sequence) and not isinstance(choices, str) and choices else None
    if not isinstance(choice, Mapping) or not isinstance(choice.get("message"), Mapping):
        raise NotACompletion("it has no message")
    return choice


def _text(message: Mapping[str, Any]) -> str:
    """The words, which some models send in parts, and those that speak as what they said."""
    content, audio = message.get("content"), message.get("audio")
    if isinstance(content, list):
        return _joined(content)
    if content is None and isinstance(audio, Mapping):
        content = audio.get("transcript")
    if content is not None and not isinstance(content, str):
        raise NotACompletion("its content is neither text nor parts")
    return content or ""


def _joined(parts: Sequence[Any]) -> str:
    """The texts of an answer's parts; of another kind than text are only a model's thoughts."""
    told = [part for part in parts if not (isinstance(part, Mapping) and part.get("type") in _THINKING_PARTS)]
    texts = [part.get("text") if isinstance(part, Mapping) else part for part in told]
    if any(not isinstance(text, str) for text in texts):
        raise NotACompletion("its parts are no text")
    return "".join(map(str, texts))


def _without_thought(text: str) -> tuple[str, str]:
    """The answer, and what the model thought aloud before it, as open models do."""
    begins = text.lstrip()
    found = _THOUGHT.match(begins)
    return (begins[found.end() :].lstrip(), found["thought"].strip()) if found else (text, "")


def _reasoning(message: Mapping[str, Any]) -> str:
    """What the model thought, where it stands in a field of its own."""
    for name in ("reasoning_content", "reasoning"):
        if isinstance(message.get(name), str):
            return str(message[name])
    content = message.get("content")
    if not isinstance(content, list):
        return ""
    thoughts = [part for part in content if isinstance(part, Mapping) and part.get("type") in _THINKING_PARTS]
    return "".join(str(each.get("thinking") or each.get("text") or "") for each in thoughts)


def _counts(usage: Mapping[str, Any], depth: int) -> Iterator[tuple[str, Any]]:
    """The counts, and the groups of counts. What is neither is left out."""
    for name, value in list(usage.items())[:MAX_COUNTS]:
        if not (known := identifier(name)) or known in OURS:
            continue
        if known.endswith("details"):
            if isinstance(value, Mapping) and depth > 1:
                yield known, dict(_counts(value, depth - 1))
        elif isinstance(value, float) and value.is_integer():
            yield known, _bounded(int(value))
        elif value is None or (isinstance(value, int) and not isinstance(value, bool)):
            yield known, None if value is None else _bounded(value)


def _bounded(count: int) -> int:
    return min(max(0, count), MAX_COUNT)
