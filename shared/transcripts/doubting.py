"""Whether an answer can be the transcript of a recording of which is known how long somebody speaks in it.

An answer in which something is odd is not refused: it is asked for once more, in smaller pieces, and then bears a
warning. docs/decisions/transcripts.md has the reasons and the sources.
"""

import re
from dataclasses import dataclass
from typing import Literal

from shared.transcripts.loops import is_loop
from shared.transcripts.silence import is_silent_answer, without_notes
from shared.transcripts.task_talk import is_about_the_task
from shared.transcripts.words import size_of, words_of

type DoubtCode = Literal["about_the_task", "no_speech", "loops", "too_many_words", "too_few_words"]

MAX_WORDS_A_SECOND = 6.0
"""English is spoken at 2.5 words a second, by auctioneers at 4 to 6.5; the record is 11. Chosen by us."""

MAX_LETTERS_A_SECOND = 40.0
"""For languages with long words. All are spoken at 4 to 9 syllables a second, each of 2 to 3 letters. Chosen by us."""

MIN_LETTERS_A_SECOND_OF_MANY = 24.0
"""Short words may be up to twice as many: Vietnamese writes 5 to 7 syllables a second, each as a word. Chosen by us."""

PLAUSIBLE_WORDS_A_SECOND = 1.2
"""Half of what is usual: with fewer words, something was probably left out. Chosen by us."""

SPARE_SECONDS = 1.0
"""So much more may be speech: where it begins and ends is not found to the tenth of a second. Chosen by us."""

MIN_WORDS_A_SECOND = 0.5
"""A fifth of what is usual. Numbers that are dictated, and prayers, have one word a second. Chosen by us."""

MIN_LETTERS_A_SECOND = 3.0
"""A fifth of what is usual, for languages with long words. Chosen by us."""

MIN_SECONDS_FOR_TOO_FEW = 10.0
"""In less speech, a laugh or a word that is sung for long makes too much of a difference. Chosen by us."""

MIN_SPEECH_SECONDS = 1.0
"""Less is next to no speech: a noise may be taken for so much."""

_TIMES = re.compile(r"\d{1,3}:\d\d(?::\d\d)?(?:[.,]\d{1,3})?(?:\s*-->)?")


@dataclass(frozen=True)
class Doubt:
    """What is odd about an answer.

    Attributes:
        code: stable, for programs.
        sentence: for people. It quotes nothing of the answer.
    """

    code: DoubtCode
    sentence: str


@dataclass(frozen=True)
class _Count:
    """What an answer has at the least, and what it may stand for: a digit can be a word that is spoken."""

    words: float
    spoken_words: float
    letters: float


def doubts(text: str, seconds: float, speech_seconds: float) -> Doubt | None:
    """What is odd about an answer, if anything is. Its time grows with the length of the text only.

    Args:
        text: the whole answer: a transcript or a translation of what is said.
        seconds: how long the recording is, or the piece of it.
        speech_seconds: how long somebody speaks in it.
    """
    speech = min(speech_seconds, seconds)
    said = _TIMES.sub(" ", without_notes(text))
    count = _count(said)
    is_silent = is_silent_answer(text)
    if is_silent and speech < MIN_SPEECH_SECONDS:
        return None
    is_plausible = count.spoken_words >= PLAUSIBLE_WORDS_A_SECOND * speech and not _are_too_many(count, speech)
    if is_about_the_task(text, is_plausible_pace=is_plausible and speech >= MIN_SPEECH_SECONDS):
        return Doubt("about_the_task", "The answer talks about the recording or the task in place of what was said.")
    return _doubt_about_words(said, count, seconds, speech)


def _doubt_about_words(said: str, count: _Count, seconds: float, speech: float) -> Doubt | None:
    if speech < MIN_SPEECH_SECONDS and count.words > MAX_WORDS_A_SECOND * speech:
        return Doubt(
            "no_speech", _sentence(count.words, f"next to no speech was found in {_seconds(seconds)}", "invented")
        )
    if is_loop(said):
        return Doubt("loops", "The same words stand in the answer again and again, more often than anybody says them.")
    if _are_too_many(count, speech):
        told = f"there are only {_seconds(speech)} of speech, in which nobody says so much"
        return Doubt("too_many_words", _sentence(count.words, told, "invented"))
    if _are_too_few(count, speech):
        return Doubt("too_few_words", _sentence(count.words, f"there are {_seconds(speech)} of speech", "missing"))
    return None


def _are_too_many(count: _Count, speech: float) -> bool:
    seconds = speech + SPARE_SECONDS
    if count.words <= MAX_WORDS_A_SECOND * seconds:
        return count.letters > MAX_LETTERS_A_SECOND * seconds
    return count.letters > MIN_LETTERS_A_SECOND_OF_MANY * seconds or count.words > 2 * MAX_WORDS_A_SECOND * seconds


def _are_too_few(count: _Count, speech: float) -> bool:
    is_long = speech >= MIN_SECONDS_FOR_TOO_FEW
    is_few = count.spoken_words < MIN_WORDS_A_SECOND * speech
    return is_long and is_few and count.letters < MIN_LETTERS_A_SECOND * speech


def _count(text: str) -> _Count:
    words = words_of(text)
    sizes = list(map(size_of, words))
    letters = sum(_letters(word, size) for word, size in zip(words, sizes, strict=True))
    spoken = sum(len(word) if word.isdecimal() else size for word, size in zip(words, sizes, strict=True))
    return _Count(sum(sizes), spoken, letters)


def _letters(word: str, size: float) -> float:
    """Of unspaced scripts as many as a word of that size has elsewhere, so that one figure holds for all."""
    return len(word) if size == 1 else _LETTERS_OF_A_WORD * size


_LETTERS_OF_A_WORD = 5
"""Of an English word, on average."""


def _sentence(words: float, but: str, so: str) -> str:
    number = round(words)
    what = f"{number} word" if number == 1 else f"{number} words"
    return f"The answer has {what}, but {but}: words are probably {so}."


def _seconds(seconds: float) -> str:
    return f"{seconds:.1f} seconds" if seconds < 10 else f"{seconds:.0f} seconds"
