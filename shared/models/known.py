"""What is known of models: the catalog (`catalog.json`), which a script writes, and our corrections (`models.toml`)."""

import functools
import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

CATALOG = Path(__file__).parent / "catalog.json"
CORRECTIONS = Path(__file__).parent / "models.toml"

PRICES = "prices"
"""The field of an entry that says what a model costs; all others say what it takes."""

_ENDS_A_NAME = "-_.:@ "
"""What may follow a model's name in a longer one: `gpt-5.4-mini-eu` begins with `gpt-5.4-mini`, but `gpt-4o` not with
`gpt-4`."""


@dataclass(frozen=True)
class Catalog:
    """The table of models.

    Attributes:
        day: on which it last changed.
        models: by their names in small letters, what is known of each.
    """

    day: str
    models: Mapping[str, Mapping[str, Any]]

    def exact(self, name: str) -> Mapping[str, Any] | None:
        """The entry of exactly this model, whatever the case; None if there is none."""
        return next((self.models[each] for each in spellings(name) if each in self.models), None)

    def nearest(self, name: str) -> Mapping[str, Any] | None:
        """The entry with whose name this one begins: the longest; None if there is none."""
        begun = (each[:end] for each in spellings(name) for end in _ends(each))
        return next((self.models[each] for each in begun if each in self.models), None)


def spellings(name: str) -> tuple[str, str]:
    """The names by which a model may be known: `azure/gpt-6` is `gpt-6` too."""
    return name.lower(), name.lower().rpartition("/")[2]


def _ends(name: str) -> Iterator[int]:
    """Where a model's name may end in a longer one, the latest first."""
    return (place for place in range(len(name) - 1, 0, -1) if name[place] in _ENDS_A_NAME)


@functools.cache
def catalog() -> Catalog:
    """The catalog that belongs to this version of the app."""
    return read_catalog(CATALOG.read_text(encoding="utf-8"))


def read_catalog(text: str) -> Catalog:
    """The catalog in the text of its file; prices in it are exact decimals."""
    read = json.loads(text, parse_float=Decimal)
    return Catalog(read["day"], {name.lower(): entry for name, entry in read["models"].items()})


@functools.cache
def corrections() -> Mapping[str, Mapping[str, Any]]:
    """What we know better, by the beginnings of names; prices by whole names."""
    return tomllib.loads(CORRECTIONS.read_text(encoding="utf-8"), parse_float=Decimal)
