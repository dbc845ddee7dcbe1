"""What speech services answer in place of a transcript, and what each means."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from shared.adapters.http.reply import HttpReply
from shared.adapters.speech.answers import answer_in
from shared.adapters.speech.openai_api import OpenAiApi
from shared.errors import (
    AnswerUnusable,
    DropscribeError,
    FileRejected,
    KindNotTaken,
    ModelMisconfigured,
    ModelThrottled,
    ModelTimeout,
    ModelUnavailable,
)
from shared.media.media import Media
from shared.models.chat import MediaPart
from shared.models.speech import SpeechOptions, SpeechRequest
from tests.unit.fakes import MemorySource
from tests.unit.refusals import Refusal as Told
from tests.unit.refusals import fastapi, later, openai, plain, says

REQUEST = SpeechRequest(MediaPart(Media("audio", "audio/mpeg", "mp3"), MemorySource(b"")), SpeechOptions())


def found_in(status: int, body: Any, headers: Mapping[str, str] | None = None, *, after: float = 1) -> Any:
    """What a reply becomes: an answer, or what is raised."""
    content = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    try:
        return answer_in(HttpReply(status, headers or {}, content), OpenAiApi(), REQUEST, (), after)
    except DropscribeError as error:
        return error


def inner(code: str, message: str) -> dict[str, Any]:
    """As Azure's speech services put it."""
    return {"code": "InvalidRequest", "message": message, "innerError": {"code": code, "message": message}}


