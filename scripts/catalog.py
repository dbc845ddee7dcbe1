"""Write `shared/models/catalog.json` anew: what is known of the models on Azure, and what they cost.

The facts come from the table of prices in the newest Python package `litellm` (MIT), of which pip fetches the wheel
(44 MB) into a temporary folder. Nothing of it is installed, and only facts carry over: what a model takes, how much it
answers, until when it runs, and its price. What cannot be true, or is probably a slip, stays as it was and is named;
after `--accept MODEL` what the table says of that model counts. What it has wrong, `models.toml` puts right.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from catalog_changes import Decided, decide, differences, doubted
from catalog_entries import models_of

from shared.models.capabilities import CapabilityTable
from shared.models.known import corrections, read_catalog
from shared.models.prices import PriceTable

CATALOG = Path(__file__).resolve().parent.parent / "shared" / "models" / "catalog.json"
PACKAGE = "litellm"
INSIDE = "litellm/model_prices_and_context_window_backup.json"
MAX_BYTES = 50_000_000

MIN_MODELS = 100
MAX_LOST = 0.2
"""A table that has fewer models, or has lost a larger part of them at once, is not believed."""

MAX_DIGITS = 18
"""Of a whole number; longer ones are read as decimals, as Python reads whole numbers of some thousand at most."""

_WHEEL = re.compile(rf"{PACKAGE}-(?P<version>[0-9][A-Za-z0-9.+!]{{0,63}})-[\w.-]+\.whl", re.ASCII)
_NO_ZIP = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError)
"""RuntimeError: it is encrypted, packed in another way, or its table is nested too deeply."""

ACCEPT = """\
What stays as it was needs nothing. To take over what the source says: `python3 scripts/dev.py catalog --accept MODEL`;
to say something else: `shared/models/models.toml`."""


class UnusableError(Exception):
    """What was fetched is not the table that this script knows; the message says why."""


def main() -> int:
    """Write it, if any model changed, and say what did, and what a person decides."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--wheel", type=Path, help="a wheel that lies here already, in place of the newest")
    options.add_argument("--accept", metavar="MODEL", nargs="*", default=[], help="take over all that is told of it")
    given = options.parse_args()
    today = datetime.now(UTC).date()
    try:
        with tempfile.TemporaryDirectory() as folder:
            wheel = given.wheel or fetched(Path(folder))
            version, entries = version_of(wheel), table_in(wheel)
        old = json.loads(CATALOG.read_text(encoding="utf-8")) if CATALOG.exists() else {}
        known = old.get("models", {})
        told, refused = models_of(entries)
        require_sound({*told, *refused}, known)
        new = decide(known, told, refused, given.accept, today)
        text = written(new, version, today if new.models != known else date.fromisoformat(old["day"]))
        require_readable(text)
    except (UnusableError, OSError, *_NO_ZIP, ValueError, subprocess.CalledProcessError) as error:
        print(f"The catalog stays as it is: {error}", file=sys.stderr)
        return 1
    changes, doubts = list(differences(known, new.models)), list(doubted(new.doubts, known))
    print("\n".join([*changes, *doubts, *([f"\n{ACCEPT}"] if doubts else [])]) or "Nothing changed.")
    if changes or new.doubts != old.get("doubts", {}):
        CATALOG.write_text(text, encoding="utf-8")
    return 0


def fetched(folder: Path) -> Path:
    """The newest wheel, in this folder."""
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
    subprocess.run([*pip, "--dest", str(folder), PACKAGE], check=True)
    return next(folder.glob("*.whl"))


def version_of(wheel: Path) -> str:
    """The version of the package in the wheel.

    Raises:
        UnusableError: its name is not that of such a wheel.
    """
    if not (found := _WHEEL.fullmatch(wheel.name)):
        raise UnusableError(f"{wheel.name[:100]!r} is not named like a wheel of {PACKAGE}.")
    return found["version"]


def table_in(wheel: Path) -> dict[str, Any]:
    """The table in the wheel, with numbers as they are written.

    Raises:
        UnusableError: it is not where it was, or is no table.
    """
    with zipfile.ZipFile(wheel) as files:
        if INSIDE not in files.namelist() or files.getinfo(INSIDE).file_size > MAX_BYTES:
            raise UnusableError(f"{wheel.name} has no {INSIDE} of at most {MAX_BYTES:,} bytes.")
        entries = json.loads(files.read(INSIDE), parse_float=_decimal, parse_int=_integer)
    if not isinstance(entries, dict):
        raise UnusableError(f"{INSIDE} is no table.")
    return entries


def _decimal(number: str) -> Decimal | str:
    """The number; as it is written where it is too large for one, which no field can be."""
    try:
        return Decimal(number)
    except InvalidOperation:
        return number


def _integer(number: str) -> int | Decimal | str:
    return int(number) if len(number) < MAX_DIGITS else _decimal(number)


def require_sound(told: Collection[str], known: Collection[str]) -> None:
    """Refuse a table that cannot be whole.

    Raises:
        UnusableError: it has too few models.
    """
    lost = [name for name in known if name not in told]
    if len(told) < MIN_MODELS or len(lost) > MAX_LOST * len(known):
        raise UnusableError(f"it would have {len(told)} models, and lose {len(lost)} of {len(known)}.")


def require_readable(text: str) -> None:
    """Refuse a table that the app could not read.

    Raises:
        UnusableError: naming the model.
    """
    read = read_catalog(text)
    capabilities, prices = CapabilityTable(corrections(), {}, read), PriceTable({}, read)
    for name in read.models:
        try:
            capabilities.of(name)
            prices.listed(name)
        except ValueError as error:
            raise UnusableError(f"the app could not read what it says of {name}: {error}") from error


def written(new: Decided, version: str, day: date) -> str:
    """The file: one line for each model, so that a difference is read line by line."""
    source = f"the entries for Azure in the Python package {PACKAGE} {version} (MIT), by scripts/catalog.py"
    doubts = f',\n  "doubts": {{\n{_lines(new.doubts)}\n  }}' if new.doubts else ""
    models = f'"models": {{\n{_lines(new.models)}\n  }}{doubts}'
    return f'{{\n  "source": {json.dumps(source)},\n  "day": "{day}",\n  {models}\n}}\n'


def _lines(told: Mapping[str, Any]) -> str:
    return ",\n".join(f"    {json.dumps(name)}: {json.dumps(each)}" for name, each in told.items())


if __name__ == "__main__":
    sys.exit(main())
