"""Segments and words with times that can be relied on, made of whatever a service sent."""

import math
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from shared.bounds import writable
from shared.transcripts import Segment, Word

MAX_SECONDS = 7 * 86_400
"""What is later than this is no time in a recording."""

MAX_SPEAKER = 64
_MAX_DIGITS = 20
_PAUSE_SECONDS = 1.0
_ENDS = (".", "?", "!", "\u3002", "\uff1f", "\uff01")
"""How sentences end, in Chinese and Japanese too."""


@dataclass(frozen=True)
class Told:
    """What a service tells of a segment or a word, unchecked; times are in seconds."""

    start: Any
    end: Any
    text: Any
    speaker: Any = None
    words: Sequence["Told"] = ()


def seconds_in(value: Any, unit: float = 1.0) -> float | None:
    """Seconds of a number, or of a text that is one; from 0 to `MAX_SECONDS`; None where it is no time."""
    if isinstance(value, str) and len(value) <= _MAX_DIGITS:
        try:
            value = float(value)
        except ValueError:
            return None
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        return None
    seconds = max(0.0, value / unit)
    return round(seconds, 3) if seconds <= MAX_SECONDS else None


def segments_of(told: Iterable[Told]) -> tuple[Segment, ...]:
    """The segments that have words, in the order of time; none where not a single one of them has a time.

    Where a segment has no beginning, it begins where the one before ends; none ends before it begins.
    """
    spoken = [(each, text) for each in told if (text := _text(each.text))]
    if all(seconds_in(each.start) is None and seconds_in(each.end) is None for each, _ in spoken):
        return ()
    return tuple(sorted(_in_turn(spoken), key=lambda segment: segment.start))


def _in_turn(spoken: Iterable[tuple[Told, str]]) -> Iterator[Segment]:
    so_far = 0.0
    for each, text in spoken:
        start = seconds_in(each.start)
        start = so_far if start is None else start
        so_far = max(start, seconds_in(each.end) or 0.0)
        yield Segment(start, so_far, text, _speaker(each.speaker), words_of(each.words))


def words_of(told: Iterable[Told]) -> tuple[Word, ...]:
    """The words that have times, in their order; without times a word tells nothing that the text does not."""
    return tuple(sorted(_timed(told), key=lambda word: word.start))


def _timed(told: Iterable[Told]) -> Iterator[Word]:
    for each in told:
        start, end, text = seconds_in(each.start), seconds_in(each.end), _text(each.text)
        if start is not None and text:
            yield Word(text, start, max(start, end or 0.0))


def with_words(segments: Sequence[Segment], words: Sequence[Word]) -> tuple[Segment, ...]:
    """The segments, each with those of the words that are said in it; words alone make segments of their own."""
    if not segments:
        return tuple(_sentences(words))
    if not words:
        return tuple(segments)
    starts = [segment.start for segment in segments]
    shares: list[list[Word]] = [[] for _ in segments]
    for word in words:
        place = bisect_right(starts, (word.start + word.end) / 2) - 1
        shares[max(0, place)].append(word)
    return tuple(replace(each, words=tuple(own)) for each, own in zip(segments, shares, strict=True))


def without_words(segments: Iterable[Segment]) -> tuple[Segment, ...]:
    """The segments without the times of their words."""
    return tuple(replace(each, words=()) if each.words else each for each in segments)


def _sentences(words: Sequence[Word]) -> Iterator[Segment]:
    begun: list[Word] = []
    for word in words:
        if begun and (begun[-1].text.endswith(_ENDS) or word.start - begun[-1].end >= _PAUSE_SECONDS):
            yield _joined(begun)
            begun = []
        begun.append(word)
    if begun:
        yield _joined(begun)


def _joined(words: Sequence[Word]) -> Segment:
    return Segment(words[0].start, max(word.end for word in words), " ".join(w.text for w in words), words=tuple(words))


def _text(value: Any) -> str:
    return writable(value).strip() if isinstance(value, str) else ""


def _speaker(value: Any) -> str | None:
    """What a service calls who speaks: a number or a name; None where it is neither."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    name = str(value).strip()
    return name if name.isprintable() and 0 < len(name) <= MAX_SPEAKER else None


type Reader = Callable[[Any], Told]


def each_of(value: Any, read: Reader) -> list[Told]:
    """What is told by each object of a list; nothing where it is none."""
    return [read(item) for item in value if isinstance(item, dict)] if isinstance(value, list) else []
