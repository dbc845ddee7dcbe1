"""A request as the chat completions wire has it: the same fields, in the same order, as the SDKs send."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared.adapters.foundry.adaptation import Adaptation
from shared.adapters.foundry.streaming import Placeholders, StreamedBody
from shared.models.chat import ChatRequest, MediaPart, Message, TextPart
from shared.models.deployments import Deployment
from shared.recipes.output_schema import AnswerSchema
from shared.recipes.recipe import ModelOptions

SAMPLING_OPTIONS = ("temperature", "top_p", "frequency_penalty", "presence_penalty")


@dataclass(frozen=True)
class EncodedRequest:
    """What goes over the wire.

    Attributes:
        parameters: the names that a service could refuse, of those that went along.
        wanted: the names of the options that the recipe asks for, whether they went along or not.
    """

    body: StreamedBody
    parameters: frozenset[str]
    wanted: tuple[str, ...]


class RequestEncoder:
    """How one deployment is spoken to.

    Attributes:
        adaptation: what it turned out not to take, and how a recording is carried.
        urls: the addresses of the files that travel by URL.
    """

    def __init__(
        self,
        deployment: Deployment,
        adaptation: Adaptation,
        urls: Mapping[MediaPart, str],
    ) -> None:
        self._deployment = deployment
        self._adaptation = adaptation
        self._urls = urls
        self._placeholders = Placeholders()
        self._has_detail = False

    def encode(self, request: ChatRequest) -> EncodedRequest:
        """The request as JSON, with the base64 of each file streamed into its place."""
        by_name = self._deployment.is_named and self._deployment.endpoint.names_model
        named = {"model": self._deployment.name} if by_name else {}
        held_to = {"response_format": _response_format(request.schema)} if request.schema else {}
        messages = [self._message(message) for message in request.messages]
        wanted = self._options(request.options)
        options = self._adaptation.applied(wanted)
        document = {**named, "messages": messages, **options, **held_to}
        body = StreamedBody(self._placeholders.split(document), self._placeholders.sources)
        wanted_detail = ["detail"] if self._has_detail else []
        sent_detail = filter(self._adaptation.takes, wanted_detail)
        return EncodedRequest(body, frozenset([*options, *held_to, *sent_detail]), (*wanted, *wanted_detail))

    def _options(self, options: ModelOptions) -> dict[str, Any]:
        names = {"max_output_tokens": self._deployment.token_parameter, "stop_sequences": "stop"}
        left_out = () if self._deployment.capability.sampling else SAMPLING_OPTIONS
        given = options.model_dump(exclude_none=True)
        return {names.get(name, name): value for name, value in given.items() if name not in left_out}

    def _message(self, message: Message) -> dict[str, Any]:
        match message.parts:
            case [TextPart(text)]:
                return {"role": message.role, "content": text}
            case parts:
                return {"role": message.role, "content": [self._part(part) for part in parts]}

    def _part(self, part: TextPart | MediaPart) -> dict[str, Any]:
        if isinstance(part, TextPart):
            return {"type": "text", "text": part.text}
        return self._image(part) if part.media.kind == "image" else self._audio(part)

    def _image(self, part: MediaPart) -> dict[str, Any]:
        detail = {"detail": part.detail} if part.detail and self._adaptation.takes("detail") else {}
        self._has_detail |= bool(part.detail)
        return {"type": "image_url", "image_url": {"url": self._url(part, part.media.media_type), **detail}}

    def _audio(self, part: MediaPart) -> dict[str, Any]:
        if part in self._urls or self._adaptation.audio_form == "audio_url":
            return {"type": "audio_url", "audio_url": {"url": self._url(part, f"audio/{part.media.format}")}}
        audio = {"data": self._placeholders.mark(part.source), "format": part.media.format}
        return {"type": "input_audio", "input_audio": audio}

    def _url(self, part: MediaPart, media_type: str) -> str:
        return self._urls.get(part) or f"data:{media_type};base64,{self._placeholders.mark(part.source)}"


def _response_format(schema: AnswerSchema) -> dict[str, Any]:
    described = {"description": schema.description} if schema.description else {}
    inner = {"name": schema.name, "schema": schema.schema, **described, "strict": True}
    return {"type": "json_schema", "json_schema": inner}
