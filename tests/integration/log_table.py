"""The table AppTraces made of a host's log, and KQL asked of it, by DuckDB."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb_kql

from infra.checks.app_traces import COLUMNS

QUERIES = Path(__file__).parents[2] / "infra" / "queries"
NOON = datetime.fromisoformat("2026-11-24T12:00:00")
"""When the first line is taken to be written, so that no day ends in the middle of a story."""

_LINE = re.compile(r"(?P<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}) \S+ (?P<level>[A-Z]+) (?P<message>.*)")
_SEVERITY = {"INFO": 1, "WARNING": 2, "ERROR": 3}
_DUCKDB = {"string": "VARCHAR", "int": "INTEGER", "real": "DOUBLE", "dynamic": "JSON", "datetime": "TIMESTAMP"}


@dataclass(frozen=True)
class Line:
    """A line of the log, as Azure keeps it."""

    time: datetime
    severity: int
    message: str

    @property
    def fields(self) -> Mapping[str, Any]:
        """What our own lines hold; nothing for those of others."""
        return json.loads(self.message) if self.message.startswith('{"event"') else {}


def lines_of(log: str) -> list[Line]:
    """The lines in what a host wrote; what follows an exception's first line is none."""
    found = [(datetime.fromisoformat(each["time"]), each) for each in _LINE.finditer(log)]
    return [Line(NOON + (time - found[0][0]), _SEVERITY[each["level"]], each["message"]) for time, each in found]


@dataclass(frozen=True)
class Answer:
    """The rows that a query returned."""

    columns: Sequence[str]
    rows: Sequence[tuple[Any, ...]]


class LogTable:
    """Lines in a database."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = lines
        self._database = duckdb_kql.connect()
        columns = ", ".join(f'"{name}" {_DUCKDB[kind]}' for name, kind in COLUMNS.items())
        self._database.execute(f"CREATE TABLE AppTraces ({columns})")
        insert = "INSERT INTO AppTraces (TimeGenerated, SeverityLevel, Message) VALUES (?, ?, ?)"
        for line in lines:
            self._database.execute(insert, [line.time, line.severity, line.message])

    def ask(self, query: str, *, after: timedelta = timedelta(minutes=1)) -> Answer:
        """What a query returns when it is asked so long after the last line."""
        now = (self.lines[-1].time if self.lines else NOON) + after
        relation = duckdb_kql.query(self._database, query, query_now=now)
        return Answer(relation.columns, relation.fetchall())

    def ours(self, *events: str) -> list[Line]:
        """Our own lines about these events."""
        return [line for line in self.lines if line.fields.get("event") in events]


def query(name: str) -> str:
    """The text of a query in infra/queries."""
    return (QUERIES / f"{name}.kql").read_text(encoding="utf-8")


def query_names() -> list[str]:
    """All of them."""
    return sorted(path.relative_to(QUERIES).with_suffix("").as_posix() for path in QUERIES.rglob("*.kql"))
