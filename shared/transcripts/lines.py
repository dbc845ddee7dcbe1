"""Where a text may be broken, and how a part of it stands in two lines of a subtitle."""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from shared.transcripts.words import CHINESE_AND_JAPANESE, THAI_AND_NEIGHBOURS

MAX_LINE = 42
"""Characters of a line: the usual limit for Latin scripts (Netflix, Timed Text Style Guides; BBC has 37 to 42)."""

_MARKS = "\u3001\u3002\uff0c\uff01\uff1f\uff1a\uff1b\uff09\u300d\u300f\u3011\u2026"
_UNSPACED = re.compile(f"[{CHINESE_AND_JAPANESE}{THAI_AND_NEIGHBOURS}\u3000-\u303f\uff00-\uff0f\uff1a-\uff1f]")
_NEVER_FIRST = re.compile(f"[{_MARKS}\u30fc\u3041\u3043\u3045\u3047\u3049\u3063\u3083\u3085\u3087\u30a1\u30c3\u30e3]")
"""Marks and small letters with which no line of Chinese or Japanese begins (JIS X 4051)."""

_WORD = re.compile(r"\S+")
_SENTENCE_END = re.compile("[.!?\u2026\u3002\uff01\uff1f\u061f\u0964]['\")\\]\u2019\u201d\u00bb\u300d\u300f\uff09]*\\Z")
_CLAUSE_END = re.compile("[,;:\u2013\u2014\u3001\uff0c\uff1b\uff1a\u060c\u061b]['\")\\]\u2019\u201d\u00bb]*\\Z")
_JOINERS = "\u200d\ufe0e\ufe0f"
MAX_CLUSTER = 16
"""Characters that are kept together at most where a word without an end is cut: a letter and its accents."""


@dataclass(frozen=True)
class Part:
    """What stays together: from one place of the text to another."""

    start: int
    end: int


def parts_of(text: str) -> list[Part]:
    """The parts between which it may be broken: words, letters of scripts without blanks, 42 characters of the rest."""
    return [part for word in _WORD.finditer(text) for part in _parts(text, word.start(), word.end())]


def _parts(text: str, start: int, end: int) -> Iterator[Part]:
    begin = start
    for place in range(start + 1, end + 1):
        if place == end or place - begin == MAX_LINE or _may_break(text, place):
            cut = place if place == end else _between_letters(text, begin, place)
            if cut > begin:
                yield Part(begin, cut)
                begin = cut
    if begin < end:
        yield Part(begin, end)


def _may_break(text: str, place: int) -> bool:
    before, after = text[place - 1], text[place]
    if not (_UNSPACED.match(before) or _UNSPACED.match(after)):
        return False
    return not (_NEVER_FIRST.match(after) or unicodedata.combining(after) or after in _JOINERS or before in "\u200d")


def _between_letters(text: str, begin: int, place: int) -> int:
    """The place, or one a little before it, so that no accent is parted from its letter."""
    for cut in range(place, max(begin, place - MAX_CLUSTER), -1):
        if not (unicodedata.combining(text[cut]) or text[cut] in _JOINERS or text[cut - 1] == "\u200d"):
            return cut
    return place


def ends_sentence(text: str, part: Part) -> bool:
    """Whether a sentence ends with this part."""
    return bool(_SENTENCE_END.search(text, part.start, part.end))


def ends_clause(text: str, part: Part) -> bool:
    """Whether a part of a sentence ends with this part."""
    return bool(_CLAUSE_END.search(text, part.start, part.end))


def fits(parts: Sequence[Part], first: int, end: int, taken: int) -> bool:
    """Whether the parts from `first` to before `end` fit into two lines, of which the first has `taken` less.

    With something taken the first line may be empty.
    """
    start, last = parts[first].start, parts[end - 1].end
    if last - start <= MAX_LINE - taken:
        return True
    if last - start > 2 * MAX_LINE + 1 - taken:
        return False
    second = bisect_right(parts, start + MAX_LINE - taken, first, end, key=_end)
    return (second > first or taken > 0) and last - parts[second].start <= MAX_LINE


def two_lines(text: str, parts: Sequence[Part], taken: int) -> tuple[str, ...]:
    """The parts, which fit, as one line or two; two are broken where they read best."""
    start, end = parts[0].start, parts[-1].end
    if end - start <= MAX_LINE - taken:
        return (text[start:end],)
    fitting = [
        number
        for number in range(0 if taken else 1, len(parts))
        if _length(parts[:number]) <= MAX_LINE - taken and end - parts[number].start <= MAX_LINE
    ]
    best = min(fitting, key=lambda number: _unevenness(text, parts, number, taken))
    first = text[start : parts[best - 1].end] if best else ""
    return first, text[parts[best].start : end]


def _end(part: Part) -> int:
    return part.end


def _length(parts: Sequence[Part]) -> int:
    return parts[-1].end - parts[0].start if parts else 0


def _unevenness(text: str, parts: Sequence[Part], number: int, taken: int) -> float:
    """How far two lines are from the same length; a break after a comma is worth some letters."""
    if number == 0:
        return 2 * MAX_LINE
    first, second = _length(parts[:number]) + taken, _length(parts[number:])
    ends = ends_clause(text, parts[number - 1]) or ends_sentence(text, parts[number - 1])
    return abs(first - second) - 12 * ends
