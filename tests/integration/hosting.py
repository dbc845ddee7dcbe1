"""A local host with storage of its own, where a test can break what it likes, found as that of `dropscribe host` is."""

import json
import sys
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from aiohttp import web
from azure.storage.blob.aio import BlobServiceClient
from azure.storage.queue.aio import QueueServiceClient

from cli.running_host import RunningHost
from local.isolation import HOST_STORAGE, process_settings, storage_settings
from local.process import Child
from local.storage import connection_string
from tests.integration.command import ROOT, environment, model_at
from tests.integration.faulty import Fault, Faulty, proxy
from tests.integration.loopback import Service, service


def ends(connection: str) -> dict[str, str]:
    """The parts of a connection string."""
    return dict(part.partition("=")[::2] for part in connection.strip(";").split(";"))


@dataclass
class Hosted:
    """An account, and the app on it. `home` is where the commands look for a running host."""

    connection: str
    blobs: BlobServiceClient
    queues: QueueServiceClient
    home: Path
    names: dict[str, str]
    foundry: Service
    faulty: Faulty

    @property
    def environ(self) -> dict[str, Any]:
        """The settings for a command that is to find all that."""
        nothing = dict.fromkeys(
            ("MEDIA_STORAGE", "MEDIA_STORAGE__blobServiceUri", "MEDIA_STORAGE__queueServiceUri"), ""
        )
        return {**nothing, **self.names, "DROPSCRIBE_HOME": str(self.home)}

    def refuse(self, stage: str) -> None:
        """From now on storage answers 403 to the app when it does that: `read`, `write`, `note` or `take`."""
        self.faulty.error = Fault("status 403 AuthorizationPermissionMismatch", stage, times=10**6)

    async def left(self) -> list[str]:
        """What lies in the containers for files and documents."""
        found = []
        for kind in ("INPUT", "OUTPUT"):
            container = self.blobs.get_container_client(self.names[f"{kind}_CONTAINER"])
            found += [name async for name in container.list_blob_names()]
        return found

    async def noted(self) -> list[str]:
        """What the app notes of files."""
        container = self.blobs.get_container_client(self.names["STATE_CONTAINER"])
        return [name async for name in container.list_blob_names() if not name.startswith("pauses/")]

    def stage(self, request: web.Request) -> str:
        """What the app does with this request to its storage."""
        container = request.path.split("/")[2]
        if container == self.names["STATE_CONTAINER"] and request.method == "PUT":
            return "note"
        if container == self.names["OUTPUT_CONTAINER"] and request.method == "PUT":
            return "write"
        if container == self.names["DEFERRED_QUEUE"] and request.method == "GET":
            return "take"
        is_content = container == self.names["INPUT_CONTAINER"] and request.method == "GET" and not request.query
        return "read" if is_content else ""


@asynccontextmanager
async def account_of(azurite: str, home: Path) -> AsyncIterator[Hosted]:
    """An account with empty containers, and no app on it."""
    kinds = ("INPUT_CONTAINER", "OUTPUT_CONTAINER", "STATE_CONTAINER", "DEFERRED_QUEUE", "COMPLETED_QUEUE")
    names = {kind: f"{kind.partition('_')[0].lower()}-{uuid.uuid4().hex[:12]}" for kind in kinds}
    async with (
        BlobServiceClient.from_connection_string(azurite) as blobs,
        QueueServiceClient.from_connection_string(azurite) as queues,
        service() as foundry,
    ):
        for kind in ("INPUT_CONTAINER", "OUTPUT_CONTAINER"):
            await blobs.create_container(names[kind])
        hosted = Hosted(azurite, blobs, queues, home, names, foundry, Faulty(lambda _: ""))
        hosted.faulty.stage_of = hosted.stage
        yield hosted


@asynccontextmanager
async def hosted_on(azurite: str, home: Path, *arguments: str, **settings: str) -> AsyncIterator[Hosted]:
    """The app on an account of its own, run by the local host; its requests for files go through `faulty`."""
    async with account_of(azurite, home) as hosted:
        parts = ends(azurite)
        upstreams = [parts[end].rpartition("/")[0] for end in ("BlobEndpoint", "QueueEndpoint")]
        async with proxy(hosted.faulty, upstreams[0]) as blob, proxy(hosted.faulty, upstreams[1]) as queue:
            through = connection_string(blob, queue, parts["AccountKey"])
            storage = {**storage_settings(through, {}), HOST_STORAGE: azurite}
            own = {**hosted.names, **model_at(hosted.foundry.url), "ARRIVAL_SECONDS": "0"}
            child = await Child.start(
                "The host",
                [sys.executable, "-m", "local.host", str(ROOT), "--no-local-settings", *arguments],
                log=home / "host" / "logs" / "host.log",
                ready=[r"The host is ready at (?P<address>\S+)"],
                environ=environment({**process_settings(), **storage, **own, **settings}),
                folder=ROOT,
            )
            try:
                containers = (hosted.names["INPUT_CONTAINER"], hosted.names["OUTPUT_CONTAINER"])
                events = settings.get("DROPSCRIBE_EVENTS_QUEUE", ""), float(settings.get("DROPSCRIBE_EVENTS_WAIT", 60))
                found = RunningHost(child.said["address"], azurite, *containers, "", *events)
                (home / "host" / "running.json").write_text(json.dumps(asdict(found)))
                yield hosted
            finally:
                await child.stop()
