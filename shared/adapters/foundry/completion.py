"""A chat completion read from a reply: what is known of its form is checked, what is odd is left out."""

from collections.abc import Mapping, Set
from dataclasses import replace
from typing import Any

from shared.adapters.foundry.reasoning import BESIDE, THOUGHTS, without_thought, words_in
from shared.adapters.http import HttpReply, ServiceError, at, counts_in, error_after, unusable_answer
from shared.bounds import identifier, writable
from shared.errors import DropscribeError
from shared.models import ChatAnswer

MAX_NAME = 200

_FILTERS = ("content_filter", "safety", "prohibited_content", "recitation")
"""Why an answer was held back, as the services call it (OpenAI, and Gemini through gateways)."""


def answer_in(reply: HttpReply, seconds: float, sent: Set[str]) -> ChatAnswer:
    """The answer in a reply that took so many seconds; `sent` is as in `error_of`.

    Raises:
        DropscribeError: there is none. It has the usage that came with it, and quotes nothing of a completion.
    """
    reply = replace(reply)  # a copy of our own: what is read of it is let go as soon as we are done
    error = ServiceError.of(reply)
    try:
        if error is None:
            return _completion_in(reply, seconds)
        if error.is_out_of_room:
            return ChatAnswer("", "", "length", _usage_of(reply), reply.request_id, round(seconds, 3))
        raise error_after(error, reply, seconds, sent)
    except DropscribeError as unanswered:
        unanswered.usage = _usage_of(reply)
        raise


def _completion_in(reply: HttpReply, seconds: float) -> ChatAnswer:
    if reply.problem:
        raise unusable_answer(reply, f"cannot be read: {reply.problem}")
    message, reason = _message(reply)
    parts = _parts(reply, message)
    said = [part for part in parts if at(part, "type") not in THOUGHTS]
    text, thought = without_thought(words_in(said, ["text"]))
    refusal = at(message, "refusal") or [part for part in said if isinstance(part, dict)]
    thoughts = [*(message.get(name) for name in BESIDE), [part for part in parts if at(part, "type") in THOUGHTS]]
    return ChatAnswer(
        text=writable(text),
        model=writable(words_in(at(reply.document, "model")))[:MAX_NAME],
        finish_reason=reason,
        usage=_usage_of(reply),
        request_id=reply.request_id,
        tier=identifier(at(reply.document, "service_tier")),
        seconds=round(seconds, 3),
        refusal=writable(words_in(refusal, ["refusal"])) or None,
        reasoning=writable(thought or next(filter(None, map(words_in, thoughts)), "")) or None,
    )


def _usage_of(reply: HttpReply) -> dict[str, Any] | None:
    return counts_in(at(reply.document, "usage"))


def _message(reply: HttpReply) -> tuple[Mapping[str, Any], str | None]:
    """The answer, and why it ends; one that a filter held back may have no message."""
    choice = at(reply.document, "choices", 0)
    message, reason = at(choice, "message"), _finish_reason(at(choice, "finish_reason"))
    if reason == "error":  # OpenRouter, where a provider fails in the midst of an answer
        raise unusable_answer(reply, "is not a chat completion: it breaks off with an error")
    if not isinstance(message, dict) and reason != "content_filter":
        raise unusable_answer(reply, "is not a chat completion: it has no message")
    return message if isinstance(message, dict) else {}, reason


def _finish_reason(reason: Any) -> str | None:
    is_filtered = isinstance(reason, str) and reason.lower().startswith(_FILTERS)
    return "content_filter" if is_filtered else identifier(reason)


def _parts(reply: HttpReply, message: Mapping[str, Any]) -> list[Any]:
    """What an answer is made of: one text, several parts, or what a model that speaks has said."""
    content = message.get("content")
    if content is None:
        content = at(message, "audio", "transcript")
    if content is None or isinstance(content, str):
        return [content or ""]
    if isinstance(content, list) and (not content or any(map(_is_known, content))):
        return content
    raise unusable_answer(reply, "is not a chat completion: its content is neither text nor parts that have text")


def _is_known(part: Any) -> bool:
    """Whether it is a part of an answer; beside such there may be others."""
    is_said = isinstance(part, str) or any(isinstance(at(part, name), str) for name in ("text", "refusal"))
    return is_said or at(part, "type") in THOUGHTS
