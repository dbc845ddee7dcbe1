"""The queries in infra/queries read only what the code in shared/ logs, and the Bicep knows them all."""

import re
from pathlib import Path

import pytest

from infra.checks.logged import NotUnderstoodError, logged_fields
from infra.checks.queries import unlogged, without_question

ROOT = Path(__file__).parents[3]
QUERIES = ROOT / "infra" / "queries"
MODULES = ROOT / "infra" / "modules"
LOGGED = {"blob.deferred": {"name", "why"}, "blob.answered": {"name", "calls", "calls.model"}}


def package(folder: Path, **modules: str) -> Path:
    (folder / "app").mkdir()
    for name, text in modules.items():
        (folder / "app" / f"{name}.py").write_text(text)
    return folder / "app"


def loaded_by(module: str) -> set[str]:
    return set(re.findall(r"loadTextContent\('\.\./queries/([\w/]+)\.kql'\)", (MODULES / module).read_text()))


def test_every_query_reads_only_what_is_logged_and_says_its_question() -> None:
    queries = {path.stem: path.read_text() for path in QUERIES.rglob("*.kql")}
    assert queries
    assert [*without_question(queries), *unlogged(queries, logged_fields(ROOT / "shared"))] == []


def test_a_field_is_found_where_it_is_named_and_where_another_room_makes_it(tmp_path: Path) -> None:
    app = package(
        tmp_path,
        __init__="from app.lines import line",
        ending="from app import line\nlog_event(f\"file.{'in' if ok else 'out'}\", **line(x))",
        lines="def line(x):\n    return {'name': x, 'parts': list(_parts(x))}\n"
        "def _parts(x):\n    for each in x:\n        yield {'size': each}",
        waiting='log_event("file.waits", WARNING, seconds=1)',
    )
    made = {"event", "name", "parts", "parts.size"}
    assert logged_fields(app) == {"file.in": made, "file.out": made, "file.waits": {"event", "seconds"}}


@pytest.mark.parametrize(
    ("code", "what"),
    [
        ("log_event(name)", "name"),
        ('log_event("a.b", **fields)', "fields"),
        ('def made(): return {**more}\nlog_event("a.b", **made())', "more"),
    ],
)
def test_code_that_cannot_be_read_is_refused_with_its_place(tmp_path: Path, code: str, what: str) -> None:
    with pytest.raises(NotUnderstoodError, match=rf"odd\.py, line \d: cannot tell what is logged by `{what}`"):
        logged_fields(package(tmp_path, odd=code))


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("| where e == 'blob.defered'", "line 1: nothing logs the event blob.defered."),
        ("| where e == 'blob.deferred'\n| extend line.wy", "line 2: the events of this query have no field wy."),
        ("| where e == 'blob.deferred' | extend line['wy']", "line 1: the events of this query have no field wy."),
        ("| where e == 'blob.deferred' | extend line.calls", "line 1: the events of this query have no field calls."),
        (
            "'blob.answered' | mv-expand c = line.calls\n| extend c.modle",
            "line 2: the events of this query have no field",
        ),
        ("| extend line.name", "line 1: the events of this query have no field name. There is nothing."),
    ],
)
def test_a_field_that_is_never_logged_is_found_with_its_line(query: str, said: str) -> None:
    (problem,) = unlogged({"q.kql": query}, LOGGED)
    assert problem.startswith(f"q.kql, {said}")


def test_a_query_may_read_logged_fields_in_every_way() -> None:
    query = "| where line.name in ('blob.answered', 'gpt-5.4') // line.no\n| mv-expand c = line.calls\n| extend c.model"
    assert list(unlogged({"q.kql": query}, LOGGED)) == []


@pytest.mark.parametrize(
    "head", ["AppTraces", "// How many files\n// are there?", "// How many?\nAppTraces", "//?\n// x"]
)
def test_a_query_without_a_question_and_how_to_read_the_answer_is_found(head: str) -> None:
    assert list(without_question({"q.kql": head})) == [
        "q.kql, line 1: must be a comment with the question (`// ...?`), the next how to read the answer."
    ]


def test_the_workbook_shows_every_query_and_each_alert_has_its_rule() -> None:
    assert loaded_by("workbook.bicep") == {path.stem for path in QUERIES.glob("*.kql")}
    assert loaded_by("alerts.bicep") == {f"alerts/{path.stem}" for path in (QUERIES / "alerts").glob("*.kql")}


def test_each_limit_that_the_bicep_replaces_stands_in_its_query() -> None:
    replaced = re.findall(
        r"replace\(\s*loadTextContent\('\.\./queries/([\w/]+\.kql)'\),\s*'(let (\w+) = )(\d+;)',\s*'\2\$\{\3\};'\s*\)",
        (MODULES / "alerts.bicep").read_text(),
    )
    assert {name for _, _, name, _ in replaced} == {"oldestSeconds", "dailyTokens"}
    for path, declared, _, default in replaced:
        assert (QUERIES / path).read_text().count(declared + default) == 1
