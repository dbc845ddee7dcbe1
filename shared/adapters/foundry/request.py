"""A request as the chat completions API has it: the same fields, in the same order, as the SDKs send."""

from collections.abc import Mapping
from typing import Any

from shared.adapters.foundry.adaptation import AUDIO_FORMS
from shared.adapters.foundry.streaming import Base64Body, Placeholders
from shared.models import ChatRequest, Deployment, MediaPart, Message, TextPart
from shared.recipes import AnswerSchema

_SAMPLING = ("temperature", "top_p", "frequency_penalty", "presence_penalty")


def media_in(request: ChatRequest) -> list[MediaPart]:
    """The files of a request."""
    return [part for message in request.messages for part in message.parts if isinstance(part, MediaPart)]


def options_of(request: ChatRequest, deployment: Deployment) -> dict[str, Any]:
    """What a service could refuse of a request, under the names of the API.

    `detail` is what stands beside a picture; the name of a form of audio says that a recording goes in it.
    """
    names = {"max_output_tokens": deployment.token_parameter, "stop_sequences": "stop"}
    left_out = () if deployment.capability.sampling else _SAMPLING
    given = request.options.model_dump(exclude_none=True)
    options = {names.get(name, name): value for name, value in given.items() if name not in left_out}
    if detail := next((part.detail for part in media_in(request) if part.detail), None):
        options["detail"] = detail
    if request.schema:
        options["response_format"] = _response_format(request.schema)
    if request.tier:
        options["service_tier"] = request.tier
    if any(part.media.kind == "audio" and part.sent_as == "inline" for part in media_in(request)):
        options[deployment.capability.audio_as] = True
    return options


class RequestEncoder:
    """How one request is written.

    Attributes:
        options: those that the deployment takes.
        urls: the addresses of the files that travel by URL.
    """

    def __init__(self, options: Mapping[str, Any], urls: Mapping[MediaPart, str]) -> None:
        self._options = {name: value for name, value in options.items() if name not in ("detail", *AUDIO_FORMS)}
        self._detail = options.get("detail")
        self._is_audio_url = "audio_url" in options
        self._urls = urls
        self._placeholders = Placeholders()

    def encode(self, request: ChatRequest, deployment: Deployment) -> Base64Body:
        """The request as JSON, with the base64 of each file streamed into its place."""
        by_name = deployment.is_named and deployment.endpoint.names_model
        named = {"model": deployment.name} if by_name else {}
        messages = [self._message(message) for message in request.messages]
        pieces = self._placeholders.split({**named, "messages": messages, **self._options})
        return Base64Body(pieces, self._placeholders.sources)

    def _message(self, message: Message) -> dict[str, Any]:
        match message.parts:
            case [TextPart(text)]:
                return {"role": message.role, "content": text}
            case parts:
                return {"role": message.role, "content": [self._part(part) for part in parts]}

    def _part(self, part: TextPart | MediaPart) -> dict[str, Any]:
        if isinstance(part, TextPart):
            return {"type": "text", "text": part.text}
        if part.media.kind == "image":
            detail = {"detail": self._detail} if self._detail else {}
            return {"type": "image_url", "image_url": {"url": self._url(part, part.media.media_type), **detail}}
        if part in self._urls or self._is_audio_url:
            return {"type": "audio_url", "audio_url": {"url": self._url(part, f"audio/{part.media.format}")}}
        audio = {"data": self._placeholders.mark(part.source), "format": part.media.format}
        return {"type": "input_audio", "input_audio": audio}

    def _url(self, part: MediaPart, media_type: str) -> str:
        return self._urls.get(part) or f"data:{media_type};base64,{self._placeholders.mark(part.source)}"


def _response_format(schema: AnswerSchema) -> dict[str, Any]:
    described = {"description": schema.description} if schema.description else {}
    inner = {"name": schema.name, "schema": schema.schema, **described, "strict": True}
    return {"type": "json_schema", "json_schema": inner}
