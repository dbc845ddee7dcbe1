"""The queries in infra/queries: each says its question, reads only fields that the app logs, and is sound KQL.

Types are checked by Kusto's own language service (kusto.js), against the columns in app_traces.py.
"""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypedDict

from infra.checks import ToolMissing
from infra.checks.app_traces import COLUMNS
from infra.checks.logged import logged_fields

FOLDER = Path("infra", "queries")
LANGUAGE_SERVICE = "@kusto/language-service-next"
_HEAD = re.compile(r"// \S.*\?\n// \S")
_EVENT = re.compile(r"'([a-z]+\.[a-z_]+)'")
_FIELD = re.compile(r"""\b(?P<of>\w+)(?:\.(?P<dotted>[a-z_]+)|\['(?P<quoted>\w+)'\])""")
_EXPANDED = re.compile(r"mv-expand (\w+) = line\.(\w+)")
_SECONDS = 60


class Fault(TypedDict):
    """What the language service has against a line."""

    line: int
    message: str


class Judged(TypedDict):
    """What it says about a query: the columns of the table that is returned, none where it returns none."""

    columns: list[str]
    faults: list[Fault]


def problems(root: Path) -> list[str]:
    """What is wrong with the queries; empty if nothing is.

    Raises:
        ToolMissing: Node, or the language service, is not installed.
    """
    paths = sorted((root / FOLDER).rglob("*.kql"))
    if not paths:
        return [f"{FOLDER.as_posix()} holds no query (*.kql), so nothing was checked: is it the right folder?"]
    queries = {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in paths}
    return [*without_question(queries), *unlogged(queries, logged_fields(root / "shared")), *unsound(queries, root)]


def without_question(queries: Mapping[str, str]) -> Iterator[str]:
    """Queries that do not say in their first line what they ask, and then how to read the answer."""
    for name, text in queries.items():
        if not _HEAD.match(text):
            yield f"{name}, line 1: must be a comment with the question (`// ...?`), the next how to read the answer."


def unlogged(queries: Mapping[str, str], logged: Mapping[str, set[str]]) -> Iterator[str]:
    """Events that nobody logs, and fields that none of the events named in the query has."""
    for name, text in queries.items():
        events = set(_EVENT.findall(text))
        for event in sorted(events - logged.keys()):
            yield f"{name}, line {_line_of(text, event)}: nothing logs the event {event}. There is {_listed(logged)}."
        known = set().union(*(logged[event] for event in events & logged.keys()))
        for field, line in _fields_read(text):
            if field not in known:
                yield f"{name}, line {line}: the events of this query have no field {field}. There is {_listed(known)}."


def unsound(queries: Mapping[str, str], root: Path) -> Iterator[str]:
    """What the language service has against a query; and queries of which it makes no table, such as empty ones."""
    for name, one in _judged(queries, root).items():
        for error in one["faults"]:
            yield f"{name}, line {error['line']}: {error['message']}"
        if not one["faults"] and not one["columns"]:
            yield f"{name}: is no query that returns a table. Let it end in one."


def _fields_read(text: str) -> Iterator[tuple[str, int]]:
    """The fields of a log line that a query reads, each with its place; `calls.model` is within the field calls."""
    inner = dict(_EXPANDED.findall(text))
    for number, line in enumerate(text.splitlines(), start=1):
        for found in _FIELD.finditer(line.partition("//")[0]):
            field = found["dotted"] or found["quoted"]
            if found["of"] == "line":
                yield field, number
            elif found["of"] in inner:
                yield f"{inner[found['of']]}.{field}", number


def _judged(queries: Mapping[str, str], root: Path) -> dict[str, Judged]:
    packages = root / ".local" / "infra" / "npm" / "node_modules"
    if not (packages / LANGUAGE_SERVICE).is_dir():
        raise ToolMissing(f"{LANGUAGE_SERVICE}, which knows KQL, is not installed: run `python scripts/dev.py infra`.")
    schema = ", ".join(f"{name}:{kind}" for name, kind in COLUMNS.items())
    asked = json.dumps({"table": "AppTraces", "schema": f"({schema})", "queries": queries})
    done = subprocess.run(
        [_node(root), str(Path(__file__).with_name("kusto.js"))],
        input=asked.encode(),
        env={**os.environ, "NODE_PATH": str(packages)},
        capture_output=True,
        timeout=_SECONDS,
        check=False,
    )
    if done.returncode:
        last = done.stderr.decode(errors="replace").strip()[-500:]
        raise ToolMissing(f"{LANGUAGE_SERVICE} does not run: remove .local/infra and try again. It said:\n{last}")
    judged: dict[str, Judged] = json.loads(done.stdout)
    assert judged.keys() == queries.keys()
    return judged


def _node(root: Path) -> str:
    """The Node that the bootstrap installed into the environment, else the one on PATH."""
    own = [str(root / ".venv" / "bin"), str(root / ".venv" / "Scripts")]
    node = shutil.which("node", path=os.pathsep.join([*own, os.environ.get("PATH", "")]))
    if node is None:
        raise ToolMissing("Node, which checks the queries, is not installed: run `python scripts/dev.py infra`.")
    return node


def _line_of(text: str, what: str) -> int:
    return text[: text.index(what)].count("\n") + 1


def _listed(names: Mapping[str, object] | set[str]) -> str:
    return ", ".join(sorted(names)) or "nothing"
