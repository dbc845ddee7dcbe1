"""What a request asks: the words, and the pictures and recordings that come with them."""

import binascii
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pybase64

from local.offline_model import parameters
from local.offline_model.refusal import Refusal

MAX_BYTES = 20 * 1024 * 1024
"""The largest picture or recording, in bytes."""

AUDIO_FORMATS = ("wav", "mp3")
_AUDIO_TYPES = {"audio/wav": "wav", "audio/x-wav": "wav", "audio/mpeg": "mp3", "audio/mp3": "mp3"}
_DATA_URL = re.compile(r"data:(?P<type>[\w./+-]+);base64,")


@dataclass(frozen=True)
class Picture:
    """An image, still encoded."""

    data: bytes


@dataclass(frozen=True)
class Recording:
    """A piece of audio, still encoded as `format` says."""

    data: bytes
    format: str


@dataclass(frozen=True)
class Question:
    """What is asked.

    Attributes:
        prompt: the text of the last message of the user.
        told: the first answer in the conversation, such as a transcript that another model made.
        text_length: the characters of all texts of the conversation together.
        max_tokens: where the answer is to be cut.
    """

    prompt: str
    text_length: int
    media: tuple[Picture | Recording, ...]
    max_tokens: int | None
    told: str = ""

    @classmethod
    def parse(cls, document: Any) -> "Question":
        """Read the body of a request.

        Raises:
            Refusal: it is not a chat completions request that the real service would take.
        """
        if not isinstance(document, Mapping):
            raise Refusal(400, "invalid_type", "Invalid type for the body: expected an object with 'messages'.")
        parameters.check(document)
        messages = document.get("messages")
        if not isinstance(messages, list) or not messages:
            raise Refusal(400, "invalid_type", "Invalid type for 'messages': expected a non-empty array.", "messages")
        said = [part for number, message in enumerate(messages) for part in _parts(number, message)]
        asked = [text for role, text in said if role == "user" and isinstance(text, str)]
        told = [text for role, text in said if role == "assistant" and isinstance(text, str)]
        return cls(
            prompt=asked[-1] if asked else "",
            text_length=sum(len(part) for _, part in said if isinstance(part, str)),
            media=tuple(part for _, part in said if not isinstance(part, str)),
            max_tokens=document.get("max_tokens") or document.get("max_completion_tokens"),
            told=told[0] if told else "",
        )


def _parts(number: int, message: Any) -> Iterator[tuple[str, str | Picture | Recording]]:
    where = f"messages[{number}]"
    if not isinstance(message, Mapping) or message.get("role") not in (
        "system",
        "user",
        "assistant",
        "developer",
    ):
        raise Refusal(400, "invalid_value", "Invalid value for 'role'.", f"{where}.role")
    content = message.get("content")
    if isinstance(content, str):
        yield message["role"], content
        return
    if not isinstance(content, list):
        raise Refusal(400, "invalid_type", "Invalid type for 'content': expected a string or an array.", where)
    for position, part in enumerate(content):
        yield message["role"], _part(part, f"{where}.content[{position}]")


def _part(part: Any, where: str) -> str | Picture | Recording:
    try:
        match part["type"]:
            case "text":
                return str(part["text"])
            case "image_url":
                return Picture(_data_url(part["image_url"]["url"], where)[1])
            case "input_audio":
                return Recording(_base64(part["input_audio"]["data"], where), _format(part["input_audio"], where))
            case "audio_url":
                media_type, data = _data_url(part["audio_url"]["url"], where)
                return Recording(data, _AUDIO_TYPES.get(media_type, media_type))
    except (KeyError, TypeError) as error:
        raise Refusal(400, "missing_required_parameter", f"Missing required parameter: {error}.", where) from error
    raise Refusal(400, "invalid_value", f"Invalid value: '{part['type']}'.", f"{where}.type")


def _format(audio: Mapping[str, Any], where: str) -> str:
    name = audio["format"]
    if name not in AUDIO_FORMATS:
        message = f"Invalid value: '{name}'. Supported values are: 'wav' and 'mp3'."
        raise Refusal(400, "invalid_value", message, f"{where}.input_audio.format")
    return str(name)


def _data_url(url: str, where: str) -> tuple[str, bytes]:
    head = _DATA_URL.match(url)
    if not head:
        raise Refusal(400, "invalid_request", "The offline model fetches nothing: send a data URL.", where)
    return head["type"], _base64(url[head.end() :], where)


def _base64(text: str, where: str) -> bytes:
    try:
        data = pybase64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refusal(400, "invalid_base64", "Invalid base64 data.", where) from error
    if len(data) > MAX_BYTES:
        raise Refusal(400, "file_too_large", "The file is too large: at most 20 MB are supported.", where)
    return data
