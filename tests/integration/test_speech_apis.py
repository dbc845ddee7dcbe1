"""What arrives at a speech service, byte by byte: each API, each thing that a recipe may ask for, each credential."""

import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from azure.core.credentials import AzureKeyCredential

from local.tls import server_context, write_certificate
from shared.adapters.http import errors
from shared.adapters.speech.client import SpeechService
from shared.adapters.speech.multipart import random_boundary
from shared.errors import Conflict, FileRejected, ModelTimeout, ModelUnavailable
from shared.media.media import Media
from shared.models.chat import MediaPart
from shared.models.deployments import Deployment
from shared.models.speech import SpeechOptions, SpeechRequest
from tests.integration.loopback import Answer, Arrived, service
from tests.planted import KEY, TOKEN
from tests.support.openai_speech import OPENAI_MAX_BYTES
from tests.support.speech_forms import TWO_VOICES
from tests.support.speech_services import SpeechServices
from tests.support.tokens import Tokens
from tests.unit.fakes import MemorySource, deployed

MP3 = Media("audio", "audio/mpeg", "mp3", seconds=7.5)
BYTES = bytes(range(256)) * 8 + b"\r\n--boundary--\r\n"
"""With the end of the form in it, for whoever looks for less than the boundary."""
BOUNDARY = "the-boundary-of-this-test"
MAI, WHISPER, DIARIZE = "MAI-Transcribe-2", "whisper", "gpt-4o-transcribe-diarize"
LOCAL = "Systran/faster-whisper-small"


@dataclass
class Speech:
    """The services over TLS, and the adapters that speak to them."""

    service: SpeechServices
    certificate: Path
    tokens: Tokens = field(default_factory=Tokens)
    adapters: list[SpeechService] = field(default_factory=list)

    def adapter(self, model: str, path: str = "", key: str | None = KEY, **own: Any) -> SpeechService:
        speech = "llm_speech" if model == MAI else "openai"
        deployment = deployed(model, at=self.service.url + path, speech=speech)
        return self.of(deployment, key, **own)

    def of(self, deployment: Deployment, key: str | None, **own: Any) -> SpeechService:
        credential = AzureKeyCredential(key) if key else self.tokens
        own = {"boundary": lambda: BOUNDARY, **own, "connection_verify": str(self.certificate)}
        self.adapters.append(SpeechService(deployment, credential, **own))
        return self.adapters[-1]

    @property
    def arrived(self) -> Arrived:
        (only,) = self.service.arrived
        return only


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, Path]:
    certificate, key = write_certificate(tmp_path_factory.mktemp("tls"))
    return server_context(certificate, key), certificate


@pytest.fixture
async def speech(tls: tuple[ssl.SSLContext, Path]) -> AsyncIterator[Speech]:
    context, certificate = tls
    services = SpeechServices()
    async with service(services, context):
        speech = Speech(services, certificate)
        yield speech
        for each in speech.adapters:
            await each.close()


def asking(content: bytes = BYTES, media: Media = MP3, **options: Any) -> SpeechRequest:
    return SpeechRequest(MediaPart(media, MemorySource(content)), SpeechOptions(**options))


def form(file_field: str, *fields: tuple[str, str]) -> bytes:
    """The form that is expected, written down once more in its plainest way."""
    lines = [b'--%s\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' for _ in fields]
    filled = [
        line % (BOUNDARY.encode(), name.encode(), value.encode())
        for line, (name, value) in zip(lines, fields, strict=True)
    ]
    head = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{file_field}"; filename="recording.mp3"\r\n'
        "Content-Type: audio/mpeg\r\n\r\n"
    )
    return b"".join(filled) + head.encode() + BYTES + f"\r\n--{BOUNDARY}--\r\n".encode()


