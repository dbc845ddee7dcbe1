"""azure.yaml, the workflows, our actions and Dependabot's file are of the form that their readers expect.

All but azure.yaml are held against the schemas that `check-jsonschema` carries; azure.yaml against one of our own, of
the part that we use: azd's allows any key, so a slip in it would be passed over by both.
"""

import json
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from infra.checks.tools import command, run

AZURE_YAML = json.loads(Path(__file__).with_name("azure.schema.json").read_text(encoding="utf-8"))


def problems(root: Path) -> list[str]:
    """What is wrong with the form of these files.

    Raises:
        ToolMissing: `check-jsonschema` is not installed.
    """
    workflows = sorted((root / ".github" / "workflows").glob("*.y*ml"))
    actions = sorted((root / ".github" / "actions").rglob("action.y*ml"))
    return [
        *_azure_yaml(root),
        *_held_against("vendor.github-workflows", workflows, "the workflows in .github/workflows", root),
        *_held_against("vendor.github-actions", actions, "the actions in .github/actions", root),
        *_held_against("vendor.dependabot", [root / ".github" / "dependabot.yml"], ".github/dependabot.yml", root),
    ]


def _azure_yaml(root: Path) -> list[str]:
    try:
        text = (root / "azure.yaml").read_text(encoding="utf-8")
        content = yaml.safe_load(text)
    except (OSError, ValueError, yaml.YAMLError) as error:
        return [f"azure.yaml cannot be read: {error}"]
    found = jsonschema.Draft202012Validator(AZURE_YAML).iter_errors(content)
    return [
        *(f"azure.yaml: {_place(each)}{each.message}" for each in found),
        *_places_that_are_not_there(content, root),
    ]


def _place(fault: jsonschema.ValidationError) -> str:
    return "".join(f"{each}: " for each in fault.absolute_path)


def _places_that_are_not_there(content: Any, root: Path) -> list[str]:
    """Folders and files that azure.yaml names. The package is made by the hook that runs before it is looked at."""
    infra = content.get("infra", {}) if isinstance(content, dict) else {}
    named = f"{infra.get('path')}/{infra.get('module')}.bicep" if isinstance(infra, dict) else ""
    return [] if (root / named).is_file() else [f"azure.yaml: infra: there is no {named}."]


def _held_against(schema: str, files: list[Path], what: str, root: Path) -> list[str]:
    """What `check-jsonschema` says; it fails on a file that it cannot parse, too."""
    there = [file for file in files if file.is_file()]
    if not there:
        return [f"{what}: not there, so nothing was checked."]
    checker = command("check-jsonschema")
    said = run(checker, "--builtin-schema", schema, "--output-format", "json", *there, folder=root)
    if said.code == 0:
        return []
    try:
        answer = json.loads(said.output)
    except ValueError:
        return [f"{what}: check-jsonschema failed: {said.all[-800:]}"]
    errors = [_error(each, root) for each in answer["errors"]]
    unread = [f"{_name(each['filename'], root)}: {each['message']}" for each in answer["parse_errors"]]
    return errors + unread or [f"{what}: check-jsonschema failed: {said.all[-800:]}"]


def _error(error: dict[str, Any], root: Path) -> str:
    """In the words of the alternative that came closest, where there are several."""
    closest = error.get("best_match", error)
    return f"{_name(error['filename'], root)}: {closest['path']}: {closest['message']}"


def _name(path: str, root: Path) -> str:
    return path.removeprefix(f"{root}/")
