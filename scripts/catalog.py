"""Write `shared/models/catalog.json` anew: what is known of the models on Azure, and what they cost.

The facts come from the table of prices in the newest Python package `litellm` (MIT), of which pip fetches the wheel
(44 MB) into a temporary folder. Nothing of it is installed, and only facts carry over: what a model takes, how much it
answers, until when it runs, and its price. What the table has wrong, `models.toml` puts right.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

CATALOG = Path(__file__).resolve().parent.parent / "shared" / "models" / "catalog.json"
PACKAGE = "litellm"
INSIDE = "litellm/model_prices_and_context_window_backup.json"
MAX_BYTES = 50_000_000
PROVIDERS = ("azure/", "azure_ai/")
"""Models of OpenAI, and those of others; the first has the last word on a price."""

ENDPOINTS = {"chat": "/v1/chat/completions", "audio_transcription": "/v1/audio/transcriptions"}
"""The kinds of models that are asked, and where."""

MIN_MODELS = 100
MAX_LOST = 0.2
"""A table that has fewer models, or has lost a larger part of them at once, is not believed."""

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


class UnusableError(Exception):
    """What was fetched is not the table that this script knows; the message says why."""


def main() -> int:
    """Write it, if any model changed, and say what did."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--wheel", type=Path, help="a wheel that lies here already, in place of the newest")
    wheel = options.parse_args().wheel
    try:
        with tempfile.TemporaryDirectory() as folder:
            wheel = wheel or fetched(Path(folder))
            version, entries = wheel.name.split("-")[1], table_in(wheel)
        known = json.loads(CATALOG.read_text(encoding="utf-8"))["models"] if CATALOG.exists() else {}
        models = models_of(entries)
        require_sound(models, known)
    except (UnusableError, OSError, zipfile.BadZipFile, ValueError, subprocess.CalledProcessError) as error:
        print(f"The catalog stays as it is: {error}", file=sys.stderr)
        return 1
    changes = list(differences(known, models))
    print("\n".join(changes) or "Nothing changed.")
    if changes:
        CATALOG.write_text(written(models, version, datetime.now(UTC).date()), encoding="utf-8")
    return 0


def fetched(folder: Path) -> Path:
    """The newest wheel, in this folder."""
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
    subprocess.run([*pip, "--dest", str(folder), PACKAGE], check=True)
    return next(folder.glob("*.whl"))


def table_in(wheel: Path) -> dict[str, Any]:
    """The table in the wheel, with numbers as they are written.

    Raises:
        UnusableError: it is not where it was, or is no table.
    """
    with zipfile.ZipFile(wheel) as files:
        if INSIDE not in files.namelist() or files.getinfo(INSIDE).file_size > MAX_BYTES:
            raise UnusableError(f"{wheel.name} has no {INSIDE} of at most {MAX_BYTES:,} bytes.")
        entries = json.loads(files.read(INSIDE), parse_float=Decimal)
    if not isinstance(entries, dict):
        raise UnusableError(f"{INSIDE} is no table.")
    return entries