ASKED: dict[str, dict[str, Any]] = {
    "plain": {},
    "language": {"language": "pt-BR"},
    "phrases": {"phrases": ("Łódź", "Ana")},
    "speakers": {"speakers": True},
    "words": {"words": True},
}
ENHANCED = '"enhancedMode":{"enabled":true,"model":"MAI-Transcribe-2"}'
DEFINITIONS = {
    "plain": '{%s,"modelOptions":{"timestamps":"segment"}}',
    "language": '{%s,"locales":["pt"],"modelOptions":{"timestamps":"segment"}}',
    "phrases": '{%s,"modelOptions":{"timestamps":"segment"},"phraseList":{"phrases":["Łódź","Ana"]}}',
    "speakers": '{%s,"diarization":{"enabled":true},"modelOptions":{"timestamps":"segment"}}',
    "words": '{%s,"modelOptions":{"timestamps":"word"}}',
}
VERBOSE = [("response_format", "verbose_json")]
SEGMENT, WORD = ("timestamp_granularities[]", "segment"), ("timestamp_granularities[]", "word")
FIELDS = {
    "plain": [*VERBOSE, SEGMENT],
    "language": [*VERBOSE, SEGMENT, ("language", "pt")],
    "phrases": [*VERBOSE, ("prompt", "Łódź, Ana"), SEGMENT],
    "speakers": [("response_format", "diarized_json"), ("chunking_strategy", "auto")],
    "words": [*VERBOSE, SEGMENT, WORD],
}
FORMS = {
    "v1": "/openai/v1/audio/transcriptions",
    "deployments": "/openai/deployments/{model}/audio/transcriptions?api-version=2025-04-01-preview",
    "plain v1": "/v1/audio/transcriptions",
}
BASES = {"v1": "/openai/v1", "deployments": "/openai/deployments/any", "plain v1": "/v1"}
OPENAI_KEY = {"api-key": KEY, "authorization": f"Bearer {KEY}"}
SPEECH_KEY = {"ocp-apim-subscription-key": KEY}
LLM_PATH = "/speechtotext/transcriptions:transcribe?api-version=2025-10-15"
CREDENTIALS = ("api-key", "authorization", "ocp-apim-subscription-key")


@pytest.mark.parametrize("key", [KEY, None], ids=["a key", "a token"])
@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("api", ["LLM Speech", *FORMS])
async def test_what_arrives_is_the_form_of_the_api_to_the_byte(
    speech: Speech, api: str, asked: str, key: str | None
) -> None:
    if api == "LLM Speech":
        model, base, path = MAI, "", LLM_PATH
        expected = form("audio", ("definition", DEFINITIONS[asked] % ENHANCED))
    else:
        model = DIARIZE if asked == "speakers" else LOCAL if api == "plain v1" else WHISPER
        base, path = BASES[api], FORMS[api].format(model=model)
        named = [] if api == "deployments" else [("model", model)]
        expected = form("file", *named, *FIELDS[asked])
    answer = await speech.adapter(model, base, key).transcribe(asking(**ASKED[asked]))
    assert speech.arrived.body == expected
    assert speech.arrived.path == path
    headers = speech.arrived.headers
    by_key = SPEECH_KEY if api == "LLM Speech" else OPENAI_KEY
    assert {name: headers[name] for name in CREDENTIALS if name in headers} == (
        by_key if key else {"authorization": f"Bearer {TOKEN}-1"}
    )
    assert headers["content-type"] == f"multipart/form-data; boundary={BOUNDARY}"
    assert headers["content-length"] == str(len(expected))
    assert (answer.text, answer.warnings) == (" ".join(each.text for each in TWO_VOICES), ())
    assert [(each.start, each.end, each.text) for each in answer.segments] == [
        (each.start, each.end, each.text) for each in TWO_VOICES
    ]


@pytest.mark.parametrize(("model", "names"), [(MAI, ["1", "2", "1"]), (DIARIZE, ["A", "B", "A"])])
async def test_speakers_arrive_in_the_segments(speech: Speech, model: str, names: list[str]) -> None:
    answer = await speech.adapter(model).transcribe(asking(speakers=True))
    assert [each.speaker for each in answer.segments] == names


@pytest.mark.parametrize("model", [MAI, WHISPER])
async def test_words_arrive_in_the_segments_in_which_they_are_said(speech: Speech, model: str) -> None:
    answer = await speech.adapter(model).transcribe(asking(words=True))
    assert [[word.text for word in each.words] for each in answer.segments] == [
        each.text.split() for each in TWO_VOICES
    ]
    assert answer.segments[1].words[1].start == pytest.approx(3.25)


