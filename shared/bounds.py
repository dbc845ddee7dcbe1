"""Bounds on what strangers write: JSON that can be parsed in a moment, texts and identifiers that can do no harm."""

import re
from dataclasses import dataclass

MAX_JSON_BYTES = 2 * 1024 * 1024
"""More than any model answers: 128 000 tokens are some 500 KB, and 770 KB where each character is escaped."""

MAX_JSON_SEPARATORS = 65_536
"""Commas and opening brackets. Each makes one more object: so many are parsed in some 10 ms and take some 10 MB."""

MAX_TRANSCRIPT_BYTES = 8 * 1024 * 1024
MAX_TRANSCRIPT_SEPARATORS = 262_144
"""The same of what a speech model answers. A word with its times is four of these, so that is seven hours of speech."""

MAX_NUMBER = 2**63
"""What a larger whole number is taken for. It takes long to read thousands of digits, and nothing is counted so far."""

MAX_TEXT = 4_000
"""Characters of what a service says about an error. No expression sees more."""

_MAX_DIGITS = 20
_IDENTIFIER = re.compile(r"[\w.:/@+-]{1,64}", re.ASCII)


class Unbounded(ValueError):
    """A text has more in it than anybody needs. The message says what."""


@dataclass(frozen=True)
class JsonBounds:
    """How much JSON is read: bytes, and commas and opening brackets."""

    max_bytes: int = MAX_JSON_BYTES
    max_separators: int = MAX_JSON_SEPARATORS


OF_ANSWERS = JsonBounds()
OF_TRANSCRIPTS = JsonBounds(MAX_TRANSCRIPT_BYTES, MAX_TRANSCRIPT_SEPARATORS)


def whole_number(digits: str) -> int:
    """The number of a JSON literal, `MAX_NUMBER` at most."""
    if len(digits) <= _MAX_DIGITS:
        return int(digits)
    return -MAX_NUMBER if digits.startswith("-") else MAX_NUMBER


def require_bounded(content: str, bounds: JsonBounds = OF_ANSWERS) -> None:
    """Make sure that JSON can be parsed in a moment.

    Raises:
        Unbounded: it cannot.
    """
    if len(content) > bounds.max_bytes:
        raise Unbounded(f"it has more than {bounds.max_bytes} characters")
    if sum(content.count(mark) for mark in ",[{") > bounds.max_separators:
        raise Unbounded(f"it has more than {bounds.max_separators} values")


def writable(text: str) -> str:
    """The text without lone surrogates, which JSON can carry and UTF-8 cannot."""
    return text.encode(errors="replace").decode()


def identifier(text: object) -> str | None:
    """The text if it is a code, an id or a name of 64 characters at most; None if it is anything else."""
    return text if isinstance(text, str) and _IDENTIFIER.fullmatch(text) else None
