"""The Azure CLI as a child process, and its errors as sentences with a next step. Standard library only."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass

AGAIN = "Then run `azd hooks run postdeploy`."


class AzureError(Exception):
    """Azure cannot do what it was asked to, and waiting does not help; the message says what to do."""


class NotYetError(Exception):
    """Azure could not do it now; the message is what it said."""


@dataclass(frozen=True)
class _Cause:
    """What an error that waiting cannot mend looks like, and what to say of it."""

    pattern: str
    sentence: str


_CAUSES = (
    _Cause(
        r"az login|AADSTS|No subscription found",
        "The Azure CLI is not logged in, or no longer: run `az login`.",
    ),
    _Cause(
        r"subscription of '.*' doesn't exist|SubscriptionNotFound|InvalidAuthenticationTokenTenant",
        "The account of the Azure CLI does not see the subscription {subscription}, into which azd deployed: "
        "run `az login --tenant TENANT` with the account and the tenant that azd uses.",
    ),
    _Cause(
        r"AuthorizationFailed|LinkedAuthorizationFailed",
        "The account of the Azure CLI may not do this: it needs the role Contributor for the resource group.",
    ),
    _Cause(
        r"ResourceGroupNotFound",
        "The resource group is not there: run `azd provision`.",
    ),
    _Cause(
        r"Failed to parse|Error BCP\d+|Bicep CLI not found",
        "The Azure CLI cannot compile infra/events.bicep: run `az bicep install`, or `az bicep upgrade`.",
    ),
)

# What gives access, in case a message quotes an address or a header.
_SECRET = re.compile(r"((?:code|sig|key|token)=|Bearer )[^&\s\"']+", re.IGNORECASE)


class AzureCli:
    """Calls `az` for one subscription."""

    def __init__(self, program: str, subscription: str) -> None:
        self._program = program
        self._subscription = subscription

    @classmethod
    def find(cls, subscription: str) -> AzureCli:
        """The `az` on PATH.

        Raises:
            AzureError: there is none.
        """
        program = shutil.which("az")
        if program is None:
            raise AzureError(
                "The Azure CLI (az) was not found. Install it (https://aka.ms/installazurecli) and run `az login`. "
                + AGAIN
            )
        return cls(program, subscription)

    def __call__(self, *arguments: str) -> str:
        """What `az ARGUMENTS` answers.

        Raises:
            AzureError: it cannot be done, and waiting does not help.
            NotYetError: it failed for some other reason.
        """
        command = [self._program, *arguments, "--subscription", self._subscription, "--only-show-errors"]
        done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", errors="replace", check=False)
        if done.returncode == 0:
            return done.stdout.strip()
        said = without_secrets(done.stderr.strip())
        for cause in _CAUSES:
            if re.search(cause.pattern, said):
                sentence = cause.sentence.format(subscription=self._subscription)
                raise AzureError(f"{sentence} {AGAIN}\nThe Azure CLI said: {said}")
        raise NotYetError(said or f"az ended with {done.returncode}, without a word")


def without_secrets(text: str) -> str:
    """The text without keys and signatures that an address in it may hold."""
    return _SECRET.sub(r"\1…", text)
