"""The answers to consecutive pieces of a recording, and to pages, as one text.

Pieces that were cut where somebody speaks overlap by a few seconds, so their words stand at the end of one answer and
at the start of the next. They are removed once. Where it is not certain what is the same, a word stands there twice
rather than not at all. docs/decisions/transcripts.md says how.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from shared.transcripts.alignment import overlap
from shared.transcripts.silence import is_silent_answer
from shared.transcripts.weaving import Side, Weaving
from shared.transcripts.words import Word, placed_words

MAX_OVERLAP_WORDS = 40.0
"""Words in which the same is looked for: nobody says more in 4 seconds, with those that a model adds."""

MAX_OVERLAP_CHARACTERS = 1_500
"""Characters in which these words are looked for."""

PAGE_LINE = "=== {title} ==="
"""What stands before a page. `(?m)^=== Pages? (\\d+)(?: to (\\d+))? ===$` splits them; no line of a page is like it."""

_PAGE_LINE_OF_A_PAGE = re.compile(r"^(?==== Pages? \d+(?: to \d+)? ===\s*$)", re.MULTILINE)
_WIDE = re.compile("[\u3000-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff01-\uff9f\U00020000-\U0003ffff]")
"""Chinese and Japanese letters and marks: no blank stands between two of them."""

_NARROW_MARKS = "\u2018\u2019\u201c\u201d\u2026"
"""Quotes and dots, which other languages have too."""


@dataclass(frozen=True)
class _Seam:
    """Where one text ends, where the next one begins, and what stands between them."""

    end: int
    between: str
    start: int


def join(texts: Sequence[str], overlaps: Sequence[bool]) -> str:
    """The answers to consecutive pieces as one text.

    An answer that says nothing leaves no trace. Others are joined by a blank (by nothing in Chinese and Japanese), or
    by a line break if one of the two has lines of its own.

    Args:
        texts: the answers, in the order of the pieces.
        overlaps: for each but the last, whether its end and the start of the next were heard from the same seconds.

    Raises:
        ValueError: there are not as many overlaps as seams.
    """
    if len(overlaps) != max(0, len(texts) - 1):
        raise ValueError(f"{len(texts)} texts have {max(0, len(texts) - 1)} seams, not {len(overlaps)}")
    said = [(number, text.strip()) for number, text in enumerate(texts) if not is_silent_answer(text)]
    done, last = [], said[0][1] if said else ""
    for (number, before), (following, text) in pairwise(said):
        seam = _seam(last, text, _between(before, text), overlaps=following == number + 1 and overlaps[number])
        done.append(last[: seam.end])
        last = seam.between + text[seam.start :]
    return "".join([*done, last])


def join_pages(pages: Sequence[tuple[str, str]]) -> str:
    """The answers about the pages of a document as one text, each under its title, if there is more than one.

    Args:
        pages: a title, such as `Page 2` or `Pages 3 to 5`, and the answer, in the order of the pages.
    """
    if len(pages) == 1:
        return pages[0][1]
    return "\n\n".join(f"{PAGE_LINE.format(title=title)}\n\n{_page(text)}".rstrip() for title, text in pages)


def _page(text: str) -> str:
    """The text of a page, with a blank before each line that looks like ours."""
    return _PAGE_LINE_OF_A_PAGE.sub(" ", text.strip())


def _seam(left: str, right: str, between: str, *, overlaps: bool) -> _Seam:
    if overlaps:
        ends, starts = last_words(left), first_words(right)
        if columns := overlap(ends, starts):
            both = Weaving(columns, Side(left, ends), Side(right, starts), between)
            return _Seam(both.end, both.text, both.start)
    return _Seam(len(left), between, 0)


def last_words(text: str) -> list[Word]:
    """The words at the end in which the same is looked for."""
    words = list(placed_words(text, max(0, len(text) - MAX_OVERLAP_CHARACTERS), len(text)))
    return _bounded(words[::-1])[::-1]


def first_words(text: str) -> list[Word]:
    """The words at the beginning in which the same is looked for."""
    return _bounded(list(placed_words(text, 0, min(len(text), MAX_OVERLAP_CHARACTERS))))


def _bounded(words: list[Word]) -> list[Word]:
    size = 0.0
    for count, word in enumerate(words):
        size += word.size
        if size > MAX_OVERLAP_WORDS:
            return words[:count]
    return words


def _between(left: str, right: str) -> str:
    if "\n" in left or "\n" in right:
        return "\n"
    last, first = left.rstrip(_NARROW_MARKS)[-1:], right.lstrip(_NARROW_MARKS)
    return "" if _WIDE.match(last) and _WIDE.match(first) else " "
