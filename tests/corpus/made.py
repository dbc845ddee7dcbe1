"""What a file of the corpora is: how it is made, and what must come of it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from shared.errors import ErrorCode

type Expected = Literal["ok", "error", "any"]
type Kind = Literal["image", "audio"]
type Content = Callable[[], bytes]

EMPTY: frozenset[ErrorCode] = frozenset({"empty_file"})
NOT_MEDIA: frozenset[ErrorCode] = frozenset({"unsupported_media"})
DAMAGED: frozenset[ErrorCode] = frozenset({"damaged_media"})
NOT_TAKEN = NOT_MEDIA | DAMAGED
"""For files that are so odd that both words are true."""
TOO_MUCH: frozenset[ErrorCode] = frozenset({"too_large", "damaged_media"})
"""For claims that no bytes stand behind: told by the claim, or by the decoder that finds nothing."""


@dataclass(frozen=True)
class Made:
    """A file that is made when it is asked for; each time the same bytes.

    Attributes:
        name: the blob's name; unique in all corpora.
        kind: what it is answered as; None where it is neither, or nobody can say.
        content: makes its bytes. They are not kept: some have 30 MB.
        words: what must be read or heard in the answer.
        absent: what must not: it stands in what is not to be looked at, such as a later frame.
        expected: the document's status; `any` where both are right, in one document all the same.
        codes: those that are right where the status is `error`.
    """

    name: str
    kind: Kind | None
    content: Content
    words: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    expected: Expected = "ok"
    codes: frozenset[ErrorCode] = frozenset()


def refused(name: str, content: Content, codes: frozenset[ErrorCode] = DAMAGED) -> Made:
    """A file that must end in an error with one of these codes."""
    return Made(name, None, content, expected="error", codes=codes)


def either(name: str, content: Content) -> Made:
    """A file that may be answered or refused, as long as it is one of them."""
    return Made(name, None, content, expected="any")


def by_name(*groups: Iterable[Made]) -> dict[str, Made]:
    """All of them, by their names.

    Raises:
        ValueError: two have one name.
    """
    made = [each for group in groups for each in group]
    names = [each.name for each in made]
    if doubled := {name for name in names if names.count(name) > 1}:
        raise ValueError(f"Names stand twice: {sorted(doubled)}")
    return dict(zip(names, made, strict=True))


def constant(content: bytes) -> Content:
    """For a file of a few bytes, which are there already."""
    return lambda: content


def choose(made: dict[str, Made], names: Sequence[str]) -> dict[str, bytes]:
    """The bytes of those that are named."""
    return {name: made[name].content() for name in names}
