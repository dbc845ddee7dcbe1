"""The Azure CLI and azd as child processes, and their errors as sentences with a next step. Standard library only."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable

SECONDS = 120
MAX_BYTES = 50_000_000
"""A region's models are some megabytes of JSON."""
MAX_TOLD = 2000
"""So many characters of what a program said are told again."""
LOOK_SECONDS = 0.2


class AzureError(Exception):
    """Azure cannot do what it was asked to, and waiting does not help; the message says what to do."""


class NotYetError(Exception):
    """Azure could not do it now, or gave no answer that can be used; the message says so, or is what it said."""


_CAUSES = {
    r"az login|AADSTS|No subscription found": "The Azure CLI is not logged in, or no longer: run `az login`.",
    r"subscription of '.*' doesn't exist|SubscriptionNotFound|InvalidAuthenticationTokenTenant": (
        "The account of the Azure CLI does not see the subscription {subscription}, which azd uses: "
        "run `az login --tenant TENANT` with the account and the tenant that azd uses."
    ),
    r"AuthorizationFailed|LinkedAuthorizationFailed": (
        "The account of the Azure CLI may not do this: it needs the role Contributor for the resource group, "
        "or for the subscription where that group is still to be made."
    ),
    r"Authorization_RequestDenied|Insufficient privileges": (
        "The account of the Azure CLI may not register apps in this tenant: ask somebody who may (docs/inbox.md says"
        " what to register), then `azd env set DROPSCRIBE_INBOX_CLIENT_ID ID`."
    ),
    r"MissingSubscriptionRegistration|not registered to use namespace": (
        "A provider is not registered in this subscription: run `az provider register --wait --namespace NAME` for each"
        " that docs/deploy.md names first, such as Microsoft.CognitiveServices."
    ),
    r"ResourceGroupNotFound": "The resource group is not there: run `azd provision`.",
    r"BCP338": (
        "A value that was chosen cannot be used: correct what Bicep names by `azd env set NAME VALUE` "
        "(docs/deploy.md), or in infra/main.bicepparam."
    ),
    r"Failed to parse|Error BCP\d+|Bicep CLI not found": (
        "The Azure CLI cannot compile what lies in infra/: run `az bicep install`, or `az bicep upgrade`."
    ),
}
"""What an error that waiting cannot mend looks like, and what to say of it."""

# What gives access, in case a message quotes an address or a header.
_SECRET = re.compile(r"((?:code|sig|key|token)=|Bearer )[^&\s\"']+", re.IGNORECASE)


class AzureCli:
    """Calls `az` for one subscription."""

    def __init__(self, program: str, subscription: str, seconds: float = SECONDS) -> None:
        self._program = program
        self._subscription = subscription
        self._seconds = seconds

    @classmethod
    def find(cls, subscription: str, seconds: float = SECONDS) -> AzureCli:
        """The `az` on PATH; it has so many seconds for each answer.

        Raises:
            AzureError: there is none.
        """
        program = shutil.which("az")
        if program is None:
            raise AzureError(
                "The Azure CLI (az) was not found: install it (https://aka.ms/installazurecli) and run `az login`."
            )
        return cls(program, subscription, seconds)

    def __call__(self, *arguments: str, seconds: float | None = None) -> str:
        """What `az ARGUMENTS` answers for the subscription.

        Raises:
            AzureError: it cannot be done, and waiting does not help.
            NotYetError: it failed for some other reason.
        """
        return self.run(*arguments, "--subscription", self._subscription, seconds=seconds)

    def json(self, *arguments: str) -> object:
        """What `az ARGUMENTS` answers, parsed; raises as a call does, and NotYetError for what is no JSON."""
        return parsed(self(*arguments, "--output", "json"), f"az {' '.join(arguments[:3])}")

    def run(self, *arguments: str, seconds: float | None = None) -> str:
        """What `az ARGUMENTS` answers, whatever the subscription; raises as a call does."""
        code, out, err = run([self._program, *arguments, "--only-show-errors"], seconds or self._seconds)
        if code == 0:
            return out
        said = told(err)
        for pattern, sentence in _CAUSES.items():
            if re.search(pattern, said):
                raise AzureError(f"{sentence.format(subscription=self._subscription)}\nThe Azure CLI said: {said}")
        raise NotYetError(said or f"az ended with {code}, without a word")


def run(command: list[str], seconds: float = SECONDS) -> tuple[int, str, str]:
    """The exit code of a command, and what it said to stdout and stderr. It can ask nobody anything.

    Raises:
        NotYetError: it cannot be started, takes too long, or says too much.
    """
    name, end = os.path.basename(command[0]), time.monotonic() + seconds  # noqa: PTH119 - it is no path of ours
    # Into files, not pipes: `az` is a script, and a child of it would hold a pipe open after its end.
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        try:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, start_new_session=True
            )
        except OSError as error:
            raise NotYetError(f"{name} cannot be started: {error}.") from error
        problem = ""
        try:
            while process.returncode is None and not problem:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(LOOK_SECONDS)
                if sum(os.fstat(each.fileno()).st_size for each in (out, err)) > MAX_BYTES:
                    problem = f"{name} said more than {MAX_BYTES:,} bytes."
                elif process.returncode is None and time.monotonic() > end:
                    problem = f"{name} did not answer within {seconds:g} s."
        finally:
            if process.returncode is None:
                _end(process)
        if problem:
            raise NotYetError(problem)
        out.seek(0)
        err.seek(0)
        said, complained = (each.read().decode("utf-8", errors="replace").strip() for each in (out, err))
        return process.returncode or 0, said, complained


def try_until_done(
    what: str, step: Callable[[], str], next_step: str, pauses: tuple[float, ...], pause: Callable[[float], None]
) -> None:
    """Take a step, again after each of the pauses where Azure is not ready for it, and say what becomes of it.

    Raises:
        AzureError: it could not be taken; the message says what Azure said last, and the next step.
    """
    for seconds in (*pauses, None):
        print(f"{what} ...", end=" ", flush=True)
        try:
            print(step(), flush=True)
        except NotYetError as error:
            if seconds is None:
                print("given up", flush=True)
                raise AzureError(f"Azure said last: {error}\n{next_step}") from error
            print(f"not yet; again in {seconds} s", flush=True)
            pause(seconds)
        else:
            return


def _end(process: subprocess.Popen[bytes]) -> None:
    if os.name == "nt":
        process.kill()
    else:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, 9)  # it leads a group of its own, with all its children
    process.wait()


def show_any_character() -> None:
    """Have what the terminal or the pipe cannot show replaced: names in Azure may hold anything."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def parsed(text: str, source: str) -> object:
    """The JSON that a program answered.

    Raises:
        NotYetError: it is none; the message names the source.
    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        begin = f"begins with {told(text[:80])!r}" if text else "is empty"
        raise NotYetError(f"The answer of `{source}` {begin} and is no JSON.") from None


def told(text: str) -> str:
    """Somebody else's text as it may be shown: bounded, without control characters, keys and signatures."""
    shown = "".join(each if each.isprintable() or each == "\n" else " " for each in text.strip())
    return _SECRET.sub(r"\1…", shown)[-MAX_TOLD:]
