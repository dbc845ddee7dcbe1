"""OpenAI's transcriptions, as strict as the real service is known to be, for each of its models."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web

from tests.integration.loopback import Arrived
from tests.support.speech_forms import Part, Recorded, Refused, parts_in, require_key

OPENAI_ENDINGS = ("flac", "mp3", "mp4", "mpeg", "mpga", "m4a", "ogg", "wav", "webm")
OPENAI_MAX_BYTES = 25 * 1024 * 1024
FORMATS = {
    "whisper": ("json", "text", "srt", "verbose_json", "vtt"),
    "gpt-4o-transcribe": ("json",),
    "gpt-4o-mini-transcribe": ("json",),
    "gpt-transcribe": ("json", "text"),
    "gpt-4o-transcribe-diarize": ("json", "text", "diarized_json"),
    "Systran/faster-whisper-small": ("json", "text", "srt", "verbose_json", "vtt"),
}
OPENAI_FIELDS = {
    *("file", "model", "language", "prompt", "response_format", "temperature"),
    *("timestamp_granularities[]", "chunking_strategy"),
}


def openai_document(
    request: web.Request, arrived: Arrived, recorded: Recorded, models: Mapping[str, str]
) -> dict[str, Any]:
    """The answer to a transcription; raises `Refused`. What a deployment is stands in `models`, else in its name."""
    path = re.fullmatch(
        r"(?:/openai/v1|/openai/deployments/(?P<deployment>[^/]+)|(?P<local>/v1))/audio/transcriptions",
        request.path,
    )
    if path is None or request.method != "POST" or bool(path["deployment"]) != ("api-version" in request.query):
        raise Refused(404, "404", "Resource not found")
    if not path["local"]:
        require_key(arrived, "api-key")
    parts = list(parts_in(arrived))
    values = _values(parts)
    name = path["deployment"] or values.get("model", [""])[0]
    model = models.get(name, name)
    if model not in FORMATS:
        raise Refused(404, "DeploymentNotFound", "The API deployment for this resource does not exist.")
    _check_file(parts)
    return _transcription(model, values, recorded)


def _transcription(model: str, values: Mapping[str, Sequence[str]], recorded: Recorded) -> dict[str, Any]:
    form = values.get("response_format", ["json"])[0]
    if form not in FORMATS[model]:
        message = f"response_format '{form}' is not compatible with model '{model}'. Use 'json' or 'text' instead."
        raise Refused(400, "unsupported_value", message, "response_format")
    granularities = values.get("timestamp_granularities[]", [])
    if granularities and (form != "verbose_json" or not {"segment", "word"} >= set(granularities)):
        message = "timestamp_granularities needs response_format 'verbose_json'."
        raise Refused(400, "invalid_value", message, "timestamp_granularities")
    if not all(re.fullmatch("[a-z]{2}", language) for language in values.get("language", [])):
        raise Refused(400, "invalid_language_format", "Invalid language: use ISO-639-1.", "language")
    if "diarize" in model:
        _check_diarization(values, recorded)
    return _document(form, granularities, recorded)


def _check_diarization(values: Mapping[str, Sequence[str]], recorded: Recorded) -> None:
    if "prompt" in values:
        raise Refused(400, "invalid_value", "Prompt is not supported for diarization models.", "prompt")
    if values.get("chunking_strategy") != ["auto"] and recorded.seconds > 30:
        message = "chunking_strategy is required for diarization models"
        raise Refused(400, "invalid_value", message, "chunking_strategy")


def _document(form: str, granularities: Sequence[str], recorded: Recorded) -> dict[str, Any]:
    text = recorded.text
    usage = {"type": "duration", "seconds": recorded.seconds}
    if form == "diarized_json":
        segments = [
            {"type": "transcript.text.segment", "id": f"seg_{n}", "start": each.start, "end": each.end}
            | {"text": f" {each.text}", "speaker": each.speaker}
            for n, each in enumerate(recorded.said)
        ]
        return {"task": "transcribe", "duration": recorded.seconds, "text": text, "segments": segments, "usage": usage}
    if form == "json":
        return {
            "text": text,
            "usage": {"type": "tokens", "input_tokens": 75, "output_tokens": 12, "total_tokens": 87},
        }
    document: dict[str, Any] = {"task": "transcribe", "language": "english", "duration": recorded.seconds, "text": text}
    if "word" not in granularities or "segment" in granularities:
        document["segments"] = [
            {"id": n, "seek": 0, "start": each.start, "end": each.end, "text": f" {each.text}"}
            | {"tokens": [50364, 13], "temperature": 0.0, "avg_logprob": -0.3, "no_speech_prob": 0.01}
            for n, each in enumerate(recorded.said)
        ]
    if "word" in granularities:
        words = [word for each in recorded.said for word in each.words]
        document["words"] = [{"word": word, "start": start, "end": end} for word, start, end in words]
    return {**document, "usage": usage}


def _values(parts: Sequence[Part]) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for part in parts:
        if part.name not in OPENAI_FIELDS:
            raise Refused(400, None, f"Unrecognized request argument supplied: {part.name}")
        if part.name != "file":
            values.setdefault(part.name, []).append(part.text)
    for name, found in values.items():
        if len(found) > 1 and not name.endswith("[]"):
            raise Refused(400, None, f"Duplicate parameter: '{name}'.", name)
    return values


def _check_file(parts: Sequence[Part]) -> None:
    files = [part for part in parts if part.name == "file"]
    if len(files) != 1 or not files[0].filename:
        raise Refused(400, "missingrequired_parameter", "Missing required parameter: 'file'.", "file")
    if files[0].filename.rpartition(".")[2] not in OPENAI_ENDINGS:
        raise Refused(400, "invalid_value", f"Invalid file format. Supported formats: {OPENAI_ENDINGS}", "file")
    if len(files[0].content) > OPENAI_MAX_BYTES:
        raise Refused(413, None, f"Maximum content size limit ({OPENAI_MAX_BYTES}) exceeded.")
