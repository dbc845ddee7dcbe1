"""The Bicep compiler, its linter and its formatter have nothing to say."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from infra.checks.tools import Said, compiler, run


def problems(root: Path) -> list[str]:
    """What compiler, linter and formatter say of all templates and parameters below `infra/`.

    The parameters in infra/snapshots are not linted here: snapshots.py compiles them anyway.

    Raises:
        ToolMissing: there is no compiler.
    """
    bicep, infra = compiler(), root / "infra"
    templates, parameters = sorted(infra.rglob("*.bicep")), sorted(infra.glob("*.bicepparam"))
    if not templates:
        return ["infra/ holds no .bicep file: there is nothing to deploy."]
    with tempfile.TemporaryDirectory() as folder:
        built = run(bicep, "build", "--pattern", "**/*.bicep", "--outdir", folder, *_SARIF, folder=infra)
    found = _diagnostics(built, built.errors, templates, root)
    if parameters:
        linted = run(bicep, "lint", "--pattern", "*.bicepparam", *_SARIF, folder=infra)
        found += _diagnostics(linted, linted.output, parameters, root)
    formatted = [*templates, *sorted(infra.rglob("*.bicepparam"))]
    return sorted({*found, *_badly_formatted(bicep, infra, formatted)})


_SARIF = ("--diagnostics-format", "sarif")


def _diagnostics(said: Said, sarif: str, files: list[Path], root: Path) -> list[str]:
    """One sentence for each; the compiler exits with 0 in spite of warnings, so only the SARIF counts."""
    try:
        logs = list(_documents(sarif))
    except ValueError:
        return [f"The compiler did not say in SARIF what it found: {said.all[-500:]}"]
    found = [_sentence(result, root) for log in logs for each in log["runs"] for result in each["results"]]
    if len(logs) != len(files):
        found.append(f"The compiler told of {len(logs)} files, but there are {len(files)}: {said.all[-500:]}")
    if said.code and not found:
        found.append(f"The compiler failed without saying where: {said.all[-500:]}")
    return found


def _documents(text: str) -> Iterator[Any]:
    """JSON documents, one right after the other: one for each file."""
    decoder, at = json.JSONDecoder(), 0
    while at < len(text.rstrip()):
        document, at = decoder.raw_decode(text, at + len(text[at:]) - len(text[at:].lstrip()))
        yield document


def _sentence(result: dict[str, Any], root: Path) -> str:
    place = result["locations"][0]["physicalLocation"]
    file = Path(unquote(urlsplit(place["artifactLocation"]["uri"]).path))
    where = file.relative_to(root.resolve()) if file.is_relative_to(root.resolve()) else file.name
    return f"{where}:{place['region']['startLine']}: {result['ruleId']}: {result['message']['text']}"


def _badly_formatted(bicep: str, infra: Path, files: list[Path]) -> list[str]:
    """Files that the formatter would change; it works on copies."""
    with tempfile.TemporaryDirectory() as folder:
        copies = {file: Path(folder) / file.relative_to(infra) for file in files}
        for file in [*files, *infra.rglob("bicepconfig.json")]:
            copy = Path(folder) / file.relative_to(infra)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, copy)
        patterns = ("**/*.bicep", "**/*.bicepparam")
        said = [run(bicep, "format", "--pattern", pattern, folder=Path(folder)) for pattern in patterns]
        failed = [f"`bicep format` failed: {each.all[-500:]}" for each in said if each.code]
        return failed + [
            f"infra/{file.relative_to(infra)}: not formatted as `bicep format` does it: run that."
            for file, copy in copies.items()
            if file.read_bytes() != copy.read_bytes()
        ]
