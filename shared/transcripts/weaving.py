"""Two texts that share words, as one text with all the words of both, each once."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.transcripts.alignment import Column
from shared.transcripts.words import Word


@dataclass(frozen=True)
class Side:
    """A text, and those of its words that may be shared: its last ones, or its first ones."""

    text: str
    words: Sequence[Word]

    def word(self, number: int) -> str:
        """A word as it is written there."""
        return self.text[self.words[number].start : self.words[number].end]

    def gap(self, number: int, instead: str) -> str:
        """What stands behind a word; something else `instead` where no word follows."""
        if number + 1 == len(self.words):
            return instead
        return self.text[self.words[number].end : self.words[number + 1].start]


@dataclass(frozen=True)
class Weaving:
    """Words of two texts side by side, of which one text is to be made.

    What both heard comes from the left one first, then from the right one: each heard the words well that lie far from
    its own end. What only one of them heard comes from that one.

    Attributes:
        between: what stands between two sentences.
    """

    columns: Sequence[Column]
    left: Side
    right: Side
    between: str

    @property
    def end(self) -> int:
        """Where in the left text the shared words begin."""
        first = next((column.left for column in self.columns if column.left is not None), None)
        return len(self.left.text) if first is None else self.left.words[first].start

    @property
    def start(self) -> int:
        """Where the right text goes on behind the shared words."""
        return self.right.words[[column.right for column in self.columns if column.right is not None][-1]].end

    @property
    def text(self) -> str:
        """The shared words."""
        places = range(len(self.columns))
        return "".join(part for place in places for part in (self._word(place), self._gap(place)))

    def _word(self, place: int) -> str:
        column = self.columns[place]
        if self._is_of_left(place):
            assert column.left is not None
            return self.left.word(column.left)
        assert column.right is not None
        return self.right.word(column.right)

    def _gap(self, place: int) -> str:
        """What stands behind a word: as there where the next word comes from."""
        column, is_last = self.columns[place], place + 1 == len(self.columns)
        if column.right is None or (column.left is not None and not is_last and self._is_of_left(place + 1)):
            assert column.left is not None
            return self.left.gap(column.left, self.between)
        return "" if is_last else self.right.gap(column.right, self.between)

    def _is_of_left(self, place: int) -> bool:
        column = self.columns[place]
        return column.right is None or (column.left is not None and 2 * place < len(self.columns))
