"""JSON as services send it: plain, as an event stream of one event or of many, or with more behind it."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from shared.bounds import Unbounded, require_bounded, whole_number

_DECODER = json.JSONDecoder(parse_int=whole_number)
_BETWEEN = re.compile(r"\s*(?:data:\s*)?")
_IN_PIECES = ("content", "refusal", "reasoning_content", "reasoning")
"""What a stream gives out in pieces (OpenAI's reference of the chat completion chunk; vLLM and OpenRouter)."""


def document_in(text: str) -> Any:
    """The document that a reply holds; the pieces of a stream are put together to a completion.

    Raises:
        ValueError: there is none, or it has more in it than `shared.bounds` allows.
    """
    require_bounded(text)
    gathered = _Gathered()
    try:
        for event in _events(text.strip()):
            gathered.add(event)
    except RecursionError as error:
        raise Unbounded("it is nested too deeply") from error
    return gathered.document


class _Gathered:
    """What the documents of one text come to. None of them is kept for longer than it is needed."""

    def __init__(self) -> None:
        self._first: Any = None
        self._with_choices: Any = None
        self._is_in_pieces = False
        self._pieces: defaultdict[str, list[str]] = defaultdict(list)
        self._finish_reason: Any = None
        self._beside: dict[str, Any] = {}

    def add(self, event: Any) -> None:
        """Take note of a document, or of a piece of one."""
        self._first = event if self._first is None else self._first
        if not isinstance(event, dict):
            return
        self._beside |= {name: event[name] for name in ("model", "usage", "error") if event.get(name)}
        choices = event.get("choices")
        choice = choices[0] if isinstance(choices, list) and choices else None
        if isinstance(choice, dict) and isinstance(choice.get("delta"), dict) and "message" not in choice:
            self._add_piece(choice)
        elif choices and self._with_choices is None:
            self._with_choices = event

    def _add_piece(self, choice: dict[str, Any]) -> None:
        self._is_in_pieces = True
        self._finish_reason = choice.get("finish_reason") or self._finish_reason
        for name in _IN_PIECES:
            if isinstance(words := choice["delta"].get(name), str):
                self._pieces[name].append(words)

    @property
    def document(self) -> Any:
        """The one that counts."""
        if not self._is_in_pieces:
            return self._first if self._with_choices is None else self._with_choices
        message = {name: "".join(words) for name, words in self._pieces.items()}
        return {**self._beside, "choices": [{"message": message, "finish_reason": self._finish_reason}]}


def _events(text: str) -> Iterator[Any]:
    """Each document of a text, one at least."""
    if text[:1] not in ("{", "["):
        data = "\n".join(line.removeprefix("data:").strip() for line in text.splitlines() if not _is_mark(line))
        text = data.removesuffix("[DONE]").strip()
    document, end = _DECODER.raw_decode(text)
    yield document
    while (between := _BETWEEN.match(text, end)) and between.end() < len(text):
        try:
            document, end = _DECODER.raw_decode(text, between.end())
        except json.JSONDecodeError:
            return  # what stands behind a document is no part of it
        yield document


def _is_mark(line: str) -> bool:
    """Whether a line of an event stream has no data (WHATWG HTML, 9.2.5): a comment, or the name of an event."""
    return line.startswith((":", "event:", "id:", "retry:"))
