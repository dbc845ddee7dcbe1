"""A chat completion read from a reply: what is known of its form is checked, what is odd is left out."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shared.adapters.foundry import reasoning
from shared.adapters.foundry.reply import HttpReply
from shared.bounds import identifier, writable
from shared.models.chat import ChatAnswer

MAX_COUNT = 2**53
"""The largest whole number that every reader of JSON keeps exactly."""

OURS = ("calls", "deployment")
"""Names under which the document's usage has something of our own."""

MAX_COUNTS = 100
MAX_DEPTH = 4

_FILTERS = ("content_filter", "safety", "prohibited_content", "recitation")
"""Why an answer was held back, as the services call it (OpenAI, and Gemini through gateways)."""


class NotACompletion(Exception):
    """A document is no chat completion. The message says why, in our words."""


def answer_of(document: Any, reply: HttpReply, seconds: float) -> ChatAnswer:
    """Read a completion from the document of a reply that took so many seconds.

    Raises:
        NotACompletion: it is none.
    """
    choice = _first_choice(document)
    message = choice["message"]
    text, thought = reasoning.without_thought(_text(message))
    name, refusal = document.get("model"), _refusal(message)
    return ChatAnswer(
        text=writable(text),
        model=writable(name)[:200] if isinstance(name, str) else "",
        finish_reason=_finish_reason(choice),
        usage=usage_of(document),
        request_id=reply.request_id,
        seconds=round(seconds, 3),
        refusal=writable(refusal) or None,
        reasoning=writable(thought or reasoning.reasoning_of(message)) or None,
    )


def usage_of(document: Any) -> dict[str, Any] | None:
    """The counts that a document tells of, under the names that came; None where it tells of none."""
    usage = document.get("usage") if isinstance(document, Mapping) else None
    return dict(_counts(usage, MAX_DEPTH)) or None if isinstance(usage, Mapping) else None


def _first_choice(document: Any) -> Mapping[str, Any]:
    """The answer; one that a filter held back may have no message."""
    choices = document.get("choices") if isinstance(document, Mapping) else None
    choice = choices[0] if isinstance(choices, Sequence) and not isinstance(choices, str) and choices else None
    if isinstance(choice, Mapping) and choice.get("finish_reason") == "error":
        raise NotACompletion(
            "it breaks off with an error"
        )  # OpenRouter, where a provider fails in the midst of an answer
    if isinstance(choice, Mapping) and isinstance(choice.get("message"), Mapping):
        return choice
    if isinstance(choice, Mapping) and _finish_reason(choice) == "content_filter":
        return {**choice, "message": {}}
    raise NotACompletion("it has no message")


def _finish_reason(choice: Mapping[str, Any]) -> str | None:
    reason = choice.get("finish_reason")
    if isinstance(reason, str) and reason.lower().startswith(_FILTERS):
        return "content_filter"
    return identifier(reason)


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
    """The texts of an answer's parts, beside which there may be others."""
    texts = list(_texts(parts, "text"))
    others = [*_texts(parts, "refusal"), *(part for part in parts if _is_thought(part))]
    if parts and not texts and not others:
        raise NotACompletion("its parts are no text")
    return "".join(texts)


def _is_thought(part: Any) -> bool:
    return isinstance(part, Mapping) and part.get("type") in reasoning.PARTS


def _refusal(message: Mapping[str, Any]) -> str:
    """The model's own words for why it declines, in a field or in a part of its own; empty where it does not."""
    refusal, content = message.get("refusal"), message.get("content")
    if isinstance(refusal, str):
        return refusal
    return "".join(_texts(content, "refusal")) if isinstance(content, list) else ""


def _texts(parts: Sequence[Any], name: str) -> Iterator[str]:
    """What stands under this name in the parts of an answer; parts of other kinds, thoughts among them, have none."""
    for part in parts:
        if isinstance(part, str) and name == "text":
            yield part
        elif isinstance(part, Mapping) and not _is_thought(part) and isinstance(part.get(name), str):
            yield part[name]


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
