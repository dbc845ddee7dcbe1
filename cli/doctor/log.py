"""What the log of a host on this machine tells of the samples; where there is no such log, nothing."""

import asyncio
from dataclasses import dataclass, field, replace
from typing import Any

from cli.causes import Cause, cause_of, standing_cause
from cli.doctor.findings import BLOB_CONTRIBUTOR, BLOB_DELEGATOR, BLOB_READER, QUEUE_CONTRIBUTOR
from cli.doctor.site import Site
from cli.host_log import HostLog
from cli.terminal import one_line

_STORAGE = "Storage answered"
_LACKS_ROLE = ("AuthorizationPermissionMismatch", "InsufficientAccountPermissions")
"""What storage says where a role is missing; `AuthorizationFailure` is about the network."""


@dataclass
class Watch:
    """Reads the log while the samples wait.

    Attributes:
        heard: the samples that the log names.
        standing: why the app left a model alone before, if it does still.
        refusal: what storage last refused the app.
        not_sent: whether an announcement was refused.
    """

    site: Site
    names: set[str] = field(default_factory=set)
    log: HostLog | None = None
    heard: set[str] = field(default_factory=set)
    standing: Cause | None = None
    refusal: str = ""
    not_sent: bool = False
    _causes: dict[str, Cause] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.standing = standing_cause(self.log.earlier()) if self.log else None

    async def read(self) -> None:
        """Take in what has been logged since."""
        for event in await asyncio.to_thread(self.log.read) if self.log else ():
            self._take(event)

    def _take(self, event: dict[str, Any]) -> None:
        name, kind = str(event.get("name", "")), event.get("event")
        if kind == "storage.refused":
            self.refusal = refusal(event, self.site)
        if name not in self.names:
            return
        self.heard.add(name)
        self.not_sent |= kind == "event.not_sent"
        if kind == "blob.not_written":  # it is tried again for some time before the file is put off
            self._causes[name] = Cause(name, f"Waiting: {one_line(str(event.get('why')))}", is_ours=False, seconds=0)
        cause, known = cause_of(event), self._causes.get(name)
        if cause and known and kind == "blob.deferred":  # its reason is known already, in better words
            cause = replace(known, seconds=max(known.seconds, cause.seconds))
        if cause:
            self._causes[name] = cause

    def cause(self, name: str) -> Cause | None:
        """Why a sample waits."""
        return self._causes.get(name)

    def is_hopeless(self, name: str, seconds_left: float) -> bool:
        """Whether no document comes within this time: a person must act first, or the next try is later than that."""
        cause = self._causes.get(name)
        return cause is not None and (cause.is_ours or cause.seconds > seconds_left or self.is_refused(name))

    def is_refused(self, name: str) -> bool:
        """Whether a sample waits because storage refuses the app; other files may have other troubles."""
        cause = self._causes.get(name)
        return bool(self.refusal) and cause is not None and _STORAGE in cause.sentence


def refusal(event: dict[str, Any], site: Site) -> str:
    """A sentence on what storage refuses the app, with the role that it lacks."""
    code, asked = one_line(str(event.get("code"))), one_line(str(event.get("asked")))
    said = f"Storage refuses the app: it answered {code} to {asked}."
    if code in _LACKS_ROLE:
        role, where = _role(asked, site)
        return f"{said} Give the app's identity the role {role} on {where}, and wait some minutes until it is heeded."
    return f"{said} What to do stands in docs/operate.md, at the alert dropscribe-storage-refuses-us."


def _role(asked: str, site: Site) -> tuple[str, str]:
    """The role for what was asked for, as infra/README.md lists them, and where it must be given."""
    method, _, path = asked.partition(" ")
    parts = path.split("/")
    if method == "POST" and not any(parts):
        return BLOB_DELEGATOR, "the account"
    roles = {
        site.target.input_container: BLOB_READER,
        site.target.output_container: BLOB_CONTRIBUTOR,
        site.state_container: BLOB_CONTRIBUTOR,
    }
    for name, role in roles.items():
        if name in parts:
            return role, f"the container {name}"
    return QUEUE_CONTRIBUTOR, "the account"
