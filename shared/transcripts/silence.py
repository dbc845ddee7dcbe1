"""Answers, and notes in them, that say that nothing is said: "[silence]", "(music playing)", "[BLANK_AUDIO]"."""

import re
import tomllib
from collections.abc import Collection
from functools import cache, cached_property
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from shared.transcripts.task_talk import tells_of_no_speech
from shared.transcripts.words import words_of

TABLE = Path(__file__).parent / "silence.toml"

MAX_NOTE_CHARACTERS = 60

_OPENING = r"\[(<{*\uff08\u3010\uff3b\u266a"
_CLOSING = r"\])>}*\uff09\u3011\uff3d\u266a"
_NOTE = re.compile(rf"[{_OPENING}][^{_OPENING}{_CLOSING}\n]{{1,{MAX_NOTE_CHARACTERS}}}[{_CLOSING}]")
_MARKS = " \u266a.\u3002\u2026|"


class _Vocabulary(BaseModel):
    """`silence.toml`, where the groups are described."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sounds: frozenset[str]
    nothing: frozenset[str]
    clear_speech: frozenset[str]
    speech: frozenset[str]
    filling: frozenset[str]
    unspaced: frozenset[str]

    def is_note(self, note: str) -> bool:
        """Whether a note, without its brackets, tells of silence or of sounds that are no speech."""
        words = set(words_of(note))
        if not words or note.strip(_MARKS) in self.unspaced:
            return True
        if not words <= self._all:
            return False
        speaks_of_speech = not words.isdisjoint(self.speech) or not words.isdisjoint(self.clear_speech)
        return not words.isdisjoint(self.sounds) or (speaks_of_speech and not words.isdisjoint(self.nothing))

    @cached_property
    def _all(self) -> frozenset[str]:
        return self.sounds | self.nothing | self.clear_speech | self.speech | self.filling

    def says_no_speech(self, words: Collection[str]) -> bool:
        """Whether these words, without brackets around them, say so: "No speech detected."."""
        own = set(words) - self.filling
        return own <= self.nothing | self.clear_speech and bool(own & self.nothing and own & self.clear_speech)


def is_silent_answer(text: str) -> bool:
    """Whether an answer says that nothing was said: nothing, marks only, notes about sounds, or a sentence about it."""
    rest = words_of(without_notes(text))
    return not rest or _vocabulary().says_no_speech(rest) or tells_of_no_speech(text)


def without_notes(text: str) -> str:
    """The text without its notes about silence and sounds that are no speech."""
    return _NOTE.sub(lambda note: " " if _vocabulary().is_note(note[0][1:-1]) else note[0], text)


@cache
def _vocabulary() -> _Vocabulary:
    return _Vocabulary.model_validate(tomllib.loads(TABLE.read_text(encoding="utf-8")))
