"""Putting files into storage, and waiting for their documents."""

import asyncio
import contextlib
import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from azure.core.exceptions import AzureError, HttpResponseError, ResourceNotFoundError
from azure.storage.blob import ContentSettings
from azure.storage.blob.aio import BlobServiceClient

from cli.documents import Document
from cli.exits import CommandFailedError
from cli.metadata import in_header
from cli.uploads import Upload
from shared.adapters.storage import blob_of
from shared.recipes import FileForm
from shared.results import document_name, sidecar_name

MAX_AT_ONCE = 16
"""Requests to storage."""
POLL_SECONDS = 0.25
MAX_POLLS_A_SECOND = 10
"""What an emulator answers beside its work, however many files wait; the host's log tells which are answered."""
_OPTIONS: dict[str, Any] = {"retry_total": 3, "initial_backoff": 0.5, "increment_base": 1, "random_jitter_range": 0.2}
"""An emulator hiccups for a moment, or has ended for good: three tries take some three seconds."""


class StorageLostError(CommandFailedError):
    """Storage does not answer any more."""


@dataclass
class Waiting:
    """What has become of the uploads.

    Attributes:
        missing: those that have no document yet.
        failed: those that will get none, and why: they could not be put into storage, or were overwritten there.
    """

    missing: list[Upload]
    failed: list[tuple[Upload, str]] = field(default_factory=list)


class StorageClient:
    """The containers of a running app on this machine."""

    def __init__(self, connection_string: str, input_container: str, output_container: str) -> None:
        # Neither the proxies nor the `.netrc` of the environment are meant for an emulator on this machine.
        self._service = BlobServiceClient.from_connection_string(connection_string, use_env_settings=False, **_OPTIONS)
        self._input = self._service.get_container_client(input_container)
        self._output = self._service.get_container_client(output_container)
        self._room = asyncio.Semaphore(MAX_AT_ONCE)
        self._answered: dict[str, asyncio.Event] = {}

    async def __aenter__(self) -> "StorageClient":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._service.close()

    async def answer(
        self,
        uploads: Sequence[Upload],
        metadata: Mapping[str, str],
        seconds: float,
        arrived: Callable[[Document], None],
    ) -> Waiting:
        """Upload the files and report each document as it arrives, for so many seconds at most.

        Raises:
            StorageLostError: storage does not answer.
        """
        waiting = Waiting(list(uploads))

        async def one(upload: Upload) -> None:
            try:
                document = await self._answer(upload, metadata, waiting)
            except _NotAnsweredError as error:
                waiting.failed.append((upload, str(error)))
            else:
                arrived(document)
            waiting.missing.remove(upload)

        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await _all(one, uploads)
        return waiting

    def expect(self, name: str) -> None:
        """Look for the document of this file now: the host says that it is there."""
        if name in self._answered:
            self._answered[name].set()

    async def document(self, name: str) -> Document | None:
        """The document of the file of this name, if there is one that can be read.

        Raises:
            StorageLostError: storage does not answer.
        """
        try:
            document = Document.parse(name, await self._content(document_name(name)) or b"")
            return replace(document, beside=await self._beside(document)) if document else None
        except AzureError as error:
            raise _lost(error) from error

    async def _beside(self, document: Document) -> dict[FileForm, bytes]:
        """The files beside a document that are its own: those of another version may lie there for a moment."""
        contents = {form: await self._content(sidecar_name(document.name, form)) for form in document.digests}
        return {
            form: content
            for form, content in contents.items()
            if content is not None and hashlib.sha256(content).hexdigest() == document.digests[form]
        }

    async def _content(self, name: str) -> bytes | None:
        try:
            blob = await blob_of(self._output, name).download_blob(decompress=False)
            return await blob.readall()
        except ResourceNotFoundError:
            return None

    async def _answer(self, upload: Upload, metadata: Mapping[str, str], waiting: Waiting) -> Document:
        answered = self._answered[upload.name] = asyncio.Event()
        async with self._room:
            etag = await self._upload(upload, metadata)
        while True:
            with contextlib.suppress(TimeoutError):
                seconds = max(POLL_SECONDS, len(waiting.missing) / MAX_POLLS_A_SECOND)
                await asyncio.wait_for(answered.wait(), seconds)
            answered.clear()
            async with self._room:
                if document := await self._look(upload, etag):
                    return document

    async def _upload(self, upload: Upload, metadata: Mapping[str, str]) -> str:
        settings = ContentSettings(content_type=upload.content_type)
        attached = {key: in_header(value) for key, value in metadata.items()} or None
        try:
            with upload.path.open("rb") as file:
                blob = blob_of(self._input, upload.name)
                put = await blob.upload_blob(file, overwrite=True, metadata=attached, content_settings=settings)
        except OSError as error:
            raise _NotAnsweredError(f"it cannot be read: {error.strerror or error}") from error
        except HttpResponseError as error:
            raise _NotAnsweredError(f"storage does not take it: {error.message}") from error
        except AzureError as error:
            raise _lost(error) from error
        return str(put["etag"]).strip('"')

    async def _look(self, upload: Upload, etag: str) -> Document | None:
        """The document that answers this very version of the file, if it is there.

        Raises:
            _NotAnsweredError: it will not come, because the file was overwritten or deleted.
        """
        document = await self.document(upload.name)
        if document and document.view.input.etag == etag:
            return document
        try:
            file = await blob_of(self._input, upload.name).get_blob_properties()
        except ResourceNotFoundError:
            raise _NotAnsweredError("it was deleted from storage before it was answered") from None
        except AzureError as error:
            raise _lost(error) from error
        if file.etag.strip('"') != etag:
            raise _NotAnsweredError(
                "another file of this name was put into storage before this one was answered; drop it again, or with"
                " --as under another name"
            )
        return None


class _NotAnsweredError(Exception):
    """One file will get no document."""


def _lost(error: AzureError) -> StorageLostError:
    return StorageLostError(
        f"Storage on this machine does not answer any more ({type(error).__name__}): start it again."
    )


async def _all(action: Callable[[Upload], Awaitable[None]], uploads: Sequence[Upload]) -> None:
    """Do all at once; if one fails, stop the others and raise what it raised."""

    async def one(upload: Upload) -> None:
        await action(upload)

    try:
        async with asyncio.TaskGroup() as group:
            for upload in uploads:
                group.create_task(one(upload))
    except* CommandFailedError as errors:
        raise errors.exceptions[0] from None
