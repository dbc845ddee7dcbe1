"""The checker of the queries, with Kusto's own language service: it finds what is planted, and passes nothing else."""

import shutil
from pathlib import Path

import pytest

from infra.checks import ToolMissing
from infra.checks.queries import problems, unsound

ROOT = Path(__file__).parents[2]
SOUND = """// How many files wait?
// The fewer the better.
AppTraces
| extend line = parse_json(Message)
| where tostring(line.event) == 'files.waiting'
"""
PLANTED = {
    "| project Mesage": "The name 'Mesage' does not refer to any known column, table, variable or function.",
    "| where TimeGenerated > 'noon'": "The operator '>' is not defined for the operand types datetime and string.",
    "| sumarize count()": "Query operator expected.",
    "| project toint(SeverityLevel": "Expected: )",
    "| where newest(TimeGenerated)": "The name 'newest' does not refer to any known function.",
    "| union Traces": "The name 'Traces' does not refer to any known table, tabular variable or function.",
}
NO_QUERIES = ["", "// Is this a query?\n// It is not.\n", "print(", "1 + 1", "let limit = 1;", "\0\0", "%PDF-1.7"]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with one sound query, the tools of this one, and what its code logs."""
    (tmp_path / ".local").mkdir()
    for name in (".venv", ".local/infra", "shared"):
        (tmp_path / name).symlink_to(ROOT / name, target_is_directory=True)
    (tmp_path / "infra" / "queries" / "alerts").mkdir(parents=True)
    write(tmp_path, SOUND)
    return tmp_path


def write(project: Path, text: str, name: str = "waiting") -> None:
    (project / "infra" / "queries" / f"{name}.kql").write_text(text)


def test_the_queries_of_this_project_are_sound() -> None:
    assert problems(ROOT) == []


@pytest.fixture(scope="module")
def found() -> dict[str, str]:
    """The first that is said about each query that is not sound. Asking takes seconds, so it is done once for all."""
    queries = {end: SOUND + end for end in PLANTED} | {repr(text): text for text in NO_QUERIES} | {"sound": SOUND}
    said = list(unsound(queries, ROOT))
    return {name: first for name in queries if (first := next((each for each in said if each.startswith(name)), None))}


def test_each_planted_fault_is_found_and_placed(found: dict[str, str]) -> None:
    assert {name: found[name] for name in PLANTED} == {name: f"{name}, line 6: {PLANTED[name]}" for name in PLANTED}


def test_what_is_no_query_is_not_passed(found: dict[str, str]) -> None:
    assert {repr(text) for text in NO_QUERIES} <= found.keys()


def test_a_sound_query_is_passed(found: dict[str, str]) -> None:
    assert "sound" not in found


def test_faults_of_every_kind_are_told_with_their_file_and_line(project: Path) -> None:
    write(project, "AppTraces\n| project Mesage", "alerts/one")
    write(project, SOUND + "| project tolong(line.wating)", "another")
    assert [problem.partition(":")[0] for problem in problems(project)] == [
        "infra/queries/alerts/one.kql, line 1",
        "infra/queries/another.kql, line 6",
        "infra/queries/alerts/one.kql, line 2",
    ]


def test_a_folder_without_queries_is_not_passed(project: Path) -> None:
    shutil.rmtree(project / "infra")
    (problem,) = problems(project)
    assert "nothing was checked" in problem


def test_without_the_language_service_it_says_what_to_do(project: Path) -> None:
    (project / ".local" / "infra").unlink()
    with pytest.raises(ToolMissing, match=r"not installed: run `python scripts/dev\.py infra`"):
        problems(project)


def test_a_language_service_that_does_not_run_passes_nothing(project: Path) -> None:
    (project / ".local" / "infra").unlink()
    (project / ".local" / "infra" / "npm" / "node_modules" / "@kusto" / "language-service-next").mkdir(parents=True)
    with pytest.raises(ToolMissing, match="does not run: remove"):
        problems(project)


def test_without_node_it_says_what_to_do(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / ".venv").unlink()
    monkeypatch.setenv("PATH", str(project))
    with pytest.raises(ToolMissing, match="Node, which checks the queries, is not installed"):
        problems(project)
