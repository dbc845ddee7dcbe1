"""Which words at the end of one text are the same as those at the start of the next, both heard from the same seconds.

Overlap alignment, the dynamic programming by which fragments of DNA are put together: the end of the one text against
the start of the other, where words may be misheard or missing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.transcripts.words import Word

MIN_CERTAIN_WORDS = 3.0
"""So many equal words are no accident. Below, a word that the speaker says twice could be taken for one heard twice."""

MIN_SCORE = 2.5
"""What equal words must be worth after what differs was taken off. Chosen by us: three words, one of them cut."""

MIN_BY_ITSELF = 0.5
"""So little is taken for the same where nothing else is: one word, one Chinese character, two letters of Thai."""

FRAGMENT = 0.5
"""What the beginning or the end of a word is worth, where a cut went through it: half a word."""

MIN_FRAGMENT_LETTERS = 2

ALIKE = 0.5
"""The share of letters that two words have in common of which one is the other, misheard. Chosen by us."""

_NEVER = -1_000.0

EDGE_WORDS = 1.0
"""So much at the very end of the one, and at the very start of the other, may differ freely: the cut spoilt it."""


@dataclass(frozen=True, slots=True)
class Column:
    """The places of a word in both texts, the same or misheard; None where one has no such word."""

    left: int | None
    right: int | None


def overlap(left: Sequence[Word], right: Sequence[Word]) -> list[Column]:
    """The words from the first of `right` to the last of `left`, side by side; none where nothing is the same.

    Where several answers are possible because words repeat, it is the shortest of those that are certain: a word too
    many does less harm than one too few.
    """
    equal = _equal_ends(left, right)
    certain = [count for count in equal if _size(right[:count]) >= MIN_CERTAIN_WORDS]
    if certain:
        return _side_by_side(left, certain[0])
    aligned = _Alignment(left, right)
    if aligned.score >= MIN_SCORE:
        return aligned.columns()
    by_themselves = [count for count in equal if _size(right[:count]) >= MIN_BY_ITSELF]
    return _side_by_side(left, by_themselves[0]) if by_themselves else []


def _equal_ends(left: Sequence[Word], right: Sequence[Word]) -> list[int]:
    """How many words at the end of the one can be those at the start of the other, the fewest first."""
    ends, starts = [word.key for word in left], [word.key for word in right]
    counts = range(1, min(len(ends), len(starts)) + 1)
    return [count for count in counts if ends[-count:] == starts[:count]]


def _side_by_side(left: Sequence[Word], count: int) -> list[Column]:
    return [Column(len(left) - count + place, place) for place in range(count)]


def _size(words: Sequence[Word]) -> float:
    return sum(word.size for word in words)


class _Alignment:
    """The best alignment of the end of `left` with the start of `right`. Its time grows with the product of both."""

    def __init__(self, left: Sequence[Word], right: Sequence[Word]) -> None:
        self._left, self._right = left, right
        self._free_from = len(left) - _edge(left[::-1])
        self._free_to = _edge(right)
        self._scores = self._fill()
        last = self._scores[-1]
        self._end = max(range(len(last)), key=lambda column: (last[column], -column))
        self.score = last[self._end]

    def columns(self) -> list[Column]:
        """The alignment, in order."""
        found, at, to = [], len(self._left), self._end
        while to > 0:
            column = self._last_column(at, to)
            at, to = at - (column.left is not None), to - (column.right is not None)
            found.append(column)
        return found[::-1]

    def _fill(self) -> list[list[float]]:
        """Scores by the number of words of each that lie before. To begin anywhere in the left costs nothing."""
        scores = [[0.0]]
        for word in self._right:
            scores[0].append(scores[0][-1] - word.size)
        for at, word in enumerate(self._left):
            before, row = scores[-1], [0.0]
            for to, other in enumerate(self._right):
                either = max(before[to + 1] - word.size, row[to] - other.size)
                row.append(max(before[to] + self._likeness(at, to), either))
            scores.append(row)
        return scores

    def _last_column(self, at: int, to: int) -> Column:
        score = self._scores[at][to]
        if at and score == self._scores[at - 1][to - 1] + self._likeness(at - 1, to - 1):
            return Column(at - 1, to - 1)
        if not at or score == self._scores[at][to - 1] - self._right[to - 1].size:
            return Column(None, to - 1)
        return Column(at - 1, None)

    def _likeness(self, at: int, to: int) -> float:
        left, right = self._left[at], self._right[to]
        if left.key == right.key:
            return left.size
        if at < self._free_from and to >= self._free_to:
            return -max(left.size, right.size) if _sounds_alike(left, right) else _NEVER
        is_cut_off = at == len(self._left) - 1 and _begins(right.key, left.key)
        is_cut_on = to == 0 and _begins(left.key[::-1], right.key[::-1])
        return FRAGMENT if (is_cut_off or is_cut_on) and left.size == right.size == 1 else 0


def _sounds_alike(left: Word, right: Word) -> bool:
    """Whether two words can be the same, one of them misheard: then one is kept. Of others both are."""
    if left.size < 1 or right.size < 1:
        return True
    if left.key.isdecimal() != right.key.isdecimal():
        return True
    ours, theirs = set(left.key), set(right.key)
    return len(ours & theirs) >= ALIKE * len(ours | theirs)


def _begins(word: str, fragment: str) -> bool:
    return len(fragment) >= MIN_FRAGMENT_LETTERS and word.startswith(fragment)


def _edge(words: Sequence[Word]) -> int:
    """How many of the first words are the edge."""
    count, size = 0, 0.0
    while count < len(words) and size + words[count].size <= EDGE_WORDS:
        size += words[count].size
        count += 1
    return count
