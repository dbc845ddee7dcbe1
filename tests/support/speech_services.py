"""Speech services on loopback, as strict as the real ones are known to be: what each takes, and what it then says.

Both keep what arrives, as the model service does (tests/integration/loopback.py).
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from email.message import Message
from typing import Any

from aiohttp import web

from tests.integration.loopback import Answer, Arrived, Service

MB = 1024 * 1024
OPENAI_MAX_BYTES, LLM_SPEECH_MAX_BYTES = 25 * MB, 300 * MB
OPENAI_ENDINGS = ("flac", "mp3", "mp4", "mpeg", "mpga", "m4a", "ogg", "wav", "webm")
MAI_TYPES = ("audio/wav", "audio/mpeg", "audio/flac")
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
SPEAKERLESS_SECONDS = 900
"""From here on MAI-Transcribe-2 fails where it is to tell speakers apart."""


@dataclass(frozen=True)
class Said:
    """What somebody says in the recording; times in seconds."""

    start: float
    end: float
    speaker: str
    text: str

    @property
    def words(self) -> list[tuple[str, float, float]]:
        """Each word with its times, of equal length."""
        words = self.text.split()
        step = (self.end - self.start) / len(words)
        return [(word, self.start + step * n, self.start + step * (n + 1)) for n, word in enumerate(words)]


TWO_VOICES = (
    Said(0.0, 2.0, "A", "Good morning, everyone."),
    Said(2.5, 4.0, "B", "Good morning."),
    Said(4.0, 7.0, "A", "Shall we begin?"),
)


class Refused(Exception):
    """What the service answers instead."""

    def __init__(self, status: int, code: str | None, message: str, param: str | None = None) -> None:
        super().__init__(message)
        error = {"code": code, "message": message, "param": param, "type": "invalid_request_error"}
        self.answer = Answer(status, {"error": error})


@dataclass(frozen=True)
class Part:
    """A field of a form."""

    name: str
    filename: str | None
    media_type: str | None
    content: bytes

    @property
    def text(self) -> str:
        return self.content.decode()


def parts_in(arrived: Arrived) -> Iterator[Part]:
    """The parts of a form, read by the letter of RFC 7578."""
    header = Message()
    header["Content-Type"] = arrived.headers.get("content-type", "")
    boundary = header.get_boundary()
    if header.get_content_type() != "multipart/form-data" or not boundary:
        raise Refused(415, None, "Send the request as multipart/form-data.")
    first, *parts, end = (b"\r\n" + arrived.body).split(f"\r\n--{boundary}".encode())
    if first or end != b"--\r\n" or not parts:
        raise Refused(400, None, "We could not parse the multipart form.")
    for part in parts:
        head, _, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        described = Message()
        for line in head.decode("ascii").split("\r\n"):
            name, _, value = line.partition(": ")
            described[name] = value
        field_name = described.get_param("name", header="content-disposition")
        yield Part(str(field_name), described.get_filename(), described["Content-Type"], content)


@dataclass
class SpeechServices(Service):
    """Both services at one address.

    Attributes:
        said: what is in every recording.
        seconds: how long each plays.
        models: of each deployment, which model it is; one that is not named here is called as its model is.
        first: what is answered before anything is looked at, one each.
    """

    said: Sequence[Said] = TWO_VOICES
    seconds: float = 7.5
    language: str = "en"
    models: dict[str, str] = field(default_factory=dict)
    first: list[Answer] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        headers = {name.lower(): value for name, value in request.headers.items()}
        arrived = Arrived(str(request.rel_url), headers, await request.read())
        self.arrived.append(arrived)
        answer = self.first.pop(0) if self.first else self._answer(request, arrived)
        text = answer.body if isinstance(answer.body, str) else json.dumps(answer.body)
        headers = {"Content-Type": "application/json", "apim-request-id": "r-1", **answer.headers}
        return web.Response(status=answer.status, body=text.encode(), headers=headers)

    def _answer(self, request: web.Request, arrived: Arrived) -> Answer:
        try:
            _require_length(arrived)
            if request.path == "/speechtotext/transcriptions:transcribe":
                return Answer(body=self._llm_speech(request, arrived))
            return Answer(body=self._openai(request, arrived))
        except Refused as refused:
            return refused.answer

    def _openai(self, request: web.Request, arrived: Arrived) -> dict[str, Any]:
        path = re.fullmatch(
            r"(?:/openai/v1|/openai/deployments/(?P<deployment>[^/]+)|(?P<local>/v1))/audio/transcriptions",
            request.path,
        )
        if path is None or request.method != "POST" or bool(path["deployment"]) != ("api-version" in request.query):
            raise Refused(404, "404", "Resource not found")
        if not path["local"]:
            _require_key(arrived, "api-key")
        parts = list(parts_in(arrived))
        values = _values(parts)
        name = path["deployment"] or values.get("model", [""])[0]
        model = self.models.get(name, name)
        if model not in FORMATS:
            raise Refused(404, "DeploymentNotFound", "The API deployment for this resource does not exist.")
        _check_file(parts)
        return self._transcription(model, values)

    def _transcription(self, model: str, values: Mapping[str, Sequence[str]]) -> dict[str, Any]:
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
            self._check_diarization(values)
        return self._document(form, granularities)

    def _check_diarization(self, values: Mapping[str, Sequence[str]]) -> None:
        if "prompt" in values:
            raise Refused(400, "invalid_value", "Prompt is not supported for diarization models.", "prompt")
        if values.get("chunking_strategy") != ["auto"] and self.seconds > 30:
            message = "chunking_strategy is required for diarization models"
            raise Refused(400, "invalid_value", message, "chunking_strategy")

    def _document(self, form: str, granularities: Sequence[str]) -> dict[str, Any]:
        text = " ".join(said.text for said in self.said)
        usage = {"type": "duration", "seconds": self.seconds}
        if form == "diarized_json":
            segments = [
                {"type": "transcript.text.segment", "id": f"seg_{n}", "start": each.start, "end": each.end}
                | {"text": f" {each.text}", "speaker": each.speaker}
                for n, each in enumerate(self.said)
            ]
            return {"task": "transcribe", "duration": self.seconds, "text": text, "segments": segments, "usage": usage}
        if form == "json":
            return {
                "text": text,
                "usage": {"type": "tokens", "input_tokens": 75, "output_tokens": 12, "total_tokens": 87},
            }
        document: dict[str, Any] = {"task": "transcribe", "language": "english", "duration": self.seconds, "text": text}
        if "word" not in granularities or "segment" in granularities:
            document["segments"] = [
                {"id": n, "seek": 0, "start": each.start, "end": each.end, "text": f" {each.text}"}
                | {"tokens": [50364, 13], "temperature": 0.0, "avg_logprob": -0.3, "no_speech_prob": 0.01}
                for n, each in enumerate(self.said)
            ]
        if "word" in granularities:
            words = [word for each in self.said for word in each.words]
            document["words"] = [{"word": word, "start": start, "end": end} for word, start, end in words]
        return {**document, "usage": usage}

    def _llm_speech(self, request: web.Request, arrived: Arrived) -> dict[str, Any]:
        if request.query.get("api-version") != "2025-10-15":
            raise Refused(400, "UnsupportedApiVersion", "The api-version is not supported.")
        _require_key(arrived, "ocp-apim-subscription-key")
        parts = {part.name: part for part in parts_in(arrived)}
        if set(parts) != {"audio", "definition"}:
            raise Refused(400, "InvalidRequest", f"Send the fields audio and definition, not {sorted(parts)}.")
        definition = json.loads(parts["definition"].content)
        _check_definition(definition)
        if parts["audio"].filename is None or parts["audio"].media_type not in MAI_TYPES:
            raise Refused(400, "UnsupportedAudioFormat", "The audio format is not supported.")
        if len(parts["audio"].content) >= LLM_SPEECH_MAX_BYTES:
            raise Refused(413, "RequestTooLarge", "The audio file must be smaller than 300 MB.")
        has_speakers = definition.get("diarization", {}).get("enabled", False)
        if has_speakers and self.seconds >= SPEAKERLESS_SECONDS:
            raise Refused(503, "ServiceUnavailable", "The service is unavailable.")
        return self._phrases(definition, has_speakers=has_speakers)

    def _phrases(self, definition: Mapping[str, Any], *, has_speakers: bool) -> dict[str, Any]:
        speakers = sorted({each.speaker for each in self.said})
        timestamps = definition.get("modelOptions", {}).get("timestamps", "segment")
        phrases = [
            {**_span(each.start, each.end), "text": each.text, "locale": self.language, "confidence": 0.9}
            | ({"speaker": speakers.index(each.speaker) + 1} if has_speakers else {})
            | ({"words": [_word(*word) for word in each.words]} if timestamps == "word" else {})
            for each in self.said
        ]
        text = " ".join(each.text for each in self.said)
        duration = round(self.seconds * 1000)
        return {"durationMilliseconds": duration, "combinedPhrases": [{"text": text}], "phrases": phrases}


def _require_length(arrived: Arrived) -> None:
    if "content-length" not in arrived.headers:
        raise Refused(411, None, "Length required.")


def _require_key(arrived: Arrived, header: str) -> None:
    authorization = arrived.headers.get("authorization", "")
    if not arrived.headers.get(header) and not authorization.startswith("Bearer "):
        raise Refused(401, "401", "Access denied due to missing subscription key or wrong API endpoint.")


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
        raise Refused(400, "missing_required_parameter", "Missing required parameter: 'file'.", "file")
    if files[0].filename.rpartition(".")[2] not in OPENAI_ENDINGS:
        raise Refused(400, "invalid_value", f"Invalid file format. Supported formats: {OPENAI_ENDINGS}", "file")
    if len(files[0].content) > OPENAI_MAX_BYTES:
        raise Refused(413, None, f"Maximum content size limit ({OPENAI_MAX_BYTES}) exceeded.")


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
