"""A small project with something to check, in which each test plants its fault."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
TEMPLATE = """targetScope = 'subscription'

param location string = 'eastus2'

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: 'rg-small'
  location: location
}

module storage 'storage.bicep' = {
  scope: group
  params: {
    location: location
  }
}
"""
STORAGE = """param location string

resource storage 'Microsoft.Storage/storageAccounts@2025-06-01' = {
  name: 'stsmall${uniqueString(resourceGroup().id)}'
  location: location
  kind: 'StorageV2'
  sku: {
    name: 'Standard_GRS'
  }
  properties: {
    allowBlobPublicAccess: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    publicNetworkAccess: 'Disabled'
    supportsHttpsTrafficOnly: true
    networkAcls: {
      bypass: 'AzureServices'
      defaultAction: 'Deny'
    }
  }
}
"""


class Project:
    """A checkout with the files that the checks look at."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def write(self, name: str, text: str) -> None:
        """Put a file in the place of what may be there."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def change(self, name: str, old: str, new: str) -> None:
        """Plant a fault in a file."""
        text = (self.root / name).read_text(encoding="utf-8")
        assert old in text
        self.write(name, text.replace(old, new))

    def snapshot(self, *resources: Mapping[str, Any], name: str = "small") -> None:
        """A deployment that came out as these resources."""
        self.write(f"infra/snapshots/{name}.snapshot.json", json.dumps({"predictedResources": resources}))


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """One with sound templates, and the files of this project that stand outside of infra/."""
    project = Project(tmp_path)
    project.write("infra/main.bicep", TEMPLATE)
    project.write("infra/storage.bicep", STORAGE)
    project.write("infra/snapshots/small.bicepparam", "using '../main.bicep'\n")
    for name in (".github", ".ci", ".devcontainer"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copyfile(ROOT / "azure.yaml", tmp_path / "azure.yaml")
    return project
