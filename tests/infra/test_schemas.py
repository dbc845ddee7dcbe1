"""The forms of azure.yaml, the workflows and Dependabot's file as a check."""

from pathlib import Path

import pytest

from infra.checks import ToolMissing, tools
from infra.checks.schemas import problems
from tests.infra.conftest import ROOT, Project


def test_every_slip_in_azure_yaml_is_found(project: Project) -> None:
    slips = {
        ("remoteBuild: false", "remotebuild: false"): "'remoteBuild' is a required property",
        ("prepackage:", "prepackaged:"): "'prepackaged' was unexpected",
        ("shell: pwsh", "shell: powershell"): "'pwsh' was expected",
        ("host: function", "host: appservice"): "'function' was expected",
        ("dist: .local/package", "dist: /tmp/package"): "should not be valid under",
        ("module: main", "module: mian"): "there is no infra/mian.bicep",
    }
    for old, new in slips:
        project.change("azure.yaml", old, new)
    found = "\n".join(problems(project.root))
    assert [said for said in slips.values() if said not in found] == []


def test_a_slip_in_a_workflow_in_an_action_and_in_dependabots_file_is_found(project: Project) -> None:
    project.change(".github/workflows/audit.yml", "runs-on:", "run-on:")
    project.change(".github/actions/azd/action.yml", "using:", "used:")
    project.change(".github/dependabot.yml", "interval: weekly", "interval: sometimes")
    workflow, action, dependabot, *_ = problems(project.root)
    assert action.startswith(".github/actions/azd/action.yml: $.runs")
    assert workflow.startswith(".github/workflows/audit.yml: $.jobs.audit: ")
    assert dependabot.startswith(".github/dependabot.yml: $.updates[0]")


@pytest.mark.parametrize(
    "name",
    ["azure.yaml", ".github/workflows/ci.yml", ".github/actions/azd/action.yml", ".github/dependabot.yml"],
)
def test_a_file_that_does_not_parse_is_never_passed(project: Project, name: str) -> None:
    project.write(name, "on: [push\n")
    (problem,) = problems(project.root)
    assert problem.startswith(name)


@pytest.mark.parametrize("name", ["azure.yaml", ".github/dependabot.yml"])
def test_a_file_that_is_not_there_is_never_passed(project: Project, name: str) -> None:
    (project.root / name).unlink()
    (problem,) = problems(project.root)
    assert problem.startswith(name)


def test_a_machine_without_the_tool_is_told_how_to_install_it(
    project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tools, "INSTALLED", tmp_path)
    with pytest.raises(ToolMissing, match="check-jsonschema is not installed"):
        problems(project.root)


def test_the_package_that_azure_yaml_deploys_is_the_one_that_is_staged() -> None:
    import package  # noqa: PLC0415 - of scripts/, which is on the path of tests only

    assert f"dist: {package.PACKAGE.relative_to(ROOT).as_posix()} " in (ROOT / "azure.yaml").read_text()
