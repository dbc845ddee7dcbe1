"""Giving files that ended in an error another chance: they are queued again, and their documents are removed."""

import json
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from azure.core.exceptions import (
    AzureError,
    ClientAuthenticationError,
    ResourceModifiedError,
    ResourceNotFoundError,
    ServiceRequestError,
)
from azure.storage.blob import BlobProperties
from azure.storage.blob.aio import BlobServiceClient
from azure.storage.queue.aio import QueueServiceClient

from cli.exits import CommandFailedError
from shared.adapters.identity import entra_id
from shared.adapters.storage import (
    StorageJobQueue,
    bare,
    blob_of,
    blobs_by_connection_string,
    blobs_by_identity,
    code_of,
    only_if,
    properties_of,
    queues_by_connection_string,
    queues_by_identity,
)
from shared.errors import InputNotFound, StorageUnavailable
from shared.processing import Job

SECONDS_AHEAD = 10
"""How long a queued file is held back, in which its document is removed: with it the file would count as answered. If
we break down in between, it does, and nothing is lost. If we are later than that, the reconciler finds the file."""


class StorageNotUsableError(CommandFailedError):
    """The storage cannot be opened or read; the message says why, for people."""


@dataclass(frozen=True)
class RedriveFilter:
    """Which error documents are meant: of this code, not older than this, whose names begin so."""

    code: str | None = None
    since: datetime | None = None
    prefix: str = ""

    def includes(self, document: BlobProperties) -> bool:
        """Whether a document of the output container is meant."""
        labels = document.metadata or {}
        fits = labels.get("status") == "error" and self.code in (None, labels.get("code"))
        return fits and (self.since is None or document.last_modified >= self.since)


@dataclass(frozen=True)
class RedriveTarget:
    """The storage of the app: where its files, documents and messages are.

    Attributes:
        storage: a connection string, or the address of its blob service.
        queues: the address of its queue service, where that does not follow from the other.
    """

    storage: str
    input_container: str
    output_container: str
    deferred_queue: str
    queues: str | None = None


@dataclass
class Redrive:
    """An open storage account.

    Attributes:
        problems: a sentence for each document with which something went wrong.
    """

    target: RedriveTarget
    problems: list[str] = field(default_factory=list)
    _exits: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def __aenter__(self) -> Self:
        for name in ("dropscribe", "azure"):  # what they say stands in `problems`, in other words
            logging.getLogger(name).addHandler(logging.NullHandler())
        blobs, queues = open_clients(self.target, self._exits)
        self._input = blobs.get_container_client(self.target.input_container)
        self._output = blobs.get_container_client(self.target.output_container)
        self._job_queue = StorageJobQueue(queues, self.target.deferred_queue)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._exits.aclose()

    async def find(self, chosen: RedriveFilter) -> list[BlobProperties]:
        """The error documents that are meant.

        Raises:
            StorageNotUsableError: the documents cannot be listed.
        """
        found: AsyncIterator[BlobProperties] = self._output.list_blobs(
            name_starts_with=chosen.prefix or None,
            include=["metadata"],
            retry_connect=0,  # a wrong address is told at once, not after eight seconds
        )
        try:
            return [document async for document in found if chosen.includes(document)]
        except AzureError as error:
            raise StorageNotUsableError(f"The documents cannot be listed: {_why(error)}") from error

    async def send_again(self, documents: list[BlobProperties], advance: Callable[[], None]) -> int:
        """Queue their files again, and return how many there still were; end at once where the queue takes none."""
        queued = 0
        for document in documents:
            try:
                queued += await self._send_again(document)
            except StorageUnavailable as error:
                self.problems.append(
                    f"The queue {self.target.deferred_queue} takes no message, so nothing was done: {error}"
                )
                break
            except AzureError as error:
                self.problems.append(f"{document.name}: storage answered {code_of(error)}.")
            except (KeyError, TypeError, ValueError, RecursionError):
                self.problems.append(f"{document.name}: it is no document of Dropscribe's.")
            advance()
        return queued

    async def _send_again(self, document: BlobProperties) -> bool:
        """Queue, then remove: whatever breaks in between, the file has its document or a message."""
        blob = blob_of(self._output, document.name)
        version = only_if(bare(document.etag))
        try:
            job = Job(
                name=json.loads(await (await blob.download_blob(decompress=False, **version)).readall())["input"][
                    "name"
                ]
            )
            await properties_of(self._input, job.name)
        except (InputNotFound, ResourceNotFoundError, ResourceModifiedError):
            return False  # the file is gone, or has been answered anew meanwhile
        await self._job_queue.send(job, SECONDS_AHEAD)
        try:
            await blob.delete_blob(**version)
        except (ResourceNotFoundError, ResourceModifiedError):
            return False  # it has been answered anew meanwhile, which the message will find
        return True


def open_clients(target: RedriveTarget, exits: AsyncExitStack) -> tuple[BlobServiceClient, QueueServiceClient]:
    """Clients for both services of the storage, which `exits` closes.

    Raises:
        StorageNotUsableError: what names the storage is neither a connection string nor an address.
    """
    storage = target.storage
    try:
        if storage.startswith("https://"):
            address, credential = _queues(target), entra_id()
            exits.push_async_callback(credential.close)
            blobs, queues = blobs_by_identity(storage, credential), queues_by_identity(address, credential)
        else:
            blobs, queues = blobs_by_connection_string(storage), queues_by_connection_string(storage)
    except ValueError as error:  # its text may quote the key
        raise StorageNotUsableError(
            "The storage must be a connection string (from the portal: Access keys), or the address of a blob"
            " service, such as https://ACCOUNT.blob.core.windows.net."
        ) from error
    exits.push_async_callback(blobs.close)
    exits.push_async_callback(queues.close)
    return blobs, queues


def _why(error: AzureError) -> str:
    """What is wrong, and what to do about it."""
    if isinstance(error, ServiceRequestError):
        return "the storage cannot be reached. Check its address and the network."
    if isinstance(error, ClientAuthenticationError) and error.status_code is None:
        return "you are not signed in to Azure here. Run `az login`, or name the storage by a connection string."
    return f"storage answered {code_of(error)}. See that it is the app's storage, and that you may read it."


def _queues(target: RedriveTarget) -> str:
    """The address of the queue service.

    Raises:
        StorageNotUsableError: it is not given and does not follow from that of the blob service.
    """
    if target.queues:
        return target.queues
    if ".blob." not in target.storage:
        raise StorageNotUsableError("Set MEDIA_STORAGE__queueServiceUri to the address of the queue service.")
    return target.storage.replace(".blob.", ".queue.", 1)
