"""Slips in what people write: where they are, and which word was probably meant."""

from collections.abc import Iterable
from functools import lru_cache

type Problem = tuple[int | None, str]
"""A line of a file (None: the file as a whole), and what is wrong there."""

_SEPARATORS = str.maketrans("", "", "_- ")


class SlipsError(Exception):
    """What is wrong with a file, slip by slip."""

    def __init__(self, *problems: Problem) -> None:
        self.problems = list(problems)
        super().__init__(*problems)


def nearest(word: str, known: Iterable[str], *, min_letters: int = 5) -> str | None:
    """The known word that was probably meant, or None.

    It is the same but for case, `_`, `-` and blanks, or for one slip of a letter where it has `min_letters` or more,
    and two where it has nine or more. A slip is a letter too many, too few, wrong, or changed with its neighbour.
    Shorter words have too many neighbours that mean something else.
    """
    plain = _plain(word)
    near = []
    for each in known:
        letters = len(_plain(each))
        allowed = (letters >= min_letters) + (letters >= 9)
        slips = _slips(plain, _plain(each), allowed)
        if slips <= allowed and each != word:
            near.append((slips, each))
    return min(near)[1] if near else None


def unknown_field(word: str, known: Iterable[str]) -> str:
    """What to say after the name of a field that is none: the one that was probably meant, else which there are."""
    known = list(known)
    if meant := nearest(word, known, min_letters=4):
        return f"is no field: did you mean `{meant}`?"
    return f"is no field: there are {', '.join(f'`{name}`' for name in known)}."


@lru_cache(maxsize=1024)  # the known words come again and again
def _plain(word: str) -> str:
    return word.translate(_SEPARATORS).casefold()


def _slips(one: str, other: str, allowed: int) -> int:
    """How many slips make one word of the other; more than are allowed if there are too many."""
    if abs(len(one) - len(other)) > allowed:
        return allowed + 1
    while one and one[:1] == other[:1]:
        one, other = one[1:], other[1:]
    if one == other or not allowed:
        return int(one != other)
    without_slip = [(one[1:], other), (one, other[1:]), (one[1:], other[1:]), (one, other[1::-1] + other[2:])]
    return 1 + min(_slips(*pair, allowed - 1) for pair in without_slip)
