"""Whether a model repeats itself: the same words again and again, as no speaker says them."""

from collections import Counter
from collections.abc import Sequence
from itertools import accumulate
from operator import eq

from shared.transcripts.words import sentences_of, size_of, total_size, words_of

MAX_PHRASE = 40
"""Words, or letters of unspaced scripts, of the longest phrase that is looked for. Chosen by us."""

MIN_REPEATS = 6
"""So often a phrase must stand there. A refrain is sung four times in a row. Chosen by us."""

MIN_LOOP_WORDS = 40.0
"""So many words it must have altogether: laughter, "la la la" and a litany have fewer. Chosen by us."""

MIN_SHARE = 1 / 3
"""So much of the text must be the repetition, if the text goes on behind it: singers do that, models do not."""

MANY_LOOP_WORDS = 120.0
"""From so many words on a repetition is one wherever it stands. Chosen by us."""

MIN_SENTENCE_SHARE = 0.6
"""So much of the text may not be one sentence, even if others stand between. Chosen by us."""

MAX_WORD_LETTERS = 100
"""A longer word is looked at by letters: "hahahaha…". The longest German one in use has 79."""

MAX_LETTERS = 10_000
"""So many of its letters are looked at."""

_LETTERS_OF_A_WORD = 4


def is_loop(text: str) -> bool:
    """Whether most of the text, or its end, is one phrase said again and again."""
    words = words_of(text)
    return _repeats(words) or _is_one_sentence(text, total_size(words)) or _has_endless_word(words)


def _repeats(words: Sequence[str]) -> bool:
    sizes = [0.0, *accumulate(map(size_of, words))]
    periods = range(1, min(MAX_PHRASE, len(words) // MIN_REPEATS) + 1)
    return any(_is_loop(sizes, period, start, end) for period in periods for start, end in _runs(words, period))


def _runs(words: Sequence[str], period: int) -> list[tuple[int, int]]:
    """Where the longest and the last row begin and end in which each word is the one that stands `period` before."""
    same = bytes(map(eq, words, words[period:]))
    longest = max(same.split(b"\0"), key=len)
    start = same.find(longest)
    last = same.rfind(b"\0") + 1
    return [(start, start + len(longest) + period), (last, len(words))]


def _is_loop(sizes: Sequence[float], period: int, start: int, end: int) -> bool:
    """Whether such a row is one; `sizes` are those of all words before each word."""
    if end - start < period * MIN_REPEATS:
        return False
    size, whole = sizes[end] - sizes[start], sizes[-1]
    is_end = end >= len(sizes) - 1 - period
    return size >= MIN_LOOP_WORDS and (is_end or size >= min(MIN_SHARE * whole, MANY_LOOP_WORDS))


def _is_one_sentence(text: str, size: float) -> bool:
    sentences = Counter(tuple(words_of(sentence)) for sentence in sentences_of(text))
    del sentences[()]
    if not sentences:
        return False
    sentence, count = sentences.most_common(1)[0]
    own = count * total_size(sentence)
    return count >= MIN_REPEATS and own >= max(MIN_LOOP_WORDS, MIN_SENTENCE_SHARE * size)


def _has_endless_word(words: Sequence[str]) -> bool:
    longest = max(words, key=len, default="")[:MAX_LETTERS]
    if len(longest) <= MAX_WORD_LETTERS:
        return False
    return any(
        end - start >= max(period * MIN_REPEATS, MIN_LOOP_WORDS * _LETTERS_OF_A_WORD)
        for period in range(1, MAX_PHRASE + 1)
        for start, end in _runs(longest, period)
    )
