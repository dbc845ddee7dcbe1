"""actionlint, zizmor and pinned actions as a check."""

from pathlib import Path

import pytest

from infra.checks import ToolMissing, tools
from infra.checks.workflows import problems
from tests.infra.conftest import Project

AUDIT = ".github/workflows/audit.yml"


PINNED = "actions/setup-python@a309ff8b426b58ec0e2a45f0f869d46889d02405 # v6.2.0"


def test_every_planted_fault_is_found(project: Project) -> None:
    faults = {
        ("audit", "github.ref", "github.reff"): 'property "reff" is not defined',  # means nothing (actionlint)
        ("ci", "run: make check", "run: echo ${{ github.event.pull_request.title }}"): "(template-injection, ",
        ("e2e", "persist-credentials: false", "fetch-depth: 1"): "(artipacked, ",
        ("deploy", PINNED, "actions/setup-python@v6"): "actions/setup-python@v6: name it by its whole",
        ("audit", PINNED, PINNED.partition(" ")[0]): f"{PINNED.partition(' ')[0]}: name it by its whole",
    }
    for name, old, new in faults:
        project.change(f".github/workflows/{name}.yml", old, new)
    found = problems(project.root)
    for (name, *_), said in faults.items():
        assert [each for each in found if each.startswith(f".github/workflows/{name}.yml:") and said in each], said


def test_a_workflow_that_does_not_parse_is_never_passed_by_either(project: Project) -> None:
    project.write(AUDIT, "on: [push\n")
    actionlint, zizmor = problems(project.root)
    assert "could not parse" in actionlint
    assert "zizmor could not read the workflows" in zizmor


def test_a_project_without_workflows_is_not_passed(project: Project) -> None:
    for path in (project.root / ".github" / "workflows").iterdir():
        path.unlink()
    assert problems(project.root) == [".github/workflows holds no workflow, so nothing was checked."]


def test_a_machine_without_the_tools_is_told_how_to_install_them(
    project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tools, "INSTALLED", tmp_path)
    with pytest.raises(ToolMissing, match="run `python scripts/dev.py"):
        problems(project.root)
