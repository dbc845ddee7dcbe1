"""What Azure and azd may say before a deployment, and what a newcomer then reads: docs/preflight.md.

`python -m tests.support.preflight` writes that page anew.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.programs import Said, plant, plant_script

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "preflight.md"
INTRODUCTION = """# What is looked at before anything is made

`azd up` and `azd provision` begin with `scripts/preflight.py`. It looks whether this machine and your subscription have
what is needed, says all that it finds at once, and stops where something must be done first. By hand:
`azd hooks run preprovision`.

`ok` and `note` stop nothing. Below is what it prints when all is well, and then each thing that it notes or refuses.
A test compares this page with what is really printed; `python -m tests.support.preflight` writes it.
"""

ENVIRON = {"AZURE_SUBSCRIPTION_ID": "5a6b", "AZURE_LOCATION": "eastus2", "AZURE_ENV_NAME": "demo"}
OFFER = {"format": "OpenAI", "sku": "GlobalStandard"}
LUNA = {"alias": "default", "model": "gpt-6-luna", "version": "2026-09-22", **OFFER, "capacity": 100}
SPEECH = {"alias": "audio", "model": "gpt-audio-1.5", "version": "2026-02-23", **OFFER, "capacity": 30}
"""Those that infra/modules/catalogue.bicep names by default."""
UNTIL = "2098-03-11"


def ok(answer: object) -> Said:
    """An answer in JSON."""
    return json.dumps(answer), "", 0


def failed(message: str) -> Said:
    """A failure in the words of `az`."""
    return "", f"ERROR: {message}", 1


def model(
    name: str = "gpt-6-luna",
    version: str = "2026-09-22",
    status: str = "GenerallyAvailable",
    sku: str = "GlobalStandard",
    until: str = UNTIL,
) -> Any:
    """One entry of a region's models, as `az cognitiveservices model list` has it."""
    offer = {"name": sku, "usageName": f"OpenAI.{sku}.{name}", "deprecationDate": f"{until}T00:00:00Z"}
    about = {"format": "OpenAI", "name": name, "version": version, "lifecycleStatus": status, "skus": [offer]}
    return {"kind": "AIServices", "skuName": "S0", "model": about}


def usage(name: str, limit: float, used: float = 0) -> Any:
    """One entry of a region's quota."""
    return {"name": {"value": f"OpenAI.GlobalStandard.{name}"}, "limit": limit, "currentValue": used}


def bicep(**values: object) -> Said:
    """What Bicep makes of infra/main.bicepparam, with the models where main.bicep has them: among the defaults."""
    given = {
        "environmentName": "demo",
        "location": "eastus2",
        "existingEndpoint": "",
    } | values
    defaults = {"models": [LUNA, SPEECH], "maximumInstanceCount": 40, "instanceMemoryMB": 2048}
    parts = {
        "parametersJson": {"parameters": {name: {"value": value} for name, value in given.items()}},
        "templateJson": {"parameters": {name: {"defaultValue": value} for name, value in defaults.items()}},
    }
    return ok({name: json.dumps(part) for name, part in parts.items()})


SPEECH_OFFERED, SPEECH_USAGE = model("gpt-audio-1.5", "2026-02-23", until="2098-08-24"), usage("gpt-audio-1.5", 100)
AZ: dict[str, Said] = {
    "account show": ok({"id": "5a6b", "name": "Pay-As-You-Go", "state": "Enabled", "user": {"type": "user"}}),
    "list-flexconsumption-locations": ok([{"name": "eastus2"}, {"name": "swedencentral"}]),
    "build-params": bicep(),
    "model list": ok([model(), model("gpt-6-astra"), model("gpt-5.5", "2026-04-26"), SPEECH_OFFERED]),
    "usage list": ok([usage("gpt-6-luna", 1000, 200), SPEECH_USAGE]),
    "group exists": ("false", "", 0),
    "list-deleted": ok([]),
    "deployment list": ok([]),
    "account list": ok([]),
}
AZD: dict[str, Said] = {
    "version": ok({"azd": {"version": "1.31.0", "commit": "0123abc"}}),
}


@dataclass(frozen=True)
class Scene:
    """What differs from a machine and a subscription where all is well."""

    az: Mapping[str, Said] | None = field(default_factory=dict)
    azd: Mapping[str, Said] | None = field(default_factory=dict)
    environ: Mapping[str, str] = field(default_factory=dict)
    has_python: bool = True


def offered(*models: Any) -> dict[str, Said]:
    """A region that offers these models, the one for speech, and no others."""
    return {"model list": ok([*models, SPEECH_OFFERED])}


