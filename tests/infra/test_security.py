"""checkov over evaluated deployments as a check."""

from pathlib import Path
from typing import Any

import pytest

from infra.checks import ToolMissing, tools
from infra.checks.security import problems
from tests.infra.conftest import Project

STORAGE: dict[str, Any] = {
    "type": "Microsoft.Storage/storageAccounts",
    "apiVersion": "2025-06-01",
    "name": "stsmall",
    "location": "eastus2",
    "kind": "StorageV2",
    "sku": {"name": "Standard_GRS"},
    "properties": {
        "allowBlobPublicAccess": False,
        "allowSharedKeyAccess": False,
        "minimumTlsVersion": "TLS1_2",
        "publicNetworkAccess": "Disabled",
        "supportsHttpsTrafficOnly": True,
        "networkAcls": {"bypass": "AzureServices", "defaultAction": "Deny"},
    },
}
OPEN = {**STORAGE, "properties": {**STORAGE["properties"], "supportsHttpsTrafficOnly": False}}
SKIP = """[[skip]]
rule = "CKV_AZURE_3"
type = "Microsoft.Storage/storageAccounts"
deployments = ["small"]
reason = "A test."
"""


@pytest.fixture
def deployed(project: Project) -> Project:
    """A project with one evaluated deployment, and no skips."""
    project.snapshot(STORAGE)
    project.write("infra/checks/security_skips.toml", "")
    return project


def test_only_what_no_skip_speaks_of_and_skips_that_nothing_needs_are_problems(deployed: Project) -> None:
    deployed.snapshot(OPEN)
    deployed.snapshot(OPEN, name="other")
    deployed.snapshot(STORAGE, name="sound")
    deployed.write("infra/checks/security_skips.toml", SKIP + SKIP.replace("small", "sound"))
    broken, unused = problems(deployed.root)
    assert broken.startswith("other: Microsoft.Storage/storageAccounts.stsmall: ")
    assert "(CKV_AZURE_3)" in broken
    assert "CKV_AZURE_3 for Microsoft.Storage/storageAccounts: nothing needs this skip" in unused


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("infra/snapshots/small.snapshot.json", '{"predictedResources": ['),
        ("infra/snapshots/small.snapshot.json", "{}"),
        ("infra/checks/security_skips.toml", "[[skip]"),
        ("infra/checks/security_skips.toml", SKIP.replace("A test.", " ")),
        ("infra/checks/security_skips.toml", SKIP.replace("type", "kind")),
    ],
)
def test_a_file_that_cannot_be_read_is_never_passed(deployed: Project, name: str, text: str) -> None:
    deployed.write(name, text)
    (problem,) = problems(deployed.root)
    assert "cannot be read" in problem


def test_a_resource_that_checkov_does_not_see_is_never_passed(deployed: Project) -> None:
    deployed.snapshot(STORAGE, STORAGE)
    (problem,) = problems(deployed.root)
    assert problem.startswith("checkov did not do its work: ")


def test_a_project_without_deployments_is_not_passed(deployed: Project) -> None:
    (deployed.root / "infra" / "snapshots" / "small.snapshot.json").unlink()
    assert problems(deployed.root) == ["infra/snapshots holds no snapshot, so nothing was checked."]


def test_a_machine_without_checkov_is_told_how_to_install_it(
    deployed: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tools, "INSTALLED", tmp_path)
    with pytest.raises(ToolMissing, match="checkov is not installed"):
        problems(deployed.root)
