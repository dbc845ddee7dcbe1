"""That every app has a model called `default`, as a check and in the template itself."""

import os

from infra.checks.models import problems
from infra.checks.tools import compiler, run
from tests.infra.conftest import ROOT, Project

SETTINGS = {"type": "Microsoft.Web/sites/config", "name": "func/appsettings"}
WITHOUT = """using '{template}'

param environmentName = 'app'
param location = 'eastus2'
param models = [
  {{ alias: 'image', model: 'x', format: 'OpenAI', version: '1', sku: 'GlobalStandard', capacity: 1 }}
]
"""


def test_an_app_without_a_default_model_is_found(project: Project) -> None:
    told = {"AZURE_INFERENCE_ENDPOINT_IMAGE": "https://x/models", "AZURE_INFERENCE_DEPLOYMENT_IMAGE": "x"}
    project.snapshot({**SETTINGS, "properties": told})
    (problem,) = problems(project.root)
    assert problem.startswith("small: func/appsettings has no AZURE_INFERENCE_ENDPOINT: one of the models")


def test_the_template_refuses_such_a_list_before_anything_is_made(project: Project) -> None:
    parameters = project.root / "small.bicepparam"
    template = os.path.relpath(ROOT / "infra" / "main.bicep", parameters.parent)
    project.write(parameters.name, WITHOUT.format(template=template))
    place = ("--subscription-id", "00000000-0000-0000-0000-000000000000", "--location", "eastus2")
    said = run(compiler(), "snapshot", parameters, "--mode", "overwrite", *place)
    assert said.code
    assert "One of the models must have the alias `default`" in said.all
