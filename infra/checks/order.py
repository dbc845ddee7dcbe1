"""What must be minutes old when it is needed is made first.

A role takes effect only some minutes after it was given. azd uploads the code seconds after the function app is there,
and that upload writes with the app's identity: a young role ends in 403 (Azure/azure-dev#8026) and azd gives up. So the
host's roles wait for nothing but who gets them and what they are for; and the topic's events for its roles.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from infra.checks.tools import compiler, run

MAY_WAIT_FOR: Mapping[str, set[str]] = {
    "hostRoles": {"group", "identity", "host"},
    "topicRoles": {"group", "media", "topic"},
}
"""What the modules with roles that are needed soon may depend on."""

NEEDED_BY = {"function": "hostRoles", "queuedEvents": "topicRoles"}
"""Which module must not be made before its roles."""


def problems(root: Path) -> list[str]:
    """Modules of infra/main.bicep that are made too late, or too early.

    Raises:
        ToolMissing: there is no compiler.
    """
    said = run(compiler(), "build", root / "infra" / "main.bicep", "--stdout")
    try:
        resources = json.loads(said.output)["resources"]
        needs = {name: set(each.get("dependsOn", ())) for name, each in resources.items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        return [f"infra/main.bicep could not be compiled, or names no resource: {said.all[-500:]}"]
    return [f"infra/main.bicep: {problem}" for problem in misplaced(needs)]


def misplaced(needs: Mapping[str, set[str]]) -> list[str]:
    """What is wrong with the order of modules, given what each waits for by itself."""
    return [*_missing(needs), *_late(needs), *_early(needs)]


def _missing(needs: Mapping[str, set[str]]) -> Iterator[str]:
    for name in sorted({*MAY_WAIT_FOR, *NEEDED_BY} - needs.keys()):
        yield f"there is no module {name}, whose place in the order is checked."


def _late(needs: Mapping[str, set[str]]) -> Iterator[str]:
    for name, allowed in MAY_WAIT_FOR.items():
        for other in sorted(_before(name, needs) - allowed):
            yield f"{name} waits for {other}: its roles would be seconds old when they are needed."


def _early(needs: Mapping[str, set[str]]) -> Iterator[str]:
    for name, roles in NEEDED_BY.items():
        if name in needs and roles not in _before(name, needs):
            yield f"{name} does not wait for {roles}, without which it cannot work."


def _before(name: str, needs: Mapping[str, set[str]]) -> set[str]:
    """All that is made before a module, by itself or by what it waits for."""
    found: set[str] = set()
    waiting = set(needs.get(name, ()))
    while waiting:
        found |= waiting
        waiting = {other for each in waiting for other in needs.get(each, ())} - found
    return found
