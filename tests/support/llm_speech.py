"""LLM Speech, as strict as the real service is known to be."""

import json
import re
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from tests.integration.loopback import Arrived
from tests.support.speech_forms import Recorded, Refused, parts_in, require_key

MAX_BYTES = 300_000_000
MAI_TYPES = ("audio/wav", "audio/mpeg", "audio/flac")
SPEAKERLESS_SECONDS = 900
"""From here on MAI-Transcribe-2 fails where it is to tell speakers apart."""


def llm_speech_document(request: web.Request, arrived: Arrived, recorded: Recorded) -> dict[str, Any]:
    """The answer to a transcription; raises `Refused`."""
    if request.query.get("api-version") != "2025-10-15":
        raise Refused(400, "UnsupportedApiVersion", "The api-version is not supported.")
    require_key(arrived, "ocp-apim-subscription-key")
    parts = {part.name: part for part in parts_in(arrived)}
    if set(parts) != {"audio", "definition"}:
        raise Refused(400, "InvalidRequest", f"Send the fields audio and definition, not {sorted(parts)}.")
    definition = json.loads(parts["definition"].content)
    _check_definition(definition)
    if parts["audio"].filename is None or parts["audio"].media_type not in MAI_TYPES:
        raise Refused(400, "UnsupportedAudioFormat", "The audio format is not supported.")
    if len(parts["audio"].content) >= MAX_BYTES:
        raise Refused(413, "RequestTooLarge", "The audio file must be smaller than 300 MB.")
    has_speakers = definition.get("diarization", {}).get("enabled", False)
    if has_speakers and recorded.seconds >= SPEAKERLESS_SECONDS:
        raise Refused(503, "ServiceUnavailable", "The service is unavailable.")
    return _phrases(definition, recorded, has_speakers=has_speakers)


def _phrases(definition: Mapping[str, Any], recorded: Recorded, *, has_speakers: bool) -> dict[str, Any]:
    speakers = sorted({each.speaker for each in recorded.said})
    timestamps = definition.get("modelOptions", {}).get("timestamps", "segment")
    phrases = [
        {**_span(each.start, each.end), "text": each.text, "locale": recorded.language, "confidence": 0.9}
        | ({"speaker": speakers.index(each.speaker) + 1} if has_speakers else {})
        | ({"words": [_word(*word) for word in each.words]} if timestamps == "word" else {})
        for each in recorded.said
    ]
    duration = round(recorded.seconds * 1000)
    return {"durationMilliseconds": duration, "combinedPhrases": [{"text": recorded.text}], "phrases": phrases}


_SHAPES: dict[str, Any] = {
    "enhancedMode": lambda value: set(value) == {"enabled", "model"} and value["enabled"] is True,
    "locales": lambda value: len(value) == 1 and re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]+)*", value[0]),
    "diarization": lambda value: value == {"enabled": True},
    "modelOptions": lambda value: set(value) == {"timestamps"} and value["timestamps"] in ("word", "segment", "none"),
    "phraseList": lambda value: set(value) == {"phrases"} and all(isinstance(each, str) for each in value["phrases"]),
}


def _check_definition(definition: Any) -> None:
    for name, value in definition.items():
        if name not in _SHAPES:
            raise Refused(400, "InvalidRequest", f"The definition has an unknown property {name}.")
        if not _SHAPES[name](value):
            raise Refused(400, "InvalidRequest", f"The value of {name} is invalid.")
    model = definition.get("enhancedMode", {}).get("model", "")
    if not model.lower().startswith("mai-transcribe-"):
        raise Refused(400, "InvalidModel", f"The model {model} is not supported.")


def _span(start: float, end: float) -> dict[str, int]:
    return {"offsetMilliseconds": round(start * 1000), "durationMilliseconds": round((end - start) * 1000)}


def _word(text: str, start: float, end: float) -> dict[str, Any]:
    return {"text": text, **_span(start, end)}
