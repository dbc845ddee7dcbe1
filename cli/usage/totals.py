"""Adding up what the labels of documents say."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Literal
from urllib.parse import unquote

from cli.usage.listing import Labels

type By = Literal["day", "recipe", "model"]
UNKNOWN = "(unknown)"
MAX_AMOUNT = Decimal(10**9)


@dataclass
class Total:
    """What some documents cost.

    Attributes:
        documents: how many there are.
        errors: how many of them hold an error.
        tokens: those that are known.
        seconds: of recordings.
        dollars: those that are known.
        unknown: of how many documents the cost is not known, as of those of earlier versions.
    """

    documents: int = 0
    errors: int = 0
    tokens: int = 0
    seconds: float = 0
    dollars: Decimal = Decimal(0)
    unknown: int = 0

    def add(self, metadata: Mapping[str, str]) -> None:
        """Add a document; what is none of our figures counts as not known."""
        cost = _decimal(metadata.get("cost"))
        self.documents += 1
        self.errors += metadata.get("status") == "error"
        self.tokens += int(_decimal(metadata.get("tokens")) or 0)
        self.seconds += float(_decimal(metadata.get("seconds")) or 0)
        self.dollars += cost or 0
        self.unknown += cost is None

    @property
    def told(self) -> dict[str, Any]:
        """As JSON has it; `cost` is null where no document's is known."""
        is_known = self.unknown < self.documents
        return {
            "documents": self.documents,
            "errors": self.errors,
            "tokens": self.tokens,
            "seconds": round(self.seconds, 1),
            "cost": round(float(self.dollars), 6) if is_known else None,
            "cost_unknown": self.unknown,
        }


@dataclass
class Usage:
    """The totals by day, recipe or model, and of all together."""

    by: By
    since: datetime | None = None
    rows: dict[str, Total] = field(default_factory=dict)
    all: Total = field(default_factory=Total)

    def add(self, labels: Labels) -> None:
        """Add a blob of the output container, if it is a document that is meant."""
        is_document = labels.metadata.get("status") in ("ok", "error")
        if not is_document or (self.since and labels.written < self.since):
            return
        for name, figures in self._parts(labels):
            self.rows.setdefault(name, Total()).add(figures)
        self.all.add(labels.metadata)

    def sorted_rows(self) -> Iterable[tuple[str, Total]]:
        """By day in the order of the days; else what cost most comes first."""
        if self.by == "day":
            return sorted(self.rows.items())
        return sorted(self.rows.items(), key=lambda row: (-row[1].dollars, -row[1].tokens, row[0]))

    def _parts(self, labels: Labels) -> Iterable[tuple[str, Mapping[str, str]]]:
        """The rows to which a document belongs, with what to add there."""
        if self.by == "model":
            return _by_model(labels.metadata)
        name = labels.written.date().isoformat() if self.by == "day" else labels.metadata.get("recipe")
        return [(name or UNKNOWN, labels.metadata)]


def _by_model(metadata: Mapping[str, str]) -> Iterable[tuple[str, Mapping[str, str]]]:
    """What each model cost; of several whose parts are not known, nothing but that they were asked."""
    names = [unquote(name) for name in metadata.get("models", "").split(",") if name]
    if len(names) < 2:
        return [(names[0] if names else UNKNOWN, metadata)]
    status = {"status": metadata.get("status", "")}
    figures = dict.fromkeys(names, status)
    for part in metadata.get("by_model", "").split(";"):
        name, _, told = part.partition("=")
        if unquote(name) in figures:
            figures[unquote(name)] = {
                **status,
                **dict(zip(("tokens", "seconds", "cost"), told.split("/"), strict=False)),
            }
    return figures.items()


def _decimal(label: str | None) -> Decimal | None:
    try:
        number = Decimal(label or "")
    except InvalidOperation:
        return None
    return number if math.isfinite(number) and 0 <= number <= MAX_AMOUNT else None
