"""checkov has nothing against the deployments in infra/snapshots that is not answered in security_skips.toml.

It reads what the compiler evaluated, not the compiled templates: of those, whose resources stand in modules and under
symbolic names, it sees none at all and is content (docs/decisions/infra-checks.md).
"""

import json
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.checks.evaluated import Resource, UnreadableError, deployments
from infra.checks.tools import command, run

SKIPS = Path("infra", "checks", "security_skips.toml")


@dataclass(frozen=True)
class Failed:
    """A rule that a resource breaks, in one deployment."""

    rule: str
    about: str
    resource: str
    deployment: str


@dataclass(frozen=True)
class Skip:
    """A rule that the resources of a type may break, in all deployments or in some, and why."""

    rule: str
    type: str
    reason: str
    deployments: tuple[str, ...] = ()

    def covers(self, failed: Failed) -> bool:
        """Whether it speaks of this."""
        if self.deployments and failed.deployment not in self.deployments:
            return False
        return failed.rule == self.rule and failed.resource.startswith(f"{self.type}.")


def problems(root: Path) -> list[str]:
    """What checkov has against the deployments, and skips that nothing needs any more.

    Raises:
        ToolMissing: checkov is not installed.
    """
    try:
        evaluated, skips = deployments(root), _skips(root)
    except UnreadableError as error:
        return [str(error)]
    except (OSError, ValueError, KeyError, TypeError) as error:
        return [f"{SKIPS.as_posix()} cannot be read: {error!r}"]
    try:
        failed = list(_failed(evaluated))
    except ValueError as error:
        return [f"checkov did not do its work: {error}"]
    left = [each for each in failed if not any(skip.covers(each) for skip in skips)]
    unused = [skip for skip in skips if not any(skip.covers(each) for each in failed)]
    return [
        *(f"{each.deployment}: {each.resource}: {each.about} ({each.rule}). Mend it, or say why not." for each in left),
        *(f"{SKIPS.as_posix()}: {skip.rule} for {skip.type}: nothing needs this skip: remove it." for skip in unused),
    ]


def _skips(root: Path) -> list[Skip]:
    said = tomllib.loads((root / SKIPS).read_text(encoding="utf-8"))
    skips = [Skip(**{**each, "deployments": tuple(each.get("deployments", ()))}) for each in said.get("skip", [])]
    if not all(skip.reason.strip() for skip in skips):
        raise ValueError("a skip without a reason")
    return skips


def _failed(evaluated: Mapping[str, list[Resource]]) -> Iterator[Failed]:
    """What checkov found.

    Raises:
        ValueError: it could not read a deployment, or did not see all that is in it.
    """
    with tempfile.TemporaryDirectory() as folder:
        for name, resources in evaluated.items():
            (Path(folder) / f"{name}.json").write_text(json.dumps(_template(resources)))
        command("checkov")  # must be there; but where the path has a blank, only Python can start it
        said = run(
            *(command("python"), "-m", "checkov.main", "--directory", folder, "--framework", "arm"),
            *("--skip-download", "--compact"),
            *("--quiet", "--soft-fail", "--output", "json"),
            LOG_LEVEL="ERROR",
        )
    report = json.loads(said.output)
    summary = report.get("summary", report)
    expected = sum(map(len, evaluated.values()))
    if said.code or summary["parsing_errors"] or summary["resource_count"] != expected:
        unread = f"{summary['parsing_errors']} files it could not read"
        raise ValueError(f"of {expected} resources it saw {summary['resource_count']}, {unread}. {said.errors[-500:]}")
    for each in report["results"]["failed_checks"]:
        name = Path(each["file_path"]).stem
        yield Failed(each["check_id"], each["check_name"], each["resource"], name)


def _template(resources: list[Resource]) -> dict[str, Any]:
    """A template of the plain form, which checkov knows."""
    return {
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "resources": resources,
    }
