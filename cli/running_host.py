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
    """Where a running host takes files, and the model that answers there."""

    address: str
    storage: str
    input_container: str
    output_container: str
    model: str = ""
    inbox: str = ""

    @classmethod
    def find(cls) -> "RunningHost | None":
        """The host that runs on this machine; None if none answers."""
        try:
            host = cls(**json.loads(_RECORD.read_text()))
        except (OSError, ValueError, TypeError):
            return None
        return host if host.answers() else None

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
        stack.host.said["address"],
        stack.storage,
        stack.input_container,
        stack.output_container,
        stack.model,
        stack.inbox or "",
    )
    FOLDER.mkdir(parents=True, exist_ok=True)
    _RECORD.unlink(missing_ok=True)
    with open(_RECORD, "x", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:  # it holds a key
        json.dump(asdict(host), file)


def forget() -> None:
    """Remove what `record` wrote: the host has stopped."""
    _RECORD.unlink(missing_ok=True)
