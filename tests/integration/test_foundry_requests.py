"""What arrives at a service: every form of endpoint, of media and of credential, and what the article's code sent."""

import base64
import itertools
import json
import ssl
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from azure.core.credentials import AccessToken, AccessTokenInfo, AzureKeyCredential

from local.tls import server_context, write_certificate
from shared.adapters.foundry.client import FoundryModel
from shared.errors import ModelMisconfigured
from shared.media.media import Media
from shared.models.chat import ChatRequest, MediaPart, Message, TextPart
from shared.models.deployments import Deployment
from shared.recipes.output_schema import AnswerSchema
from shared.recipes.recipe import ModelOptions
from tests.integration.loopback import Answer, Arrived, Service, service
from tests.planted import KEY, TOKEN
from tests.unit.fakes import SIGNED, MemorySource, deployed

ARTICLE = {each["what"]: each for each in json.loads((Path(__file__).parents[1] / "data/article.json").read_text())}
PNG = Media("image", "image/png", "png")
MP3 = Media("audio", "audio/mpeg", "mp3")
WAV = Media("audio", "audio/wav", "wav")
BYTES = bytes(range(256)) * 8
BASE64 = base64.b64encode(BYTES).decode()
RECEIPT = AnswerSchema("receipt", "d", {"type": "object"})


@dataclass
class Tokens:
    """A credential that counts its tokens and remembers for what they were."""

    asked: list[Any] = field(default_factory=list)

    async def get_token(self, *scopes: str, **more: Any) -> AccessToken:
        self.asked.append((scopes, more.get("claims")))
        return AccessToken(f"{TOKEN}-{len(self.asked)}", int(time.time()) + 3600)

    async def get_token_info(self, *scopes: str, options: Any = None) -> AccessTokenInfo:
        token = await self.get_token(*scopes, claims=(options or {}).get("claims"))
        return AccessTokenInfo(token.token, token.expires_on)

    async def close(self) -> None: ...

    async def __aenter__(self) -> "Tokens":
        return self

    async def __aexit__(self, *_: object) -> None: ...


@dataclass
class Foundry:
    """A service over TLS, and the adapters that speak to it."""

    service: Service
    certificate: Path
    tokens: Tokens = field(default_factory=Tokens)
    models: list[FoundryModel] = field(default_factory=list)

    def model(self, deployment: Deployment, *, key: str | None = None, scope: str | None = None) -> FoundryModel:
        credential = AzureKeyCredential(key) if key else self.tokens
        model = FoundryModel(deployment, credential, scope=scope, connection_verify=str(self.certificate))
        self.models.append(model)
        return model

    @property
    def arrived(self) -> Arrived:
        (only,) = self.service.arrived
        return only


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, Path]:
    certificate, key = write_certificate(tmp_path_factory.mktemp("tls"))
    return server_context(certificate, key), certificate


@pytest.fixture
async def foundry(tls: tuple[ssl.SSLContext, Path]) -> AsyncIterator[Foundry]:
    context, certificate = tls
    async with service(tls=context) as running:
        foundry = Foundry(running, certificate)
        yield foundry
        for model in foundry.models:
            await model.close()


def user(text: str, part: MediaPart | None = None) -> Message:
    return Message("user", [TextPart(text), *([part] if part else [])])


def request(*messages: Message, schema: AnswerSchema | None = None, **options: Any) -> ChatRequest:
    return ChatRequest(messages, ModelOptions.model_validate(options), schema)


def asking(part: MediaPart) -> ChatRequest:
    return request(user("What?", part), maxOutputTokens=9)


@dataclass(frozen=True)
class Form:
    """A form of endpoint: its path, where the request goes, and what else differs."""

    path: str
    posted_to: str
    named: Mapping[str, str]
    token_parameter: str


FORMS = [
    Form("/api/models", "/api/models/chat/completions?api-version=2024-05-01-preview", {"model": "gpt"}, "max_tokens"),
    Form("/openai/v1", "/openai/v1/chat/completions", {"model": "gpt"}, "max_completion_tokens"),
    Form(
        "/openai/deployments/gpt",
        "/openai/deployments/gpt/chat/completions?api-version=2024-10-21",
        {},
        "max_tokens",
    ),
]


@dataclass(frozen=True)
class Content:
    """What is asked, and the messages and more that must arrive."""

    what: str
    request: ChatRequest
    messages: Sequence[Any]
    more: Mapping[str, Any] = field(default_factory=dict)
    audio_as: str = "input_audio"


def arrives(part: Any) -> list[Any]:
    return [{"role": "user", "content": [{"type": "text", "text": "What?"}, part]}]


