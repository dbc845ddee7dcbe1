"""A model on Azure AI Foundry, through `azure-ai-inference` (implements `ChatModel`)."""

import asyncio
import time
from dataclasses import replace
from typing import Any

import aiohttp
from azure.core.credentials import AzureKeyCredential
from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import AzureError, ClientAuthenticationError, ServiceResponseTimeoutError
from azure.core.pipeline.policies import SansIOHTTPPolicy
from azure.core.rest import HttpRequest

from shared.adapters.foundry.adaptation import Adaptation
from shared.adapters.foundry.completion import NotACompletion, answer_of, usage_of
from shared.adapters.foundry.errors import error_inside, error_of
from shared.adapters.foundry.reply import HttpReply
from shared.adapters.foundry.request import EncodedRequest, RequestEncoder
from shared.adapters.foundry.service_error import ServiceError
from shared.adapters.foundry.streaming import StreamedBody
from shared.adapters.foundry.transport import OneAnswerTransport
from shared.errors import (
    AnswerUnusable,
    DropscribeError,
    ModelMisconfigured,
    ModelTimeout,
    ModelUnavailable,
    ModelUnreachable,
    SchemaNotTaken,
)
from shared.models.chat import ChatAnswer, ChatRequest, MediaPart, Usage
from shared.models.deployments import Deployment

CONNECT_SECONDS = 10
READ_SECONDS = 300
"""A long recording may take the model minutes, during which nothing is heard from it."""

MAX_CHANGES = 10
"""How often a request is sent anew without what the service refused: once for each thing that it could do without."""

LARGE_BYTES = 65_536
"""A longer reply is read in a thread: most answers have 2 kB, and nobody else waits for what is made to cost time."""

REFUSALS = (400, 422)

GATEWAYS_TIMEOUTS, GATEWAYS_PATIENCE = (408, 504), 20
"""Statuses by which a gateway says that the model was too slow, if it waited for more seconds than this."""


