"""A model on Azure AI Foundry, through `azure-ai-inference` (implements `ChatModel`)."""

import asyncio
import time
from collections.abc import Mapping, Set
from dataclasses import replace
from typing import Any

from azure.core.credentials import AzureKeyCredential
from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import AzureError
from azure.core.pipeline.policies import SansIOHTTPPolicy
from azure.core.rest import HttpRequest

from shared.adapters.foundry.adaptation import AUDIO_FORMS, Adaptation
from shared.adapters.foundry.completion import answer_in
from shared.adapters.foundry.request import RequestEncoder, media_in, options_of
from shared.adapters.http import (
    HttpReply,
    OneAnswerTransport,
    ServiceError,
    StreamedBody,
    unanswered_error,
)
from shared.errors import SchemaNotTaken
from shared.models import ChatAnswer, ChatRequest, Deployment

MAX_CALLS = 12
"""How often a request is sent: once more for each thing that the service refuses and the request can do without."""


PATIENT_SECONDS = 600
"""How long a cheaper tier may be silent: longer than an invocation goes on, which is what ends such a call."""


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
        self._adaptation = Adaptation()
        # Servers of one's own want no key: then nothing is sent in its place.
        keyless: dict[str, Any] = {} if credential else {"authentication_policy": SansIOHTTPPolicy[Any, Any]()}
        self._client = ChatCompletionsClient(
            deployment.endpoint.base,
            credential or _NO_CREDENTIAL,
            credential_scopes=[scope or deployment.endpoint.scope],
            retry_total=0,
            permit_redirects=False,
            transport=OneAnswerTransport(**transport),
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
        wanted = options_of(request, self.deployment)
        reply = await self._send_until_taken(request, wanted, tried)
        # In a thread: no other file waits for a reply that is made to cost time.
        answer = await asyncio.to_thread(answer_in, reply, time.monotonic() - started, _sent(request))
        self._adaptation.keep(tried)
        return replace(answer, warnings=tried.warnings(wanted))

    async def _send_until_taken(self, request: ChatRequest, wanted: Mapping[str, Any], tried: Adaptation) -> HttpReply:
        """Send, and once more for each thing that the service refuses and the request can do without: unbilled."""
        first_refusal = None
        for _ in range(MAX_CALLS):
            self._require_schema(request, tried)
            reply = await self._send(request, tried.applied(wanted))
            error = None if reply.is_success else ServiceError.of(reply)
            learned = tried.learn(error, wanted) if error else None
            if learned is None:
                break
            first_refusal = reply if learned in AUDIO_FORMS else first_refusal
        # Where the other form of audio is refused too, the first refusal says more.
        return first_refusal if first_refusal and reply.status in (400, 422) else reply

    def _require_schema(self, request: ChatRequest, tried: Adaptation) -> None:
        if request.schema and not tried.takes_schema:
            self._adaptation.instead["response_format"] = None
            raise SchemaNotTaken("The service does not take a JSON Schema.")

    async def _send(self, request: ChatRequest, options: Mapping[str, Any]) -> HttpReply:
        urls = {part: await part.source.url() for part in media_in(request) if part.sent_as == "url"}
        body = RequestEncoder(options, urls).encode(request, self.deployment)
        longer = {"read_timeout": PATIENT_SECONDS} if "service_tier" in options else {}
        try:
            # As a stream, because the SDK would raise on whatever is not of the type that it says it is.
            return await HttpReply.read(
                await self._client.send_request(self._http_request(body), stream=True, **longer)
            )
        except AzureError as error:
            raise unanswered_error(error, body, self.deployment.endpoint.host) from None

    def _http_request(self, body: StreamedBody) -> HttpRequest:
        headers = {
            "Content-Type": "application/json",
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "Content-Length": str(body.length),
        }
        return HttpRequest("POST", self.deployment.endpoint.url(self.deployment.name), headers=headers, content=body)


_NO_CREDENTIAL: Any = object()


def _sent(request: ChatRequest) -> Set[str]:
    """What is in a request: `image`, `audio`, `inline`, `url`."""
    return {thing for part in media_in(request) for thing in (part.media.kind, part.sent_as)}
