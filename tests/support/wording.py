"""How near what was heard or read is to what was said or written: another processor may find other words."""

import string

TOLERATED = 0.25
"""The share of words that may differ: one of four."""

_NUMBERS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def words(text: str) -> list[str]:
    """The words alone: in small letters, without punctuation, small numbers in letters."""
    plain = text.lower().translate(str.maketrans("", "", string.punctuation)).split()
    return [_NUMBERS[int(word)] if word.isdecimal() and int(word) < len(_NUMBERS) else word for word in plain]


def word_error_rate(found: str, right: str) -> float:
    """How many words were put in, left out or changed, of all that are right; 0 is perfect, and it can exceed 1."""
    ours, theirs = words(found), words(right)
    distances = list(range(len(theirs) + 1))
    for row, word in enumerate(ours, start=1):
        diagonal, distances[0] = distances[0], row
        for column, other in enumerate(theirs, start=1):
            changed = diagonal + (word != other)
            diagonal = distances[column]
            distances[column] = min(changed, distances[column] + 1, distances[column - 1] + 1)
    return distances[-1] / max(1, len(theirs))


def share_missing(found: str, right: str) -> float:
    """How many of the right words were not found at all, whatever their order."""
    there, wanted = set(words(found)), words(right)
    return sum(word not in there for word in wanted) / max(1, len(wanted))
