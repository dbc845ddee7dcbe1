"""Connect Event Grid to the app that has just been deployed: the first part of azd's `postdeploy` hook.

The event subscription needs a key that the host makes only once it has seen the function, so this waits for both and
then deploys infra/events.bicep, which fetches the key itself: it passes through no hands. Where events are delivered to
a queue alone there is nothing to connect. At last a sample is dropped. Standard library only.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from azure_cli import AzureCli, AzureError, NotYetError, show_any_character, try_until_done
from environment import PYTHON, ROOT

TEMPLATE = ROOT / "infra" / "events.bicep"
FUNCTION = "answer_blob"
"""As function_app.py names it. To an address with another name the host answers 202, and the event is gone."""
KEY = "blobs_extension"
API_VERSION = "2025-03-01"
PAUSES = (5, 5, 10, 10, 20, 20, 30, 30, 60, 60, 60, 60, 60, 60)
"""Seconds between two looks at something that comes by itself; eight minutes in all."""
PAUSES_OF_DEPLOYMENT = (10, 20, 30, 60, 60, 120)
"""Seconds between two tries of something that takes minutes itself."""
DEPLOYMENT_SECONDS = 300
AGAIN = "Then run `azd hooks run postdeploy`."

_NAMES = (
    *("AZURE_SUBSCRIPTION_ID", "AZURE_RESOURCE_GROUP", "AZURE_FUNCTION_APP_NAME"),
    *("MEDIA_STORAGE_ACCOUNT", "EVENT_TOPIC_NAME", "INPUT_CONTAINER"),
)
"""What azd's environment says of what was made, after `azd provision`."""


class Connection:
    """The steps that connect one app, each tried again with growing pauses."""

    def __init__(self, az: AzureCli, made: Mapping[str, str], pause: Callable[[float], None]) -> None:
        self._az = az
        self._pause = pause
        self._group, self._app, self._storage, self._topic, self._container = (made[name] for name in _NAMES[1:])
        group = f"/subscriptions/{made['AZURE_SUBSCRIPTION_ID']}/resourceGroups/{self._group}"
        self._site = f"{group}/providers/Microsoft.Web/sites/{self._app}"

    def make(self) -> None:
        """Take all steps.

        Raises:
            AzureError: one of them cannot be taken; the message says what to do.
        """
        self._az("account", "show", "--output", "none")
        self._step(f"Waiting for the function {FUNCTION} of {self._app}", self._function, _NO_FUNCTION)
        self._step(f"Waiting for the key {KEY}", self._key, _NO_KEY)
        self._step(f"Connecting {self._topic} to {FUNCTION}", self._deploy, _NO_HANDSHAKE, PAUSES_OF_DEPLOYMENT)
        print(f"Files that land in the container {self._container} of {self._storage} are answered from now on.")

    def _step(self, what: str, step: Callable[[], str], next_step: str, pauses: tuple[float, ...] = PAUSES) -> None:
        try_until_done(what, step, next_step, pauses, self._pause)

    def _function(self) -> str:
        self._rest("get", f"/functions/{FUNCTION}", "--output", "none")
        return "it is there"

    def _key(self) -> str:
        # Only whether it is there: the key itself must not pass through here. The blanks have Python quote this for
        # az.cmd on Windows, which stumbles over a bare parenthesis.
        query = f"type( systemKeys.{KEY} )"
        if self._rest("post", "/host/default/listKeys", "--query", query, "--output", "tsv") != "string":
            raise NotYetError(f"the app has no system key {KEY}")
        return "it is there"

    def _deploy(self) -> str:
        parameters = {
            "functionAppName": self._app,
            "systemTopicName": self._topic,
            "storageAccountName": self._storage,
            "inputContainer": self._container,
        }
        self._az(
            *("deployment", "group", "create", "--resource-group", self._group, "--name", "dropscribe-events"),
            *("--template-file", str(TEMPLATE), "--output", "none", "--parameters"),
            *(f"{name}={value}" for name, value in parameters.items()),
            seconds=DEPLOYMENT_SECONDS,
        )
        return "done"

    def _rest(self, method: str, path: str, *more: str) -> str:
        url = f"{self._site}{path}?api-version={API_VERSION}"
        return self._az("rest", "--method", method, "--url", url, *more)


_LOGS = "its log says why (portal: Application Insights, *Logs*, or the app's *Log stream*)"
_NO_FUNCTION = (
    f"Azure does not know the function {FUNCTION}. Either the app was not deployed (run `azd deploy`), or it refuses "
    f"to start: {_LOGS}."
)
_NO_KEY = (
    f"The app never made its key {KEY}. It does so when its host starts, so the host does not start: {_LOGS}, "
    "most often a role for its own storage that is still missing some minutes after `azd provision`."
)
_NO_HANDSHAKE = (
    "Event Grid could not be connected. If that is about the place for dead letters, the topic's role there is new: "
    "wait some minutes. If it is about the validation handshake, the app was too slow to answer, or does not let Event "
    "Grid's addresses in: look whether it runs, and at its access restrictions."
)


def examine(made: Mapping[str, str], python: Path) -> int:
    """Drop a sample and see it answered, or say how: it takes the project's own Python, and a way to the storage."""
    command = ["doctor", "--storage", f"https://{made['MEDIA_STORAGE_ACCOUNT']}.blob.core.windows.net"]
    by_hand = f"dropscribe {' '.join(command)}"
    if made.get("DROPSCRIBE_PRIVATE_NETWORK", "").lower() == "true":
        print(f"To see a sample answered, run from within the private network: {by_hand}")
        return 0
    if not python.is_file():
        print(f"To see a sample answered, run `python3 scripts/dev.py setup` (Windows: `py`), then: {by_hand}")
        return 0
    print(f"Dropping a sample: {by_hand}", flush=True)
    return subprocess.run([str(python), "-m", "cli", *command], cwd=ROOT, check=False).returncode


def main(
    environ: Mapping[str, str] = os.environ, pause: Callable[[float], None] = time.sleep, python: Path = PYTHON
) -> int:
    """Connect and drop a sample, or say why not and what to do."""
    if missing := [name for name in _NAMES if not environ.get(name)]:
        print(f"azd's environment lacks {', '.join(missing)}: run `azd provision`. {AGAIN}", file=sys.stderr)
        return 1
    try:
        if environ.get("DROPSCRIBE_EVENT_DELIVERY") == "queue":
            print("Events are delivered to a queue: nothing has to be connected.", flush=True)
        else:
            Connection(AzureCli.find(environ["AZURE_SUBSCRIPTION_ID"]), environ, pause).make()
    except (AzureError, NotYetError) as error:
        print(f"{error}\n{AGAIN}", file=sys.stderr)
        return 1
    return examine(environ, python)


if __name__ == "__main__":
    show_any_character()
    sys.exit(main())
