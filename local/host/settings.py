"""What `host.json` and the environment say about the host."""

import json
import os
import re
import socket
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

_TIME = re.compile(r"(?:(\d+)\.)?(\d+):(\d+):(\d+(?:\.\d+)?)")
_SETTING = re.compile(r"%(\w+)%")
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

HOST_ID = "AzureFunctionsWebHost__hostid"
MAX_HOST_ID = 32
"""Characters; the real host refuses longer ones."""


class HostSettingsError(Exception):
    """Something that the host needs is missing or wrong; the message says what."""


@dataclass(frozen=True)
class QueueRules:
    """How messages are taken from a queue.

    Attributes:
        batch_size: how many are asked for at once.
        new_batch_threshold: the next are asked for when no more than these are still running.
        max_tries: after these a message is poison.
        retry_after: how long a message rests between two tries, in seconds.
        max_pause: the longest wait between two looks at an empty queue, in seconds.
        hidden_seconds: how long a message is invisible while its function runs; renewed at half of it. The real
            host's ten minutes cannot be set there.
    """

    batch_size: int
    new_batch_threshold: int
    max_tries: int
    retry_after: float
    max_pause: float
    hidden_seconds: int = 600


@dataclass(frozen=True)
class HostSettings:
    """What the host was told. `function_timeout` is in seconds."""

    app: Path
    host_id: str
    function_timeout: float | None
    blobs: QueueRules
    queues: QueueRules

    @classmethod
    def load(cls, app: Path, *, local_settings: bool = True) -> "HostSettings":
        """Read `host.json`, and adopt the values of `local.settings.json` that the environment does not set.

        Raises:
            HostSettingsError: there is no host.json, or one of the files or the host's id does not hold.
        """
        app = app.resolve()
        if not (app / "host.json").is_file():
            raise HostSettingsError(f"{app} is not a function app: it has no host.json.")
        if local_settings:
            _adopt_local_settings(app / "local.settings.json")
        try:
            return cls._of(app, _read(app / "host.json"))
        except (AttributeError, TypeError, ValueError) as error:
            raise HostSettingsError(f"{app / 'host.json'}: a value is of the wrong kind: {error}.") from error

    @classmethod
    def _of(cls, app: Path, host: Mapping[str, Any]) -> "HostSettings":
        extensions = host.get("extensions", {})
        return cls(
            app=app,
            host_id=_host_id(app),
            function_timeout=_seconds(host.get("functionTimeout"), default=1800),
            blobs=_blob_rules(extensions.get("blobs", {}), extensions.get("queues", {})),
            queues=_queue_rules(extensions.get("queues", {})),
        )

    def hiding(self, seconds: int) -> "HostSettings":
        """These settings, with messages hidden for so many seconds while their functions run."""
        return replace(
            self,
            blobs=replace(self.blobs, hidden_seconds=seconds),
            queues=replace(self.queues, hidden_seconds=seconds),
        )


def connection_string(name: str) -> str:
    """The connection string behind the name of a connection, under the names that the real host tries.

    Raises:
        HostSettingsError: there is none.
    """
    for variable in (name, f"AzureWebJobs{name}"):
        if os.environ.get(variable):
            return os.environ[variable]
    raise HostSettingsError(
        f"The setting {name} is missing: it must hold a storage connection string (the local host takes no identity)."
    )


def is_disabled(function: str) -> bool:
    """Whether the environment says `AzureWebJobs.<function>.Disabled`, as the real host reads it."""
    return os.environ.get(f"AzureWebJobs.{function}.Disabled", "").lower() in ("true", "1")


def resolve(text: str) -> str:
    """Fill in `%SETTING%` in a binding.

    Raises:
        HostSettingsError: a setting is missing.
    """

    def value(found: re.Match[str]) -> str:
        if found[1] not in os.environ:
            raise HostSettingsError(f"A binding needs the setting {found[1]}, which is missing.")
        return os.environ[found[1]]

    return _SETTING.sub(value, text)


def _adopt_local_settings(path: Path) -> None:
    if not path.is_file():
        return
    values = _read(path).get("Values", {})
    if not isinstance(values, dict):
        raise HostSettingsError(f"{path}: `Values` must be an object, with a text for each setting.")
    for name, value in values.items():
        os.environ.setdefault(name, str(value))


def _read(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))  # editors on Windows begin with a mark
    except (OSError, ValueError, RecursionError) as error:
        raise HostSettingsError(f"{path} cannot be read as JSON: {error}.") from error
    if not isinstance(document, dict):
        raise HostSettingsError(f"{path} must hold an object.")
    return document


def _host_id(app: Path) -> str:
    given = os.environ.get(HOST_ID)
    if not given:
        own = f"{socket.gethostname()}-{zlib.crc32(str(app).encode())}".lower()
        return re.sub(r"-+", "-", re.sub(r"[^a-z0-9-]", "", own)[-MAX_HOST_ID:]).strip("-")
    if len(given) > MAX_HOST_ID or not _ID.fullmatch(given):
        raise HostSettingsError(
            f"{HOST_ID} is {given[:100]!r}. A host's id, which names its queue, has 1 to {MAX_HOST_ID} small letters, "
            "digits and single dashes, and no dash at its ends: change it or take it out of the environment."
        )
    return given


def _blob_rules(blobs: Mapping[str, Any], queues: Mapping[str, Any]) -> QueueRules:
    """Blob events wait in a queue too; the extension derives its batches from the degree of parallelism."""
    parallel = int(blobs.get("maxDegreeOfParallelism", 8 * (os.cpu_count() or 1)))
    batch = min(32, parallel // 2 + 1)
    return QueueRules(
        batch_size=batch,
        new_batch_threshold=parallel - batch,
        max_tries=int(blobs.get("poisonBlobThreshold", 5)),
        retry_after=0,
        max_pause=_seconds(queues.get("maxPollingInterval"), default=60) or 60,
    )


def _queue_rules(queues: Mapping[str, Any]) -> QueueRules:
    batch = int(queues.get("batchSize", 16))
    return QueueRules(
        batch_size=batch,
        new_batch_threshold=int(queues.get("newBatchThreshold", batch // 2)),
        max_tries=int(queues.get("maxDequeueCount", 5)),
        retry_after=_seconds(queues.get("visibilityTimeout"), default=0) or 0,
        max_pause=_seconds(queues.get("maxPollingInterval"), default=60) or 60,
    )


def _seconds(text: str | None, *, default: float) -> float | None:
    """`[d.]hh:mm:ss` in seconds; None for `-1`, which means no limit."""
    if text is None:
        return default
    if text == "-1":
        return None
    found = _TIME.fullmatch(text)
    if not found:
        raise HostSettingsError(f"host.json: {text!r} is not a time of the form hh:mm:ss.")
    days, hours, minutes, seconds = (float(part or 0) for part in found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds).total_seconds()
