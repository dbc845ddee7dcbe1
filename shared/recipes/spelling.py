"""Which known word somebody probably meant."""

from collections.abc import Iterable
from functools import lru_cache

MAX_WORD = 100
"""Characters; a longer word is not compared."""

_MANY = 3
_WITHOUT_SEPARATORS = str.maketrans("", "", "_- ")


def nearest(word: str, known: Iterable[str], *, min_letters: int = 5) -> str | None:
    """The known word that was probably meant, or None.

    It is the same but for case, `_`, `-` and blanks, or for one slip of a letter where it has `min_letters` or more,
    and two where it has nine or more. A slip is a letter too many, too few, wrong, or changed with its neighbour.
    Shorter words have too many neighbours that mean something else.
    """
    if len(word) > MAX_WORD:
        return None
    plain = _plain(word)
    near = [
        (slips, each)
        for each in known
        if each != word and (slips := _slips(plain, _plain(each))) < _MANY and slips <= _allowed(each, min_letters)
    ]
    return min(near)[1] if near else None


@lru_cache(maxsize=1024)  # the known words come again and again
def _plain(word: str) -> str:
    return word.translate(_WITHOUT_SEPARATORS).casefold()


def _allowed(known: str, min_letters: int) -> int:
    letters = len(_plain(known))
    return (letters >= min_letters) + (letters >= 9)


def _slips(one: str, other: str) -> int:
    """How many slips make one word of the other (optimal string alignment); 3 stands for 3 and more.

    Only the cells of the table in which it can be less are filled in, and no more rows than are needed.
    """
    if abs(len(one) - len(other)) >= _MANY:
        return _MANY
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, letter in enumerate(one, start=1):
        here = [row] + [_MANY] * len(other)
        for column in range(max(1, row - 2), min(len(other), row + 2) + 1):
            its = other[column - 1]
            slips = min(last[column] + 1, here[column - 1] + 1, last[column - 1] + (letter != its))
            if row > 1 < column and letter == other[column - 2] and its == one[row - 2]:
                slips = min(slips, before[column - 2] + 1)
            here[column] = slips
        if min(here) >= _MANY:
            return _MANY
        before, last = last, here
    return min(last[-1], _MANY)
