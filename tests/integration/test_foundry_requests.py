"""What arrives at a service: every form of endpoint, of media and of credential, and what the article's code sent."""

import base64
import json
import ssl
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from azure.core.credentials import AccessToken, AzureKeyCredential

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
from tests.support.tokens import Tokens
from tests.unit.fakes import PHI, MemorySource, deployed

ARTICLE = {each["what"]: each for each in json.loads((Path(__file__).parents[1] / "data/article.json").read_text())}
PNG = Media("image", "image/png", "png")
MP3 = Media("audio", "audio/mpeg", "mp3")
WAV = Media("audio", "audio/wav", "wav")
BYTES = bytes(range(256)) * 8
RECEIPT = AnswerSchema("receipt", "d", {"type": "object"})


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


PICTURE = MediaPart(PNG, MemorySource(BYTES))
RECORDING = MediaPart(MP3, MemorySource(BYTES))


class Elsewhere(MemorySource):
    """A file at an address."""

    def __init__(self, url: str) -> None:
        super().__init__(b"")
        self._url = url

    async def url(self) -> str:
        return self._url


def part_of(recorded: Mapping[str, Any]) -> TextPart | MediaPart:
    """What we would ask with, to have this in the request."""
    kind, carried = recorded["type"], recorded[recorded["type"]]
    if kind == "text":
        return TextPart(carried)
    media = PNG if kind == "image_url" else WAV if carried.get("format") == "wav" else MP3
    if carried.get("url", "").startswith("https:"):
        return MediaPart(media, Elsewhere(carried["url"]), "url", carried.get("detail"))
    encoded = carried["data"] if kind == "input_audio" else carried["url"].partition(",")[2]
    return MediaPart(media, MemorySource(base64.b64decode(encoded)))


def parts_of(content: Any) -> list[TextPart | MediaPart]:
    return [TextPart(content)] if isinstance(content, str) else [part_of(each) for each in content]


def request_of(recorded: Mapping[str, Any]) -> ChatRequest:
    """The same, of a whole request."""
    messages = [Message(each["role"], parts_of(each["content"])) for each in recorded["messages"]]
    options = {"maxOutputTokens": recorded.get("max_tokens"), "temperature": recorded.get("temperature")}
    return request(*messages, schema=RECEIPT if "response_format" in recorded else None, **options)


@dataclass(frozen=True)
class Form:
    """A form of endpoint: its path, where the request goes, its word for the most tokens, and if it names the model."""

    path: str
    posted_to: str
    limit: str = "max_tokens"
    is_named: bool = True


FORMS = [
    Form("/api/models", "/api/models/chat/completions?api-version=2024-05-01-preview"),
    Form("/openai/v1", "/openai/v1/chat/completions", "max_completion_tokens"),
    Form("/openai/deployments/d", f"/openai/deployments/{PHI}/chat/completions?api-version=2024-10-21", is_named=False),
]
CREDENTIALS = {
    KEY: {"api-key": KEY, "authorization": f"Bearer {KEY}"},
    None: {"authorization": f"Bearer {TOKEN}-1"},
}


@pytest.mark.parametrize("key", CREDENTIALS, ids=["a key", "a token"])
@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.path)
@pytest.mark.parametrize("what", ARTICLE)
async def test_what_arrives_is_what_the_articles_own_code_sent(
    foundry: Foundry, what: str, form: Form, key: str | None
) -> None:
    recorded = dict(ARTICLE[what]["body"])
    audio_as = "audio_url" if what == "audio as data URL" else "input_audio"
    deployment = deployed(at=foundry.service.url + form.path, audio_as=audio_as)
    deployment = replace(deployment, is_named="model" in recorded)
    assert (await foundry.model(deployment, key=key).complete(request_of(recorded))).text == "Hola."
    named = {form.limit if name == "max_tokens" else name: value for name, value in recorded.items()}
    arrived, headers = foundry.arrived, foundry.arrived.headers
    assert arrived.json == {name: value for name, value in named.items() if name != "model" or form.is_named}
    assert arrived.path == form.posted_to
    assert {name: headers[name] for name in ("api-key", "authorization") if name in headers} == CREDENTIALS[key]
    assert (headers["content-type"], headers["accept"]) == ("application/json", "application/json")
    assert headers["content-length"] == str(len(arrived.body))


def test_the_article_was_recorded_in_the_first_of_the_forms() -> None:
    sent = {
        "api-key": "k",
        "authorization": "Bearer k",
        "accept": "application/json",
        "content-type": "application/json",
    }
    assert all((each["path"], each["headers"]) == (FORMS[0].posted_to, sent) for each in ARTICLE.values())


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

        raise CredentialUnavailableError("no user is logged in")


async def test_where_no_token_can_be_had_we_are_misconfigured(foundry: Foundry) -> None:
    foundry.tokens = NoTokens()
    with pytest.raises(ModelMisconfigured, match="No token could be had from Entra ID"):
        await foundry.model(deployed(at=f"{foundry.service.url}/models")).complete(asking(PICTURE))


@pytest.mark.parametrize("model", ["gpt-5.5", PHI])
async def test_options_go_out_under_the_apis_names_but_for_those_that_a_model_does_not_take(
    foundry: Foundry, model: str
) -> None:
    sampling = {"temperature": 0, "top_p": 0.5, "frequency_penalty": 1, "presence_penalty": -1}
    options: dict[str, Any] = {"temperature": 0, "topP": 0.5, "frequencyPenalty": 1, "presencePenalty": -1}
    asked = request(user("What?"), **options, seed=7, stopSequences=["END"], maxOutputTokens=9)
    await foundry.model(deployed(model, at=f"{foundry.service.url}/models")).complete(asked)
    sent = {name: value for name, value in foundry.arrived.json.items() if name not in ("model", "messages")}
    own = {"max_tokens": 9, **sampling} if model == PHI else {"max_completion_tokens": 9}
    assert sent == {"seed": 7, "stop": ["END"], **own}
