"""Wait until Azure heeds the roles that were just given: azd's `predeploy` hook, alike on every system.

The app's own identity uploads the code. Where it has its role for some seconds only, storage answers 403 and azd
does not try again: https://github.com/Azure/azure-dev/issues/8026. Standard library only.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping
from datetime import datetime

from azure_cli import AzureCli, AzureError, NotYetError, show_any_character
from offered import listed, text

OLD_ENOUGH = 120
"""Seconds; who met the 403 waited for 60."""
API_VERSION = "2022-04-01"


def main(environ: Mapping[str, str] = os.environ, pause: Callable[[float], None] = time.sleep) -> int:
    """Wait, for two minutes at most; always 0, since an upload that fails can be done again."""
    try:
        wait = min(OLD_ENOUGH, max(0.0, OLD_ENOUGH - _age(environ)))
    except (AzureError, NotYetError, KeyError) as error:
        print(f"How old the app's roles are could not be seen: {error}")
        print("If the upload fails with 403, wait two minutes and run `azd deploy`.", flush=True)
        return 0
    if wait:
        print(f"The app's roles are new. Waiting for {wait:.0f} s until Azure heeds them.", flush=True)
        pause(wait)
    return 0


def _age(environ: Mapping[str, str]) -> float:
    """Seconds since the last role was given in the resource group, by this machine's clock."""
    az = AzureCli.find(environ["AZURE_SUBSCRIPTION_ID"])
    group = f"/subscriptions/{environ['AZURE_SUBSCRIPTION_ID']}/resourceGroups/{environ['AZURE_RESOURCE_GROUP']}"
    url = f"{group}/providers/Microsoft.Authorization/roleAssignments?api-version={API_VERSION}"
    given = listed(az.json("rest", "--method", "get", "--url", url), "value")
    inside = [each for each in given if text(each, "properties", "scope").lower().startswith(group.lower())]
    newest = max((text(each, "properties", "createdOn") for each in inside), default="")
    try:
        return time.time() - datetime.fromisoformat(f"{newest[:19]}+00:00").timestamp()
    except ValueError:
        raise NotYetError("Azure names no role with its date.") from None


if __name__ == "__main__":
    show_any_character()
    sys.exit(main())