@pytest.mark.parametrize(
    ("model", "usage", "language"),
    [
        (MAI, {"seconds": 7.5}, "en"),
        (WHISPER, {"seconds": 7.5}, "en"),
        ("gpt-4o-transcribe", {"input_tokens": 75, "output_tokens": 12, "total_tokens": 87}, None),
    ],
)
async def test_usage_and_language_arrive_where_a_service_tells_them(
    speech: Speech, model: str, usage: dict[str, Any], language: str | None
) -> None:
    answer = await speech.adapter(model).transcribe(asking())
    assert (answer.usage, answer.language, answer.request_id) == (usage, language, "r-1")


@pytest.mark.parametrize(
    ("path", "model", "scope"),
    [
        ("/openai/v1", WHISPER, "https://ai.azure.com/.default"),
        ("/openai/deployments/any", WHISPER, "https://cognitiveservices.azure.com/.default"),
        ("/openai/v1", MAI, "https://cognitiveservices.azure.com/.default"),
    ],
)
async def test_a_token_is_asked_for_the_scope_of_the_api(speech: Speech, path: str, model: str, scope: str) -> None:
    await speech.adapter(model, path, None).transcribe(asking())
    assert speech.tokens.asked == [((scope,), None)]


async def test_a_request_that_is_sent_again_has_the_whole_file_again(speech: Speech) -> None:
    speech.service.models = {"of-mine": "gpt-4o-transcribe"}
    adapter = speech.adapter("of-mine")
    answers = [await adapter.transcribe(asking()) for _ in range(2)]
    refused, taken, remembered = speech.service.arrived
    assert [each.body.count(BYTES) for each in (refused, taken, remembered)] == [1, 1, 1]
    assert b"verbose_json" in refused.body
    assert taken.body == remembered.body
    told = "The model does not answer in `verbose_json`, and was asked for `json`, which may have no times."
    assert [each.warnings for each in answers] == [(told,), (told,)]


async def test_a_server_that_tells_no_times_of_words_is_asked_without(speech: Speech) -> None:
    refusal = {"error": {"message": "Unknown parameter: 'timestamp_granularities[]'.", "code": "unknown_parameter"}}
    speech.service.first = [Answer(400, refusal)]
    answer = await speech.adapter(LOCAL, "/v1").transcribe(asking(words=True))
    assert len(answer.segments) == len(TWO_VOICES)
    assert answer.warnings == (
        "The model does not take `timestamp_granularities`, and was asked without it.",
        "The model told no times of words.",
    )


async def test_a_model_of_unknown_name_that_tells_speakers_apart_is_found_out(speech: Speech) -> None:
    speech.service.models, speech.service.recorded.seconds = {"of-mine": DIARIZE}, 40
    answer = await speech.adapter("of-mine").transcribe(asking(phrases=("Ana",)))
    assert answer.text.startswith("Good morning")
    assert b"chunking_strategy" in speech.service.arrived[-1].body


@pytest.mark.parametrize("status", [408, 500, 503])
async def test_a_long_recording_whose_speakers_cannot_be_told_apart_is_asked_for_without(
    speech: Speech, status: int
) -> None:
    speech.service.first = [Answer(status, "")]
    hour = Media("audio", "audio/mpeg", "mp3", seconds=3600)
    answer = await speech.adapter(MAI).transcribe(asking(media=hour, speakers=True))
    assert [each.speaker for each in answer.segments] == [None] * 3
    assert answer.warnings[0].startswith(f"The service failed ({status}) to tell the speakers of so long a recording")
    assert b"diarization" not in speech.service.arrived[1].body


