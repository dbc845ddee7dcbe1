"""Files and documents in Azure Blob Storage (implements `FileStore`)."""

import hashlib
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

from azure.core import MatchConditions
from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import (
    AzureError,
    ResourceExistsError,
    ResourceModifiedError,
    ResourceNotFoundError,
)
from azure.storage.blob import ContentSettings
from azure.storage.blob.aio import BlobClient, BlobServiceClient

from shared.adapters.links import Links, SignedLinks
from shared.errors import DropscribeError, InputGone, Overtaken, StorageUnavailable
from shared.files import InputFile, StoredOutcome
from shared.outcome import Outcome, document_name

CHUNK_BYTES = 768 * 1024
"""What one read asks for. The SDK holds a few of these; half as much costs nearly twice the CPU time. A
multiple of three, so that base64 leaves no rest to be carried over (`make bench`)."""

RETRIES: dict[str, Any] = {
    "retry_total": 2,
    "initial_backoff": 1,
    "increment_base": 2,
    "random_jitter_range": 1,
}
"""Two quick tries more for a hiccup of storage; anything longer is the host's to retry."""

INPUT_ETAG = "input_etag"
"""The metadata key on a document that says which version of the file it answers."""


_OPTIONS: dict[str, Any] = {
    "max_single_get_size": CHUNK_BYTES,
    "max_chunk_get_size": CHUNK_BYTES,
    "connection_timeout": 10,
    "read_timeout": 60,
    **RETRIES,
}


def by_connection_string(connection_string: str) -> BlobServiceClient:
    """A client that reads in small chunks, for an account with a key."""
    return BlobServiceClient.from_connection_string(connection_string, **_OPTIONS)


def by_identity(address: str, credential: AsyncTokenCredential, **more: Any) -> BlobServiceClient:
    """A client that reads in small chunks, for an account at which we are known by Entra ID."""
    return BlobServiceClient(address, credential, **_OPTIONS, **more)


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
        self._links = links or SignedLinks(service)
        self._input = self._service.get_container_client(input_container)
        self._output = self._service.get_container_client(output_container)

    async def close(self) -> None:
        """Close the connections."""
        await self._service.close()

    async def look(self, name: str) -> InputFile:
        """See `FileStore.look`."""
        with _translated():
            found = await self._input.get_blob_client(name).get_blob_properties()
        return InputFile(
            container=self._input.container_name,
            name=name,
            etag=_bare(found.etag),
            size=found.size,
            metadata=found.metadata or {},
        )

    async def read_head(self, file: InputFile, length: int) -> bytes:
        """See `FileStore.read_head`."""
        with _translated():
            download = await self._input.get_blob_client(file.name).download_blob(0, length, **_only_if(file.etag))
            head: bytes = await download.readall()
        return head

    def open(self, file: InputFile) -> "BlobSource":
        """See `FileStore.open`."""
        return BlobSource(self._input.get_blob_client(file.name), file, self._links)

    async def find_outcome(self, name: str) -> StoredOutcome | None:
        """See `FileStore.find_outcome`."""
        try:
            with _translated():
                found = await self._output.get_blob_client(document_name(name)).get_blob_properties()
        except InputGone:
            return None
        return StoredOutcome(_bare(found.etag), (found.metadata or {}).get(INPUT_ETAG, ""))

    async def write_outcome(self, outcome: Outcome, *, replacing: StoredOutcome | None) -> None:
        """See `FileStore.write_outcome`."""
        condition = _only_if(replacing.etag) if replacing else {"overwrite": False}
        with _translated():
            await self._output.get_blob_client(document_name(outcome.input.name)).upload_blob(
                outcome.to_json(),
                metadata={INPUT_ETAG: outcome.input.etag},
                content_settings=ContentSettings(content_type="application/json"),
                **condition,
            )


class BlobSource:
    """The content of one version of a blob, read anew at each call of `chunks` (implements `FileSource`)."""

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
        with _translated():
            download = await self._blob.download_blob(**_only_if(self._file.etag))
            async for chunk in download.chunks():
                digest.update(chunk)
                yield chunk
        self.sha256 = digest.hexdigest()

    async def url(self) -> str:
        """See `MediaSource.url`."""
        with _translated():
            return await self._links.to(self._blob)


def _only_if(etag: str) -> dict[str, Any]:
    """Make the service answer 412 if the blob is no longer the version of this etag."""
    return {"etag": f'"{etag}"', "match_condition": MatchConditions.IfNotModified}


def _bare(etag: str) -> str:
    return etag.strip('"')


@contextmanager
def _translated() -> Iterator[None]:
    """Turn the SDK's exceptions into ours."""
    try:
        yield
    except AzureError as fault:
        raise _ours(fault) from fault


def _ours(fault: AzureError) -> DropscribeError:
    code = str(getattr(fault, "error_code", None) or type(fault).__name__)
    if isinstance(fault, ResourceNotFoundError) and code != "ContainerNotFound":
        return InputGone(code)
    if isinstance(fault, ResourceExistsError | ResourceModifiedError):
        return Overtaken(code)
    return StorageUnavailable(f"Storage answered {code}.")
