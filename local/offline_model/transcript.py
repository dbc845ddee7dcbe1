"""What was heard, as a transcription is answered."""

from typing import Any

from local.offline_model import SPEECH_MODEL
from local.offline_model.form import TranscriptionForm
from local.offline_model.hearing import Heard


def transcript_of(heard: Heard, wanted: TranscriptionForm) -> dict[str, Any]:
    """The answer in the form that is wanted. `model` is ours: the real service does not say who heard."""
    usage = {"type": "duration", "seconds": round(heard.seconds, 2)}
    document: dict[str, Any] = {"text": heard.text, "model": SPEECH_MODEL, "usage": usage}
    if not wanted.is_verbose:
        return document
    segments = [
        {"id": number, "start": each.start, "end": each.end, "text": each.text}
        for number, each in enumerate(heard.segments)
    ]
    document |= {"task": "transcribe", "language": heard.language, "duration": heard.seconds, "segments": segments}
    if wanted.has_words:
        document["words"] = [
            {"word": word.text, "start": word.start, "end": word.end} for each in heard.segments for word in each.words
        ]
    return document
