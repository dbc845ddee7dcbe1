"""What the entries of litellm's table say of models, in our words. What cannot be true is never taken over."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

PROVIDERS = ("azure/", "azure_ai/")
"""Models of OpenAI, and those of others; the first has the last word on a price."""

ENDPOINTS = {"chat": "/v1/chat/completions", "audio_transcription": "/v1/audio/transcriptions"}
"""The kinds of models that are asked, and where."""

FIELDS = ("kinds", "json_schema", "sampling", "max_output_tokens", "retires", "prices")
"""What a line has, in this order."""

MILLION, HOUR = Decimal(1_000_000), Decimal(3_600)
RATES = {
    "input": ("input_cost_per_token", MILLION),
    "cached": ("cache_read_input_token_cost", MILLION),
    "audio": ("input_cost_per_audio_token", MILLION),
    "output": ("output_cost_per_token", MILLION),
    "hour": ("input_cost_per_second", HOUR),
}
"""Our name of a price, theirs, and how many of their units ours is for."""

LONG = 272_000
"""Tokens of a request above which the models of OpenAI from gpt-5.4 on cost more."""

MIN_RATE, MAX_RATE = Decimal("0.000001"), Decimal(1_000)
"""US dollars for a million tokens, or an hour. In November 2026 the highest is 75. Less would be rounded to nothing."""

MAX_OUTPUT_TOKENS = 10_000_000
"""Ten times what any model answers (November 2026: 1,048,576)."""

YEARS = range(2020, 2100)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,127}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_ODD = re.compile(r"[^A-Za-z0-9_.-]")


class OutOfBoundsError(Exception):
    """An entry says what cannot be; the message names the field."""


def models_of(entries: Mapping[str, Any]) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
    """Of each model that can be asked, what is known; and of each that is left out, which field cannot be true."""
    found: dict[str, dict[str, Any]] = {}
    refused: dict[str, str] = {}
    for name, entry in _of_azure(entries):
        try:
            if _is_asked(entry):
                found[_checked(name)] = _merged(found.get(name, {}), facts(entry))
        except OutOfBoundsError as error:
            refused[_ODD.sub("?", name)[:64]] = str(error)
    return {name: found[name] for name in sorted(found, key=str.lower) if found[name] and name not in refused}, refused


def _of_azure(entries: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for provider in reversed(PROVIDERS):
        for key, entry in entries.items():
            if key.startswith(provider) and "/" not in key.removeprefix(provider):
                yield key.removeprefix(provider), entry


def _is_asked(entry: Any) -> bool:
    if not isinstance(entry, dict):
        raise OutOfBoundsError("the entry")
    mode, endpoints = _typed(entry, "mode", str), _typed(entry, "supported_endpoints", list)
    endpoint = ENDPOINTS.get(mode or "")
    return endpoint is not None and (not endpoints or endpoint in endpoints)


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise OutOfBoundsError("the name")
    return name


def facts(entry: Mapping[str, Any]) -> dict[str, Any]:
    """What an entry says, in our words; what it does not say is left out.

    Raises:
        OutOfBoundsError: a value is of another type, or cannot be.
    """
    told = {
        "kinds": _kinds(entry),
        "json_schema": _typed(entry, "supports_response_schema", bool),
        "sampling": _typed(entry, "supports_sampling_params", bool),
        "max_output_tokens": _max_output_tokens(entry),
        "retires": _day(entry),
        "prices": _prices(entry) or None,
    }
    return {field: value for field, value in told.items() if value is not None}


def _typed[T](entry: Mapping[str, Any], field: str, type_: type[T]) -> T | None:
    """The value of a field; None where the entry does not say. A boolean is no number here."""
    value = entry.get(field)
    if value is not None and type(value) is not type_:
        raise OutOfBoundsError(field)
    return value


def _kinds(entry: Mapping[str, Any]) -> list[str] | None:
    """The kinds of files that it takes; None where the entry does not say."""
    if entry.get("mode") == "audio_transcription":
        return ["audio"]
    modalities, vision = _typed(entry, "supported_modalities", list), _typed(entry, "supports_vision", bool)
    hears = _typed(entry, "supports_audio_input", bool) or "audio" in (modalities or [])
    if vision is None and modalities is None:
        return None
    sees = vision or "image" in (modalities or [])
    return [kind for kind, takes in (("image", sees), ("audio", hears)) if takes]


def _max_output_tokens(entry: Mapping[str, Any]) -> int | None:
    tokens = _typed(entry, "max_output_tokens", int)
    if tokens and not 0 < tokens <= MAX_OUTPUT_TOKENS:
        raise OutOfBoundsError("max_output_tokens")
    return tokens or None


def _prices(entry: Mapping[str, Any]) -> dict[str, Any]:
    """US dollars for a million tokens and for an hour; above 272 000 tokens of a request, and in the tier `flex`."""
    long = _rates(entry, f"_above_{LONG // 1000}k_tokens")
    flex = _rates(entry, "_flex")
    long_flex = _rates(entry, f"_above_{LONG // 1000}k_tokens_flex")
    prices = {**_rates(entry, ""), **({"long": long} if long else {})}
    return {**prices, **({"flex": {**flex, **({"long": long_flex} if long_flex else {})}} if flex else {})}


def _rates(entry: Mapping[str, Any], ending: str) -> dict[str, float]:
    found = {name: _rate(entry, f"{theirs}{ending}", units) for name, (theirs, units) in RATES.items()}
    rates = {name: rate for name, rate in found.items() if rate is not None}
    if rates.get("cached", 0) > rates.get("input", float(MAX_RATE)):
        raise OutOfBoundsError(f"{RATES['cached'][0]}{ending}")
    return rates


def _rate(entry: Mapping[str, Any], field: str, units: Decimal) -> float | None:
    """The price for so many of their units; None where there is none, which 0 says too."""
    value = entry.get(field)
    if value is None:
        return None
    if type(value) not in (int, Decimal) or not Decimal(value).is_finite():
        raise OutOfBoundsError(field)
    if value == 0:
        return None
    if not MIN_RATE / units <= value <= MAX_RATE / units:
        raise OutOfBoundsError(field)
    return float(round(Decimal(value) * units, 6))


def _day(entry: Mapping[str, Any]) -> str | None:
    told = _typed(entry, "deprecation_date", str)
    if told is None:
        return None
    try:
        day = date.fromisoformat(told) if _DAY.fullmatch(told) else None
    except ValueError:
        day = None
    if day is None or day.year not in YEARS:
        raise OutOfBoundsError("deprecation_date")
    return day.isoformat()


def _merged(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """What two entries of one name say: of two days the earlier, of all else what `other` says."""
    said = {**one, **other}
    if days := [each["retires"] for each in (one, other) if "retires" in each]:
        said["retires"] = min(days)
    return {field: said[field] for field in FIELDS if field in said}
