"""Segments and words with times that can be relied on, made of whatever a service sent."""

import math
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from shared.bounds import writable
from shared.transcripts import Segment, Word

MAX_SECONDS = 7 * 86_400
"""What is later than this is no time in a recording whose length is not known."""

SPARE_SECONDS = 1.0
"""A time that is later than the end by no more is mended without a warning: models round. Chosen by us."""

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


@dataclass(frozen=True)
class Timeline:
    """What was said when. `is_beyond` is whether the service told times behind the end of what it was sent."""

    segments: tuple[Segment, ...] = ()
    is_beyond: bool = False


def number_in(value: Any, unit: float = 1.0) -> float | None:
    """A number, or a text that is one, in these units; None where it is none, or has no end."""
    if isinstance(value, str) and len(value) <= _MAX_DIGITS:
        try:
            value = float(value)
        except ValueError:
            return None
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        return None
    return value / unit


def counted_seconds(value: Any, unit: float = 1.0) -> float | None:
    """How many seconds of sound a service counted; None where that is not known: no recording has 0, or fewer."""
    number = number_in(value, unit)
    seconds = 0.0 if number is None else round(number, 3)
    return seconds if 0 < seconds <= MAX_SECONDS else None


def timeline_of(segments: Iterable[Told], words: Iterable[Told], length: float | None) -> Timeline:
    """The segments that have words, in the order of time; words alone make segments of their own.

    There are none where nothing has a time. All times are from 0 to `length`, the seconds of what the service was sent,
    where that is known, and no end is before its beginning.
    """
    found = _segments(segments, length)
    if not any(segment.words for segment in found):
        found = with_words(found, _words(words, length))
    if length is None:
        return Timeline(found)
    latest = max((max([each.end, *(word.end for word in each.words)]) for each in found), default=0.0)
    return Timeline(tuple(_within(each, round(length, 3)) for each in found), latest > length + SPARE_SECONDS)


def text_of(told: Iterable[Told], between: str) -> str:
    """All that is said, in the order in which it was told, whether or not it has times."""
    return between.join(text for each in told if (text := _spoken(each)))


def _segments(told: Iterable[Told], length: float | None) -> tuple[Segment, ...]:
    """The segments; none where not a single one of them has a time.

    Where one has no beginning, it begins where the one before ends. Where it has no end, it ends where the next one
    begins, and the last one with the recording.
    """
    spoken = [(each, text) for each in told if (text := _spoken(each))]
    if all(_moment(each.start, length) is None and _moment(each.end, length) is None for each, _ in spoken):
        return ()
    begun = sorted(_begun(spoken, length), key=lambda each: each[0].start)
    following = [*(segment.start for segment, _ in begun[1:]), length or 0.0]
    return tuple(
        segment if has_end else replace(segment, end=max(segment.start, end))
        for (segment, has_end), end in zip(begun, following, strict=False)
    )


def _begun(spoken: Iterable[tuple[Told, str]], length: float | None) -> Iterator[tuple[Segment, bool]]:
    """Each segment from its beginning on, and whether its end is known: one before the beginning is none."""
    so_far = 0.0
    for each, text in spoken:
        start, end = _moment(each.start, length), _moment(each.end, length)
        start = so_far if start is None else start
        has_end = end is not None and end >= start
        so_far = max(start, end or 0.0)
        yield Segment(start, so_far, text, _speaker(each.speaker), _words(each.words, length)), has_end


def _words(told: Iterable[Told], length: float | None) -> tuple[Word, ...]:
    """The words that have times, in their order; without times a word tells nothing that the text does not."""
    return tuple(sorted(_timed(told, length), key=lambda word: word.start))


def _timed(told: Iterable[Told], length: float | None) -> Iterator[Word]:
    for each in told:
        start, end, text = _moment(each.start, length), _moment(each.end, length), _text(each.text)
        if start is not None and text:
            yield Word(text, start, max(start, end or 0.0))


def _moment(value: Any, length: float | None) -> float | None:
    """Seconds from the beginning; None where it is no time. What is behind a known end is mended last (`_within`)."""
    number = number_in(value)
    if number is None or (length is None and number > MAX_SECONDS):
        return None
    return round(max(0.0, number), 3)


def _within(segment: Segment, length: float) -> Segment:
    words = segment.words
    if any(word.end > length for word in words):
        words = tuple(Word(word.text, min(word.start, length), min(word.end, length)) for word in words)
    elif segment.end <= length:
        return segment
    return replace(segment, start=min(segment.start, length), end=min(segment.end, length), words=words)


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


def _spoken(told: Told) -> str:
    return _text(told.text) or " ".join(text for word in told.words if (text := _text(word.text)))


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
