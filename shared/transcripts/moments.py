"""When each part of a text is said, in milliseconds: by the times of its words, else by their share of the letters."""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate

from shared.transcripts.harmless import on_one_line
from shared.transcripts.segments import Segment, Word

MAX_MOMENT = 359_999_999
"""99 hours and a millisecond less than another: what the times of subtitles have digits for."""

MAX_SKIPPED = 200
"""Characters within which the next word of a segment is looked for."""

type _Anchor = tuple[int, int]
"""A place in the text, and the moment at which it is said."""


@dataclass(frozen=True)
class SpokenText:
    """A text on one line, and what is known of its times, in order. Both ends are known."""

    text: str
    anchors: tuple[_Anchor, ...]

    @classmethod
    def of(cls, segment: Segment) -> "SpokenText":
        """The text of a segment; what is wrong with its times is put right."""
        text, start = on_one_line(segment.text), _milliseconds(segment.start)
        end = max(start, _milliseconds(segment.end))
        between = [(place, min(max(moment, start), end)) for place, moment in _anchors(text, segment.words)]
        anchors = [(0, start), *between, (len(text), end)]
        moments = accumulate((moment for _, moment in anchors), max)
        return cls(text, tuple(zip((place for place, _ in anchors), moments, strict=True)))

    @property
    def start(self) -> int:
        """When it begins."""
        return self.anchors[0][1]

    @property
    def end(self) -> int:
        """When it ends."""
        return self.anchors[-1][1]

    def starts_at(self, place: int) -> int:
        """When what follows this place begins."""
        after = bisect_right(self.anchors, place, key=_place)
        return self._between(after - 1, place)

    def ends_at(self, place: int) -> int:
        """When what stands before this place ends."""
        before = bisect_left(self.anchors, place, key=_place)
        return self._between(before - (self.anchors[before][0] > place), place)

    def _between(self, number: int, place: int) -> int:
        left, right = self.anchors[number], self.anchors[min(number + 1, len(self.anchors) - 1)]
        if left[0] == place or right[0] == left[0]:
            return left[1]
        return left[1] + (right[1] - left[1]) * (place - left[0]) // (right[0] - left[0])

    def followed_by(self, other: "SpokenText", between: str) -> "SpokenText":
        """Both as one, with something in between."""
        ahead = len(self.text) + len(between)
        moved = [(place + ahead, max(moment, self.end)) for place, moment in other.anchors]
        return SpokenText(self.text + between + other.text, (*self.anchors, *moved))


def _anchors(text: str, words: Iterable[Word]) -> Iterator[_Anchor]:
    """What the times of words tell. A word that the text does not have tells nothing."""
    place = 0
    for word in words:
        said = on_one_line(word.text)
        found = text.find(said, place, place + MAX_SKIPPED + len(said)) if said else -1
        if found >= 0:
            place = found + len(said)
            yield found, _milliseconds(word.start)
            yield place, _milliseconds(word.end)


def _milliseconds(seconds: float) -> int:
    if math.isnan(seconds):
        return 0
    return round(min(max(0.0, seconds * 1000), MAX_MOMENT))


def _place(anchor: _Anchor) -> int:
    return anchor[0]
