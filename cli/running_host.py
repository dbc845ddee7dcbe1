"""How `drop` finds the host that `host` runs: by a small file beside its storage."""

import json
import os
import urllib.error
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


@dataclass(frozen=True)
class RunningHost:
    """Where a running host takes files."""

    address: str
    storage: str
    input_container: str
    output_container: str

    @classmethod
    def find(cls) -> "RunningHost | None":
        """The one that runs, if any does."""
        try:
            host = cls(**json.loads(_RECORD.read_text()))
        except (OSError, ValueError, TypeError):
            return None
        return host if host.answers() else None

    def answers(self) -> bool:
        """Whether it is still there."""
        try:
            with urllib.request.urlopen(f"{self.address}/admin/host/status", timeout=3):  # noqa: S310 - our own record
                return True
        except (urllib.error.URLError, ValueError):
            return False


def record(stack: Stack) -> None:
    """Let others find this host."""
    host = RunningHost(stack.host.said["address"], stack.storage, stack.input_container, stack.output_container)
    FOLDER.mkdir(parents=True, exist_ok=True)
    _RECORD.write_text(json.dumps(asdict(host)))


def forget() -> None:
    """The host has stopped."""
    _RECORD.unlink(missing_ok=True)
