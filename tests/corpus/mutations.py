"""As many damaged files as are wanted, each told by its number alone, so that a bad one can be made again."""

import functools
import random
from collections.abc import Callable, Iterator

from tests.corpus.damaged import FORMATS, flipped
from tests.corpus.good import GOOD
from tests.corpus.made import Made, either

MAX_BYTES = 200_000
"""Larger ones are not changed: what is far behind the header is only samples."""

_HEAD_BYTES = 512
"""Half of all changes are made here: it is where lengths and counts stand."""
_MAX_BLOCK = 4_096

type Mutate = Callable[[bytes, random.Random], bytes]


def mutations(count: int, first: int = 0) -> Iterator[Made]:
    """So many, from that number on."""
    for number in range(first, first + count):
        yield mutation(number)


def mutation(number: int) -> Made:
    """The file with that number."""
    chance = random.Random(number)
    source = chance.choice(SOURCES)
    ending = source.rpartition(".")[2]
    return either(f"mutation_{number}.{ending}", functools.partial(_mutated, number))


def _mutated(number: int) -> bytes:
    chance = random.Random(number)
    content = _content(chance.choice(SOURCES))
    for _ in range(chance.randint(1, 3)):
        content = chance.choice(_MUTATIONS)(content, chance)
    return content


@functools.cache
def _content(name: str) -> bytes:
    return GOOD[name].content()[:MAX_BYTES]


SOURCES = tuple(FORMATS)


def _place(content: bytes, chance: random.Random) -> int:
    """Where to change something: in every second case near the start."""
    end = len(content) if chance.random() < 0.5 else min(_HEAD_BYTES, len(content))
    return chance.randrange(end) if end else 0


def _block(content: bytes, chance: random.Random) -> tuple[int, int]:
    start = _place(content, chance)
    return start, start + chance.randint(1, _MAX_BLOCK)


def _flip(content: bytes, chance: random.Random) -> bytes:
    return flipped(content, chance, chance.randint(1, 64)) if content else content


def _cut(content: bytes, chance: random.Random) -> bytes:
    return content[: _place(content, chance)]


def _repeat(content: bytes, chance: random.Random) -> bytes:
    start, end = _block(content, chance)
    return content[:end] + content[start:end] * chance.randint(1, 8) + content[end:]


def _remove(content: bytes, chance: random.Random) -> bytes:
    start, end = _block(content, chance)
    return content[:start] + content[end:]


def _clear(content: bytes, chance: random.Random) -> bytes:
    start, end = _block(content, chance)
    return content[:start] + bytes(len(content[start:end])) + content[end:]


def _extreme(content: bytes, chance: random.Random) -> bytes:
    """A number is set to the least or the greatest that there is."""
    size = chance.choice((1, 2, 4, 8))
    values = (0, 1, 1 << 8 * size - 1, (1 << 8 * size - 1) - 1, (1 << 8 * size) - 1)
    start = _place(content, chance)
    told = chance.choice(values).to_bytes(size, chance.choice(("little", "big")))
    return content[:start] + told + content[start + size :]


def _splice(content: bytes, chance: random.Random) -> bytes:
    """The start of one and the end of another."""
    other = _content(chance.choice(SOURCES))
    return content[: _place(content, chance)] + other[_place(other, chance) :]


_MUTATIONS: tuple[Mutate, ...] = (_flip, _cut, _repeat, _remove, _clear, _extreme, _extreme, _splice)
