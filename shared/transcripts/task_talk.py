"""Answers that talk about the task in place of doing it, such as "I can't listen to audio files".

A speaker too may be sorry, or speak of a recording. So one sign is never enough: a sentence must have one of each
kind (`task_talk.toml`), and such sentences must make most of a short answer.
"""

import tomllib
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter

from shared.transcripts.words import sentences_of, total_size, words_of

TABLE = Path(__file__).parent / "task_talk.toml"

MAX_WORDS = 120.0
"""A longer answer says something. The refusals in public bug reports have 5 to 110 words. Chosen by us."""

MAX_CHARACTERS = 1_500
"""More of an answer is not looked at; so many hold `MAX_WORDS` words of any language."""

MIN_SHARE = 1 / 3
"""So much of the answer must be such sentences, where it has fewer words than were spoken. Chosen by us."""

MIN_SHARE_AT_A_PLAUSIBLE_PACE = 2 / 3
"""So much where as many words may have been spoken: "I can't access the recording. Is it better now?" Chosen by us."""


class _Language(BaseModel):
    """Parts of sentences. `task_talk.toml` says what each group is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    unable: list[str]
    tasks: list[str]
    materials: list[str]
    requests: list[str]
    absences: list[str]
    speech: list[str]
    subjects: list[str]
    descriptions: list[str]
    machines: list[str]
    offers: list[str]
    negations: list[str] = []
    announcements: list[str] = []
    refusals: list[str] = []

    def is_about_the_task(self, sentence: str, *, asks_for_material: bool) -> bool:
        """Whether a sentence speaks of the task, the recording or the machine itself.

        Args:
            sentence: in small letters.
            asks_for_material: whether a sentence is one already if it asks for a recording.
        """
        speaks_of_material = _has(sentence, self.materials)
        return (
            (speaks_of_material and self._is_unable(sentence) and _has(sentence, self.tasks))
            or (asks_for_material and speaks_of_material and _has(sentence, self.requests))
            or self.is_absence(sentence)
            or (_has(sentence, self.machines) and _has(sentence, [*self.unable, *self.materials, *self.offers]))
            or (sentence.startswith(tuple(self.subjects)) and _has(sentence, self.descriptions))
        )

    def _is_unable(self, sentence: str) -> bool:
        return _has(sentence, self.unable) and (not self.negations or _has(sentence, self.negations))

    def is_absence(self, sentence: str) -> bool:
        """Whether a sentence says that no speech is in the recording."""
        return all(_has(sentence, signs) for signs in (self.absences, self.speech, self.materials))

    def only_announces(self, sentences: Sequence[str]) -> bool:
        """Whether there is nothing behind "Sure! Here is the transcript:"."""
        announces = bool(sentences) and all(_has(sentence, self.announcements) for sentence in sentences)
        return announces and any(_has(sentence, self.tasks) for sentence in sentences)


def is_about_the_task(text: str, *, is_plausible_pace: bool) -> bool:
    """Whether an answer talks about the task.

    Args:
        text: the answer.
        is_plausible_pace: whether somebody may have said as many words in the time.
    """
    if len(text) > MAX_CHARACTERS or total_size(words_of(text)) > MAX_WORDS:
        return False
    return any(_is_talk(_plain(text), each, is_plausible_pace=is_plausible_pace) for each in _languages())


def tells_of_no_speech(text: str) -> bool:
    """Whether all that an answer says is that there is no speech in the recording."""
    if len(text) > MAX_CHARACTERS:
        return False
    sentences = _sentences(_plain(text))
    return bool(sentences) and any(all(map(each.is_absence, sentences)) for each in _languages())


def _is_talk(text: str, language: _Language, *, is_plausible_pace: bool) -> bool:
    sentences, words = _sentences(text), words_of(text)
    if words in map(words_of, language.refusals) or language.only_announces(sentences):
        return True
    asks = not is_plausible_pace or _has(text, language.tasks)
    talk = [sentence for sentence in sentences if language.is_about_the_task(sentence, asks_for_material=asks)]
    offers = [sentence for sentence in sentences if sentence not in talk and _has(sentence, language.offers)]
    size = total_size(word for sentence in [*talk, *offers] for word in words_of(sentence))
    min_share = MIN_SHARE_AT_A_PLAUSIBLE_PACE if is_plausible_pace else MIN_SHARE
    return bool(talk) and size >= min_share * total_size(words)


def _sentences(text: str) -> list[str]:
    return [sentence.strip() for sentence in sentences_of(text) if words_of(sentence)]


def _plain(text: str) -> str:
    return text.casefold().replace("\u2019", "'")


def _has(sentence: str, signs: Iterable[str]) -> bool:
    return any(sign in sentence for sign in signs)


@cache
def _languages() -> list[_Language]:
    table = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    return list(TypeAdapter(dict[str, _Language]).validate_python(table).values())
