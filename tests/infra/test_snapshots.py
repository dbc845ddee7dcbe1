"""The evaluated deployments as a check."""

import shutil
from pathlib import Path

import pytest

from infra.checks import ToolMissing
from infra.checks.snapshots import main, problems
from tests.infra.conftest import Project


@pytest.fixture
def evaluated(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project with a snapshot of what its template makes."""
    monkeypatch.chdir(project.root)
    assert main() == 0
    return project


def another(project: Project, name: str, parameters: str) -> None:
    """A deployment of which it is said that the small one is what comes out."""
    snapshots = project.root / "infra" / "snapshots"
    shutil.copyfile(snapshots / "small.snapshot.json", snapshots / f"{name}.snapshot.json")
    project.write(f"infra/snapshots/{name}.bicepparam", parameters)


def test_only_a_deployment_that_comes_out_as_its_snapshot_is_passed(evaluated: Project) -> None:
    assert problems(evaluated.root) == []
    another(evaluated, "elsewhere", "using '../main.bicep'\n\nparam location = 'westeurope'\n")
    another(evaluated, "mistyped", "using '../main.bicep'\n\nparam location = 5\n")
    another(evaluated, "unreadable", "using\n")
    another(evaluated, "unused", "using '../main.bicep'\n\nvar unused = 1\n")
    evaluated.write("infra/snapshots/alone.snapshot.json", "{}")
    elsewhere, mistyped, unreadable, unused, alone = problems(evaluated.root)
    assert elsewhere.startswith("infra/snapshots/elsewhere.bicepparam: comes out otherwise than its snapshot")
    assert "westeurope" in elsewhere
    assert "BCP033" in mistyped
    assert "Error BCP" in unreadable
    assert "no-unused-vars" in unused
    assert alone.startswith("infra/snapshots/alone.snapshot.json: one of the pair")


def test_a_template_that_does_not_parse_is_never_passed(evaluated: Project) -> None:
    evaluated.write("infra/storage.bicep", "resource x = {\n")
    (problem,) = problems(evaluated.root)
    assert "Error BCP" in problem


def test_parameters_that_nobody_evaluated_yet_are_not_passed(project: Project) -> None:
    assert "infra/snapshots/small.bicepparam" in "".join(problems(project.root))


def test_a_project_without_deployments_is_not_passed(project: Project) -> None:
    (project.root / "infra" / "snapshots" / "small.bicepparam").unlink()
    assert problems(project.root) == ["infra/snapshots holds no .bicepparam: no deployment is evaluated."]


def test_a_machine_without_a_compiler_is_told_where_to_get_one(
    project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("BICEP", str(tmp_path / "gone"))
    with pytest.raises(ToolMissing, match="run `az bicep install`"):
        problems(project.root)
