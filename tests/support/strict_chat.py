"""Chat completions as strict as the real services are known to be, for each of some models."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from tests.integration.loopback import Arrived
from tests.support.speech_forms import Refused, require_key

MAX_BYTES = 20 * 1024 * 1024
_REASONING = ("temperature", "top_p", "frequency_penalty", "presence_penalty")
_KNOWN = {*_REASONING, "model", "messages", "max_tokens", "max_completion_tokens", "seed", "stop", "response_format"}
_PATH = re.compile(
    r"(?P<models>(?:/api)?/models)/chat/completions|/openai/v1/chat/completions"
    r"|/openai/deployments/(?P<deployment>[^/]+)/chat/completions|(?P<local>/v1)/chat/completions"
)
_IN_WORDS = re.compile(r"It must fit this JSON Schema:\n(?P<schema>\{.*\})")


@dataclass(frozen=True)
class Rules:
    """What a model takes.

    Attributes:
        parts: the kinds of parts beside text.
        refused: parameters that it answers with 400.
        max_output: the largest limit for an answer that it takes.
        needs_sound: whether it refuses words alone (told of its forerunner: CherryHQ/cherry-studio#1179).
    """

    parts: tuple[str, ...]
    refused: tuple[str, ...] = ()
    has_schema: bool = False
    max_images: int = 1
    max_output: int = 128_000
    needs_sound: bool = False


_GPT = Rules(("image_url",), (*_REASONING, "max_tokens"), has_schema=True, max_images=50)
RULES = {
    "gpt-6-luna": _GPT,
    "gpt-5.4": _GPT,
    "gpt-audio-1.5": Rules(("input_audio",), max_output=16_384, needs_sound=True),
    "Phi-4-multimodal-instruct": Rules(("image_url", "audio_url"), max_output=4_096),
    "gemma3:4b": Rules(("image_url",)),
}


def completion(request: web.Request, arrived: Arrived) -> dict[str, Any]:
    """The answer: some words, or what fits the schema that is asked for; raises `Refused`."""
    path = _PATH.fullmatch(request.path)
    needs_version = path is not None and bool(path["models"] or path["deployment"])
    if path is None or needs_version != ("api-version" in request.query):
        raise Refused(404, "404", "Resource not found")
    if not path["local"]:
        require_key(arrived, "api-key")
    asked = arrived.json
    name = path["deployment"] or asked.get("model")
    if name not in RULES:
        raise Refused(404, "DeploymentNotFound", "The API deployment for this resource does not exist.")
    _check_parameters(asked, RULES[name])
    _check_parts(asked["messages"], RULES[name])
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": _answer(asked)}}
    usage = {"prompt_tokens": 70, "completion_tokens": 7, "total_tokens": 77}
    return {"id": "c-1", "object": "chat.completion", "model": name, "choices": [choice], "usage": usage}


def _check_parameters(asked: Mapping[str, Any], rules: Rules) -> None:
    for name, value in asked.items():
        if name not in _KNOWN:
            raise Refused(400, "unknown_parameter", f"Unrecognized request argument supplied: {name}", name)
        if name == "temperature" and name in rules.refused and value != 1:
            message = f"Unsupported value: 'temperature' does not support {value} with this model."
            raise Refused(400, "unsupported_value", message, name)
        if name in rules.refused and name != "temperature":
            message = f"Unsupported parameter: '{name}' is not supported with this model."
            raise Refused(400, "unsupported_parameter", message, name)
    limit = asked.get("max_tokens") or asked.get("max_completion_tokens") or 1
    if limit > rules.max_output or {"max_tokens", "max_completion_tokens"} <= asked.keys():
        raise Refused(400, "invalid_value", f"max_tokens is too large: at most {rules.max_output}.", "max_tokens")
    if "response_format" in asked:
        _check_form(asked["response_format"], rules)


def _check_form(form: Mapping[str, Any], rules: Rules) -> None:
    if not rules.has_schema:
        message = "Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model."
        raise Refused(400, "unsupported_parameter", message, "response_format")
    if form["type"] != "json_schema" or form["json_schema"]["strict"] is not True:
        raise Refused(400, "invalid_value", "Only a strict json_schema is supported.", "response_format")
    for each in _objects(form["json_schema"]["schema"]):
        if each.get("additionalProperties") is not False or set(each["required"]) != set(each["properties"]):
            message = "Invalid schema for response_format: every property is required, and no other may be there."
            raise Refused(400, "invalid_value", message, "response_format")


def _objects(schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if "properties" in schema:
        yield schema
    for inner in (*schema.get("properties", {}).values(), *filter(None, [schema.get("items")])):
        yield from _objects(inner)


def _check_parts(messages: list[dict[str, Any]], rules: Rules) -> None:
    parts = [part for each in messages if isinstance(each["content"], list) for part in each["content"]]
    for part in parts:
        if part["type"] not in ("text", *rules.parts):
            # Phi-4 answered so in the article, where `audio_url` worked in its place.
            status = 422 if "audio_url" in rules.parts else 400
            message = f"Invalid value: '{part['type']}'. Supported values are: {('text', *rules.parts)}."
            raise Refused(status, "invalid_value", message, "messages")
        if part["type"] == "input_audio" and part["input_audio"]["format"] not in ("wav", "mp3"):
            raise Refused(400, "invalid_value", "Supported values are: 'wav' and 'mp3'.", "messages")
        if len(json.dumps(part)) * 3 / 4 > MAX_BYTES:
            raise Refused(400, "file_too_large", "At most 20 MB are supported.", "messages")
    if rules.needs_sound and not any(part["type"] == "input_audio" for part in parts):
        message = "This model requires that either input content or output modality contain audio."
        raise Refused(400, "invalid_value", message, "model")
    if sum(part["type"] == "image_url" for part in parts) > rules.max_images:
        raise Refused(400, "too_many_images", "Too many images in request.", "messages")


def _answer(asked: Mapping[str, Any]) -> str:
    if "response_format" in asked:
        return json.dumps(_fitting(asked["response_format"]["json_schema"]["schema"]))
    content = asked["messages"][-1]["content"]
    prompt = content if isinstance(content, str) else content[0]["text"]
    found = _IN_WORDS.search(prompt)
    return json.dumps(_fitting(json.loads(found["schema"]))) if found else "Good morning, everyone."


def _fitting(schema: Mapping[str, Any]) -> Any:
    """The least that fits a schema, with one element in each list."""
    kind = schema["type"] if isinstance(schema["type"], str) else schema["type"][0]
    match kind:
        case "object":
            return {name: _fitting(each) for name, each in schema["properties"].items()}
        case "array":
            return [_fitting(schema["items"])]
        case "string":
            return next(iter(schema.get("enum", ())), "words")
        case _:
            return {"boolean": True}.get(kind, 1)
