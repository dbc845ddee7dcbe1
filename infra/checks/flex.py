"""A function app on Flex Consumption has nothing that Azure refuses there.

The compiler knows all properties of a site, whatever its plan; on Flex the service refuses some (error 51021,
"Site.SiteConfig.FtpsState, ... for Flex Consumption sites is invalid"), and passes over others.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from infra.checks.evaluated import Resource, UnreadableError, deployments, of_type

REFUSED = "Azure/azure-cli#31414"
DEPRECATED = "learn.microsoft.com/azure/azure-functions/flex-consumption-plan, deprecated properties and settings"
NO_FTP = "Azure/azure-functions-ux#7660"
NO_LOCATION = "Azure/bicep-types-az#1526"

SITE_CONFIG: Mapping[str, str] = {
    "ftpsState": REFUSED,
    "use32BitWorkerProcess": REFUSED,
    "preWarmedInstanceCount": REFUSED,
    "netFrameworkVersion": REFUSED,
    "functionsRuntimeScaleMonitoringEnabled": REFUSED,
    "linuxFxVersion": DEPRECATED,
    "windowsFxVersion": DEPRECATED,
    "alwaysOn": DEPRECATED,
    "functionAppScaleLimit": DEPRECATED,
    "vnetRouteAllEnabled": DEPRECATED,
    "javaVersion": DEPRECATED,
    "powerShellVersion": DEPRECATED,
}
"""Properties that such a site must not have, and who says so."""

SITE: Mapping[str, str] = dict.fromkeys(("containerSize", "isReserved", "isXenon", "vnetRouteAllEnabled"), DEPRECATED)
"""The same of what stands beside `siteConfig`."""

SETTINGS: Mapping[str, str] = dict.fromkeys(
    (
        "FUNCTIONS_WORKER_",
        "FUNCTIONS_EXTENSION_VERSION",
        "FUNCTIONS_MAX_HTTP_",
        "WEBSITE_",
        "SCM_",
        "ENABLE_ORYX_BUILD",
    ),
    DEPRECATED,
)
"""What no app setting of such a site may begin with."""


def problems(root: Path) -> list[str]:
    """What the evaluated apps on Flex Consumption have and must not, or lack."""
    try:
        return [
            f"{name}: {problem}"
            for name, resources in deployments(root).items()
            for site in of_type(resources, "Microsoft.Web/sites")
            if "functionAppConfig" in site["properties"]
            for problem in _problems(site, resources)
        ]
    except UnreadableError as error:
        return [str(error)]
    except (KeyError, TypeError, AttributeError) as error:
        return [f"A site in infra/snapshots lacks what every one has: {error!r}"]


def _problems(site: Resource, resources: list[Resource]) -> Iterator[str]:
    config = site["properties"].get("siteConfig", {})
    names = [each["name"] for each in config.get("appSettings", [])]
    for part in of_type(resources, "Microsoft.Web/sites/config"):
        if part["name"] == f"{site['name']}/appsettings":
            names += part["properties"]
        elif part["name"] == f"{site['name']}/web":
            config = {**config, **part["properties"]}
    yield from _denied(site, config, SITE_CONFIG)
    yield from _denied(site, site["properties"], SITE)
    yield from _denied(site, names, SETTINGS)
    yield from _policies(site, of_type(resources, "Microsoft.Web/sites/basicPublishingCredentialsPolicies"))


def _denied(site: Resource, names: Mapping[str, object] | list[str], denied: Mapping[str, str]) -> Iterator[str]:
    for name in names:
        source = next((why for start, why in denied.items() if name.lower().startswith(start.lower())), None)
        if source:
            yield f"{site['name']}: {name} is not for Flex Consumption: take it out ({source})."


def _policies(site: Resource, policies: list[Resource]) -> Iterator[str]:
    for each in policies:
        if each["name"] == f"{site['name']}/ftp":
            yield f"{each['name']}: there is no FTP on Flex Consumption: take it out ({NO_FTP})."
        elif each["name"].startswith(f"{site['name']}/") and "location" not in each:
            yield f"{each['name']}: has no location, which the service may refuse ({NO_LOCATION})."
