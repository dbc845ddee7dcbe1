"""The storage account that `doctor` looks at: what is there, whether we are let in, and what lies in its queues."""

import base64
import logging
from contextlib import AsyncExitStack, suppress
from datetime import datetime
from typing import Self

from azure.core.exceptions import AzureError, ResourceNotFoundError
from azure.storage.blob.aio import ContainerClient
from azure.storage.queue.aio import QueueClient

from cli.doctor.findings import BLOB_CONTRIBUTOR, BLOB_READER, QUEUE_CONTRIBUTOR, Finding, no_entry, refused
from cli.doctor.site import Site
from cli.redriving import open_clients
from shared.adapters.storage import BlobState, code_of
from shared.errors import StorageUnavailable
from shared.processing import Claim

MAX_PEEKED = 32
"""Messages of a queue that can be seen (Azure's limit)."""
_COOLDOWNS = "pauses/"


class Account:
    """An open account. What can only be seen with more roles than a person needs is None where it is not seen."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self._reads_state = True
        self._exits = AsyncExitStack()

    async def __aenter__(self) -> Self:
        for name in ("dropscribe", "azure"):  # what they log stands in our lines, in other words
            logging.getLogger(name).addHandler(logging.NullHandler())
        blobs, self._queues = open_clients(self.site.target, self._exits)
        self.address = blobs.url.partition("?")[0].rstrip("/")
        self.input = blobs.get_container_client(self.site.target.input_container)
        self.output = blobs.get_container_client(self.site.target.output_container)
        self._state = blobs.get_container_client(self.site.state_container)
        self._records = BlobState(blobs, self.site.state_container)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._exits.aclose()

    async def look(self) -> list[Finding]:
        """The lines of the account, of its containers and of its queues."""
        try:
            await self.input.get_container_properties(retry_connect=0)
        except AzureError as error:
            if problem := no_entry(error):
                return [Finding("error", "storage", problem)]
        return [
            Finding("ok", "storage", f"{self.address} answers, and lets you in."),
            await self._container(self.input, "input"),
            await self._container(self.output, "output"),
            await self._state_container(),
            *[await self._queue(name, note) for name, note in self._lazy_queues()],
            *([await self._events_queue()] if self.site.events_queue else []),
        ]

    async def _container(self, container: ContainerClient, part: str) -> Finding:
        try:
            await container.get_container_properties()
        except ResourceNotFoundError:
            advice = "`azd provision` makes it" if self.site.is_in_azure else "make it, or start the host: make host"
            return Finding("error", part, f"There is no container {container.container_name}; {advice}.")
        except AzureError as error:
            where = f"the container {container.container_name}"
            return Finding("error", part, refused(error, BLOB_CONTRIBUTOR, where))
        return Finding("ok", part, f"The container {container.container_name} is there.")

    async def _state_container(self) -> Finding:
        """In Azure the app may make no container, and a person need not read this one."""
        name = self._state.container_name
        try:
            await self._state.get_container_properties()
        except ResourceNotFoundError:
            if not self.site.is_in_azure:
                return Finding("ok", "state", f"The container {name} is not there yet: the first file makes it.")
            return Finding("error", "state", f"There is no container {name}; `azd provision` makes it.")
        except AzureError as error:
            self._reads_state = False
            needless = f"You may not read the container {name} ({code_of(error)}), and need not: it is the app's own."
            more = f"With the role {BLOB_READER} there this command can say more of files that wait."
            return Finding("skip", "state", f"{needless} {more}")
        return Finding("ok", "state", f"The container {name} is there.")

    def _lazy_queues(self) -> list[tuple[str, str]]:
        """The queues that the app makes when it needs them."""
        completed = self.site.completed_queue
        waiting = (self.site.target.deferred_queue, "the first file that has to wait makes it")
        return [waiting, *([(completed, "the first document makes it")] if completed else [])]

    async def _queue(self, name: str, note: str) -> Finding:
        try:
            await self.queue(name).get_queue_properties()
        except ResourceNotFoundError:
            return Finding("ok", "queue", f"{name} is not there yet: {note}.")
        except AzureError as error:
            return Finding("error", "queue", refused(error, QUEUE_CONTRIBUTOR, f"the account, for its queue {name}"))
        return Finding("ok", "queue", f"{name} is there.")

    async def _events_queue(self) -> Finding:
        """Event Grid makes no queue: what it would put there is lost."""
        name = self.site.events_queue
        try:
            await self.queue(name).get_queue_properties()
        except ResourceNotFoundError:
            if self.site.needs_events_queue:
                make = "`azd provision` makes it" if self.site.is_in_azure else "Stop the host and start it: make host"
                lost = f"so the events for it are lost. {make}; then run this again."
                return Finding("error", "queue", f"The queue {name} is not there, {lost}")
            only = f"There is no {name}. That is right where events come by the webhook alone"
            return Finding("skip", "queue", f"{only} (DROPSCRIBE_EVENT_DELIVERY is `trigger`); else: `azd provision`")
        except AzureError as error:
            return Finding("error", "queue", refused(error, QUEUE_CONTRIBUTOR, f"the account, for its queue {name}"))
        return Finding("ok", "queue", f"{name} is there.")

    def queue(self, name: str) -> QueueClient:
        """A queue of the account."""
        return self._queues.get_queue_client(name)

    async def record(self, name: str) -> Claim | None:
        """What the app noted of a file; None where there is nothing, or we may not read it."""
        with suppress(StorageUnavailable):
            found = await self._records.read(name) if self._reads_state else None
            return found.claim if found else None
        return None

    async def is_at_work(self, name: str) -> bool:
        """Whether a worker of the app may have the file in its hands; so it is taken to be where we may not look."""
        record = await self.record(name)
        return not self._reads_state or (record is not None and record.kind == "claimed")

    async def forget(self, name: str) -> bool:
        """Remove what the app noted of a file, and the answers that it kept; False where it is there and stays."""
        if not self._reads_state:
            return False
        try:
            if found := await self._records.read(name):
                await self._records.forget(name)
                await self._records.delete(name, found)
        except StorageUnavailable:
            return False
        return True

    async def cooldowns(self) -> dict[str, datetime]:
        """Until when the app leaves which model alone; empty where we may not read it."""
        found: dict[str, datetime] = {}
        with suppress(AzureError, StorageUnavailable):
            async for blob in self._state.list_blob_names(name_starts_with=_COOLDOWNS):
                until = await self._records.read_cooldown(blob.removeprefix(_COOLDOWNS))
                if until:
                    found[blob.removeprefix(_COOLDOWNS)] = until
        return found

    async def length(self, queue: str) -> int:
        """About how many messages a queue holds, hidden ones too; 0 where it is not there."""
        with suppress(AzureError):
            properties = await self.queue(queue).get_queue_properties()
            return properties.approximate_message_count or 0
        return 0

    async def exists(self, queue: str) -> bool:
        """Whether a queue is there; so it is taken to be where we may not look."""
        try:
            await self.queue(queue).get_queue_properties()
        except ResourceNotFoundError:
            return False
        except AzureError:
            return True
        return True

    async def tells_of(self, queue: str, name: str) -> bool:
        """Whether one of the first messages in a queue names the file."""
        with suppress(AzureError):
            messages = await self.queue(queue).peek_messages(MAX_PEEKED)
            return any(name in _text(str(message.content)) for message in messages)
        return False


def _text(content: str) -> str:
    """The text of a message, which may be base64."""
    try:
        return base64.b64decode(content, validate=True).decode(errors="replace")
    except ValueError:
        return content
