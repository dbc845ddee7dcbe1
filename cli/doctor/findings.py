"""What `doctor` found: a line for each part of the app, and what to do where one does not work."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Literal

from azure.core.exceptions import AzureError, ClientAuthenticationError, ServiceRequestError, ServiceResponseError
from rich.text import Text

from cli import show
from cli.exits import FAILED, OK
from cli.terminal import one_line
from shared.adapters.storage import code_of

BLOB_CONTRIBUTOR, QUEUE_CONTRIBUTOR = "Storage Blob Data Contributor", "Storage Queue Data Contributor"
BLOB_READER, BLOB_DELEGATOR = "Storage Blob Data Reader", "Storage Blob Delegator"

type State = Literal["ok", "error", "skip"]

_STYLES: dict[State, str] = {"ok": "green", "error": "red", "skip": "yellow"}
_WIDTH = 14
_FORBIDDEN = (401, 403)
_ENTRY = {
    "AuthenticationFailed": "The key, or your login, is not one of this account. Take the connection string anew from"
    " the portal (Access keys), or `az login` into the account's own tenant.",
    "InvalidAuthenticationInfo": "Your login is not one of this account's tenant: `az login --tenant TENANT`.",
    "AuthorizationFailure": "The account refuses your network, or your key. Let your address in (docs/deploy.md, A"
    " private network), or run this from within; or take the connection string anew.",
    "KeyBasedAuthenticationNotPermitted": "The account takes no keys. Name its address in place of the connection"
    " string: --storage https://ACCOUNT.blob.core.windows.net",
    "AccountIsDisabled": "The account is disabled. See its subscription in the portal.",
}
"""Refusals of the one who asks, whatever is asked for (Microsoft Learn, *Common REST API error codes* of storage)."""


@dataclass(frozen=True)
class Finding:
    """One line: `error` is what a person must put right, `skip` what could not be looked at, or need not be there."""

    state: State
    part: str
    sentence: str


@dataclass
class Report:
    """The lines, each printed as soon as it is known: for people, or as JSON."""

    as_json: bool = False
    findings: list[Finding] = field(default_factory=list)

    def add(self, findings: Iterable[Finding]) -> None:
        """Print these."""
        for finding in findings:
            self.findings.append(finding)
            line = Text(json.dumps(asdict(finding))) if self.as_json else _line(finding)
            show.console.print(line, soft_wrap=True)

    def close(self) -> int:
        """Say in one sentence how it ends, and return the exit code."""
        errors = sum(finding.state == "error" for finding in self.findings)
        if errors:
            show.problem(f"{errors} of {len(self.findings)} parts need you: put that right, and run this again.")
        else:
            show.note("What was looked at works.")
        return FAILED if errors else OK


def _line(finding: Finding) -> Text:
    state = (f"{finding.state:7}", _STYLES[finding.state])
    return Text.assemble(state, f"{finding.part:{_WIDTH}}", one_line(finding.sentence))


def no_entry(error: AzureError) -> str:
    """Why the account does not answer, or does not let us in; empty where it is something else."""
    if isinstance(error, ServiceRequestError | ServiceResponseError):
        return "The storage cannot be reached. Check its address and the network."
    if isinstance(error, ClientAuthenticationError) and error.status_code is None:
        return "You are not signed in to Azure here. Run `az login`, or name the storage by a connection string."
    return _ENTRY.get(code_of(error), "")


def refused(error: AzureError, role: str, where: str) -> str:
    """What is wrong where a request to `where` failed, for which one needs this role there, and what to do."""
    if sentence := no_entry(error):
        return sentence
    if getattr(error, "status_code", None) in _FORBIDDEN:
        return (
            f"Storage refuses you ({code_of(error)}). Give your login the role {role} on {where}, and wait some"
            " minutes until it is heeded."
        )
    return f"Storage answered {code_of(error)}. See that it is the app's storage, and try again."
