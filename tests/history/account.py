"""An account in which another version of Dropscribe was at work, and today's app on it."""

import base64
import json
import re
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from azure.core.exceptions import ResourceNotFoundError
from azure.storage.blob.aio import BlobServiceClient, ContainerClient
from azure.storage.queue.aio import QueueServiceClient

from shared import bootstrap
from shared.adapters.storage.blobs import BlobFiles
from shared.adapters.storage.state import BlobState
from shared.app import App
from shared.processing.retry import RetryPolicy
from tests import samples
from tests.integration.loopback import Service, saying, service
from tests.unit.settings.test_settings import GOOD

SAMPLES = Path(__file__).parent / "landed"
CONTENTS = {"chart.png": samples.CHART, "hello.mp3": samples.HELLO, "receipt.jpg": samples.CHART.parent / "receipt.jpg"}
HURRY = RetryPolicy(here=0.05, first=0.01, max_wait=0.02, complete=0, breaker=0.01, overdue=0)
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(?:Z|\+00:00)")


@dataclass
class Account:
    """The account. `messages` are those that the other version left."""

    connection: str
    blobs: BlobServiceClient
    queues: QueueServiceClient
    model: Service
    suffix: str = field(default_factory=lambda: uuid.uuid4().hex[:12])
    messages: list[bytes] = field(default_factory=list)
    apps: list[App] = field(default_factory=list)

    def named(self, kind: str) -> str:
        return f"{kind}-{self.suffix}"

    def container(self, kind: str) -> ContainerClient:
        return self.blobs.get_container_client(self.named(kind))

    def app(self, policy: RetryPolicy | None = HURRY, **settings: str) -> App:
        environ = {
            **GOOD,
            "AZURE_INFERENCE_ENDPOINT": f"{self.model.url}/models",
            "AZURE_INFERENCE_DEPLOYMENT": "Phi-4-multimodal-instruct",
            "MEDIA_STORAGE": self.connection,
            "INPUT_CONTAINER": self.named("input"),
            "OUTPUT_CONTAINER": self.named("output"),
            "STATE_CONTAINER": self.named("state"),
            "DEFERRED_QUEUE": self.named("later"),
        }
        self.apps.append(bootstrap.load({**environ, **settings}, policy=policy))
        return self.apps[-1]

    @property
    def files(self) -> BlobFiles:
        return BlobFiles(self.blobs, input_container=self.named("input"), output_container=self.named("output"))

    @property
    def state(self) -> BlobState:
        return BlobState(self.blobs, self.named("state"))

    async def restore(self, sample: dict[str, Any], age: timedelta) -> None:
        """Put all that a sample holds in its place, as if it had been written so long ago."""
        etags = {}
        for name, etag in sample["files"].items():
            path = CONTENTS.get(name.rpartition("/")[2])
            put = await self.container("input").get_blob_client(name).upload_blob(path.read_bytes() if path else b"no")
            etags[etag] = put["etag"].strip('"')
        moved = datetime.now(UTC) - age - datetime.fromisoformat(sample["recorded"])

        def renewed(text: str) -> str:
            for old, new in etags.items():
                text = text.replace(old, new)
            return MOMENT.sub(lambda found: (datetime.fromisoformat(found[0]) + moved).isoformat(), text)

        for name, content in sample["state"].items():
            await self.container("state").upload_blob(name, renewed(content))
        for name, document in sample["documents"].items():
            labels = {key: renewed(value) for key, value in document["metadata"].items()}
            await self.container("output").upload_blob(name, renewed(document["content"]), metadata=labels)
        self.messages = [renewed(each).encode() for each in sample["messages"]]

    async def go_on(self, app: App, names: list[str]) -> None:
        """Deliver what the other version left: its messages; for a file without one the event comes again."""
        for message in self.messages:
            await app.resume(message)
        for name in names if not self.messages else []:
            await app.process(self.named("input"), name)

    async def left(self) -> list[str]:
        """The records and kept answers that there are."""
        names = [name async for name in self.container("state").list_blob_names()]
        return [name for name in names if not name.startswith(("pauses/", "tokens/"))]

    async def documents(self) -> dict[str, str]:
        """The documents that there are, by their names, with the etags of the documents themselves."""
        return {blob.name: blob.etag async for blob in self.container("output").list_blobs()}

    async def sent(self, kind: str = "later") -> list[Any]:
        """All messages in a queue, hidden or not: their bodies where they can be seen, else None."""
        queue = self.queues.get_queue_client(self.named(kind))
        try:
            count = (await queue.get_queue_properties()).approximate_message_count or 0
        except ResourceNotFoundError:
            return []
        seen = [json.loads(base64.b64decode(each.content)) for each in await queue.peek_messages(32)]
        return seen + [None] * (count - len(seen))


def sample_of(name: str) -> dict[str, Any]:
    """A sample, as it was recorded."""
    sample: dict[str, Any] = json.loads((SAMPLES / f"{name}.json").read_text())
    return sample


@asynccontextmanager
async def account_of(azurite: str) -> AsyncIterator[Account]:
    """An account with empty containers."""
    async with (
        service(Service(answers=[saying("A chart.")])) as model,
        BlobServiceClient.from_connection_string(azurite) as blobs,
        QueueServiceClient.from_connection_string(azurite) as queues,
    ):
        account = Account(azurite, blobs, queues, model)
        for kind in ("input", "output", "state"):
            await blobs.create_container(account.named(kind))
        yield account
        for app in account.apps:
            await app.close()
