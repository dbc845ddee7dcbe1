"""Azurite, the storage emulator, on free ports of this machine."""

import base64
import os
import secrets
import shutil
import sys
from pathlib import Path

from local.process import Child, NotStartedError

FOLDER = Path(__file__).parent / "azurite"

ACCOUNT = "devstoreaccount1"
# The account and key that every storage emulator has unless it is told another, published in its documentation.
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="

KEY_FILE = "account.key"

_LISTENING = [
    r"Blob service is successfully listening at (?P<blob>https?://\S+)",
    r"Queue service is successfully listening at (?P<queue>https?://\S+)",
]


class Azurite:
    """A running Azurite."""

    def __init__(self, child: Child, key: str) -> None:
        self.child = child
        self.blob_endpoint, self.queue_endpoint = child.said["blob"], child.said["queue"]
        self.blobs = f"{child.said['blob']}/{ACCOUNT}"
        self.connection_string = connection_string(self.blob_endpoint, self.queue_endpoint, key)

    @classmethod
    async def start(
        cls,
        *,
        log: Path,
        location: Path | None,
        ports: tuple[int, int] = (0, 0),
        key: str = KEY,
        certificate: tuple[Path, Path] | None = None,
        tells_requests: bool = False,
    ) -> "Azurite":
        """Start it, keeping its files in `location`, or in memory where that is None.

        `ports` are those of its blob and queue services; 0 is any free one. `key` is that of its account. With a
        certificate and the key to that it speaks TLS and takes the tokens of Entra ID, of which it checks everything
        but the signature. Where it `tells_requests`, each stands in the log, with its method, its address and the
        status of the answer.

        Raises:
            NotStartedError: it did not come up.
        """
        blob, queue = map(str, ports)
        place = ["--location", str(location)] if location else ["--inMemoryPersistence"]
        quiet = ["--disableTelemetry", "--skipApiVersionCheck", *([] if tells_requests else ["--silent"])]
        services = ["--blobPort", blob, "--queuePort", queue, "--tablePort", "0"]
        secure = (
            ["--cert", str(certificate[0]), "--key", str(certificate[1]), "--oauth", "basic"] if certificate else []
        )
        command = [_node(), str(FOLDER / "run.js"), *quiet, *services, *place, *secure]
        return cls(await Child.start("Azurite", command, log=log, ready=_LISTENING, environ=_environ(key)), key)

    async def stop(self) -> None:
        """Stop it."""
        await self.child.stop()


def new_key() -> str:
    """A key that cannot be guessed: any web page can send a request to this machine, signed with the public one."""
    return base64.b64encode(secrets.token_bytes(64)).decode()


def kept_key(location: Path) -> str:
    """The key for the files in a folder: made once, so that tools with the connection string go on working.

    Raises:
        NotStartedError: it can neither be read nor written.
    """
    path = location / KEY_FILE
    try:
        location.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        if len(path.read_bytes()) != len(KEY):  # it is new, or was only half written
            path.write_text(new_key())
        return path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise NotStartedError(f"The storage in {location} cannot be used: {error}.") from error


def _environ(key: str) -> dict[str, str | None]:
    """What Azurite is told by the environment: the account, and nothing that our own environment says to one."""
    others = dict.fromkeys(name for name in os.environ if name.upper().startswith("AZURITE_"))
    return {**others, "AZURITE_ACCOUNTS": f"{ACCOUNT}:{key}"}


def connection_string(blob: str, queue: str, key: str = KEY) -> str:
    """The connection string of an emulator whose services listen at these addresses."""
    return (
        f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={key};"
        f"BlobEndpoint={blob}/{ACCOUNT};QueueEndpoint={queue}/{ACCOUNT};"
    )


def _node() -> str:
    """The Node that the bootstrap installed into the environment, else the one on PATH."""
    own = str(Path(sys.executable).parent)
    node = shutil.which("node", path=os.pathsep.join([own, os.environ.get("PATH", "")]))
    if node is None or not (FOLDER / "node_modules").is_dir():
        raise NotStartedError("Azurite is not installed: run `python3 scripts/dev.py setup`.")
    return node
