"""What a service answered over HTTP: bounded while it is read, and never trusted to be well formed."""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from azure.core.rest import AsyncHttpResponse

from shared.bounds import OF_ANSWERS, JsonBounds, Unbounded, identifier, require_bounded, whole_number
from shared.observability import redact

MAX_ERROR_BYTES = 64 * 1024
"""How much is read of an answer that is none."""

_REQUEST_IDS = ("apim-request-id", "x-ms-request-id", "x-request-id")

_DECODER = json.JSONDecoder(parse_int=whole_number)
_BETWEEN = re.compile(r"(?:\s|data:|(?::|event:|id:|retry:)[^\n]*+)*+")
"""What is no JSON in an event stream: blanks, and lines without data (WHATWG HTML, 9.2.5)."""

_IN_PIECES = ("content", "refusal", "reasoning_content", "reasoning")
"""What a stream gives out in pieces (OpenAI's reference of the chat completion chunk; vLLM and OpenRouter)."""

_BESIDE = ("model", "usage", "error", "service_tier")


@dataclass(frozen=True)
class HttpReply:
    """An HTTP response. The names of `headers` are in small letters.

    Attributes:
        is_whole: whether `content` is all of it; of more than is needed the rest is left unread.
        bounds: how much JSON it may be.
    """

    status: int
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)
    is_whole: bool = True
    bounds: JsonBounds = OF_ANSWERS

    @classmethod
    async def read(cls, response: AsyncHttpResponse, bounds: JsonBounds = OF_ANSWERS) -> "HttpReply":
        """Read a response, and no more of it than anybody needs; as it comes, without decompression."""
        limit = bounds.max_bytes if _is_success(response.status_code) else MAX_ERROR_BYTES
        content = bytearray()
        async for chunk in response.iter_raw():
            content += chunk[: limit + 1 - len(content)]
            if len(content) > limit:
                await response.close()
                break
        headers = {name.lower(): value for name, value in response.headers.items()}
        return cls(response.status_code, headers, bytes(content[:limit]), len(content) <= limit, bounds)

    @property
    def is_success(self) -> bool:
        """Whether the service says that it did what it was asked; then the call was billed."""
        return _is_success(self.status)

    @property
    def document(self) -> Any:
        """The body as JSON, which some services send as an event stream; None where it cannot be read."""
        return self._parsed[0]

    @property
    def problem(self) -> str:
        """Why the body cannot be read, in our words; empty where it can."""
        return self._parsed[1]

    @cached_property
    def _parsed(self) -> tuple[Any, str]:
        if not self.is_whole:
            return None, "it is longer than any answer"
        if self.headers.get("content-encoding", "").strip().lower() not in ("", "identity"):
            return None, "it is compressed"
        try:
            return _document_in(self.content.decode("utf-8-sig"), self.bounds), ""
        except Unbounded as error:
            return None, str(error)
        except ValueError:
            return None, "it is not JSON"

    @property
    def request_id(self) -> str | None:
        """What the service calls the request, under whichever of its names for it; None where that is no id."""
        return next((known_identifier(self.headers[name]) for name in _REQUEST_IDS if name in self.headers), None)


def known_identifier(text: object) -> str | None:
    """A code or an id that a service sent; None where it is none, or looks like a secret that it sends back."""
    known = identifier(text)
    return known if known and redact(known) == known else None


def _is_success(status: int) -> bool:
    return 200 <= status < 300


def _document_in(text: str, bounds: JsonBounds) -> Any:
    """The completion that a text holds, put together where it came in pieces; else its first document.

    Raises:
        ValueError: there is none, or it has more in it than `shared.bounds` allows.
    """
    require_bounded(text, bounds)
    try:
        return _completion(_documents(text))
    except RecursionError as error:
        raise Unbounded("it is nested too deeply") from error


def at(document: Any, *path: str | int) -> Any:
    """What stands in a document at a path of names and numbers; None where nothing does."""
    for step in path:
        is_there = isinstance(document, dict) if isinstance(step, str) else isinstance(document, list) and document
        if not is_there:
            return None
        document = document.get(step) if isinstance(step, str) else document[step]
    return document


def _documents(text: str) -> Iterator[Any]:
    """Each document of a text, one at least; what is none, behind one, is left out."""
    end = 0
    while (found := _BETWEEN.match(text, end)) and found.end() < len(text):
        try:
            document, end = _DECODER.raw_decode(text, found.end())
        except json.JSONDecodeError:
            break
        yield document
    if end == 0:
        raise ValueError("it is not JSON")


def _completion(documents: Iterable[Any]) -> Any:
    """The first document with whole choices, else what pieces come to. Keeps none of them longer than it must."""
    first: Any = None
    beside: dict[str, Any] = {}
    words: defaultdict[str, list[str]] = defaultdict(list)
    reason: Any = None
    for document in documents:
        first = document if first is None else first
        choice = at(document, "choices", 0)
        delta = at(choice, "delta")
        if choice and (delta is None or at(choice, "message")):
            return document
        beside |= {name: found for name in _BESIDE if (found := at(document, name))}
        reason = at(choice, "finish_reason") or reason
        for name in _IN_PIECES:
            if isinstance(piece := at(delta, name), str):
                words[name].append(piece)
    if not words and reason is None:
        return first
    message = {name: "".join(pieces) for name, pieces in words.items()}
    return {**beside, "choices": [{"message": message, "finish_reason": reason}]}
