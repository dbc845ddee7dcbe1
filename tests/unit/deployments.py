"""Deployments as the compiler evaluated them (infra/snapshots): what Azure would be asked for, resource by resource."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

INFRA = Path(__file__).parents[2] / "infra"
SNAPSHOTS = sorted((INFRA / "snapshots").glob("*.snapshot.json"))

_ASSIGNED_BY = re.compile(r"format\('(?P<module>identity|topic)-\{0\}'")
_SCOPE = re.compile(
    r"^\[guid\('(?P<scope>[^']+)', |^(?P<known>/.*)/providers/Microsoft\.Authorization/roleAssignments/"
)
_ADDRESS_OF = re.compile(r"storageAccounts/(?P<account>\w+)'.*primaryEndpoints\.(?P<service>\w+)")


@dataclass(frozen=True)
class Role:
    """A principal, and what it may do with one resource."""

    who: str
    role: str
    on: str


@dataclass(frozen=True)
class Deployed:
    """One evaluated deployment."""

    name: str
    document: Mapping[str, Any]

    @classmethod
    def read(cls, path: Path) -> "Deployed":
        return cls(path.name.removesuffix(".snapshot.json"), json.loads(path.read_text()))

    def all(self, kind: str) -> list[dict[str, Any]]:
        """The resources of a type, such as `Microsoft.Storage/storageAccounts`."""
        return [each for each in self.document["predictedResources"] if each["type"] == kind]

    def the(self, kind: str, ending: str = "") -> dict[str, Any]:
        """The only resource of a type whose name ends so."""
        (found,) = [each for each in self.all(kind) if each["name"].endswith(ending)]
        return found

    @property
    def settings(self) -> dict[str, str]:
        """The app settings."""
        properties: dict[str, str] = self.the("Microsoft.Web/sites/config", "/appsettings")["properties"]
        return properties

    @property
    def environ(self) -> dict[str, str]:
        """The app settings as the app sees them, with a plausible value for what only Azure knows."""
        return {name: _plausible(value) for name, value in self.settings.items()}

    def roles(self) -> Iterator[Role]:
        """Every role that is given."""
        names = {guid: name for name, guid in json.loads((INFRA / "roles.json").read_text()).items()}
        for each in self.all("Microsoft.Authorization/roleAssignments"):
            guid = each["properties"]["roleDefinitionId"].rpartition("/")[2]
            yield Role(_who(each["properties"]["principalId"]), names[guid], _place(scope_of(each)))


def _who(principal: str) -> str:
    found = _ASSIGNED_BY.search(principal)
    if found:
        return {"identity": "app", "topic": "topic"}[found["module"]]
    return {"4": "user", "5": "reader"}.get(principal[0], "operator")  # as infra/snapshots/inbox.bicepparam has them


def scope_of(assignment: dict[str, Any]) -> str:
    """The id of what a role is for."""
    found = _SCOPE.match(assignment["name"]) or _SCOPE.match(assignment["id"])
    assert found, assignment["id"]
    return found["scope"] or found["known"]


def _place(scope: str) -> str:
    """The last part of what a role is for: a container's or queue's name, an account's without what makes it unique."""
    kind, name = scope.split("/")[-2:]
    return name if kind in ("containers", "queues") else re.sub(r"[a-z0-9]{13}$", "", name).rstrip("-")


def _plausible(value: str) -> str:
    if found := _ADDRESS_OF.search(value):
        return f"https://{found['account']}.{found['service']}.core.windows.net/"
    return "00000000-0000-0000-0000-000000000000" if value.startswith("[") else value
