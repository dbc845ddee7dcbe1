"""The line that the log has for each file: what operators count, and nothing of what was asked or answered.

The queries in `infra/queries` read these fields. Whatever a service said of its usage, the line is made.
"""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from shared.models import answered_tokens, asked_detail, asked_tokens
from shared.results.result import MAX_COUNT, Result

MAX_CALLS = 100
"""How many calls a line lists; a recipe has a few turns."""


def log_fields(outcome: Result) -> dict[str, Any]:
    """The fields of the line: who answered, how long it took (seconds), what it cost, and why if in an error.

    `seconds` is from when the file was last taken up to its document; `cost` is in US dollars; `calls` has the
    tokens and the cost of each call.
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
        "seconds": round(timing.completed.timestamp() - timing.received.timestamp(), 3),
        "model_seconds": timing.model_seconds,
        "total_tokens": _count(outcome.usage.total_tokens) if outcome.usage else None,
        "cost": outcome.usage.cost.amount if outcome.usage and outcome.usage.cost else None,
        "calls": list(_calls(outcome)),
    }


def _calls(outcome: Result) -> Iterator[dict[str, Any]]:
    if outcome.usage is None or outcome.model is None:
        return
    usage, deployment = outcome.usage.model_dump(), outcome.model.deployment
    for call in listed_calls(usage)[:MAX_CALLS] or [{**usage, "deployment": deployment}]:
        yield {
            "model": call["deployment"],
            "input_tokens": asked_tokens(call),
            "audio_tokens": asked_detail(call, "audio_tokens"),
            "output_tokens": answered_tokens(call),
            "cost": amount_of(call.get("cost")),
        }


def listed_calls(usage: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The calls that we listed ourselves; a service may have a field of that name, and anything in it."""
    calls = usage.get("calls")
    if not isinstance(calls, list):
        return []
    return [call for call in calls if isinstance(call, dict) and isinstance(call.get("deployment"), str)]


def amount_of(cost: Any) -> float | None:
    """The US dollars of a cost as we write it."""
    amount = cost.get("amount") if isinstance(cost, dict) else None
    return amount if isinstance(amount, float) and math.isfinite(amount) else None


def _count(tokens: Any) -> int | None:
    is_count = isinstance(tokens, int) and not isinstance(tokens, bool)
    return tokens if is_count and 0 <= tokens <= MAX_COUNT else None