def models_of(entries: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Our table, by the models' names: of each that can be asked, what is known."""
    found: dict[str, dict[str, Any]] = {}
    for provider in reversed(PROVIDERS):
        for key, entry in entries.items():
            name = key.removeprefix(provider)
            if key.startswith(provider) and "/" not in name and isinstance(entry, dict) and _is_asked(entry):
                found[name] = _merged(found.get(name, {}), facts(entry))
    return {name: found[name] for name in sorted(found, key=str.lower) if found[name]}


def _is_asked(entry: Mapping[str, Any]) -> bool:
    endpoint, endpoints = ENDPOINTS.get(entry.get("mode", "")), entry.get("supported_endpoints")
    return endpoint is not None and (not endpoints or endpoint in endpoints)


def facts(entry: Mapping[str, Any]) -> dict[str, Any]:
    """What an entry says, in our words; what it does not say, or what is no such value, is left out."""
    told: dict[str, Any] = {}
    kinds = _kinds(entry)
    if kinds is not None:
        told["kinds"] = kinds
    for name, theirs in (("json_schema", "supports_response_schema"), ("sampling", "supports_sampling_params")):
        if isinstance(entry.get(theirs), bool):
            told[name] = entry[theirs]
    if isinstance(entry.get("max_output_tokens"), int) and entry["max_output_tokens"] > 0:
        told["max_output_tokens"] = entry["max_output_tokens"]
    if retires := _day(entry.get("deprecation_date")):
        told["retires"] = retires
    if prices := _prices(entry):
        told["prices"] = prices
    return told


def _kinds(entry: Mapping[str, Any]) -> list[str] | None:
    """The kinds of files that it takes; None where the entry does not say."""
    modalities = entry.get("supported_modalities")
    heard = "audio" in modalities if isinstance(modalities, list) else False
    if entry.get("mode") == "audio_transcription":
        return ["audio"]
    if not isinstance(entry.get("supports_vision"), bool) and not isinstance(modalities, list):
        return None
    sees = bool(entry.get("supports_vision")) or (isinstance(modalities, list) and "image" in modalities)
    return [kind for kind, takes in (("image", sees), ("audio", heard or entry.get("supports_audio_input"))) if takes]


def _prices(entry: Mapping[str, Any]) -> dict[str, Any]:
    """US dollars for a million tokens and for an hour; above 272 000 tokens of a request, and in the tier `flex`."""
    long = _rates(entry, f"_above_{LONG // 1000}k_tokens")
    flex = _rates(entry, "_flex")
    long_flex = _rates(entry, f"_above_{LONG // 1000}k_tokens_flex")
    prices = {**_rates(entry, ""), **({"long": long} if long else {})}
    return {**prices, **({"flex": {**flex, **({"long": long_flex} if long_flex else {})}} if flex else {})}


def _rates(entry: Mapping[str, Any], ending: str) -> dict[str, float]:
    found = {name: (entry.get(f"{theirs}{ending}"), units) for name, (theirs, units) in RATES.items()}
    return {
        name: float(round(Decimal(value) * units, 6))
        for name, (value, units) in found.items()
        if isinstance(value, (int, Decimal)) and not isinstance(value, bool) and value > 0
    }


def _day(value: object) -> str | None:
    try:
        return date.fromisoformat(value).isoformat() if isinstance(value, str) else None
    except ValueError:
        return None


def _merged(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """What two entries of one name say: of two days the earlier, of all else what `other` says."""
    said = {**one, **other}
    if days := [each["retires"] for each in (one, other) if "retires" in each]:
        said["retires"] = min(days)
    return {field: said[field] for field in FIELDS if field in said}


def require_sound(models: Mapping[str, Any], known: Mapping[str, Any]) -> None:
    """Refuse a table that cannot be whole.

    Raises:
        UnusableError: it has too few models.
    """
    lost = [name for name in known if name not in models]
    if len(models) < MIN_MODELS or len(lost) > MAX_LOST * len(known):
        raise UnusableError(f"it would have {len(models)} models, and lose {len(lost)} of {len(known)}.")


def differences(known: Mapping[str, Any], models: Mapping[str, Any]) -> Iterator[str]:
    """A line of Markdown for each model that is new, gone or changed."""
    for name in sorted({*known, *models}, key=str.lower):
        before, after = known.get(name), models.get(name)
        if before is None or after is None:
            yield f"- `{name}` is {'new' if before is None else 'gone'}"
        elif before != after:
            fields = [field for field in (*after, *before) if before.get(field) != after.get(field)]
            told = (
                f"{field} {_told(before.get(field))} -> {_told(after.get(field))}" for field in dict.fromkeys(fields)
            )
            yield f"- `{name}`: {'; '.join(told)}"


def _told(value: object) -> str:
    return "nothing" if value is None else json.dumps(value)


def written(models: Mapping[str, Any], version: str, day: date) -> str:
    """The file: one line for each model, so that a difference is read line by line."""
    lines = ",\n".join(f"    {json.dumps(name)}: {json.dumps(told)}" for name, told in models.items())
    source = f"the entries for Azure in the Python package {PACKAGE} {version} (MIT), by scripts/catalog.py"
    return f'{{\n  "source": {json.dumps(source)},\n  "day": "{day}",\n  "models": {{\n{lines}\n  }}\n}}\n'


if __name__ == "__main__":
    sys.exit(main())
