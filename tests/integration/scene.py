"""A file, the app behind proxies that plant faults, a host for it, and the tests' own clients of storage."""

import asyncio
import base64
import hashlib
import itertools
import json
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from xml.etree import ElementTree

from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.storage.blob.aio import BlobClient, BlobServiceClient
from azure.storage.queue.aio import QueueClient, QueueServiceClient

from local import storage
from local.storage import ACCOUNT, connection_string
from local.tls import server_context
from shared.bootstrap import RECIPES
from shared.processing.incoming_events import CREATED
from shared.processing.retry import RetryPolicy
from shared.recipes.catalog import DEFAULTS
from tests import samples
from tests.integration.faulty import Faulty, Passed, proxy
from tests.integration.loopback import Answer, Service, saying, service
from tests.integration.stages import CONTAINERS, TAKEN_FROM, Places
from tests.integration.triggers import HURRY, LOOPBACK, listening
from tests.integration.workers import Worker
from tests.planted import ANSWER, PROMPT, SECRETS
from tests.support.made_media import pages
from tests.unit.settings.test_settings import GOOD

NAME = "a chart.png"
PAGES = 3
"""Of a file that is asked about in pieces."""
MAX_ROUNDS = 12
WORK_SECONDS = 300
"""For what takes one or two, on a machine with nothing else to do."""
A_DAY = timedelta(days=1)
MESSAGES = {("POST", 201): 1, ("DELETE", 204): -1}
"""Requests to a queue after which it has one message more, or less, by their methods and what is answered."""


