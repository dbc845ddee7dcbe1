"""Which parameters a request may have. All are checked as the real service checks them.

The model answers the same whatever temperature, penalties and seed say: it makes nothing up. Of the others it takes
what asks for no more than it can do.
"""

from collections.abc import Callable, Mapping
from typing import Any

from local.offline_model.refusal import Refusal

MAX_STOP_SEQUENCES = 4
TOKEN_LIMITS = ("max_tokens", "max_completion_tokens")


def check(document: Mapping[str, Any]) -> None:
    """Check every parameter of a request but `messages`.

    Raises:
        Refusal: one is unknown, does not hold, or asks for what the offline model cannot do.
    """
    for name, value in document.items():
        if name not in _HOLDS:
            raise Refusal(400, "unknown_parameter", f"Unrecognized request argument supplied: {name[:100]}", name[:100])
        if value is not None and not _HOLDS[name](value):
            raise Refusal(400, "invalid_value", f"Invalid value for '{name}'.", name)
    if all(document.get(name) is not None for name in TOKEN_LIMITS):
        raise Refusal(400, "invalid_parameter_combination", f"Send only one of {' and '.join(TOKEN_LIMITS)}.")


def _number(low: float, high: float) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high


def _whole(low: int) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and value >= low


def _only(*allowed: Any) -> Callable[[Any], bool]:
    return lambda value: value in allowed


def _is_stop(value: Any) -> bool:
    stops = [value] if isinstance(value, str) else value
    return isinstance(stops, list) and len(stops) <= MAX_STOP_SEQUENCES and all(isinstance(each, str) for each in stops)


_HOLDS: dict[str, Callable[[Any], bool]] = {
    "messages": lambda _: True,
    "model": lambda value: isinstance(value, str),
    "user": lambda value: isinstance(value, str),
    "temperature": _number(0, 2),
    "top_p": _number(0, 1),
    "frequency_penalty": _number(-2, 2),
    "presence_penalty": _number(-2, 2),
    "seed": lambda value: isinstance(value, int),
    "stop": _is_stop,
    **dict.fromkeys(TOKEN_LIMITS, _whole(1)),
    # More than one answer, an answer in pieces, or one that is held to a form: it can do none of these.
    "n": _only(1),
    "stream": _only(False),
    "response_format": _only({"type": "text"}),
}
