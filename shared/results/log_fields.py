"""The line that the log has for each file: what operators count, and nothing of what was asked or answered.

The queries in `infra/queries` read these fields.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from shared.results.result import Result


def log_fields(outcome: Result) -> dict[str, Any]:
    """The fields of the line: who answered, how long it took (seconds), what it cost (tokens), and why if in an error.

    `seconds` is from when the file was last taken up to its document; `calls` has the tokens of each call of a model.
    """
    timing = outcome.timing
    return {
        "name": outcome.input.name,
        "outcome": outcome.status,
        "cause": outcome.error.code if outcome.error else None,
        "recipe": outcome.recipe.name if outcome.recipe else None,
        "model": outcome.model.deployment if outcome.model else None,
        "kind": outcome.input.kind,
        "bytes": outcome.input.bytes,
        "attempts": outcome.attempts,
        "seconds": round((timing.completed - timing.received).total_seconds(), 3),
        "model_seconds": timing.model_seconds,
        "total_tokens": outcome.usage.total_tokens if outcome.usage else None,
        "calls": list(_calls(outcome)),
    }


def _calls(outcome: Result) -> Iterator[dict[str, Any]]:
    if outcome.usage is None or outcome.model is None:
        return
    usage = outcome.usage.model_dump()
    for call in usage.get("calls") or [{"deployment": outcome.model.deployment, **usage}]:
        yield {
            "model": call["deployment"],
            "input_tokens": call.get("prompt_tokens"),
            "audio_tokens": _audio_tokens(call.get("prompt_tokens_details")),
            "output_tokens": call.get("completion_tokens"),
        }


def _audio_tokens(details: Mapping[str, Any] | None) -> int | None:
    """Those of the input tokens that are audio, which many services charge differently."""
    return details.get("audio_tokens") if details else None
