"""A transcription request: a form with a recording, read as it comes and never more of it than the service takes."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import BodyPartReader, MultipartReader, web

from local.offline_model.decoding import DEMUXERS
from local.offline_model.question import Recording
from local.offline_model.refusal import Refusal

MAX_BYTES = 25 * 1024 * 1024
"""The largest recording, in bytes, as OpenAI's service has it."""

MAX_FIELDS, MAX_FIELD_BYTES = 20, 8 * 1024
_FORMATS = ("json", "verbose_json")
_GRANULARITIES = "timestamp_granularities[]"
_NAMES = ("model", "language", "prompt", "response_format", "temperature", _GRANULARITIES)
"""Of these `prompt` and `temperature` change nothing: the model makes nothing up."""

_LANGUAGE = re.compile("[a-z]{2,3}")


@dataclass(frozen=True)
class TranscriptionForm:
    """A recording, and how its words are to be told.

    Attributes:
        language: as ISO 639-1; None where the request names none.
        is_verbose: whether the times of segments are to be told.
        has_words: whether those of words, too.
    """

    recording: Recording
    language: str | None
    is_verbose: bool
    has_words: bool

    @classmethod
    async def read(cls, request: web.Request) -> "TranscriptionForm":
        """Read the form.

        Raises:
            Refusal: the real service would not take it, or it is more than the offline model can do.
        """
        try:
            fields, recording = await _fields(await request.multipart())
        except ValueError as error:
            raise Refusal(400, "invalid_request", "We could not parse the multipart form of your request.") from error
        if recording is None:
            raise Refusal(400, "missing_required_parameter", "Missing required parameter: 'file'.", "file")
        granularities = fields.pop(_GRANULARITIES, [])
        single = {name: values[-1] for name, values in fields.items()}
        _check(single, granularities)
        is_verbose = single.get("response_format") == "verbose_json"
        return cls(recording, single.get("language"), is_verbose, "word" in granularities)


async def _fields(form: MultipartReader) -> tuple[dict[str, list[str]], Recording | None]:
    fields: dict[str, list[str]] = {}
    recording = None
    for _ in range(MAX_FIELDS):
        part = await form.next()
        if part is None:
            return fields, recording
        if not isinstance(part, BodyPartReader):
            raise Refusal(400, "invalid_request", "A form in a form is not supported.")
        if part.name == "file":
            recording = Recording(await _bounded(part, MAX_BYTES), _format_of(part.filename))
        elif part.name in _NAMES:
            fields.setdefault(part.name, []).append((await _bounded(part, MAX_FIELD_BYTES)).decode())
        else:
            name = (part.name or "")[:100]
            raise Refusal(400, "unknown_parameter", f"Unrecognized request argument supplied: {name}", name)
    raise Refusal(400, "invalid_request", "The form has too many fields.")


async def _bounded(part: BodyPartReader, limit: int) -> bytes:
    content = bytearray()
    while chunk := await part.read_chunk():
        content += chunk
        if len(content) > limit:
            raise Refusal(413, "413", f"Maximum content size limit ({limit}) exceeded.", part.name)
    return bytes(content)


def _format_of(filename: str | None) -> str:
    """The format by the ending of the file's name, as the real service tells it."""
    ending = (filename or "").rpartition(".")[2].lower()
    if ending not in DEMUXERS:
        message = f"Invalid file format. Supported formats: {list(DEMUXERS)}"
        raise Refusal(400, "invalid_value", message, "file")
    return ending


def _check(single: Mapping[str, str], granularities: list[str]) -> None:
    form = single.get("response_format", "json")
    if form not in _FORMATS:
        message = f"response_format '{form[:100]}' is not supported. Use one of {list(_FORMATS)}."
        raise Refusal(400, "unsupported_value", message, "response_format")
    if granularities and (form != "verbose_json" or not {"segment", "word"}.issuperset(granularities)):
        message = "timestamp_granularities are 'segment' and 'word', and need response_format 'verbose_json'."
        raise Refusal(400, "invalid_value", message, "timestamp_granularities")
    if not _LANGUAGE.fullmatch(single.get("language", "en")):
        raise Refusal(400, "invalid_language_format", "Invalid language: use ISO-639-1.", "language")