PICTURE = MediaPart(PNG, MemorySource(BYTES))
RECORDING = MediaPart(MP3, MemorySource(BYTES))
IMAGE_URL = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{BASE64}"}}
CONTENTS = [
    Content("image data URL", asking(PICTURE), arrives(IMAGE_URL)),
    Content(
        "image URL",
        asking(replace(PICTURE, sent_as="url", detail="high")),
        arrives({"type": "image_url", "image_url": {"url": SIGNED, "detail": "high"}}),
    ),
    Content(
        "input_audio",
        asking(RECORDING),
        arrives({"type": "input_audio", "input_audio": {"data": BASE64, "format": "mp3"}}),
    ),
    Content(
        "audio_url data",
        asking(RECORDING),
        arrives({"type": "audio_url", "audio_url": {"url": f"data:audio/mp3;base64,{BASE64}"}}),
        audio_as="audio_url",
    ),
    Content(
        "audio_url URL",
        asking(replace(RECORDING, sent_as="url")),
        arrives({"type": "audio_url", "audio_url": {"url": SIGNED}}),
    ),
    Content(
        "two turns",
        request(
            Message("system", [TextPart("Be brief.")]),
            user("What?", PICTURE),
            Message("assistant", [TextPart("A chart.")]),
            user("In one word?"),
            maxOutputTokens=9,
        ),
        [
            {"role": "system", "content": "Be brief."},
            *arrives(IMAGE_URL),
            {"role": "assistant", "content": "A chart."},
            {"role": "user", "content": "In one word?"},
        ],
    ),
    Content(
        "JSON Schema",
        request(user("What?", PICTURE), schema=RECEIPT, maxOutputTokens=9),
        arrives(IMAGE_URL),
        {
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "receipt", "schema": {"type": "object"}, "description": "d", "strict": True},
            }
        },
    ),
]
CELLS = list(itertools.product(FORMS, CONTENTS, [KEY, None]))
KEYED = {"api-key": KEY, "authorization": f"Bearer {KEY}"}
TOKENED = {"authorization": f"Bearer {TOKEN}-1"}


@pytest.mark.parametrize(
    ("form", "content", "key"), CELLS, ids=[f"{f.path[1:]}, {c.what}, {'key' if k else 'token'}" for f, c, k in CELLS]
)
async def test_every_cell_arrives_exactly(foundry: Foundry, form: Form, content: Content, key: str | None) -> None:
    deployment = deployed(name="gpt", at=foundry.service.url + form.path, audio_as=content.audio_as)
    answer = await foundry.model(deployment, key=key).complete(content.request)
    arrived, headers = foundry.arrived, foundry.arrived.headers
    assert answer.text == "Hola."
    assert arrived.path == form.posted_to
    assert arrived.json == {**form.named, "messages": content.messages, form.token_parameter: 9, **content.more}
    assert {name: headers[name] for name in ("content-type", "accept", "content-length")} == {
        "content-type": "application/json",
        "accept": "application/json",
        "content-length": str(len(arrived.body)),
    }
    assert {name: headers[name] for name in ("api-key", "authorization") if name in headers} == (
        KEYED if key else TOKENED
    )


def test_there_are_as_many_cells_as_were_promised() -> None:
    assert len(CELLS) == 3 * 7 * 2


def of_article(what: str) -> bytes:
    """The bytes that the article's code sent."""
    part = next(each for each in ARTICLE[what]["body"]["messages"] if each["role"] == "user")["content"][1]
    kind = part["type"]
    return base64.b64decode(part[kind]["data"] if kind == "input_audio" else part[kind]["url"].split(",")[-1])


class Elsewhere(MemorySource):
    """A file at an address."""

    def __init__(self, url: str) -> None:
        super().__init__(b"")
        self._url = url

    async def url(self) -> str:
        return self._url


