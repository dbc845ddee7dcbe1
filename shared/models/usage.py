"""What services counted, under whichever names they have for it, and the sum over several calls. Pure."""

import functools
from collections.abc import Mapping, Sequence
from typing import Any

MAX_COUNT = 2**53

_NAMES_OF_CHAT = {
    "input_tokens": "prompt_tokens",
    "output_tokens": "completion_tokens",
    "input_token_details": "prompt_tokens_details",
    "input_tokens_details": "prompt_tokens_details",
    "output_tokens_details": "completion_tokens_details",
}
"""What speech models call the same."""

_PARTS = ("prompt_tokens", "completion_tokens", "input_tokens", "output_tokens")
TOTAL = "total_tokens"


def count(told: object) -> int | None:
    """The number if it can be a count of tokens, else None."""
    if not isinstance(told, int) or isinstance(told, bool):
        return None
    return told if 0 <= told <= MAX_COUNT else None


def seconds_told(usage: Mapping[str, Any]) -> float | None:
    """How many seconds of sound a service counted; None where it told none that can be."""
    told = usage.get("seconds")
    if isinstance(told, bool) or not isinstance(told, int | float):
        return None
    return told if 0 <= told <= MAX_COUNT else None


def asked_tokens(usage: Mapping[str, Any]) -> int | None:
    """The tokens that a call was asked with; None where the service did not say."""
    return _first(usage, "prompt_tokens", "input_tokens")


def answered_tokens(usage: Mapping[str, Any]) -> int | None:
    """The tokens that were answered with; None where the service did not say."""
    return _first(usage, "completion_tokens", "output_tokens")


def asked_detail(usage: Mapping[str, Any], name: str) -> int | None:
    """A part of the tokens that were asked with; None where the service does not tell it."""
    for group in ("prompt_tokens_details", "input_tokens_details", "input_token_details"):
        details = usage.get(group)
        if isinstance(details, Mapping) and (found := count(details.get(name))) is not None:
            return found
    return None


def total_tokens(usage: Mapping[str, Any]) -> int | None:
    """The tokens of a call, as the service says or as its parts add up to; None where neither is known."""
    if (told := count(usage.get(TOTAL))) is not None:
        return told
    asked, answered = asked_tokens(usage), answered_tokens(usage)
    return None if asked is None or answered is None else asked + answered


def total_usage(calls: Sequence[Mapping[str, Any] | None]) -> dict[str, Any] | None:
    """The sum over the calls of which the service sent any usage, details and all; None where there is no such call.

    The sum has the names of chat models where some calls have those. A count of tokens is left out where one of the
    calls that counted tokens did not tell it: part of a sum is none.
    """
    sent = _under_common_names([dict(usage) for usage in calls if usage is not None])
    if not sent:
        return None
    total = functools.reduce(_add, sent)
    in_tokens = [usage for usage in sent if any(count(usage.get(name)) is not None for name in (*_PARTS, TOTAL))]
    totals = [total_tokens(usage) for usage in in_tokens]
    total[TOTAL] = sum(each for each in totals if each is not None) if totals and None not in totals else None
    for name in _PARTS:
        if name in total and any(count(usage.get(name)) is None for usage in in_tokens):
            total[name] = None
    return {name: value for name, value in total.items() if value is not None or name not in (*_PARTS, TOTAL)}


def _under_common_names(calls: Sequence[dict[str, Any]]) -> Sequence[dict[str, Any]]:
    if not any(name in usage for usage in calls for name in ("prompt_tokens", "completion_tokens")):
        return calls
    return [
        {own if (own := _NAMES_OF_CHAT.get(name, name)) not in usage else name: value for name, value in usage.items()}
        for usage in calls
    ]


def _first(usage: Mapping[str, Any], *names: str) -> int | None:
    return next((found for name in names if (found := count(usage.get(name))) is not None), None)


def _add(total: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    added = dict(total)
    for name, value in more.items():
        if isinstance(value, Mapping):
            added[name] = _add(added.get(name) or {}, value)
        elif isinstance(value, int | float):
            added[name] = (added.get(name) or 0) + value
        else:
            added.setdefault(name, value)
    return added