async def test_a_call_that_may_have_been_billed_is_made_without_speakers_only_at_the_next_try(
    speech: Speech, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(errors, "GATEWAYS_SECONDS", 0)
    speech.service.first = [Answer(408, "")]
    request = asking(media=Media("audio", "audio/mpeg", "mp3", seconds=800), speakers=True)
    adapter = speech.adapter(MAI)
    with pytest.raises(ModelTimeout):
        await adapter.transcribe(request)
    assert len(speech.service.arrived) == 1
    warnings = [(await adapter.transcribe(request)).warnings for _ in range(2)]
    assert [b"diarization" in each.body for each in speech.service.arrived] == [True, False, True]
    assert warnings[0][0].startswith("The service failed (408) to tell the speakers")
    assert warnings[1] == ()


@pytest.mark.parametrize(
    ("seconds", "headers"),
    [(60, {}), (3600, {"Retry-After": "30"}), (3600, {"retry-after-ms": "30000"})],
    ids=["a short one", "a busy service", "a busy service that counts milliseconds"],
)
async def test_speakers_are_not_given_up_for_a_service_that_is_down(
    speech: Speech, seconds: float, headers: dict[str, str]
) -> None:
    speech.service.first = [Answer(503, "", headers)]
    media = Media("audio", "audio/mpeg", "mp3", seconds=seconds)
    with pytest.raises(ModelUnavailable, match="The model answered 503"):
        await speech.adapter(MAI).transcribe(asking(media=media, speakers=True))
    assert len(speech.service.arrived) == 1


class Lost(MemorySource):
    """A file that changes while it is read."""

    async def chunks(self) -> AsyncIterator[bytes]:
        yield b"half"
        raise Conflict("it changed")


async def test_a_file_that_changes_while_it_is_sent_is_no_trouble_of_the_services(speech: Speech) -> None:
    request = SpeechRequest(MediaPart(MP3, Lost(BYTES)), SpeechOptions())
    with pytest.raises(Conflict, match="it changed"):
        await speech.adapter(MAI).transcribe(request)


async def test_a_recording_that_is_too_large_for_the_service_is_told(speech: Speech) -> None:
    with pytest.raises(FileRejected) as caught:
        await speech.adapter(WHISPER).transcribe(asking(bytes(OPENAI_MAX_BYTES + 1)))
    assert caught.value.code == "too_large"


async def test_no_boundary_is_like_another(speech: Speech) -> None:
    adapter = speech.adapter(WHISPER, boundary=random_boundary)
    for _ in range(2):
        await adapter.transcribe(asking())
    assert len({each.headers["content-type"] for each in speech.service.arrived}) == 2
    assert speech.service.arrived[0].body != speech.service.arrived[1].body


async def test_a_server_of_ones_own_needs_no_key() -> None:
    services = SpeechServices()
    async with service(services):
        adapter = SpeechService(deployed(LOCAL, at=f"{services.url}/v1", speech="openai"), None)
        assert (await adapter.transcribe(asking())).text.startswith("Good morning")
        await adapter.close()
    assert not {*CREDENTIALS} & set(services.arrived[0].headers)


@pytest.mark.parametrize(
    ("path", "fields", "headers", "status"),
    [
        ("/openai/v1/audio/transcriptions", {"model": WHISPER}, {"api-key": KEY}, 200),
        ("/openai/v1/audio/transcriptions", {"model": WHISPER}, {}, 401),
        ("/openai/v1/audio/transcriptions?api-version=x", {"model": WHISPER}, {"api-key": KEY}, 404),
        ("/openai/v1/audio/transcriptions", {"model": WHISPER, "diarize": "1"}, {"api-key": KEY}, 400),
        ("/openai/v1/audio/transcriptions", {"model": "gpt-5.4"}, {"api-key": KEY}, 404),
        ("/v1/audio/transcriptions", {"model": "gpt-transcribe", "response_format": "verbose_json"}, {}, 400),
        ("/v1/audio/transcriptions", {"model": DIARIZE, "chunking_strategy": "auto", "prompt": "a"}, {}, 400),
        ("/v1/audio/transcriptions", {"model": WHISPER, "language": "pt-BR"}, {}, 400),
        ("/v1/audio/transcriptions", {"model": WHISPER, "timestamp_granularities[]": "word"}, {}, 400),
        (LLM_PATH, {"definition": "{}"}, {"api-key": KEY}, 401),
        (LLM_PATH, {"definition": "{}"}, SPEECH_KEY, 400),
        (LLM_PATH[:-1], {"definition": "{}"}, SPEECH_KEY, 400),
    ],
)
async def test_the_stand_ins_refuse_what_the_real_services_refuse(
    path: str, fields: dict[str, str], headers: dict[str, str], status: int
) -> None:
    form = aiohttp.FormData(fields)
    form.add_field("file", b"abc", filename="recording.mp3", content_type="audio/mpeg")
    async with (
        service(SpeechServices()) as services,
        aiohttp.ClientSession() as session,
        session.post(services.url + path, data=form, headers=headers) as response,
    ):
        assert response.status == status
