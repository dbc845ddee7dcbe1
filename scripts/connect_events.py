"""Connect Event Grid to the app that has just been deployed: azd's `postdeploy` hook, alike on every system.

The event subscription needs a key that the host makes only once it has seen the function, so this waits for both and
then deploys infra/events.bicep, which fetches the key itself: it passes through no hands. Standard library only.
"""

from __future__ import annotations

import os
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from azure_cli import AGAIN, AzureCli, AzureError, NotYetError

TEMPLATE = Path(__file__).resolve().parent.parent / "infra" / "events.bicep"
FUNCTION = "answer_blob"
KEY = "blobs_extension"
API_VERSION = "2025-03-01"
PAUSES = (5, 5, 10, 10, 20, 20, 30, 30, 60, 60, 60, 60, 60, 60)
"""Seconds between two looks at something that comes by itself; eight minutes in all."""
PAUSES_OF_DEPLOYMENT = (10, 20, 30, 60, 60)
"""Seconds between two tries of something that takes minutes itself."""
VISIT_SECONDS = 60


_NAMES = (
    "AZURE_SUBSCRIPTION_ID",
    "AZURE_RESOURCE_GROUP",
    "AZURE_FUNCTION_APP_NAME",
    "MEDIA_STORAGE_ACCOUNT",
    "EVENT_TOPIC_NAME",
    "INPUT_CONTAINER",
)


@dataclass(frozen=True)
class Deployed:
    """What azd made: what its environment says under `_NAMES` after `azd provision`, in that order."""

    subscription: str
    group: str
    app: str
    storage: str
    topic: str
    container: str

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Deployed:
        """Read azd's environment.

        Raises:
            AzureError: something is missing in it.
        """
        missing = [name for name in _NAMES if not environ.get(name)]
        if missing:
            raise AzureError(f"azd's environment lacks {', '.join(missing)}: run `azd provision`. {AGAIN}")
        return cls(*(environ[name] for name in _NAMES))

    @property
    def site(self) -> str:
        """The app's path in Azure's management API."""
        group = f"/subscriptions/{self.subscription}/resourceGroups/{self.group}"
        return f"{group}/providers/Microsoft.Web/sites/{self.app}"


class Connection:
    """The steps that connect one app, each tried again with growing pauses."""

    def __init__(self, az: AzureCli, deployed: Deployed, pause: Callable[[float], None]) -> None:
        self._az = az
        self._deployed = deployed
        self._pause = pause

    def make(self, visit: Callable[[str], str]) -> None:
        """Take all steps.

        Raises:
            AzureError: one of them cannot be taken; the message says what to do.
        """
        deployed = self._deployed
        self._az("account", "show", "--output", "none")
        self._step(f"Waiting for the function {FUNCTION} of {deployed.app}", self._function, _NO_FUNCTION)
        self._wake(visit)
        self._step(f"Waiting for the key {KEY}", self._key, _NO_KEY)
        self._step(f"Connecting {deployed.topic} to {FUNCTION}", self._deploy, _NO_HANDSHAKE, PAUSES_OF_DEPLOYMENT)
        print(f"Files that land in the container {deployed.container} of {deployed.storage} are answered from now on.")

    def _wake(self, visit: Callable[[str], str]) -> None:
        """The handshake then need not wait for a start. Not every machine can: its Python may lack certificates."""
        print("Waking the app ...", end=" ", flush=True)
        try:
            print(visit(f"https://{self._address()}/"), flush=True)
        except NotYetError as error:
            print(f"{error}; going on", flush=True)

    def _step(self, what: str, step: Callable[[], str], next_step: str, pauses: tuple[float, ...] = PAUSES) -> None:
        for pause in (*pauses, None):
            print(f"{what} ...", end=" ", flush=True)
            try:
                print(step(), flush=True)
            except NotYetError as error:
                if pause is None:
                    print("given up", flush=True)
                    raise AzureError(f"{next_step} {AGAIN}\nThe last that was said: {error}") from error
                print(f"not yet; again in {pause} s", flush=True)
                self._pause(pause)
            else:
                return

    def _function(self) -> str:
        self._rest("get", f"/functions/{FUNCTION}", "--output", "none")
        return "it is there"

    def _address(self) -> str:
        return self._rest("get", "", "--query", "properties.defaultHostName", "--output", "tsv")

    def _key(self) -> str:
        # Only whether it is there: the key itself must not pass through here. The blanks have Python quote this for
        # az.cmd on Windows, which stumbles over a bare parenthesis.
        query = f"type( systemKeys.{KEY} )"
        if self._rest("post", "/host/default/listKeys", "--query", query, "--output", "tsv") != "string":
            raise NotYetError(f"the app has no system key {KEY}")
        return "it is there"

    def _deploy(self) -> str:
        deployed = self._deployed
        parameters = {
            "functionAppName": deployed.app,
            "systemTopicName": deployed.topic,
            "storageAccountName": deployed.storage,
            "inputContainer": deployed.container,
        }
        self._az(
            *("deployment", "group", "create", "--resource-group", deployed.group, "--name", "dropscribe-events"),
            *("--template-file", str(TEMPLATE), "--output", "none", "--parameters"),
            *(f"{name}={value}" for name, value in parameters.items()),
        )
        return "done"

    def _rest(self, method: str, path: str, *more: str) -> str:
        url = f"{self._deployed.site}{path}?api-version={API_VERSION}"
        return self._az("rest", "--method", method, "--url", url, *more)


_NO_FUNCTION = (
    f"Azure does not know the function {FUNCTION}. Either the app was not deployed (run `azd deploy`), or it refuses "
    "to start: the log says why (Application Insights, or `az webapp log tail`)."
)
_NO_KEY = (
    f"The app never made its key {KEY}. It does so when its host starts, so the host does not start: "
    "the log says why, most often a role for its own storage that is still missing some minutes after `azd provision`."
)
_NO_HANDSHAKE = (
    "Event Grid could not be connected. If its validation handshake failed, the app was too slow to answer or lets "
    "Event Grid's addresses not in: look whether it runs, and at its access restrictions."
)


def visit(address: str) -> str:
    """Ask the app for its start page, whatever that answers: an instance starts for it.

    Raises:
        NotYetError: no answer came.
    """
    try:
        with urllib.request.urlopen(address, timeout=VISIT_SECONDS) as response:  # noqa: S310 - Azure gave its name
            return f"it answered {response.status}"
    except urllib.error.HTTPError as answer:
        return f"it answered {answer.code}"
    except OSError as error:
        raise NotYetError(f"{address} did not answer: {error}") from error


def main(
    environ: Mapping[str, str] = os.environ,
    pause: Callable[[float], None] = time.sleep,
    visiting: Callable[[str], str] = visit,
) -> int:
    """Connect, or say why not and what to do."""
    try:
        deployed = Deployed.from_environ(environ)
        Connection(AzureCli.find(deployed.subscription), deployed, pause).make(visiting)
    except (AzureError, NotYetError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
