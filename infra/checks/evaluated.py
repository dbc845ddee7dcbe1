"""The deployments in infra/snapshots as the compiler evaluated them: what Azure would be asked for."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ENDING = ".snapshot.json"

type Resource = Mapping[str, Any]


class UnreadableError(Exception):
    """There is no snapshot, or one cannot be read; the message is a problem of its own."""


def deployments(root: Path) -> dict[str, list[Resource]]:
    """The resources of each deployment, by the name of its snapshot.

    Raises:
        UnreadableError: there is none, or one is no snapshot.
    """
    paths = sorted((root / "infra" / "snapshots").glob(f"*{ENDING}"))
    if not paths:
        raise UnreadableError("infra/snapshots holds no snapshot, so nothing was checked.")
    return {path.name.removesuffix(ENDING): _resources(path) for path in paths}


def _resources(path: Path) -> list[Resource]:
    try:
        resources: list[Resource] = json.loads(path.read_text(encoding="utf-8"))["predictedResources"]
        if resources and all(isinstance(each["type"], str) and isinstance(each["name"], str) for each in resources):
            return resources
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UnreadableError(f"infra/snapshots/{path.name} cannot be read: {error!r}") from error
    raise UnreadableError(
        f"infra/snapshots/{path.name} cannot be read: it holds no resource, or one without a type or a name."
    )


def of_type(resources: list[Resource], kind: str) -> list[Resource]:
    """Those of one type, such as `Microsoft.Web/sites`."""
    return [each for each in resources if each["type"] == kind]
