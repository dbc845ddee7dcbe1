"""The APIs of chat completions and transcriptions, on the forms of endpoint that Foundry and other servers have."""

import json
import logging
import time
import uuid
from collections.abc import Awaitable, Callable

from aiohttp import web

from local.offline_model import MODEL, OFFLINE
from local.offline_model.answering import answer_to
from local.offline_model.form import TranscriptionForm
from local.offline_model.hearing import Heard, Listener
from local.offline_model.question import Picture, Question, Recording
from local.offline_model.reading import Reader, Seen
from local.offline_model.refusal import Refusal
from local.offline_model.transcript import transcript_of

MAX_BODY_BYTES = 64 * 1024 * 1024
FOUNDRY = ("/models", "/api/models", "/openai/v1", "/openai/deployments/{deployment}")
COMPATIBLE = "/v1"
"""Where Ollama, vLLM, LM Studio and many others have the same API, and want no key."""

WITHOUT_SPEECH = ("/models", "/api/models")

log = logging.getLogger("offline_model")

type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class OfflineModel:
    """The model as a server."""

    def __init__(self, listener: Listener, reader: Reader) -> None:
        self._listener = listener
        self._reader = reader

    def application(self) -> web.Application:
        """The HTTP application."""
        application = web.Application(client_max_size=MAX_BODY_BYTES, middlewares=[_refusals])
        for path in (*FOUNDRY, COMPATIBLE):
            application.router.add_post(f"{path}/chat/completions", self._complete)
            if path not in WITHOUT_SPEECH:
                application.router.add_post(f"{path}/audio/transcriptions", self._transcribe)
        application.router.add_get(f"{COMPATIBLE}/models", _models)
        return application

    async def _complete(self, request: web.Request) -> web.Response:
        _check_access(request, "application/json")
        question = Question.parse(await _document(request))
        perceived = [await self._perceive(item) for item in question.media]
        answer = answer_to(question, perceived)
        message = {"role": "assistant", "content": answer.text}
        return web.json_response(
            {
                "id": f"chatcmpl-{uuid.uuid4().hex}",
                "object": "chat.completion",
                "created": int(time.time()),
                "model": MODEL,
                "choices": [{"index": 0, "finish_reason": answer.finish_reason, "message": message}],
                "usage": answer.usage,
            },
            headers={"apim-request-id": str(uuid.uuid4())},
        )

    async def _transcribe(self, request: web.Request) -> web.Response:
        _check_access(request, "multipart/form-data")
        wanted = await TranscriptionForm.read(request)
        heard = await self._listener.listen(wanted.recording, wanted.language, has_words=wanted.has_words)
        return web.json_response(transcript_of(heard, wanted), headers={"apim-request-id": str(uuid.uuid4())})

    async def _perceive(self, item: Picture | Recording) -> Seen | Heard:
        if isinstance(item, Picture):
            return await self._reader.read(item)
        return await self._listener.listen(item)


async def _models(_request: web.Request) -> web.Response:
    listed = [{"id": name, "object": "model", "owned_by": "dropscribe"} for name in OFFLINE]
    return web.json_response({"object": "list", "data": listed})


def _check_access(request: web.Request, content_type: str) -> None:
    """Refuse what the real service refuses before it looks at the body."""
    is_compatible = request.path.startswith(f"{COMPATIBLE}/")
    if not is_compatible and not (request.headers.get("api-key") or request.headers.get("Authorization")):
        raise Refusal(401, "401", "Access denied due to missing subscription key.")
    is_v1 = is_compatible or request.path.startswith("/openai/v1/")
    if is_v1 and "api-version" in request.query:
        raise Refusal(400, "BadRequest", "API version not supported")
    if not is_v1 and "api-version" not in request.query:
        raise Refusal(404, "404", "Resource not found")
    # A web page cannot send JSON to another origin unasked, and a form not without saying that it is one: without a
    # key, none may have us work.
    if request.content_type != content_type:
        raise Refusal(415, "unsupported_media_type", f"Send the request as {content_type}.")
    if "Origin" in request.headers and content_type != "application/json":
        raise Refusal(403, "403", "Web pages cannot ask the offline model.")


async def _document(request: web.Request) -> object:
    try:
        return json.loads(await request.read())
    except (ValueError, RecursionError) as error:
        raise Refusal(400, "invalid_request", "We could not parse the JSON body of your request.") from error


@web.middleware
async def _refusals(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except Refusal as refusal:
        return refusal.response()
    except web.HTTPRequestEntityTooLarge:
        return Refusal(413, "RequestEntityTooLarge", "The request is too large.").response()
    except web.HTTPMethodNotAllowed:
        return Refusal(405, "405", "Method not allowed").response()
    except web.HTTPNotFound:
        return Refusal(404, "404", "Resource not found").response()
    except Exception:  # the log has it, and the client gets what a service says then
        log.exception("a request failed")
        return Refusal(500, "InternalServerError", "The server had an error. Its log says which.").response()