NOT_LOGGED_IN = failed("Please run 'az login' to setup account.")
BAD_VALUE = (
    'infra/main.bicepparam(18,30) : Error BCP338: Failed to evaluate parameter "maximumInstanceCount": The template '
    "language function 'int' cannot convert provided value 'many' to integer value."
)
OBJECT_ID = "44444444-4444-4444-4444-444444444444"
DELETED = "/subscriptions/5a6b/providers/Microsoft.CognitiveServices/locations/eastus2/resourceGroups/rg-demo"
SCENES = {
    "All is well": Scene(),
    "The inbox": Scene(az={"build-params": bicep(inbox=True, inboxUsers=[OBJECT_ID], inboxReaders=[""])}),
    "People of the inbox by their names": Scene(
        az={"build-params": bicep(inbox=True, inboxUsers=["ann@example.com"], inboxReaders=[OBJECT_ID, "Readers"])}
    ),
    "Models that are there already": Scene(az={"build-params": bicep(existingEndpoint="https://place.example/models")}),
    "An address that is meant for this machine": Scene(
        environ={"AZURE_INFERENCE_ENDPOINT": "https://place.example/openai/v1"}
    ),
    "More instances than the usual quota": Scene(az={"build-params": bicep(maximumInstanceCount=1000)}),
    "No Python 3.13": Scene(has_python=False),
    "No azd": Scene(azd=None),
    "An azd that is too old": Scene(azd={"version": ok({"azd": {"version": "1.23.12"}})}),
    "No Azure CLI": Scene(az=None),
    "The Azure CLI is not logged in": Scene(az={"account show": NOT_LOGGED_IN}),
    "Another account than azd's": Scene(
        az={"account show": failed("The subscription of '5a6b' doesn't exist in cloud 'AzureCloud'.")}
    ),
    "A subscription that is switched off": Scene(az={"account show": ok({"name": "Trial", "state": "Disabled"})}),
    "No region yet": Scene(environ={"AZURE_LOCATION": ""}),
    "A region without Flex Consumption": Scene(az={"list-flexconsumption-locations": ok([{"name": "westus9"}])}),
    "A value that cannot be used": Scene(az={"build-params": failed(BAD_VALUE)}),
    "No Bicep": Scene(
        az={"build-params": failed("Bicep CLI not found. Install it now by running 'az bicep install'.")}
    ),
    "A subscription in which nothing was deployed before": Scene(
        az={
            "model list": failed(
                "(MissingSubscriptionRegistration) The subscription is not registered to use namespace"
            )
        }
    ),
    "Not allowed to look": Scene(
        az={"usage list": failed("(AuthorizationFailed) The client does not have authorization.")}
    ),
    "A model that the region does not offer": Scene(az=offered(model("gpt-6-lunar"), model("gpt-5.5"))),
    "A version that is not offered": Scene(az=offered(model(version="2026-12-01"))),
    "A way of deploying that is not offered": Scene(az=offered(model(sku="DataZoneStandard"))),
    "A model at its end": Scene(az=offered(model(status="Deprecating"))),
    "A model that was retired": Scene(az=offered(model(until="2026-10-15"))),
    "Too little quota": Scene(az={"usage list": ok([usage("gpt-6-luna", 100, 80), SPEECH_USAGE])}),
    "What an earlier deployment left behind": Scene(
        az={"list-deleted": ok([{"name": "ai-abc123", "id": f"{DELETED}/deletedAccounts/ai-abc123"}])}
    ),
    "An answer that is none": Scene(az={"model list": ("<html>502 Bad Gateway</html>", "", 0)}),
    "Several at once": Scene(
        azd={"version": ok({"azd": {"version": "1.25.0"}})},
        az={"list-flexconsumption-locations": ok([{"name": "westus9"}]), **offered(model(status="Deprecating"))},
        has_python=False,
    ),
}


def run(scene: Scene, folder: Path) -> tuple[int, str]:
    """The exit code of the hook on such a machine, and what a newcomer reads."""
    for name, own, changed in (("az", AZ, scene.az), ("azd", AZD, scene.azd)):
        if changed is not None:
            plant(folder, name, {**own, **changed})
    command = [sys.executable, str(ROOT / "scripts" / "preflight.py")]
    if not scene.has_python:
        plant_script(folder, "python3", "echo 3.9 /usr/bin/python3")
        begin = (
            f"import sys; sys.path.insert(0, {str(ROOT / 'scripts')!r}); sys.executable = {str(folder / 'python3')!r}"
        )
        command = [sys.executable, "-c", f"{begin}; import preflight; sys.exit(preflight.main())"]
    environ = {**ENVIRON, **scene.environ, "PATH": str(folder), "HOME": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        command, env=environ, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    return done.returncode, done.stdout


def page(printed: Mapping[str, str]) -> str:
    """The page of documentation with what was printed in each scene."""
    parts = [f"## {title}\n\n```text\n{said}```\n" for title, said in printed.items()]
    return "\n".join([INTRODUCTION, *parts])


def main() -> None:
    """Write the page."""
    printed = {}
    for title, scene in SCENES.items():
        with tempfile.TemporaryDirectory() as folder:
            printed[title] = run(scene, Path(folder))[1]
    PAGE.write_text(page(printed), encoding="utf-8")


if __name__ == "__main__":
    main()
