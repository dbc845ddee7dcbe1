"""Bounds on what strangers write: JSON that can be parsed in a moment, texts and identifiers that can do no harm."""

import json
import re
from typing import Any

MAX_JSON_BYTES = 2 * 1024 * 1024
"""More than any model answers: 128 000 tokens are some 500 KB, and 770 KB where each character is escaped."""

MAX_JSON_SEPARATORS = 65_536
"""Commas and opening brackets. Each makes one more object: so many are parsed in some 10 ms and take some 10 MB."""

MAX_TEXT = 4_000
"""Characters of what a service says about an error. No expression sees more."""

_IDENTIFIER = re.compile(r"[\w.:/@+-]{1,64}", re.ASCII)


class Unbounded(ValueError):
    """A text has more in it than anybody needs. The message says what."""


def parse_json(content: bytes | str) -> Any:
    """Parse JSON that somebody else wrote, without holding the event loop for long.

    Raises:
        ValueError: it is no JSON, or has more in it than `MAX_JSON_BYTES` and `MAX_JSON_SEPARATORS` allow.
    """
    require_bounded(content)
    try:
        return json.loads(content)
    except RecursionError as error:
        raise Unbounded("it is nested too deeply") from error


def require_bounded(content: bytes | str) -> None:
    """Make sure that JSON can be parsed in a moment.

    Raises:
        Unbounded: it cannot.
    """
    if len(content) > MAX_JSON_BYTES:
        raise Unbounded(f"it has more than {MAX_JSON_BYTES} bytes")
    marks: tuple[Any, ...] = (",", "[", "{") if isinstance(content, str) else (b",", b"[", b"{")
    if sum(content.count(mark) for mark in marks) > MAX_JSON_SEPARATORS:
        raise Unbounded(f"it has more than {MAX_JSON_SEPARATORS} values")


def writable(text: str) -> str:
    """The text without lone surrogates, which JSON can carry and UTF-8 cannot."""
    return text.encode(errors="replace").decode()


def identifier(text: object) -> str | None:
    """The text if it is a code, an id or a name of 64 characters at most; None if it is anything else."""
    return text if isinstance(text, str) and _IDENTIFIER.fullmatch(text) else None
