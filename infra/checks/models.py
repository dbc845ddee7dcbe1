"""Every app is told of a model called `default`: without one it does not start."""

from pathlib import Path

from infra.checks.evaluated import UnreadableError, deployments

SETTING = "AZURE_INFERENCE_ENDPOINT"


def problems(root: Path) -> list[str]:
    """Deployments of the app without the settings of that model; main.bicep refuses such parameters itself."""
    try:
        evaluated = deployments(root)
    except UnreadableError as error:
        return [str(error)]
    return [
        f"{name}: {each['name']} has no {SETTING}: one of the models must have the alias `default`."
        for name, resources in evaluated.items()
        for each in resources
        if each["type"] == "Microsoft.Web/sites/config"
        and each["name"].endswith("/appsettings")
        and not each.get("properties", {}).get(SETTING)
    ]
