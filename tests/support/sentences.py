"""Sentences that are known, and which of them stand in what a model has written down.

Each has rarer words that no other one has, so it is known by them wherever it stands, also where some are misheard.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import chain

SENTENCES = (
    "A grey cat sleeps under the kitchen table.",
    "My brother repairs old bicycles every weekend.",
    "The library opens early on Monday morning.",
    "Fresh bread smells wonderful in the winter.",
    "Seven children played football beside the river.",
    "The doctor wrote a letter to her sister.",
    "The museum sells postcards of famous paintings.",
    "A farmer drove his tractor through the snow.",
    "The captain studied a map of the island.",
    "Nobody found the silver key in the garage.",
    "Our neighbor plays the piano after dinner.",
    "The engineer measured the height of the tower.",
    # From here on there are no samples.
    "Please water the yellow flowers before sunset.",
    "Heavy rain damaged the wooden bridge.",
    "We bought apples and cheese at the market.",
    "Their new teacher speaks perfect Spanish.",
    "Hot coffee spilled over the green carpet.",
    "The mayor promised cheaper buses for students.",
    "An airplane crossed the cloudless sky.",
    "The baker forgot to add sugar to the cake.",
    "Soldiers marched across the dusty desert.",
    "My uncle collects stamps from Australia.",
    "The hotel offers breakfast until eleven.",
    "Three lawyers argued about the contract.",
    "The bright lamp attracted hundreds of insects.",
    "A broken window let cold air into the bedroom.",
    "The president visited the hospital yesterday.",
    "Young dancers practice in front of a mirror.",
    "The company pays its workers on Friday.",
    "Wild horses run along the sandy beach.",
    "The scientist discovered a tiny planet.",
    "Grandmother knitted a purple sweater.",
    "The referee stopped the match because of fog.",
    "Sharp knives belong in the upper drawer.",
    "A famous singer lost her voice in Paris.",
    "The gardener planted roses near the fence.",
    "Police officers closed the main street.",
    "Honey and lemon help against a cough.",
    "The computer prints forty pages a minute.",
    "The train to the coast leaves at nine.",
)
NUMBERS = range(len(SENTENCES))
SAMPLED = range(12)
"""Those that `tests/samples/sentences` holds."""

NEIGHBOURS = 4
"""A sentence that stands twice among so many was heard once and written twice."""
MIN_LETTERS = 4
"""Of a word by which a sentence is known; shorter ones stand in anything that a model makes up."""
_SPARE_WORDS = 4
_WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)?")


@dataclass(frozen=True)
class Found:
    """A sentence in a text.

    Attributes:
        number: which one of `SENTENCES`.
        first: the number of the first of its rarer words in the text.
        is_whole: whether half of them are there; else it is a part of one.
    """

    number: int
    first: int
    is_whole: bool


@dataclass
class _Run:
    """The rarer words of one sentence that stand near to each other, each once."""

    number: int
    first: int
    words: set[str] = field(default_factory=set)

    @property
    def end(self) -> int:
        return self.first + len(words_of(SENTENCES[self.number])) + _SPARE_WORDS


class KnownSentences:
    """Finds them by the words that stand in one of them only, as it is written or as it is heard when it is alone."""

    def __init__(self, heard_alone: Mapping[int, str] | None = None) -> None:
        wordings = {number: [words_of(text)] for number, text in enumerate(SENTENCES)}
        for number, text in (heard_alone or {}).items():
            wordings[number].append(words_of(text))
        self._all = frozenset(chain.from_iterable(chain.from_iterable(wordings.values())))
        owners = Counter(word for each in wordings.values() for word in set(chain.from_iterable(each)))
        self._owner = {
            word: number
            for number, each in wordings.items()
            for word in chain.from_iterable(each)
            if owners[word] == 1 and len(word) >= MIN_LETTERS
        }
        self._needed = {number: min(map(self._rare, each)) / 2 for number, each in wordings.items()}

    def _rare(self, wording: Sequence[str]) -> int:
        return len({word for word in wording if word in self._owner})

    def found(self, text: str) -> list[Found]:
        """The sentences of a text, and the parts of some, in their order."""
        runs: list[_Run] = []
        last: dict[int, _Run] = {}
        for at, word in enumerate(words_of(text)):
            if (number := self._owner.get(word)) is None:
                continue
            run = last.get(number)
            if run is None or word in run.words or at > run.end:
                run = last[number] = _Run(number, at)
                runs.append(run)
            run.words.add(word)
        return [Found(run.number, run.first, len(run.words) >= self._needed[run.number]) for run in runs]

    def numbers(self, text: str) -> list[int]:
        """The sentences of which at least half is there, in their order."""
        return [each.number for each in self.found(text) if each.is_whole]

    def foreign(self, text: str) -> list[tuple[int, str]]:
        """The words that stand in no sentence, and their numbers in the text."""
        return [(at, word) for at, word in enumerate(words_of(text)) if word not in self._all]


@dataclass(frozen=True)
class Difference:
    """How what was found differs from what was said: places in what was said, and numbers of sentences found."""

    missing: tuple[int, ...] = ()
    doubled: tuple[int, ...] = ()
    out_of_order: tuple[int, ...] = ()
    never_said: tuple[int, ...] = ()


def difference(said: Sequence[int], found: Sequence[int]) -> Difference:
    """Compare sentences by their numbers; one that stands elsewhere is not missing, but out of order."""
    changes = SequenceMatcher(None, said, found, autojunk=False).get_opcodes()
    missing = [place for kind, start, end, *_ in changes if kind != "equal" for place in range(start, end)]
    more = [place for kind, _, _, start, end in changes if kind != "equal" for place in range(start, end)]
    doubled: list[int] = []
    moved: list[int] = []
    others: list[int] = []
    for place in more:
        number = found[place]
        near = (*found[max(0, place - NEIGHBOURS) : place], *found[place + 1 : place + 1 + NEIGHBOURS])
        elsewhere = next((other for other in missing if said[other] == number), None)
        if elsewhere is not None:
            missing.remove(elsewhere)
            moved.append(number)
        else:
            (doubled if number in near else others).append(number)
    return Difference(tuple(missing), tuple(doubled), tuple(moved), tuple(others))


def words_of(text: str) -> list[str]:
    """The words of an English text, in small letters."""
    return _WORD.findall(text.casefold())
