"""What only the Azure CLI can tell: whether the alerts are there, and whether the function app is started."""

import asyncio
import json
import shutil
from pathlib import Path
from typing import Any

from cli.doctor.findings import Finding
from cli.doctor.site import Site
from local.stack import APP

MAX_SECONDS = 60
MAX_ANSWER = 2**20
"""Bytes of an answer that are read."""

_QUERIES = APP / "infra" / "queries" / "alerts"
_EVENTS = ("dropscribe-events-dead-lettered", "dropscribe-events-dropped")
"""The alerts on metrics; each of the others has a query."""
_KINDS = ("microsoft.insights/scheduledqueryrules", "microsoft.insights/metricalerts")


class _NotToldError(Exception):
    """`az` does not say; the message says why."""


async def alerts(site: Site) -> list[Finding]:
    """The line on the alerts of an app in Azure."""
    if not site.group:
        how = "eval \"$(azd env get-values | sed 's/^/export /')\""
        return [Finding("skip", "alerts", f"Not looked at: set AZURE_RESOURCE_GROUP, as this does: {how}")]
    try:
        resources = await _az(site, "resource", "list", "--resource-group", site.group)
        names = {str(each["name"]) for each in resources if str(each["type"]).lower() in _KINDS}
    except _NotToldError as error:
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
        shown = await _az(site, "functionapp", "show", "--resource-group", site.group, "--name", site.function)
    except _NotToldError:
        return ""
    state = shown.get("state") if isinstance(shown, dict) else None
    return state if isinstance(state, str) else ""


async def _az(site: Site, *arguments: str) -> Any:
    """What `az` answers, parsed.

    Raises:
        _NotToldError: it is not there, fails, takes too long, or answers no JSON.
    """
    program = shutil.which("az")
    if program is None:
        raise _NotToldError("the Azure CLI (`az`) is not installed here.")
    subscription = ("--subscription", site.subscription) if site.subscription else ()
    process = await asyncio.create_subprocess_exec(
        *(program, *arguments, *subscription, "--output", "json"),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(MAX_SECONDS):
            content, _ = await process.communicate()
    except TimeoutError:
        raise _NotToldError(f"`az` did not answer within {MAX_SECONDS} seconds.") from None
    finally:
        if process.returncode is None:
            process.kill()
    if process.returncode or len(content) > MAX_ANSWER:
        raise _NotToldError(f"`az {' '.join(arguments[:2])}` failed. Sign in: `az login`")
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        raise _NotToldError(f"`az {' '.join(arguments[:2])}` answered no JSON.") from None
