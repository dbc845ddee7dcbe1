"""Names of role assignments as a check."""

import pytest

from infra.checks.roles import problems
from tests.infra.conftest import Project

KIND = "Microsoft.Authorization/roleAssignments"
ACCOUNT = "/subscriptions/0/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/st"
LATER = "reference('identity').outputs.principalId.value"
ROLE = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"
BY_AZURE = {"1111": "224abf19-06e2-5dbd-a0aa-dfbdd6c95789", "app": "c6ac92a0-c3dc-5c3b-8e50-f17c325bab4e"}


def plant(project: Project, name: str, principal: str) -> None:
    properties = {"principalId": principal, "roleDefinitionId": f"/providers/roleDefinitions/{ROLE}"}
    project.snapshot({"type": KIND, "name": name, "id": f"{ACCOUNT}/providers/{KIND}/{name}", "properties": properties})


@pytest.mark.parametrize(
    ("name", "principal"),
    [(BY_AZURE["1111"], "1111"), (f"[guid('{ACCOUNT}', {LATER}, '{ROLE}')]", f"[{LATER}]")],
)
def test_a_name_made_of_scope_principal_and_role_is_passed(project: Project, name: str, principal: str) -> None:
    plant(project, name, principal)
    assert problems(project.root) == []


@pytest.mark.parametrize(
    ("name", "principal"),
    [
        (BY_AZURE["app"], "1111"),
        (f"[guid('{ACCOUNT}', 'app', '{ROLE}')]", f"[{LATER}]"),
        (BY_AZURE["app"], f"[{LATER}]"),
        (f"[guid('{ACCOUNT}', {LATER})]", f"[{LATER}]"),
        ("fixed", "1111"),
    ],
)
def test_a_name_that_would_be_the_same_for_another_principal_is_found(
    project: Project, name: str, principal: str
) -> None:
    plant(project, name, principal)
    (problem,) = problems(project.root)
    assert problem.startswith(f"small: a role for {principal} on {ACCOUNT}")


def test_an_assignment_without_a_principal_is_never_passed(project: Project) -> None:
    project.snapshot({"type": KIND, "name": "fixed", "properties": {}})
    (problem,) = problems(project.root)
    assert "lacks what every one has" in problem