TOO_LONG = [
    openai(
        FileRejected,
        400,
        "invalid_value",
        "audio duration 1600.1 seconds is longer than 1500 seconds which is the maximum for this model",
    ),
    openai(FileRejected, 400, "input_too_large", "Total number of tokens in instructions + audio is too large."),
    plain(FileRejected, 400, inner("AudioLengthLimitExceeded", "The audio is over 2 hours.")),
]
TOO_LARGE = [
    openai(FileRejected, 413, None, "Maximum content size limit (26214400) exceeded (26300000 bytes read)."),
    plain(FileRejected, 413, "<html>413 Request Entity Too Large</html>"),
    says(FileRejected, 400, "InvalidRequest", "The audio file must be smaller than 300 MB."),
    plain(FileRejected, 400, {"detail": "Maximum file size exceeded."}),
]
NO_SPEECH = [
    plain(FileRejected, 422, inner("NoLanguageIdentified", "The language could not be identified.")),
    says(FileRejected, 400, "BadRequest", "No speech could be recognized in the audio."),
]
EMPTY = [
    plain(FileRejected, 400, inner("EmptyAudioFile", "The audio file has no content.")),
    openai(FileRejected, 400, "audio_too_short", "Audio file is too short. Minimum audio length is 0.1 seconds."),
]
BAD = [
    openai(
        FileRejected, 400, "invalid_value", "Invalid file format. Supported formats: ['flac', 'm4a', 'mp3']", "file"
    ),
    openai(FileRejected, 400, "invalid_value", "Audio file might be corrupted or unsupported", "file"),
    says(FileRejected, 400, None, "This model does not support the format you provided."),
    plain(FileRejected, 400, inner("InvalidAudioFormat", "The audio format is not supported.")),
    plain(FileRejected, 415, {"detail": "Failed to decode audio. The provided file type is not supported."}),
    plain(FileRejected, 200, {"error": "failed to read WAV file"}),  # whisper.cpp
    plain(FileRejected, 500, {"error": "FFmpeg conversion failed."}),
    plain(FileRejected, 500, {"detail": "The audio file could not be decoded."}),
    plain(FileRejected, 422, fastapi("file", msg="Expected UploadFile, received: <class 'str'>")),
]
FILTERED = [
    openai(FileRejected, 400, "content_filter", "The response was filtered.", "prompt"),
    says(FileRejected, 400, None, "Filtered.", innererror={"code": "ResponsibleAIPolicyViolation"}),
]
KIND = [says(KindNotTaken, 400, "400", "This model does not support audio input.")]
US = [
    says(ModelMisconfigured, 401, "401", "Access denied due to invalid subscription key or wrong API endpoint."),
    says(ModelMisconfigured, 401, "PermissionDenied", "The principal lacks the required data action."),
    says(ModelMisconfigured, 403, "Forbidden", "Access denied due to Virtual Network/Firewall rules."),
    says(ModelMisconfigured, 404, "404", "Resource not found"),
    says(ModelMisconfigured, 404, "DeploymentNotFound", "The API deployment for this resource does not exist."),
    plain(ModelMisconfigured, 404, {"detail": "Model 'tiny' is not installed locally."}),  # speaches
    says(
        ModelMisconfigured,
        400,
        "OperationNotSupported",
        "The audioTranscription operation does not work with the specified model, gpt-5.4.",
    ),
    plain(ModelMisconfigured, 400, {"object": "error", "message": "The model does not support Transcriptions API"}),
    says(ModelMisconfigured, 400, "InvalidModel", "The model MAI-Transcribe-9 is not supported."),
    openai(
        ModelMisconfigured, 400, "unsupported_value", "response_format 'text' is not compatible.", "response_format"
    ),
    openai(ModelMisconfigured, 400, None, "Unrecognized request argument supplied: diarize"),
    openai(ModelMisconfigured, 429, "insufficient_quota", "You exceeded your current quota."),
    plain(ModelMisconfigured, 307),
]
HOUR = [
    later("20", says(ModelThrottled, 429, "RateLimitReached", "Your requests exceed the call rate limit of 3.")),
    says(ModelThrottled, 429, "TooManyRequests", "Too many requests."),
    says(ModelUnavailable, 408, "RequestTimeout", "The operation timed out."),
    says(ModelUnavailable, 500, "InternalServerError", "The server had an error."),
    plain(ModelUnavailable, 500, {"error": "failed to load model into memory"}),
    plain(ModelUnavailable, 502, "<html><body>502 Bad Gateway</body></html>"),
    later("30", plain(ModelUnavailable, 503, {"error": {"code": "ServiceUnavailable", "message": "Busy."}})),
    plain(ModelUnavailable, 504),
]
NONE = [plain(AnswerUnusable, 200, body) for body in ("", "null", "[]", "{}", "Hello.", '{"text": 7}', "<html>")]
CODES = {
    "too_long": TOO_LONG,
    "too_large": TOO_LARGE,
    "no_speech": NO_SPEECH,
    "empty_file": EMPTY,
    "rejected_by_model": [*BAD, *KIND],
    "content_filtered": FILTERED,
}
FILES = [(code, told) for code, each in CODES.items() for told in each]


def name(told: Any) -> str:
    return f"{told.status} {str(told.body)[:80]}" if isinstance(told, Told) else str(told)


@pytest.mark.parametrize(("code", "told"), FILES, ids=name)
def test_what_is_wrong_with_a_recording_is_told_apart(code: str, told: Told) -> None:
    found = found_in(told.status, told.body)
    assert (type(found), found.code) == (told.error, code)
    assert found.next_step


@pytest.mark.parametrize("told", [*US, *HOUR, *NONE], ids=name)
def test_what_is_not_the_recordings_fault_is_told_apart(told: Told) -> None:
    found = found_in(told.status, told.body, {"retry-after": told.wait} if told.wait else {})
    assert type(found) is told.error
    assert getattr(found, "retry_after", None) == (float(told.wait) if told.wait else None)


@pytest.mark.parametrize("status", [408, 504])
def test_a_gateway_that_waited_long_may_have_been_billed(status: int) -> None:
    assert type(found_in(status, "", after=60)) is ModelTimeout


def test_a_transcript_that_cannot_be_read_is_not_quoted() -> None:
    assert "secret words" not in str(found_in(200, {"transcript": "secret words"}))
