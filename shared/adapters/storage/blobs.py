"""Files and documents in Azure Blob Storage (implements `FileStore`)."""

import hashlib
import secrets
from collections.abc import AsyncIterator
from datetime import datetime

from azure.storage.blob import ContentSettings
from azure.storage.blob.aio import BlobClient, BlobServiceClient
from pydantic import ValidationError

from shared.adapters.storage.clients import bare, only_if, translated
from shared.adapters.storage.sas import Links, SignedLinks
from shared.errors import Conflict, InputNotFound
from shared.media.files import InputFile
from shared.processing.clock import ServerClock
from shared.results.result import Result, document_name
from shared.results.store import StoredResult

INPUT_ETAG = "input_etag"
"""The metadata key on a document that says which version of the file it answers."""

WRITTEN_BY = "written_by"
"""The metadata key by which a write knows its own document again, when only the response to it was lost."""

PAGE_BLOBS = 5_000
"""How many a listing brings at once: as many as the service gives, for it is paid by the page. The SDK reads one in a
second or two, and nobody else has his turn meanwhile; but a timer has instances of its own."""


class BlobFiles:
    """The input and output containers of one storage account."""

    def __init__(
        self,
        service: BlobServiceClient,
        *,
        input_container: str,
        output_container: str,
        links: Links | None = None,
    ) -> None:
        self._service = service
        self._links = links or SignedLinks(service, ServerClock())
        self._input = self._service.get_container_client(input_container)
        self._output = self._service.get_container_client(output_container)

    async def close(self) -> None:
        """Close the connections."""
        await self._service.close()

    async def look(self, name: str) -> InputFile:
        """See `FileStore.look`."""
        with translated():
            found = await self._input.get_blob_client(name).get_blob_properties()
        return InputFile(
            container=self._input.container_name,
            name=name,
            etag=bare(found.etag),
            size=found.size,
            metadata=found.metadata or {},
            modified=found.last_modified,
            is_arriving=found.copy.status == "pending",
            is_archived=found.blob_tier == "Archive",
        )

    async def read_range(self, file: InputFile, start: int, length: int) -> bytes:
        """See `FileStore.read_range`."""
        with translated():
            download = await self._input.get_blob_client(file.name).download_blob(start, length, **only_if(file.etag))
            part: bytes = await download.readall()
        return part

    def open(self, file: InputFile) -> "BlobSource":
        """See `FileStore.open`."""
        return BlobSource(self._input.get_blob_client(file.name), file, self._links)

    async def find_result(self, name: str) -> StoredResult | None:
        """See `FileStore.find_result`."""
        try:
            with translated():
                found = await self._output.get_blob_client(document_name(name)).get_blob_properties()
        except InputNotFound:
            return None
        return StoredResult(bare(found.etag), (found.metadata or {}).get(INPUT_ETAG, ""))

    async def read_result(self, name: str) -> Result | None:
        """See `FileStore.read_result`."""
        try:
            with translated():
                download = await self._output.get_blob_client(document_name(name)).download_blob()
                return Result.model_validate_json(await download.readall())
        except (InputNotFound, ValidationError):
            return None

    async def write_result(self, outcome: Result, *, replacing: StoredResult | None) -> None:
        """See `FileStore.write_result`."""
        blob = self._output.get_blob_client(document_name(outcome.input.name))
        condition = only_if(replacing.etag) if replacing else {"overwrite": False}
        token = secrets.token_hex(16)
        try:
            with translated():
                await blob.upload_blob(
                    outcome.to_json(),
                    metadata={**_labels(outcome), WRITTEN_BY: token},
                    content_settings=ContentSettings(content_type="application/json"),
                    **condition,
                )
        except Conflict:
            if not await _was_written_by(token, blob):
                raise

    async def list_inputs(self) -> AsyncIterator[tuple[str, str, datetime]]:
        """See `FileStore.list_inputs`."""
        with translated():
            async for blob in self._input.list_blobs(results_per_page=PAGE_BLOBS):
                yield blob.name, bare(blob.etag), blob.last_modified

    async def list_answered(self) -> AsyncIterator[tuple[str, str, datetime]]:
        """See `FileStore.list_answered`."""
        with translated():
            async for blob in self._output.list_blobs(include=["metadata"], results_per_page=PAGE_BLOBS):
                yield blob.name, (blob.metadata or {}).get(INPUT_ETAG, ""), blob.last_modified


async def _was_written_by(token: str, blob: BlobClient) -> bool:
    try:
        with translated():
            found = await blob.get_blob_properties()
    except InputNotFound:
        return False  # somebody deleted the document that was to be replaced
    return (found.metadata or {}).get(WRITTEN_BY) == token


def _labels(outcome: Result) -> dict[str, str]:
    """What whoever listens to the output container, or lists it, can tell without opening the document."""
    labels = {
        INPUT_ETAG: outcome.input.etag,
        "status": outcome.status,
        "recipe": outcome.recipe.name if outcome.recipe else "",
        "kind": outcome.input.kind or "",
        "code": outcome.error.code if outcome.error else "",
    }
    return {name: value for name, value in labels.items() if value}


class BlobSource:
    """The content of one version of a blob, read anew at each call of `chunks` (implements `MediaSource`)."""

    def __init__(self, blob: BlobClient, file: InputFile, links: Links) -> None:
        self._blob = blob
        self._file = file
        self._links = links
        self.sha256: str | None = None

    @property
    def size(self) -> int:
        """The length in bytes."""
        return self._file.size

    async def chunks(self) -> AsyncIterator[bytes]:
        """See `MediaSource.chunks`."""
        digest = hashlib.sha256()
        with translated():
            download = await self._blob.download_blob(**only_if(self._file.etag))
            async for chunk in download.chunks():
                digest.update(chunk)
                yield chunk
        self.sha256 = digest.hexdigest()

    async def url(self) -> str:
        """See `MediaSource.url`."""
        with translated():
            return await self._links.to(self._blob)
