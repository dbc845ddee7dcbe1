"""Which known word somebody probably meant."""

from collections.abc import Iterable

MAX_WORD = 100
"""Characters; a longer word is not compared."""

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
    by_slips = [(_slips(plain, _plain(each)), each) for each in known if each != word]
    near = [(slips, each) for slips, each in by_slips if slips <= _allowed(each, min_letters)]
    return min(near)[1] if near else None


def _plain(word: str) -> str:
    return word.translate(_WITHOUT_SEPARATORS).casefold()


def _allowed(known: str, min_letters: int) -> int:
    letters = len(_plain(known))
    return (letters >= min_letters) + (letters >= 9)


def _slips(one: str, other: str) -> int:
    """How many slips make one word of the other (optimal string alignment); 3 stands for 3 and more."""
    if abs(len(one) - len(other)) > 2 or not _share_a_fifth(one, other):
        return 3
    before, last = [0] * (len(other) + 1), list(range(len(other) + 1))
    for row, letter in enumerate(one, start=1):
        here = [row]
        for column, its in enumerate(other, start=1):
            here.append(min(last[column] + 1, here[-1] + 1, last[column - 1] + (letter != its)))
            if row > 1 < column and letter == other[column - 2] and its == one[row - 2]:
                here[column] = min(here[column], before[column - 2] + 1)
        before, last = last, here
    return min(last[-1], 3)


def _share_a_fifth(one: str, other: str) -> bool:
    """Two slips leave at least one fifth of a word whole: a quick look that spares most of the work."""
    size = max(len(other) // 5, 1)
    return len(other) < 5 or any(other[place : place + size] in one for place in range(0, len(other), size))
