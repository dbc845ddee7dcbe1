"""Which variables the parameters listen to, as a check; and what comes of them."""

import json
import shutil
from collections.abc import Callable
from typing import Any

import pytest

from infra.checks.parameters import problems
from infra.checks.tools import compiler, run
from tests.infra.conftest import ROOT, Project

SOUND = """using 'main.bicep'

param location = readEnvironmentVariable('AZURE_LOCATION', 'eastus2')
param tags = readEnvironmentVariable('DROPSCRIBE_TAGS', '')
"""
PHI = {"model": "Phi-4-multimodal-instruct", "format": "Microsoft", "version": "1", "sku": "GlobalStandard"}


def test_azds_own_names_and_ours_are_passed(project: Project) -> None:
    project.write("infra/main.bicepparam", SOUND)
    assert problems(project.root) == problems(ROOT) == []


@pytest.mark.parametrize("name", ["AZURE_INFERENCE_ENDPOINT", "AZURE_PRINCIPAL_TYPE", "HOME", "azure_location", ""])
def test_a_name_that_may_stand_in_anybodys_shell_is_found_and_placed(project: Project, name: str) -> None:
    project.write("infra/main.bicepparam", SOUND.replace("DROPSCRIBE_TAGS", name))
    (problem,) = problems(project.root)
    assert problem.startswith(f"infra/main.bicepparam, line 4: {name} may stand in anybody's shell")


@pytest.mark.parametrize("name", ["name", "'AZURE_${part}'", "'DROPSCRIBE_' + name", "'it''s'"])
def test_a_name_that_cannot_be_read_from_the_text_is_never_passed(project: Project, name: str) -> None:
    project.write("infra/main.bicepparam", SOUND.replace("'DROPSCRIBE_TAGS'", name))
    (problem,) = problems(project.root)
    assert "line 4: the name of a variable must stand there as plain text" in problem


def test_another_way_to_hear_the_shell_is_found(project: Project) -> None:
    project.write(
        "infra/main.bicepparam", "using 'main.bicep'\nparam a = externalInput('sys.envVar', 'COMPLETED_QUEUE')\n"
    )
    (found,) = problems(project.root)
    assert "externalInput()" in found


def test_a_file_that_does_not_parse_or_is_not_there_is_never_passed(project: Project) -> None:
    assert "holds no .bicepparam" in problems(project.root)[0]
    project.write("infra/main.bicepparam", "param x =")
    (project.root / "infra" / "other.bicepparam").write_bytes(b"\xff\xfe")
    without, unreadable = problems(project.root)
    assert "names no template" in without
    assert "infra/other.bicepparam cannot be read" in unreadable


@pytest.fixture
def chosen(project: Project) -> Callable[..., dict[str, Any]]:
    """The parameters of this project as azd's compiler sees them in a shell with some variables.

    They are compiled without the template, which takes ten times as long; `make infra` compiles both together.
    """
    shutil.copytree(ROOT / "infra" / "modules", project.root / "infra" / "modules")
    text = (ROOT / "infra" / "main.bicepparam").read_text(encoding="utf-8")
    project.write("infra/main.bicepparam", text.replace("using 'main.bicep'", "using none"))

    def compiled(**environ: str) -> dict[str, Any]:
        file = project.root / "infra" / "main.bicepparam"
        said = run(compiler(), "build-params", file, "--stdout", folder=None, given=None, **environ)
        parameters = json.loads(json.loads(said.output)["parametersJson"])["parameters"]
        return {name: each["value"] for name, each in parameters.items()}

    return compiled


def test_the_articles_model_is_one_variable_away_and_what_a_shell_exports_changes_nothing(
    chosen: Callable[..., dict[str, Any]],
) -> None:
    exported = {"AZURE_INFERENCE_ENDPOINT": "https://x/models", "AZURE_INFERENCE_DEPLOYMENT": "x"}
    exported |= {"AZURE_AI_ACCOUNT_ID": "/x", "AZURE_PRINCIPAL_TYPE": "Group"}
    parameters = chosen(DROPSCRIBE_MODEL="Phi-4-multimodal-instruct", **exported)
    assert parameters["models"] == [{**PHI, "alias": "default", "capacity": 1, "api": "models"}]
    assert parameters["existingEndpoint"] == parameters["existingAccountId"] == ""


def test_every_part_of_both_models_can_be_chosen(chosen: Callable[..., dict[str, Any]]) -> None:
    parts = {"VERSION": "7", "FORMAT": "Mine", "SKU": "DataZoneStandard", "CAPACITY": "3", "API": "models"}
    names = {"DROPSCRIBE_MODEL": "one", "DROPSCRIBE_SPEECH_MODEL": "two"}
    given = {f"{name}_{part}": value for name in names for part, value in parts.items()}
    same = {"version": "7", "format": "Mine", "sku": "DataZoneStandard", "capacity": 3, "api": "models"}
    assert chosen(**names, **given)["models"] == [
        {"alias": "default", "model": "one", **same},
        {"alias": "audio", "model": "two", **same},
    ]
