"""How `drop` finds the host that `host` runs: by a small file beside its storage."""

import http.client
import json
import os
import urllib.request
from dataclasses import asdict, dataclass
from pathlib import Path

from local.stack import APP, Stack

HOME = Path(os.environ.get("DROPSCRIBE_HOME") or APP / ".local")
"""Where the commands keep what is to stay: the storage of `host`, the documents of `demo`."""

FOLDER = HOME / "host"
STORAGE = FOLDER / "storage"
LOGS = FOLDER / "logs"
_RECORD = FOLDER / "running.json"
_STATUS_SECONDS = 3
_MAX_STATUS = 4096
_DIRECTLY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True)
class RunningHost:
    """Where a running host takes files, and the model that answers there.

    Attributes:
        events_queue: the queue into which events are delivered too; empty where they are not.
        events_wait: how many seconds the app lets those wait.
        inbox: the address of the page; empty where none is served.
    """

    address: str
    storage: str
    input_container: str
    output_container: str
    model: str = ""
    events_queue: str = ""
    events_wait: float = 60
    inbox: str = ""

    @classmethod
    def find(cls) -> "RunningHost | None":
        """The host that runs on this machine; None if none answers."""
        host = cls.recorded()
        return host if host and host.answers() else None

    @classmethod
    def recorded(cls) -> "RunningHost | None":
        """The host that was started last on this machine and has not said that it stopped; None if there is none."""
        try:
            return cls(**json.loads(_RECORD.read_text()))
        except (OSError, ValueError, TypeError):
            return None

    def answers(self) -> bool:
        """Whether it is still there; something else may listen at its address since it ended."""
        try:
            with _DIRECTLY.open(f"{self.address}/admin/host/status", timeout=_STATUS_SECONDS) as reply:
                status = json.loads(reply.read(_MAX_STATUS))
        except (OSError, ValueError, http.client.HTTPException):
            return False
        return isinstance(status, dict) and status.get("state") == "Running"


def record(stack: Stack) -> None:
    """Let others find this host."""
    host = RunningHost(
        *(stack.host.said["address"], stack.storage, stack.input_container, stack.output_container, stack.model),
        inbox=stack.inbox or "",
        events_queue=stack.events_queue,
        events_wait=float(os.environ.get("DROPSCRIBE_EVENTS_WAIT") or RunningHost.events_wait),
    )
    FOLDER.mkdir(parents=True, exist_ok=True)
    _RECORD.unlink(missing_ok=True)
    with open(_RECORD, "x", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:  # it holds a key
        json.dump(asdict(host), file)


def missing() -> str:
    """Why no host is found here, and what to do."""
    if host := RunningHost.recorded():
        hangs = f"The host that was started here does not answer at {host.address}: it hangs, or was killed."
        return f"{hangs} Stop it, and start it again in another window: make host"
    return "No host is running here. Start one in another window: make host"


def forget() -> None:
    """Remove what `record` wrote: the host has stopped."""
    _RECORD.unlink(missing_ok=True)