LISTENER = Message("system", [TextPart("You are an AI assistant for translating and transcribing audio clips.")])
INTO_SPANISH = "Please translate this audio snippet to spanish."
CHART, TO_SPANISH = (
    "image as data URL (the article's chart question)",
    "audio from a file (the article's translation), mp3",
)
TWO_TURNS = "two turns, temperature, JSON Schema"
AS_IN_THE_ARTICLE = {
    CHART: request(
        Message("system", [TextPart("You are an AI assistant that helps people find information.")]),
        user(
            "Which conclusion can be extracted from the following chart?",
            MediaPart(PNG, MemorySource(of_article(CHART))),
        ),
        maxOutputTokens=2048,
    ),
    "image by URL, with detail": request(
        user("Describe.", MediaPart(PNG, Elsewhere("https://example.invalid/a.png"), "url", "high"))
    ),
    "image from bytes": request(user("Describe.", MediaPart(PNG, MemorySource(of_article("image from bytes"))))),
    TO_SPANISH: request(LISTENER, user(INTO_SPANISH, MediaPart(MP3, MemorySource(of_article(TO_SPANISH))))),
    "audio from bytes, wav": request(user("x", MediaPart(WAV, MemorySource(b"RIFF")))),
    "audio by URL (the article's second audio example)": request(
        LISTENER,
        user(INTO_SPANISH, MediaPart(MP3, Elsewhere("https://example.invalid/hello_how_are_you.mp3"), "url")),
    ),
    "audio as data URL": request(user("x", MediaPart(MP3, MemorySource(b"ID3")))),
    TWO_TURNS: request(
        Message("system", [TextPart("s")]),
        user("one", MediaPart(PNG, MemorySource(of_article(TWO_TURNS)))),
        Message("assistant", [TextPart("answer one")]),
        user("two"),
        temperature=0,
        schema=RECEIPT,
    ),
}


@pytest.mark.parametrize("what", ARTICLE)
async def test_a_request_arrives_as_the_articles_own_code_sent_it(foundry: Foundry, what: str) -> None:
    recorded = ARTICLE[what]
    deployment = deployed(
        at=f"{foundry.service.url}/api/models", audio_as="audio_url" if what == "audio as data URL" else "input_audio"
    )
    deployment = replace(deployment, is_named="model" in recorded["body"])
    await foundry.model(deployment, key="k").complete(AS_IN_THE_ARTICLE[what])
    arrived = foundry.arrived
    assert arrived.json == recorded["body"]
    assert arrived.path == recorded["path"]
    assert {name: arrived.headers[name] for name in recorded["headers"]} == recorded["headers"]


@pytest.mark.parametrize(
    ("path", "scope", "expected"),
    [
        ("/models", None, "https://cognitiveservices.azure.com/.default"),
        ("/openai/v1", None, "https://ai.azure.com/.default"),
        ("/openai/deployments/gpt", None, "https://cognitiveservices.azure.com/.default"),
        ("/models", "https://another.example/.default", "https://another.example/.default"),
    ],
)
async def test_a_token_is_asked_for_the_scope_of_the_form_or_of_the_setting_and_only_once(
    foundry: Foundry, path: str, scope: str | None, expected: str
) -> None:
    model = foundry.model(deployed(at=foundry.service.url + path), scope=scope)
    for _ in range(3):
        await model.complete(asking(PICTURE))
    assert foundry.tokens.asked == [((expected,), None)]


async def test_a_challenge_is_met_with_a_new_token_and_the_whole_body_again(foundry: Foundry) -> None:
    claims = base64.b64encode(b'{"access_token": {"nbf": 1}}').decode()
    challenge = f'Bearer error="insufficient_claims", claims="{claims}"'
    foundry.service.answers = [Answer(401, "", {"WWW-Authenticate": challenge}), Answer()]
    answer = await foundry.model(deployed(at=f"{foundry.service.url}/models")).complete(asking(RECORDING))
    refused, answered = foundry.service.arrived
    assert answer.text == "Hola."
    assert refused.body == answered.body
    assert [each.headers["authorization"] for each in (refused, answered)] == [f"Bearer {TOKEN}-1", f"Bearer {TOKEN}-2"]
    assert foundry.tokens.asked[1][1] == '{"access_token": {"nbf": 1}}'


class NoTokens(Tokens):
    async def get_token(self, *scopes: str, **more: Any) -> AccessToken:
        from azure.identity import CredentialUnavailableError  # noqa: PLC0415

        raise CredentialUnavailableError("not logged in")


async def test_a_model_without_a_token_is_misconfigured(foundry: Foundry) -> None:
    foundry.tokens = NoTokens()
    with pytest.raises(ModelMisconfigured, match="No token could be had from Entra ID"):
        await foundry.model(deployed(at=f"{foundry.service.url}/models")).complete(asking(PICTURE))


async def test_options_that_a_model_does_not_take_are_left_out(foundry: Foundry) -> None:
    deployment = deployed("gpt-5.5", at=f"{foundry.service.url}/models")
    options: dict[str, Any] = {"temperature": 0, "topP": 1, "presencePenalty": 1, "seed": 7, "maxOutputTokens": 9}
    await foundry.model(deployment).complete(request(user("What?"), **options))
    sent = {name: value for name, value in foundry.arrived.json.items() if name not in ("model", "messages")}
    assert sent == {"seed": 7, "max_completion_tokens": 9}
