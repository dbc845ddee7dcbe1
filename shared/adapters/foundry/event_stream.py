"""JSON as services send it: plain, as an event stream of one event or of many, or with more behind it."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from shared.bounds import Unbounded, require_bounded

_DECODER = json.JSONDecoder()
_BETWEEN = re.compile(r"\s*(?:data:\s*)?")
_GATHERED = ("content", "refusal", "reasoning_content", "reasoning")
"""What a stream gives out in pieces (OpenAI's reference of the chat completion chunk; vLLM and OpenRouter)."""


def document_in(text: str) -> Any:
    """The document that a reply holds; the pieces of a stream are put together to a completion.

    Raises:
        ValueError: there is none, or it has more in it than `shared.bounds` allows.
    """
    require_bounded(text)
    try:
        events = list(_events(text.strip()))
    except RecursionError as error:
        raise Unbounded("it is nested too deeply") from error
    pieces = [event for event in events if _delta(event) is not None]
    if pieces:
        return _put_together(pieces, events)
    return next((event for event in events if isinstance(event, Mapping) and event.get("choices")), events[0])


def _events(text: str) -> Iterator[Any]:
    """Each document of a text, one at least."""
    if text[:1] in ("{", "["):
        yield from _one_after_another(text)
        return
    data = "\n".join(line.removeprefix("data:").strip() for line in text.splitlines() if not _is_mark(line))
    yield from _one_after_another(data.removesuffix("[DONE]").strip())


def _is_mark(line: str) -> bool:
    """Whether a line of an event stream has no data (WHATWG HTML, 9.2.5): a comment, or the name of an event."""
    return line.startswith((":", "event:", "id:", "retry:"))


def _one_after_another(text: str) -> Iterator[Any]:
    document, end = _DECODER.raw_decode(text)
    yield document
    while (between := _BETWEEN.match(text, end)) and between.end() < len(text):
        try:
            document, end = _DECODER.raw_decode(text, between.end())
        except json.JSONDecodeError:
            return  # what stands behind a document is no part of it
        yield document


def _delta(event: Any) -> Mapping[str, Any] | None:
    """What one piece of a stream adds; None where the event is none."""
    choice = _first_choice(event)
    delta = choice.get("delta") if choice else None
    return delta if isinstance(delta, Mapping) and "message" not in (choice or {}) else None


def _first_choice(event: Any) -> Mapping[str, Any] | None:
    choices = event.get("choices") if isinstance(event, Mapping) else None
    choice = choices[0] if isinstance(choices, list) and choices else None
    return choice if isinstance(choice, Mapping) else None


def _put_together(pieces: list[Any], events: list[Any]) -> dict[str, Any]:
    """The completion that the pieces make; of `events` the last usage counts, and an error that came in between."""
    message: dict[str, Any] = {}
    finish_reason = None
    for piece in pieces:
        delta, choice = _delta(piece) or {}, _first_choice(piece) or {}
        finish_reason = choice.get("finish_reason") or finish_reason
        for name in _GATHERED:
            if isinstance(delta.get(name), str):
                message[name] = message.get(name, "") + delta[name]
    mappings = [event for event in events if isinstance(event, Mapping)]
    told = {name: event[name] for event in mappings for name in ("model", "usage", "error") if event.get(name)}
    return {**told, "choices": [{"message": message, "finish_reason": finish_reason}]}
