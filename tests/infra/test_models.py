"""That every app has a model called `default`, as a check and in the template itself."""

import shutil

from infra.checks.models import problems
from infra.checks.tools import compiler, run
from tests.infra.conftest import ROOT, Project

SETTINGS = {"type": "Microsoft.Web/sites/config", "name": "func/appsettings"}
TEMPLATE = """targetScope = 'subscription'

import { withDefault } from 'modules/catalogue.bicep'

output aliases array = map(
  withDefault([{ alias: 'ALIAS', model: 'x', format: 'OpenAI', version: '', sku: 'GlobalStandard', capacity: 1 }]),
  each => each.alias
)
"""


def test_an_app_without_a_default_model_is_found(project: Project) -> None:
    told = {"AZURE_INFERENCE_ENDPOINT_IMAGE": "https://x/models", "AZURE_INFERENCE_DEPLOYMENT_IMAGE": "x"}
    project.snapshot({**SETTINGS, "properties": told})
    (problem,) = problems(project.root)
    assert problem.startswith("small: func/appsettings has no AZURE_INFERENCE_ENDPOINT: one of the models")


def test_the_template_refuses_a_list_of_models_without_one_called_default(project: Project) -> None:
    shutil.copytree(ROOT / "infra" / "modules", project.root / "infra" / "modules")
    said = {alias: evaluated(project, TEMPLATE.replace("ALIAS", alias)) for alias in ("default", "image")}
    assert said["default"] == ""
    assert "One of the models must have the alias `default`" in said["image"]
    assert "withDefault(models)" in (ROOT / "infra" / "main.bicep").read_text()


def evaluated(project: Project, template: str) -> str:
    """What the compiler has against a template when it evaluates it."""
    project.write("infra/main.bicep", template)
    place = ("--subscription-id", "00000000-0000-0000-0000-000000000000", "--location", "eastus2")
    parameters = project.root / "infra" / "snapshots" / "small.bicepparam"
    return run(compiler(), "snapshot", parameters, "--mode", "overwrite", *place).all
