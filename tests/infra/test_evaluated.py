"""What every check of evaluated deployments has in common: what it cannot read, it never passes."""

from collections.abc import Callable
from pathlib import Path

import pytest

from infra.checks import flex, models, roles
from tests.infra.conftest import ROOT, Project

Check = Callable[[Path], list[str]]
every_check = pytest.mark.parametrize(
    "problems", [flex.problems, models.problems, roles.problems], ids=["flex", "models", "roles"]
)


@every_check
def test_the_deployments_of_this_project_are_sound(problems: Check) -> None:
    assert problems(ROOT) == []


@every_check
@pytest.mark.parametrize("text", ['{"predictedResources": [', "{}", '{"predictedResources": [{}]}', "\0", "[1]"])
def test_a_snapshot_that_cannot_be_read_is_never_passed(project: Project, problems: Check, text: str) -> None:
    project.write("infra/snapshots/small.snapshot.json", text)
    (problem,) = problems(project.root)
    assert problem.startswith("infra/snapshots/small.snapshot.json cannot be read: ")


@every_check
def test_a_project_without_snapshots_is_never_passed(project: Project, problems: Check) -> None:
    assert problems(project.root) == ["infra/snapshots holds no snapshot, so nothing was checked."]
