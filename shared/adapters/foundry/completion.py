"""A chat completion read from a reply: what is known of its form is checked, what is odd is left out."""

from collections.abc import Iterator, Mapping
from typing import Any

from shared.adapters.foundry.reply import Reply, writable
from shared.errors import ModelUnavailable
from shared.models.chat import ChatAnswer


def answer_of(reply: Reply, seconds: float) -> ChatAnswer:
    """Read a completion.

    Raises:
        ModelUnavailable: it is none.
    """
    try:
        document = reply.document()
        choice = document["choices"][0]
        message, reason, name = choice["message"], choice.get("finish_reason"), document.get("model")
        return ChatAnswer(
            text=writable(_text(message)),
            model=writable(name) if isinstance(name, str) else "",
            finish_reason=writable(reason) if isinstance(reason, str) else None,
            usage=_usage(document.get("usage")),
            request_id=reply.request_id,
            seconds=round(seconds, 3),
            refusal=writable(message.get("refusal") or "") or None,
        )
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise ModelUnavailable(
            f"The model's answer is not a chat completion ({type(error).__name__}).",
            status=reply.status,
            request_id=reply.request_id,
        ) from None  # the cause may quote the answer


def _text(message: Mapping[str, Any]) -> str:
    """The words, which some models send in parts, and those that speak as what they said."""
    content = message.get("content")
    if isinstance(content, list):
        return "".join(part["text"] for part in content if part.get("type") == "text")
    if content is None and message.get("audio"):
        content = message["audio"].get("transcript")
    if content is not None and not isinstance(content, str):
        raise TypeError("neither text nor parts")
    return content or ""


def _usage(usage: Any) -> dict[str, Any] | None:
    return dict(_counts(usage)) or None if isinstance(usage, Mapping) else None


def _counts(usage: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The counts, and the groups of counts, under the names that came."""
    for name, value in usage.items():
        if isinstance(value, Mapping):
            yield writable(name), dict(_counts(value))
        elif value is None or (isinstance(value, int) and not isinstance(value, bool)):
            yield writable(name), value
