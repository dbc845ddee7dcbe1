"""The files: dropped at a steady rate, some of them overwritten, some of their events lost and some repeated."""

import asyncio
import base64
import json
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from bench.under_load.emulators import INPUT, Emulators
from bench.under_load.files import document, picture
from bench.under_load.plan import Load
from shared.processing.incoming_events import CREATED

EVENTS_OF_AN_UPLOAD = [0] + [1] * 26 + [2, 2, 3]
"""One in thirty is lost, one in ten comes again."""

LONG = "read-text/"
"""The folder of files that are asked about page by page, one in ten."""

OVERWRITTEN = 1 / 30

REFUSED = 1 / 5
"""How many events the webhook refuses, where they are delivered into the app's own queue too."""


@dataclass(frozen=True)
class Upload:
    """One version of a file, and how many events there are of it. No other has its number."""

    name: str
    version: int
    events: int

    @property
    def content(self) -> bytes:
        """Its bytes: of one in ten a document that is asked about in pieces."""
        return document(self.version) if self.name.startswith(LONG) else picture(self.version)


def uploads(files: int, random: Random) -> Iterator[Upload]:
    """So many files, and between them new versions of some that came before."""
    version = 0
    for number in range(files):
        names = [number, random.randrange(number + 1)] if random.random() < OVERWRITTEN else [number]
        for each in names:
            version += 1
            yield Upload(f"{LONG if each % 10 == 9 else ''}file-{each:06}", version, random.choice(EVENTS_OF_AN_UPLOAD))


@dataclass
class Offer:
    """What was dropped so far: the numbers of each file's versions, and the etag of the newest."""

    load: Load
    storage: Emulators
    random: Random
    versions: dict[str, list[int]] = field(default_factory=dict)
    etags: dict[str, str] = field(default_factory=dict)
    seconds: float = 0
    _locks: dict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))

    async def drop_all(self) -> None:
        """Drop them all, each at its time, however long the one before may take."""
        started = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for number, upload in enumerate(uploads(self.load.files, self.random)):
                await asyncio.sleep(started + number / self.load.offered_per_second - time.monotonic())
                group.create_task(self._put(upload))
        self.seconds = time.monotonic() - started

    def newest(self, name: str) -> int:
        """The number of the newest version of a file."""
        return self.versions[name][-1]

    async def _put(self, upload: Upload) -> None:
        async with self._locks[upload.name]:  # versions of one file come in their order
            blob = self.storage.blobs.get_blob_client(INPUT, upload.name)
            put = await blob.upload_blob(upload.content, overwrite=True)
            self.versions.setdefault(upload.name, []).append(upload.version)
            self.etags[upload.name] = put["etag"].strip('"')
            for _ in range(upload.events):
                await self._tell(upload.name, put["etag"])

    async def _tell(self, name: str, etag: str) -> None:
        if not self.load.both_ways or self.random.random() >= REFUSED:
            await self.storage.events.send_message(_event(name, etag))
        if self.load.both_ways:
            await self.storage.heard.send_message(_event_in_our_queue(name))


def _event(name: str, etag: str) -> str:
    fields = {
        "Type": "BlobTrigger",
        "FunctionId": "Host.Functions.answer_blob",
        "BlobType": "BlockBlob",
        "ContainerName": INPUT,
        "BlobName": name,
        "ETag": etag,
    }
    return base64.b64encode(json.dumps(fields).encode()).decode()


def _event_in_our_queue(name: str) -> str:
    address = f"https://media.blob.core.windows.net/{INPUT}/{name}"
    event = {
        "eventType": CREATED,
        "subject": f"/blobServices/default/containers/{INPUT}/blobs/{name}",
        "data": {"url": address},
    }
    return base64.b64encode(json.dumps(event).encode()).decode()
