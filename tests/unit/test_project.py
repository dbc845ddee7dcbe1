"""Rules of this project that no other tool checks."""

import ast
import json
import re
from pathlib import Path

import pytest

from shared.settings.settings import Settings

ROOT = Path(__file__).parents[2]


def imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def test_function_app_imports_nothing_of_the_project_but_bootstrap() -> None:
    ours = {name for name in imported(ROOT / "function_app.py") if name.split(".")[0] in ("shared", "cli", "local")}
    assert ours == {"shared.bootstrap"}


@pytest.mark.parametrize("name", sorted(path.name for path in ROOT.glob("requirements*.txt")))
def test_every_requirement_is_locked_with_its_hashes(name: str) -> None:
    text = (ROOT / name).read_text()
    requirements = re.findall(r"^[\w-]+(?:\[\w+\])?(==)?", text, re.MULTILINE)
    assert requirements
    assert set(requirements) == {"=="}
    assert text.count("--hash=sha256:") > len(requirements)


@pytest.mark.parametrize(
    "path",
    [ROOT / "web" / "package-lock.json", *ROOT.glob("*/*/package-lock.json"), *ROOT.glob("requirements*.txt")],
    ids=str,
)
def test_a_lock_file_names_no_place_to_fetch_from(path: Path) -> None:
    assert not re.search(r'"resolved": "(?!unused/)|--index-url|--extra-index-url|@ https?:', path.read_text())


def test_the_tests_run_with_the_versions_that_are_deployed() -> None:
    def versions(name: str) -> set[str]:
        return set(re.findall(r"^([\w-]+==[\w.]+)", (ROOT / name).read_text(), re.MULTILINE))

    assert versions("requirements.txt") <= versions("requirements-dev.txt")
    assert versions("requirements.txt") <= versions("requirements-traces.txt")


def test_the_packages_asked_for_by_name_are_deployed() -> None:
    deployed = (ROOT / "requirements.txt").read_text()
    for name in (
        "azure-functions",
        "azure-functions-runtime",
        "azure-storage-blob",
        "azure-ai-inference",
        "azure-identity",
    ):
        assert f"\n{name}==" in f"\n{deployed}"


def test_the_host_gives_up_on_an_invocation_within_ten_minutes() -> None:
    assert json.loads((ROOT / "host.json").read_text())["functionTimeout"] == "00:10:00"


def test_the_sample_settings_name_every_required_setting() -> None:
    values = json.loads((ROOT / "local.settings.sample.json").read_text())["Values"]
    required = {field.alias for field in Settings.model_fields.values() if field.is_required()}
    assert required <= set(values)
    assert Settings.from_environ(values).blob_trigger_source == "LogsAndContainerScan"
