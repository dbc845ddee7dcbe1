"""Words of any script: what is compared where texts are joined, and counted where a transcript is doubted."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

CHINESE_AND_JAPANESE = (
    "\u3005-\u3007\u3041-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3105-\u312f\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
THAI_AND_NEIGHBOURS = (
    "\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ece\u0edc-\u0edf\u1000-\u103f\u1050-\u108f\u1780-\u17d3"  # Lao, Burmese, Khmer
)
_UNSPACED = CHINESE_AND_JAPANESE + THAI_AND_NEIGHBOURS
"""Letters of scripts that put no blanks between words (The Unicode Standard, 6.2 and UAX 14, 5.1): each is a word."""

CHINESE_CHARACTER = 0.5
"""Words. Mandarin is read at 5.2 characters a second, English at some 2.5 words (docs/decisions/transcripts.md)."""

THAI_LETTER = 0.25
"""Words. Syllables of these scripts have two to three letters, marks not counted, and words one to two syllables."""

_PLANES_WITH_MARKS = (range(0x300, 0x3100), range(0xA000, 0xAC00), range(0xFB00, 0xFE30))
_JOINERS = "\u200c\u200d"
_ENDS_OF_SENTENCES = re.compile("[.!?:\u2026\u3002\uff01\uff1f\uff1a\u061f\u0964\n]+")


@dataclass(frozen=True, slots=True)
class Word:
    """A word, and where it stands in its text.

    Attributes:
        key: what it is compared by: not its case, nor its form (composed or not, full width or not).
        size: how much of a word it is, see `size_of`.
    """

    start: int
    end: int
    key: str
    size: float


def words_of(text: str) -> list[str]:
    """The words of a text in order, in small letters: a word between blanks, or one letter of an unspaced script."""
    return _pattern().findall(text.casefold())


def placed_words(text: str, start: int, end: int) -> Iterator[Word]:
    """The words that lie whole between two places of a text. Its time may grow with the square of the length."""
    for found in _pattern().finditer(text, start, end):
        is_cut = found.start() == start > 0 or found.end() == end < len(text)
        if not is_cut or size_of(found[0]) < 1:
            yield Word(found.start(), found.end(), _key(found[0]), size_of(found[0]))


def size_of(word: str) -> float:
    """How much of a word it is: 1, or less for a letter of an unspaced script."""
    if word[0] < "\u0e01":
        return 1
    if _chinese().match(word):
        return CHINESE_CHARACTER
    return THAI_LETTER if _thai().match(word) else 1


def is_unspaced(letter: str) -> bool:
    """Whether a letter belongs to Chinese or Japanese, where no blank stands between words."""
    return bool(_chinese().match(letter))


def sentences_of(text: str) -> list[str]:
    """The sentences of a text, and what stands before and behind a colon; empty ones among them."""
    return _ENDS_OF_SENTENCES.split(text)


def total_size(words: Iterable[str]) -> float:
    """How many words they are together."""
    return sum(map(size_of, words))


def _key(word: str) -> str:
    """Bounded by the window: to normalize a long row of accents takes time that grows with the square of its length."""
    return unicodedata.normalize("NFKC", word.casefold()).replace("\u2019", "").replace("'", "")


@cache
def _pattern() -> re.Pattern[str]:
    r"""Made when it is first needed: `\w` knows no combining marks, which many scripts write their vowels with."""
    marks = "".join(_marks()) + _JOINERS
    letter = rf"[^\W_{_UNSPACED}]"
    word = rf"{letter}(?:{letter}++|[{marks}]++)*+"
    return re.compile(rf"[{_UNSPACED}][{marks}]*+|{word}(?:['\u2019]{word})*+")


def _marks() -> Iterator[str]:
    for plane in _PLANES_WITH_MARKS:
        yield from (chr(point) for point in plane if unicodedata.category(chr(point)).startswith("M"))


@cache
def _chinese() -> re.Pattern[str]:
    return re.compile(f"[{CHINESE_AND_JAPANESE}]")


@cache
def _thai() -> re.Pattern[str]:
    return re.compile(f"[{THAI_AND_NEIGHBOURS}]")
