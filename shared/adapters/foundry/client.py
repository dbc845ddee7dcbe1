"""A model on Azure AI Foundry, through `azure-ai-inference` (implements `ChatModel`)."""

import time
import zlib
from typing import Any

from azure.core.credentials import AzureKeyCredential
from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import AzureError, ClientAuthenticationError, ServiceResponseTimeoutError
from azure.core.rest import HttpRequest

from shared.adapters.foundry.completion import answer_of
from shared.adapters.foundry.errors import fault_of
from shared.adapters.foundry.reply import Reply
from shared.adapters.foundry.request import Wire
from shared.adapters.foundry.streaming import StreamedBody
from shared.errors import ModelMisconfigured, ModelTimeout, ModelUnavailable
from shared.models.capabilities import AudioForm
from shared.models.chat import ChatAnswer, ChatRequest, MediaPart
from shared.models.deployments import Deployment

CONNECT_SECONDS = 10
READ_SECONDS = 300
"""A long recording may take the model minutes, during which nothing is heard from it."""

_OTHER_FORM: dict[AudioForm, AudioForm] = {"input_audio": "audio_url", "audio_url": "input_audio"}


class FoundryModel:
    """One deployment. The SDK's own retries are off: it would obey any `Retry-After`, even of a day, asleep."""

    def __init__(
        self,
        deployment: Deployment,
        credential: AzureKeyCredential | AsyncTokenCredential,
        *,
        scope: str | None = None,
        **transport: Any,
    ) -> None:
        from azure.ai.inference.aio import ChatCompletionsClient  # noqa: PLC0415 - the first file needs it, no start does

        self.deployment = deployment
        self._audio_form = deployment.capability.audio_as
        self._client = ChatCompletionsClient(
            deployment.endpoint.base,
            credential,
            credential_scopes=[scope or deployment.endpoint.scope],
            retry_total=0,
            permit_redirects=False,
            connection_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            **transport,
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def complete(self, request: ChatRequest) -> ChatAnswer:
        """See `ChatModel.complete`."""
        started, form = time.monotonic(), self._audio_form
        reply = await self._send(request, form)
        if reply.status == 422 and _has_inline_audio(request):
            reply = await self._send_in_other_form(request, form, reply)
        if reply.status != 200:
            raise fault_of(reply, by_url=any(part.sent_as == "url" for part in _media(request)))
        return answer_of(reply, time.monotonic() - started)

    async def _send_in_other_form(self, request: ChatRequest, form: AudioForm, refused: Reply) -> Reply:
        """Services differ in which form of audio they know; the one that works is remembered."""
        other = _OTHER_FORM[form]
        reply = await self._send(request, other)
        if reply.status == 200:
            self._audio_form = other
        return refused if reply.status in (400, 422) else reply

    async def _send(self, request: ChatRequest, audio_form: AudioForm) -> Reply:
        urls = {part: await part.source.url() for part in _media(request) if part.sent_as == "url"}
        body = Wire(self.deployment, audio_form, urls).body(request)
        try:
            # As a stream, because the SDK would raise on whatever is not of the type that it says it is.
            response = await self._client.send_request(self._http_request(body), stream=True)
            content = await response.read()
        except (AzureError, zlib.error) as fault:
            raise body.error or _unanswered(fault) from None
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Reply(response.status_code, headers, content)

    def _http_request(self, body: StreamedBody) -> HttpRequest:
        headers = {
            "Content-Type": "application/json",
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "Content-Length": str(body.length),
        }
        return HttpRequest("POST", self.deployment.endpoint.url(self.deployment.name), headers=headers, content=body)


def _unanswered(fault: AzureError | zlib.error) -> ModelUnavailable:
    if isinstance(fault, ClientAuthenticationError):
        return ModelMisconfigured("No token could be had from Entra ID for the model.")
    if isinstance(fault, ServiceResponseTimeoutError):
        return ModelTimeout(f"The model said nothing for {READ_SECONDS} seconds.")
    return ModelUnavailable(f"The model could not be reached ({type(fault).__name__}).")


def _media(request: ChatRequest) -> list[MediaPart]:
    return [part for message in request.messages for part in message.parts if isinstance(part, MediaPart)]


def _has_inline_audio(request: ChatRequest) -> bool:
    return any(part.media.kind == "audio" and part.sent_as == "inline" for part in _media(request))
