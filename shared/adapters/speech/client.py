"""A speech model at either of its APIs (implements `SpeechModel`)."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from azure.core import AsyncPipelineClient
from azure.core.credentials import AzureKeyCredential
from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import AzureError
from azure.core.pipeline.policies import AsyncBearerTokenCredentialPolicy, HeadersPolicy, UserAgentPolicy
from azure.core.rest import AsyncHttpResponse, HttpRequest

from shared.adapters.http import (
    HttpReply,
    OneAnswerTransport,
    ServiceError,
    may_be_billed,
    retry_after,
    unanswered_error,
)
from shared.adapters.speech.adaptation import Adaptation
from shared.adapters.speech.answers import answer_in
from shared.adapters.speech.apis import api_of
from shared.adapters.speech.failed_speakers import FailedSpeakers
from shared.adapters.speech.multipart import MultipartBody, random_boundary
from shared.bounds import OF_TRANSCRIPTS
from shared.models import ChatAnswer, Deployment, SpeechRequest

MAX_CALLS = 8
"""How often a request is sent: once more for each thing that the service refuses and the request can do without."""


class SpeechService:
    """One deployment of a speech model. Nothing is tried again but without what the service does not take."""

    def __init__(
        self,
        deployment: Deployment,
        credential: AzureKeyCredential | AsyncTokenCredential | None,
        scope: str | None = None,
        *,
        boundary: Callable[[], str] = random_boundary,
        **transport: Any,
    ) -> None:
        self.deployment = deployment
        self._api = api_of(deployment)
        self._key = credential if isinstance(credential, AzureKeyCredential) else None
        self._boundary = boundary
        self._adaptation = Adaptation()
        self._failed_speakers = FailedSpeakers()
        self._one_at_a_time = asyncio.Lock()
        tokens = None if credential is None or self._key else credential
        scopes = [scope or self._api.scope(deployment)]
        bearer = [AsyncBearerTokenCredentialPolicy(tokens, *scopes)] if tokens else []  # type: ignore[arg-type] # told apart above
        # No policy for retries or redirects: with a redirect the key would go along.
        self._client: AsyncPipelineClient[HttpRequest, AsyncHttpResponse] = AsyncPipelineClient(
            deployment.endpoint.base,
            policies=[HeadersPolicy(), UserAgentPolicy(sdk_moniker="dropscribe"), *bearer],
            transport=OneAnswerTransport(**transport),
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def transcribe(self, request: SpeechRequest) -> ChatAnswer:
        """See `SpeechModel.transcribe`."""
        started, tried = time.monotonic(), self._adaptation.copy()
        options = self._api.options(request, self.deployment)
        if failed := self._failed_speakers.of(request):
            tried.give_up_speakers(failed, request, options)
        reply = await self._send_until_taken(request, options, tried)
        seconds = time.monotonic() - started
        # In a thread, and one at a time: a transcript of hours is megabytes of JSON, and many times that in memory.
        async with self._one_at_a_time:
            answer = await asyncio.to_thread(answer_in, reply, self._api, request, options, seconds)
        self._adaptation.keep(tried)
        self._failed_speakers.forget(request)
        return replace(answer, warnings=(*tried.told(options), *answer.warnings))

    async def _send_until_taken(
        self, request: SpeechRequest, options: Mapping[str, Any], tried: Adaptation
    ) -> HttpReply:
        """Send, and once more for each thing that the service refuses and the request can do without: unbilled."""
        for _ in range(MAX_CALLS):
            started = time.monotonic()
            reply = await self._send(request, tried.applied(options))
            error = None if reply.is_success else ServiceError.of(reply)
            if error is None:
                break
            if tried.learn(error, options):
                continue
            is_busy = retry_after(reply.headers) is not None  # then it says itself that it will do later
            if is_busy or not tried.give_up_speakers(error, request, options):
                break
            if may_be_billed(error, time.monotonic() - started):
                self._failed_speakers.note(request, error)
                break
        return reply

    async def _send(self, request: SpeechRequest, options: Mapping[str, Any]) -> HttpReply:
        fields = self._api.fields(options, self.deployment)
        body = MultipartBody(fields, self._api.file_field, request.recording, self._boundary())
        try:
            # As a stream: it is read by us, bounded.
            response = await self._client.send_request(self._http_request(body), stream=True)
            return await HttpReply.read(response, OF_TRANSCRIPTS)
        except AzureError as error:
            raise unanswered_error(error, body, self.deployment.endpoint.host) from None

    def _http_request(self, body: MultipartBody) -> HttpRequest:
        headers = {
            "Content-Type": body.content_type,
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "Content-Length": str(body.length),
            **(self._api.key_headers(self._key) if self._key else {}),
        }
        return HttpRequest("POST", self._api.address(self.deployment), headers=headers, content=body)
