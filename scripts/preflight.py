"""Look whether `azd up` can succeed, before anything is made: azd's `preprovision` hook, alike on every system.

It says all that it finds at once. Bicep tells it what infra/main.bicepparam is to deploy, so it sees what azd sees,
whatever was chosen or edited. Runs on any Python 3, with the standard library only.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import time
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import chain
from pathlib import Path
from textwrap import wrap

from azure_cli import SECONDS, AzureCli, AzureError, NotYetError, parsed, run, show_any_character, told
from find_python import NoPythonError, find_python
from offered import NOTE, OK, REFUSED, Finding, Market, judge, listed, number, pick, text

PARAMETERS = Path(__file__).resolve().parent.parent / "infra" / "main.bicepparam"
WIDTH = 100
OWN_MODELS = "To use those that are there already: `azd env set DROPSCRIBE_ENDPOINT ADDRESS`."
OLDEST_AZD = (1, 30, 0)
"""As azure.yaml demands: older ones leave deleted accounts of models behind, or take a guest for somebody else."""
MORE_CORES = "Or ask for more by a support request (portal, *Help + support*)."
CORES = {512: 0.25, 2048: 1, 4096: 2}
"""Of an instance, by its memory: learn, azure-functions/flex-consumption-plan."""
INBOX_ROLES = {"DROPSCRIBE_INBOX_USERS": "inboxUsers", "DROPSCRIBE_INBOX_READERS": "inboxReaders"}
GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
USUAL_CORES = 250
"""All apps in a region share them. The true figure is shown by the portal only, once there is an app (same page)."""


def main(environ: Mapping[str, str] = os.environ, seconds: float = SECONDS) -> int:
    """Look at everything; 0 where nothing speaks against deploying. Each answer of `az` and `azd` may take so long."""
    print("Looking whether this can be deployed, before anything is made:", flush=True)
    refusals = 0
    for finding in chain(_python(), _safely("azd", _azd(seconds)), _safely("Azure", _azure(environ, seconds))):
        refusals += finding.kind == REFUSED
        lines = [*finding.text.splitlines(), *finding.next_step.splitlines()]
        first, *more = [each for line in lines for each in wrap(line, WIDTH, break_on_hyphens=False)]
        print(f"  {finding.kind:8} {first}", *more, sep="\n           ", flush=True)
    if refusals:
        print("Nothing was made. Do what stands above, then run the same command again.", file=sys.stderr)
    return min(refusals, 1)


def _safely(whom: str, findings: Iterator[Finding]) -> Iterator[Finding]:
    try:
        yield from findings
    except AzureError as error:
        yield Finding(REFUSED, str(error))
    except NotYetError as error:
        yield Finding(REFUSED, f"{whom} gave no answer that can be used. {error}", "Try again in some minutes.")


def _python() -> Iterator[Finding]:
    try:
        find_python()
        yield Finding(OK, "Python 3.13")
    except NoPythonError as error:
        yield Finding(REFUSED, str(error))


def _azd(seconds: float) -> Iterator[Finding]:
    program, wanted = shutil.which("azd"), ".".join(map(str, OLDEST_AZD))
    said = run([program, "version", "--output", "json"], seconds)[1] if program else "{}"
    version = text(parsed(said, "azd version"), "azd", "version")
    found = re.match(r"(\d{1,9})\.(\d{1,9})\.(\d{1,9})", version)
    if found and tuple(map(int, found.groups())) >= OLDEST_AZD:
        yield Finding(OK, f"azd {found[0]}")
    else:
        what = f"azd is {found[0]}" if found else "azd does not say its version" if program else "azd is not on PATH"
        yield Finding(REFUSED, f"{what}; {wanted} or newer is needed.", "Install it: https://aka.ms/azd-install")


def _azure(environ: Mapping[str, str], seconds: float) -> Iterator[Finding]:
    missing = [name for name in ("AZURE_SUBSCRIPTION_ID", "AZURE_LOCATION") if not environ.get(name)]
    if missing:
        set_it = "Run `azd up`, which asks for it, or `azd env set NAME VALUE`."
        yield Finding(REFUSED, f"azd's environment has no {' and no '.join(missing)} yet.", set_it)
        return
    location = environ["AZURE_LOCATION"].replace(" ", "").lower()
    az = AzureCli.find(environ["AZURE_SUBSCRIPTION_ID"], seconds)
    yield _account(az.json("account", "show"))
    yield from _safely("Azure", _flex(az, location))
    parameters = _parameters(az)
    yield _cores(parameters)
    yield from _inbox(parameters)
    if pick(parameters, "existingEndpoint"):
        yield Finding(OK, "Models: those at the address in DROPSCRIBE_ENDPOINT; none is deployed, none was looked at")
        return
    if environ.get("AZURE_INFERENCE_ENDPOINT"):
        yield Finding(NOTE, "AZURE_INFERENCE_ENDPOINT is not heard here: models are deployed.", OWN_MODELS)
    group = environ.get("AZURE_RESOURCE_GROUP") or f"rg-{text(parameters, 'environmentName')}"
    yield from _safely("Azure", _models(az, parameters, location, group))
    yield from _safely("Azure", _deleted(az, location, group))


def _account(account: object) -> Finding:
    about = f"The Azure CLI is logged in, to the subscription {text(account, 'name')}"
    state = text(account, "state") or "unknown"
    if state in ("Enabled", "PastDue"):
        return Finding(OK, about)
    choose = "Have it enabled (portal, *Subscriptions*), or choose another: `azd env set AZURE_SUBSCRIPTION_ID ID`."
    return Finding(REFUSED, f"{about}, which cannot be used: its state is {state}.", choose)


def _flex(az: AzureCli, location: str) -> Iterator[Finding]:
    regions = _some(az, "functionapp", "list-flexconsumption-locations")
    if location in {text(each, "name").replace(" ", "").lower() for each in regions}:
        yield Finding(OK, f"{location} offers Flex Consumption")
    else:
        yield Finding(
            REFUSED,
            f"{location} does not offer Flex Consumption, on which the app runs.",
            "Choose a region that `az functionapp list-flexconsumption-locations --output table` names: "
            "`azd env set AZURE_LOCATION REGION`.",
        )


def _parameters(az: AzureCli) -> dict[str, object]:
    """What azd will deploy with: the values in main.bicepparam, and main.bicep's own for what does not stand there."""
    source = "az bicep build-params"
    built = parsed(az.run("bicep", "build-params", "--file", str(PARAMETERS), "--stdout"), source)
    kept: dict[str, object] = {}
    for part, value in (("templateJson", "defaultValue"), ("parametersJson", "value")):
        parameters = pick(parsed(str(pick(built, part)), source), "parameters")
        if not isinstance(parameters, dict):
            raise NotYetError(f"The answer of `{source}` has no parameters.")
        kept.update({name: pick(each, value) for name, each in parameters.items()})
    return kept


