"""Every role assignment has a name that holds its principal.

Azure neither moves an assignment to another principal nor removes it together with one: where an identity was made
anew, a name without the principal meets the old assignment: the deployment ends in `RoleAssignmentUpdateNotPermitted`
(Microsoft's code sample key-vault-managed-identity-role-assignment; SSWConsulting/SSW.Website#4843).
"""

import re
import uuid
from collections.abc import Iterator
from pathlib import Path

from infra.checks.evaluated import Resource, UnreadableError, deployments, of_type

_NAMESPACE = uuid.UUID("11fb06fb-712d-4ddd-98c7-e71bbd588830")
"""With which Azure's `guid()` makes a name of its arguments (version 5 of RFC 9562, joined by hyphens)."""

_SCOPE = re.compile(r"^(.+)/providers/Microsoft\.Authorization/roleAssignments/[^/]+$")


def problems(root: Path) -> list[str]:
    """Role assignments whose names would be the same for another principal."""
    try:
        evaluated = deployments(root)
        return [
            f"{name}: a role for {each['properties']['principalId']} on {each['id']}: its name must be made by"
            " `guid(scope, principal, role)`, or it clashes with what an earlier principal left behind."
            for name, resources in evaluated.items()
            for each in of_type(resources, "Microsoft.Authorization/roleAssignments")
            if not _names_its_principal(each)
        ]
    except UnreadableError as error:
        return [str(error)]
    except (KeyError, TypeError, AttributeError) as error:
        return [f"A role assignment in infra/snapshots lacks what every one has: {error!r}"]


def _names_its_principal(assignment: Resource) -> bool:
    name, principal = assignment["name"], assignment["properties"]["principalId"]
    if name.startswith("["):  # evaluated only when the principal is there
        role = assignment["properties"]["roleDefinitionId"].rpartition("/")[2].strip("[]'()")
        return principal.strip("[]") in name and role in name
    return name in _names(assignment, principal)


def _names(assignment: Resource, principal: str) -> Iterator[str]:
    """What Azure makes of scope, principal and role; nothing where the scope cannot be told."""
    if scope := _SCOPE.match(assignment["id"]):
        role = assignment["properties"]["roleDefinitionId"].rpartition("/")[2]
        yield str(uuid.uuid5(_NAMESPACE, "-".join([scope[1], principal, role])))
