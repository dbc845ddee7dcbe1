"""shellcheck as a check, of scripts and of the lines of shell in other files."""

from pathlib import Path

import pytest

from infra.checks import ToolMissing, tools
from infra.checks.shell import problems
from tests.infra.conftest import Project

UNQUOTED = "rm -rf $folder"


def test_the_shell_of_this_project_is_passed(project: Project) -> None:
    assert problems(project.root) == []


@pytest.mark.parametrize(
    ("name", "old", "where"),
    [
        (".ci/run", "make lint", ".ci/run, line "),
        ("azure.yaml", "python3 scripts/after_deployment.py", "azure.yaml: hooks: postdeploy, line 1"),
        ("azure.yaml", "python3 scripts/dev.py package", "azure.yaml: services: app: prepackage, line 1"),
        (".github/workflows/audit.yml", "make audit", f".github/workflows/audit.yml: {UNQUOTED}, line 1"),
        (".github/actions/azd/action.yml", "azd env set --file", ".github/actions/azd/action.yml: Choose, line 5"),
        (".devcontainer/devcontainer.json", "make demo", ".devcontainer/devcontainer.json: postCreateCommand, line 1"),
    ],
)
def test_a_variable_without_quotes_is_found_wherever_it_stands(
    project: Project, name: str, old: str, where: str
) -> None:
    project.change(name, old, UNQUOTED if not old.startswith("azd") else f"{UNQUOTED}\n        {old}")
    assert [problem for problem in problems(project.root) if problem.startswith(where) and "SC2086" in problem]


def test_shell_that_does_not_parse_is_never_passed(project: Project) -> None:
    project.change(".ci/run", "make lint", "if make lint; then")
    assert any(problem.startswith(".ci/run, line ") for problem in problems(project.root))


@pytest.mark.parametrize(
    "name",
    ["azure.yaml", ".github/workflows/ci.yml", ".github/actions/azd/action.yml", ".devcontainer/devcontainer.json"],
)
def test_a_file_that_cannot_be_read_is_never_passed(project: Project, name: str) -> None:
    project.write(name, "{[")
    (problem,) = problems(project.root)
    assert problem.startswith(f"{name} cannot be read")


def test_a_script_that_is_not_there_is_never_passed(project: Project) -> None:
    (project.root / ".ci" / "run").unlink()
    (problem,) = problems(project.root)
    assert problem.startswith(".ci/run cannot be read")


def test_a_script_that_names_no_shell_is_never_passed(project: Project) -> None:
    project.change(".ci/run", "#!/bin/sh", "#!/usr/bin/fish")
    assert problems(project.root) == [".ci/run: begins with no `#!/bin/sh` or bash."]


def test_a_machine_without_shellcheck_is_told_how_to_install_it(
    project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tools, "INSTALLED", tmp_path)
    with pytest.raises(ToolMissing, match="shellcheck is not installed"):
        problems(project.root)