class FoundryModel:
    """One deployment. The SDK's own retries are off: it would obey any `Retry-After`, even of a day, asleep."""

    def __init__(
        self,
        deployment: Deployment,
        credential: AzureKeyCredential | AsyncTokenCredential | None,
        *,
        scope: str | None = None,
        **transport: Any,
    ) -> None:
        from azure.ai.inference.aio import ChatCompletionsClient  # noqa: PLC0415 - the first file needs it, no start does

        self.deployment = deployment
        self._adaptation = Adaptation(deployment.capability.audio_as)
        # Servers of one's own want no key: then nothing is sent in its place.
        keyless: dict[str, Any] = {} if credential else {"authentication_policy": SansIOHTTPPolicy[Any, Any]()}
        self._client = ChatCompletionsClient(
            deployment.endpoint.base,
            credential or _NO_CREDENTIAL,
            credential_scopes=[scope or deployment.endpoint.scope],
            retry_total=0,
            permit_redirects=False,
            transport=OneAnswerTransport(connection_timeout=CONNECT_SECONDS, read_timeout=READ_SECONDS, **transport),
            **keyless,
        )

    @property
    def takes_schema(self) -> bool:
        """See `ChatModel.takes_schema`."""
        return self.deployment.capability.json_schema and self._adaptation.takes_schema

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def complete(self, request: ChatRequest) -> ChatAnswer:
        """See `ChatModel.complete`."""
        started, tried = time.monotonic(), self._adaptation.copy()
        sent, reply = await self._send_until_taken(request, tried)
        seconds = time.monotonic() - started
        if len(reply.content) > LARGE_BYTES:
            answer = await asyncio.to_thread(_answer, request, reply, seconds)
        else:
            answer = _answer(request, reply, seconds)
        self._adaptation.keep(tried)
        return replace(answer, warnings=tried.warnings(sent.wanted))

    async def _send_until_taken(self, request: ChatRequest, tried: Adaptation) -> tuple[EncodedRequest, HttpReply]:
        """Send, and once more for each thing that the service refuses and the request can do without: unbilled."""
        usual, refused = tried.audio_form, None
        sent, reply = await self._send(request, tried)
        for _ in range(MAX_CHANGES):
            if reply.is_success:
                break
            error = ServiceError.read(reply)
            if tried.learn(error, sent.parameters):
                self._require_schema(request, tried, reply)
            elif _has_inline_audio(request) and tried.learn_form(error, usual):
                refused = sent, reply
            else:
                break
            sent, reply = await self._send(request, tried)
        # Where the other form of audio is refused too, the first refusal says more.
        return refused if refused and reply.status in REFUSALS else (sent, reply)

    def _require_schema(self, request: ChatRequest, tried: Adaptation, reply: HttpReply) -> None:
        if request.schema and not tried.takes_schema:
            self._adaptation.takes_schema = False
            raise SchemaNotTaken("The service does not take a JSON Schema.", status=reply.status)

    async def _send(self, request: ChatRequest, tried: Adaptation) -> tuple[EncodedRequest, HttpReply]:
        urls = {part: await part.source.url() for part in _media(request) if part.sent_as == "url"}
        encoded = RequestEncoder(self.deployment, tried, urls).encode(request)
        try:
            # As a stream, because the SDK would raise on whatever is not of the type that it says it is.
            response = await self._client.send_request(self._http_request(encoded.body), stream=True)
            return encoded, await HttpReply.read(response)
        except AzureError as error:
            raise encoded.body.error or self._unanswered(error, encoded.body) from None

    def _http_request(self, body: StreamedBody) -> HttpRequest:
        headers = {
            "Content-Type": "application/json",
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "Content-Length": str(body.length),
        }
        return HttpRequest("POST", self.deployment.endpoint.url(self.deployment.name), headers=headers, content=body)

    def _unanswered(self, error: AzureError, body: StreamedBody) -> ModelUnavailable:
        if isinstance(error, ClientAuthenticationError):
            return ModelMisconfigured("No token could be had from Entra ID for the model.")
        cause = error.inner_exception
        if isinstance(cause, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
            where = self.deployment.endpoint.host
            return ModelUnreachable(f"The model cannot be reached: {why_unreachable(cause)} at {where}.")
        if isinstance(error, ServiceResponseTimeoutError):
            return ModelTimeout(f"The model said nothing for {READ_SECONDS} seconds.")
        told = f"The connection to the model broke: {_why_broken(cause)}"
        return AnswerUnusable(f"{told} before its answer was whole.") if body.is_sent else ModelUnavailable(f"{told}.")


_NO_CREDENTIAL: Any = object()


def _answer(request: ChatRequest, reply: HttpReply, seconds: float) -> ChatAnswer:
    """The completion in a reply; the causes of what is raised may quote it, so they are left out."""
    if not reply.is_success:
        if ServiceError.read(reply).is_out_of_room:
            return ChatAnswer("", "", "length", _usage_in(reply), reply.request_id, round(seconds, 3))
        raise _refusal(request, reply, seconds)
    about: dict[str, Any] = {"status": reply.status, "request_id": reply.request_id}
    try:
        document = reply.document()
    except ValueError as error:
        raise AnswerUnusable(f"The model's answer cannot be read: {error}.", **about) from None
    unusable = error_inside(document, reply)
    try:
        if unusable is None:
            return answer_of(document, reply, seconds)
    except NotACompletion as error:
        unusable = AnswerUnusable(f"The model's answer is not a chat completion: {error}.", **about)
    unusable.usage = usage_of(document)
    raise unusable


def _refusal(request: ChatRequest, reply: HttpReply, seconds: float) -> DropscribeError:
    """What a reply that is no success means. A gateway that waited for the model in vain may have paid for it."""
    if reply.status in GATEWAYS_TIMEOUTS and seconds > GATEWAYS_PATIENCE:
        return ModelTimeout(f"The model answered {reply.status} after {seconds:.0f} seconds.", status=reply.status)
    media = next(iter(_media(request)), None)
    kind, by_url = (media.media.kind, media.sent_as == "url") if media else (None, False)
    error = error_of(reply, kind=kind, by_url=by_url)
    error.usage = _usage_in(reply)
    return error


def _usage_in(reply: HttpReply) -> Usage | None:
    try:
        return usage_of(reply.document())
    except ValueError:
        return None


def why_unreachable(cause: aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError) -> str:
    """Why no connection could be made, in words that can stand in a sentence."""
    match cause:
        case aiohttp.ClientConnectorDNSError():
            return "nothing is known by that name"
        case aiohttp.ClientConnectorCertificateError():
            return "its certificate is not trusted"
        case aiohttp.ClientConnectorSSLError():
            return "there is no TLS"
        case aiohttp.ConnectionTimeoutError():
            return f"nothing answered for {CONNECT_SECONDS} seconds"
        case _:
            return "nothing listens"


def _why_broken(cause: BaseException | None) -> str:
    match cause:
        case ConnectionResetError() | aiohttp.ClientOSError():
            return "the other side reset it"
        case aiohttp.ServerDisconnectedError() | aiohttp.ClientPayloadError():
            return "the other side closed it"
        case _:
            return "what came over it was no HTTP" if cause else "it is not known why"


def _media(request: ChatRequest) -> list[MediaPart]:
    return [part for message in request.messages for part in message.parts if isinstance(part, MediaPart)]


def _has_inline_audio(request: ChatRequest) -> bool:
    return any(part.media.kind == "audio" and part.sent_as == "inline" for part in _media(request))