@dataclass
class Scene:
    """All there is. `messages` are those that have waited; `handed` is how many messages the host was given by us."""

    places: Places
    faulty: Faulty
    foundry: Service
    blobs: BlobServiceClient
    queues: QueueServiceClient
    environ: dict[str, str]
    etag: str = ""
    content: bytes = field(default_factory=samples.CHART.read_bytes)
    messages: list[str] = field(default_factory=list)
    handed: int = 0

    async def drop(self, name: str = NAME) -> None:
        """A file lands, and the host gets to know of it."""
        put = await self._blob("input", name).upload_blob(self.content, overwrite=True)
        self.etag = put["etag"].strip('"')
        await self.hand_over(name)

    async def hand_over(self, name: str) -> None:
        """The host gets to know of a file."""
        host = {"ContainerName": self.places["input"], "BlobName": name}
        subject = f"/blobServices/default/containers/{self.places['input']}/blobs/{name}"
        event = {"eventType": CREATED, "subject": subject, "data": {}}
        message = event if self.places.is_heard else host
        await self._hand(self.places.events, base64.b64encode(json.dumps(message).encode()).decode())

    async def leave_a_record(self) -> None:
        """A worker broke down here before, over an older version of the file."""
        older = {"etag": "older", "kind": "claimed", "until": "2026-01-01T00:00:00Z", "attempt": 0, "crashes": 0}
        name = hashlib.sha256(NAME.encode()).hexdigest()
        await self._blob("state", name).upload_blob(json.dumps({**older, "token": ""}))

    async def worker(self, log: Path) -> Worker:
        """Start a worker in a process of its own."""
        return await Worker.start(self.environ, log)

    async def settle(self, name: str = NAME) -> None:
        """Let the host work, and a day pass whenever it rests, until there is nothing left to do.

        At each rest the file must be found in its document or in a message.
        """
        for _ in range(MAX_ROUNDS):
            await self.let_the_host_work()
            is_answered, waiting = await self.document(name) is not None, await self.count("later")
            assert is_answered or waiting, "the file has neither a document nor a message"
            if is_answered and not waiting:
                return
            await self.let_a_day_pass()

    async def let_the_host_work(self, policy: RetryPolicy | None = HURRY) -> None:
        """Until there is nothing that it could do now."""
        async with listening(self.environ, policy):
            try:
                async with asyncio.timeout(WORK_SECONDS):
                    await self._host_rests()
            except TimeoutError:
                passed = [f"{each.method} {each.stage or each.path} {each.status}" for each in self.faulty.passed]
                raise AssertionError(f"The host has messages still, after these requests: {passed}") from None

    async def _host_rests(self) -> None:
        while self._hosts_messages():
            self.faulty.has_passed.clear()
            while self.faulty.undelivered:
                await self._show_again(self.faulty.undelivered.pop())
            await self.faulty.has_passed.wait()

    async def let_the_hidden_be_seen(self) -> None:
        """The host that was given them is gone: let the ten minutes pass for which its messages are hidden."""
        for given in [given for stage in TAKEN_FROM for given in self.requests(stage)]:
            await self._show_again(given)

    async def _show_again(self, given: Passed) -> None:
        for message in ElementTree.fromstring(given.answer).iter("QueueMessage"):
            names = [message.findtext(name) or "" for name in ("MessageId", "PopReceipt")]
            with suppress(HttpResponseError):  # it was put away meanwhile
                await self._queue(TAKEN_FROM[given.stage]).update_message(*names, visibility_timeout=0)

    async def let_a_day_pass(self) -> None:
        """Whatever was to last, or to wait, for a day or less has done so."""
        async for name in self.blobs.get_container_client(self.places["state"]).list_blob_names():
            await self._make_older(self._blob("state", name))
        for sent in (self.requests("send") + self.requests("pass on"))[len(self.messages) :]:
            asked, answered = ElementTree.fromstring(sent.body), ElementTree.fromstring(sent.answer)
            receipt = [answered.findtext(f"QueueMessage/{each}") or "" for each in ("MessageId", "PopReceipt")]
            await self._queue("later").delete_message(*receipt)
            await self._hand("due", asked.findtext("MessageText") or "")
            self.messages.append(base64.b64decode(asked.findtext("MessageText") or "").decode())

    async def document(self, name: str = NAME) -> dict[str, Any] | None:
        """The document of a file, if it is there."""
        try:
            content = await (await self._blob("output", f"{name}.json").download_blob()).readall()
        except ResourceNotFoundError:
            return None
        document: dict[str, Any] = json.loads(content)
        return document

    async def listed(self, kind: str) -> dict[str, str]:
        """What is in a container: names and etags."""
        container = self.blobs.get_container_client(self.places[kind])
        return {blob.name: blob.etag.strip('"') async for blob in container.list_blobs()}

    async def count(self, kind: str) -> int:
        """How many messages are in a queue, hidden or not."""
        return (await self._queue(kind).get_queue_properties()).approximate_message_count or 0

    async def left(self) -> int:
        """How many messages there are, poison and all."""
        return sum([await self.count(kind) for kind in self.places.queues])

    def requests(self, stage: str) -> list[Passed]:
        """Those of a stage that had their effect."""
        return [each for each in self.faulty.passed if each.stage == stage]

    def written_elsewhere(self) -> list[Passed]:
        """Requests that may have changed something that neither we nor the host have any business with."""
        ours = ("output", "state", "pauses", *self.places.queues)
        asked = [each for each in self.faulty.passed if each.method not in ("GET", "HEAD")]
        others = [each for each in asked if each.stage not in ("model", "piece", "speech", "sign")]
        return [each for each in others if self.places.kind_of(each.path) not in ours]

    def secrets(self) -> list[str]:
        """What may stand nowhere: what is planted, the account's key, and the signatures that were given out."""
        given_out = [re.findall(r"sig=([^&\"]+)", each.body.decode(errors="replace")) for each in self.foundry.arrived]
        return [*SECRETS, storage.KEY, *itertools.chain(*given_out)]

    async def _hand(self, kind: str, text: str) -> None:
        await self._queue(kind).send_message(text)
        self.handed += 1

    def _hosts_messages(self) -> int:
        """How many messages there are for the host now, hidden or not: those that came, less those put away."""
        asked = [each for each in self.faulty.passed if (each.method, each.status) in MESSAGES]
        at_host = [each for each in asked if self.places.kind_of(each.path) in self.places.hosts_queues]
        return self.handed + sum(MESSAGES[each.method, each.status] for each in at_host)

    async def _make_older(self, blob: BlobClient) -> None:
        record = json.loads(await (await blob.download_blob()).readall())
        if isinstance(record, dict) and "until" not in record:
            return  # kept answers, which do not expire
        older = {**record, "until": _earlier(record["until"])} if isinstance(record, dict) else _earlier(record)
        await blob.upload_blob(json.dumps(older), overwrite=True)

    def _blob(self, kind: str, name: str) -> BlobClient:
        return self.blobs.get_blob_client(self.places[kind], name)

    def _queue(self, kind: str) -> QueueClient:
        return self.queues.get_queue_client(self.places[kind])


def _earlier(moment: str) -> str:
    return (datetime.fromisoformat(moment) - A_DAY).isoformat()


