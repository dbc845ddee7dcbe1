"""Giving files that ended in an error another chance: their documents are removed, and they are queued again."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from azure.core.exceptions import AzureError, ResourceModifiedError, ResourceNotFoundError
from azure.storage.blob import BlobProperties

from shared.adapters.identity import entra_id
from shared.adapters.storage.clients import (
    blobs_by_connection_string,
    blobs_by_identity,
    code_of,
    only_if,
    queues_by_connection_string,
    queues_by_identity,
)
from shared.adapters.storage.queues import StorageJobQueue
from shared.errors import StorageUnavailable
from shared.processing.jobs import Job


@dataclass(frozen=True)
class Wanted:
    """Which error documents: of this code, not older than this, whose names begin so."""

    code: str | None = None
    since: datetime | None = None
    prefix: str = ""

    def includes(self, document: BlobProperties) -> bool:
        """Whether a document of the output container is meant."""
        labels = document.metadata or {}
        fits = labels.get("status") == "error" and self.code in (None, labels.get("code"))
        return fits and (self.since is None or document.last_modified >= self.since)


@dataclass(frozen=True)
class Place:
    """Where the app works: a connection string, or the address of its blob service; and the names in it."""

    storage: str
    input_container: str
    output_container: str
    deferred_queue: str


@dataclass
class Redrive:
    """An open storage account.

    Attributes:
        faults: a sentence for each document with which something went wrong.
    """

    place: Place
    faults: list[str] = field(default_factory=list)
    _exits: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def __aenter__(self) -> Self:
        place = self.place
        if place.storage.startswith("https://"):
            credential = entra_id()
            self._exits.push_async_callback(credential.close)
            blobs = blobs_by_identity(place.storage, credential)
            queues = queues_by_identity(place.storage.replace(".blob.", ".queue.", 1), credential)
        else:
            blobs = blobs_by_connection_string(place.storage)
            queues = queues_by_connection_string(place.storage)
        self._exits.push_async_callback(blobs.close)
        self._exits.push_async_callback(queues.close)
        self._input = blobs.get_container_client(place.input_container)
        self._output = blobs.get_container_client(place.output_container)
        self._deferrals = StorageJobQueue(queues, place.deferred_queue)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._exits.aclose()

    async def find(self, wanted: Wanted) -> list[BlobProperties]:
        """The error documents that are meant."""
        found: AsyncIterator[BlobProperties] = self._output.list_blobs(
            name_starts_with=wanted.prefix or None, include=["metadata"]
        )
        return [document async for document in found if wanted.includes(document)]

    async def send_again(self, documents: list[BlobProperties], advance: Callable[[], None]) -> int:
        """Queue their files again, and return how many there still were."""
        queued = 0
        for document in documents:
            try:
                queued += await self._send_again(document)
            except AzureError as error:
                self.faults.append(f"{document.name}: storage answered {code_of(error)}.")
            except (KeyError, TypeError, ValueError):
                self.faults.append(f"{document.name}: it is no document of Dropscribe's.")
            except StorageUnavailable as error:
                self.faults.append(f"{document.name}: {error}")
            advance()
        return queued

    async def _send_again(self, document: BlobProperties) -> bool:
        blob = self._output.get_blob_client(document.name)
        version = only_if(document.etag.strip('"'))
        try:
            name = str(json.loads(await (await blob.download_blob(**version)).readall())["input"]["name"])
            await self._input.get_blob_client(name).get_blob_properties()
            # The document goes first: with it the file would count as answered. If we break down in between, the
            # reconciler finds a file without a document.
            await blob.delete_blob(**version)
        except (ResourceNotFoundError, ResourceModifiedError):
            return False  # the file is gone, or has been answered anew meanwhile
        await self._deferrals.send(Job(name=name), 0)
        return True
