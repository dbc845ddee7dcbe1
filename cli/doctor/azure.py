"""What only the Azure CLI can tell: whether the alerts are there, and whether the function app is started."""

from pathlib import Path

from cli.azure_cli import NotToldError, ask_az
from cli.doctor.findings import Finding
from cli.doctor.site import Site
from local.stack import APP

_QUERIES = APP / "infra" / "queries" / "alerts"
_EVENTS = ("dropscribe-events-dead-lettered", "dropscribe-events-dropped")
"""The alerts on metrics; each of the others has a query."""
_KINDS = ("microsoft.insights/scheduledqueryrules", "microsoft.insights/metricalerts")


async def alerts(site: Site) -> list[Finding]:
    """The line on the alerts of an app in Azure."""
    if not site.group:
        how = "eval \"$(azd env get-values | sed 's/^/export /')\""
        return [Finding("skip", "alerts", f"Not looked at: set AZURE_RESOURCE_GROUP, as this does: {how}")]
    try:
        resources = await ask_az(site.subscription, "resource", "list", "--resource-group", site.group)
        names = {str(each["name"]) for each in resources if str(each["type"]).lower() in _KINDS}
    except NotToldError as error:
        return [Finding("skip", "alerts", f"Not looked at: {error}")]
    except (TypeError, KeyError):
        return [Finding("skip", "alerts", "Not looked at: `az resource list` answered something unknown.")]
    expected = expected_alerts()
    if missing := sorted(expected - names):
        return [Finding("error", "alerts", f"There is no {', '.join(missing)}. `azd provision` makes what is missing.")]
    return [Finding("ok", "alerts", f"All {len(expected)} are there.")]


def expected_alerts(queries: Path = _QUERIES) -> set[str]:
    """The names of the alerts that `infra/` makes."""
    return {f"dropscribe-{path.stem.replace('_', '-')}" for path in queries.glob("*.kql")} | set(_EVENTS)


async def function_state(site: Site) -> str:
    """`Running`, or `Stopped`; empty where that cannot be known."""
    if not (site.group and site.function):
        return ""
    try:
        shown = await ask_az(
            site.subscription, "functionapp", "show", "--resource-group", site.group, "--name", site.function
        )
    except NotToldError:
        return ""
    state = shown.get("state") if isinstance(shown, dict) else None
    return state if isinstance(state, str) else ""