@asynccontextmanager
async def scene_over(
    azurite: str,
    model: Service | None = None,
    *,
    certificate: tuple[Path, Path] | None = None,
    is_heard: bool = False,
    is_in_pieces: bool = False,
    is_spoken: bool = False,
) -> AsyncIterator[Scene]:
    """A scene of its own, with a model that answers what is planted, where no other is given.

    Where it `is_heard`, events come into the app's own queue; where it `is_in_pieces`, a file of pages is dropped;
    where it `is_spoken`, a recording, which a speech model writes down and whose subtitles stand beside its document.

    With a certificate the app is known to storage by identity, and the file travels by URL.
    """
    places = Places(is_heard=is_heard, is_in_pieces=is_in_pieces)
    faulty = Faulty(lambda request: places.stage_after(request, [each.stage for each in faulty.passed]))
    ends = dict(part.partition("=")[::2] for part in azurite.strip(";").split(";"))
    secure: dict[str, Any] = {"connection_verify": str(certificate[0])} if certificate else {}
    tls = server_context(*certificate) if certificate else None
    async with AsyncExitStack() as exits:
        enter = exits.enter_async_context
        upstreams = [ends[end].rpartition("/")[0] for end in ("BlobEndpoint", "QueueEndpoint")]
        blob, queue = [await enter(proxy(faulty, each, tls)) for each in upstreams]
        foundry = await enter(service(model or Service(answers=[hearing(ANSWER) if is_spoken else saying(ANSWER)])))
        endpoint = await enter(proxy(faulty, foundry.url))
        blobs = await enter(BlobServiceClient.from_connection_string(azurite, **LOOPBACK, **secure))
        queues = await enter(QueueServiceClient.from_connection_string(azurite, **LOOPBACK, **secure))
        for kind in CONTAINERS:
            await blobs.create_container(places[kind])
        for kind in places.queues:
            await queues.create_queue(places[kind])
        by_identity = _by_identity(blob, queue, certificate[0]) if certificate else {}
        recipes = _recipes(Path(exits.enter_context(TemporaryDirectory())))
        speech = {"AZURE_INFERENCE_DEPLOYMENT": "whisper", "AZURE_INFERENCE_ENDPOINT": f"{endpoint}/openai/v1"}
        own = {"RECIPES": str(recipes), **by_identity, **(speech if is_spoken else {})}
        environ = {**_environ(places, f"{endpoint}/models", connection_string(blob, queue)), **own}
        scene = Scene(places, faulty, foundry, blobs, queues, environ)
        if is_in_pieces:
            scene.content = pages(PAGES)
        if is_spoken:
            scene.content = samples.HELLO.read_bytes()
        yield scene


def hearing(text: str) -> Answer:
    """A transcript of one segment."""
    segment = {"id": 0, "start": 0.0, "end": 1.0, "text": text}
    return Answer(
        body={"task": "transcribe", "language": "english", "duration": 1.0, "text": text, "segments": [segment]}
    )


def _recipes(folder: Path) -> Path:
    """Write those that a file gets where nothing chooses another, with what is planted in them, and with subtitles."""
    for name in DEFAULTS.values():
        text = (RECIPES / f"{name}.prompty").read_text().replace("  speakers: true", "  writes: [srt]")
        (folder / f"{name}.prompty").write_text(f"{text}\n{PROMPT}\n")
    return folder


def _environ(places: Places, endpoint: str, storage: str) -> dict[str, str]:
    """The app's settings, and what the host must know."""
    return {
        **GOOD,
        "AZURE_INFERENCE_ENDPOINT": endpoint,
        "AZURE_INFERENCE_DEPLOYMENT": "Phi-4-multimodal-instruct",
        "MEDIA_STORAGE": storage,
        "INPUT_CONTAINER": places["input"],
        "OUTPUT_CONTAINER": places["output"],
        "STATE_CONTAINER": places["state"],
        "DEFERRED_QUEUE": places["later"],
        "ARRIVAL_SECONDS": "0",
        "HOST_STORAGE": storage,
        places.events.upper(): places[places.events],
        "DUE": places["due"],
    }


def _by_identity(blob: str, queue: str, certificate: Path) -> dict[str, str]:
    return {
        "MEDIA_STORAGE": "",
        "MEDIA_STORAGE__blobServiceUri": f"{blob}/{ACCOUNT}",
        "MEDIA_STORAGE__queueServiceUri": f"{queue}/{ACCOUNT}",
        "MODEL_CAPABILITIES": json.dumps({"Phi-4-multimodal": {"max_bytes": 1000}}),  # too small for the file
        "STORAGE_CERTIFICATE": str(certificate),
    }