def _cores(parameters: dict[str, object]) -> Finding:
    instances = number(parameters, "maximumInstanceCount")
    each = CORES.get(int(number(parameters, "instanceMemoryMB") or 0))
    if instances is None or each is None:
        return Finding(NOTE, "Bicep does not tell how many instances of which size there may be, so none was looked at")
    cores = f"{instances * each:g} cores"
    said = f"Instances: {instances:g} at most, which take {cores}; a region's usual quota is {USUAL_CORES}"
    if instances * each <= USUAL_CORES:
        return Finding(OK, said)
    fewer = f"`azd env set DROPSCRIBE_MAX_INSTANCES {USUAL_CORES / each:g}`"
    step = f"More than the quota never start, and files wait longer. So many are enough: {fewer}. {MORE_CORES}"
    return Finding(NOTE, said, step)


def _inbox(parameters: dict[str, object]) -> Iterator[Finding]:
    """Azure itself refuses what is no object id only after everything else was made."""
    if pick(parameters, "inbox") is not True:
        return
    given = {
        name: [each.strip() for each in listed(parameters, parameter) if isinstance(each, str) and each.strip()]
        for name, parameter in INBOX_ROLES.items()
    }
    wrong = [f"{name} has {told(each)[:60]}" for name, ids in given.items() for each in ids if not GUID.fullmatch(each)]
    if wrong:
        ids = "Ask for ids: `az ad user show --id NAME --query id`, `az ad group show --group NAME --query id`."
        yield Finding(REFUSED, f"The inbox: {', '.join(wrong)}. Roles are given to object ids.", ids)
    else:
        users, readers = (len(ids) for ids in given.values())
        yield Finding(OK, f"The inbox is served, to who deploys; users besides: {users}, readers: {readers}")


def _models(az: AzureCli, parameters: dict[str, object], location: str, group: str) -> Iterator[Finding]:
    market = Market(
        location,
        models=_some(az, "cognitiveservices", "model", "list", "--location", location),
        usages=listed(az.json("cognitiveservices", "usage", "list", "--location", location)),
        deployed=_deployed(az, group),
    )
    wanted = listed(parameters, "models")
    if not wanted or any(text(each, name)[:1] in ("", "[") for each in wanted for name in ("model", "sku")):
        yield Finding(NOTE, "Bicep does not tell which models are to be deployed, so none was looked at")
        return
    yield from judge(wanted, market, date.fromisoformat(time.strftime("%Y-%m-%d", time.gmtime())))


def _deployed(az: AzureCli, group: str) -> list[object]:
    """The deployments of models in the accounts of this environment; none before it was made."""
    if az("group", "exists", "--name", group) != "true":
        return []
    accounts = listed(az.json("cognitiveservices", "account", "list", "--resource-group", group))
    inside = ("cognitiveservices", "account", "deployment", "list", "--resource-group", group, "--name")
    return [each for account in accounts for each in listed(az.json(*inside, text(account, "name")))]


def _deleted(az: AzureCli, location: str, group: str) -> Iterator[Finding]:
    """Accounts of this environment that were deleted and not purged."""
    where = f"/locations/{location}/resourcegroups/{group}/".lower()
    for account in listed(az.json("cognitiveservices", "account", "list-deleted")):
        name = text(account, "name")
        if where in text(account, "id").lower():
            yield Finding(
                REFUSED,
                f"A deleted account of models, {name}, still holds the name that the new one is to have.",
                f"Run `az cognitiveservices account purge -l {location} -g {group} -n {name}`.",
            )


def _some(az: AzureCli, *arguments: str) -> list[object]:
    """A list of Azure's that is never empty; raises as a call does, and NotYetError where it is."""
    found = listed(az.json(*arguments))
    if not found:
        raise NotYetError(f"The answer of `az {' '.join(arguments[:3])}` is empty or no list.")
    return found


if __name__ == "__main__":
    show_any_character()
    sys.exit(main())
