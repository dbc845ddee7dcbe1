"""The project's shell is sound: shellcheck reads the scripts, and the lines within YAML and JSON.

It does not read the Makefile, whose two lines are no file of shell.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from infra.checks.tools import command, run

_EXPRESSION = re.compile(r"\$\{\{.*?\}\}", re.DOTALL)
SHELLS = ("sh", "bash")


@dataclass(frozen=True)
class Script:
    """Some lines of shell, and where they stand."""

    where: str
    shell: str
    text: str


class _Unreadable(Exception):
    """A file that holds shell cannot be read; the message says why."""


def problems(root: Path) -> list[str]:
    """What shellcheck says.

    Raises:
        ToolMissing: shellcheck is not installed.
    """
    try:
        scripts = [*_files(root), *_hooks(root), *_steps(root), *_devcontainer(root)]
    except _Unreadable as error:
        return [str(error)]
    if not scripts:
        return ["No line of shell was found anywhere, so nothing was checked."]
    return [problem for script in scripts for problem in _checked(script)]


def _checked(script: Script) -> list[str]:
    said = run(
        *(command("shellcheck"), "--norc", f"--shell={script.shell}", "--enable=all", f"--exclude={_TASTE}"),
        *("--format=json1", "-"),
        given=script.text,
    )
    try:
        comments = json.loads(said.output)["comments"]
    except ValueError:
        return [f"{script.where}: shellcheck failed: {said.all[-500:]}"]
    return [f"{script.where}, line {each['line']}: SC{each['code']}: {each['message']}" for each in comments]


# SC2250: braces around every variable; SC2154: azd and GitHub set variables that no line here sets;
# SC2312: a substitution may hide an exit code; SC2292: [[ ]] even where [ ] does.
_TASTE = "SC2250,SC2154,SC2312,SC2292"


def _files(root: Path) -> Iterator[Script]:
    for path in [root / ".ci" / "run", *sorted(root.glob("scripts/*.sh"))]:
        where = path.relative_to(root).as_posix()
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            raise _Unreadable(f"{where} cannot be read: {error}") from error
        shell = text.partition("\n")[0].rpartition("/")[2].rpartition(" ")[2]
        if shell not in SHELLS:
            raise _Unreadable(f"{where}: begins with no `#!/bin/sh` or bash.")
        yield Script(where, shell, text)


def _hooks(root: Path) -> Iterator[Script]:
    """The hooks of azure.yaml for all systems but Windows, whose PowerShell shellcheck cannot read."""
    content = _loaded(root / "azure.yaml", root)
    places = {"hooks": content, **{f"services: {name}": each for name, each in content.get("services", {}).items()}}
    for place, holder in places.items():
        for name, hook in holder.get("hooks", {}).items():
            posix = hook.get("posix", {})
            if posix.get("run"):
                yield Script(f"azure.yaml: {place}: {name}", posix.get("shell", "sh"), posix["run"])


def _steps(root: Path) -> Iterator[Script]:
    """The `run` of every step; `${{ }}` is filled in before the shell sees it, here with a word."""
    for path in sorted((root / ".github").rglob("*.y*ml")):
        content = _loaded(path, root)
        holders = [*content.get("jobs", {}).values(), content.get("runs", {})]
        default = content.get("defaults", {}).get("run", {}).get("shell", "bash")
        for step in (step for holder in holders for step in holder.get("steps", [])):
            shell = step.get("shell", default)
            if "run" in step and shell in SHELLS:
                where = f"{path.relative_to(root).as_posix()}: {step.get('name', step['run'].partition(chr(10))[0])}"
                yield Script(where, shell, _EXPRESSION.sub("filled_in", step["run"]))


def _devcontainer(root: Path) -> Iterator[Script]:
    path = root / ".devcontainer" / "devcontainer.json"
    for name, said in _loaded(path, root).items():
        if name.endswith("Command") and isinstance(said, str):
            yield Script(f".devcontainer/devcontainer.json: {name}", "sh", said)


def _loaded(path: Path, root: Path) -> dict[str, Any]:
    """What a YAML or JSON file holds; JSON is YAML."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise _Unreadable(f"{path.relative_to(root).as_posix()} cannot be read: {error}") from error
    if not isinstance(content, dict):
        raise _Unreadable(f"{path.relative_to(root).as_posix()} is no mapping.")
    return content
