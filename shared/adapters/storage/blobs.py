"""Files and documents in Azure Blob Storage (implements `FileStore`)."""

import contextlib
import json
import logging
import secrets

from azure.core.exceptions import HttpResponseError
from azure.storage.blob import BlobProperties, ContentSettings
from azure.storage.blob.aio import BlobClient, BlobServiceClient
from pydantic import ValidationError

from shared.adapters.storage.addresses import blob_of, listed, properties_of
from shared.adapters.storage.clients import bare, code_of, only_if, translated
from shared.adapters.storage.labels import FILES, INPUT_ETAG, labels_of
from shared.adapters.storage.listing import read_page
from shared.adapters.storage.sas import Links, SignedLinks
from shared.adapters.storage.source import BlobSource, reading
from shared.errors import Conflict, InputNotFound
from shared.media import HEAD_BYTES, InputFile, ListedFile, Page, has_dot_segment, read_metadata, stored_name
from shared.observability import log_event
from shared.processing import ServerClock
from shared.recipes import FORMS, FileForm
from shared.results import (
    DOCUMENT_ENDING,
    MEDIA_TYPES,
    SCHEMA_VERSION,
    Result,
    Sidecar,
    StoredResult,
    StoredSidecar,
    document_name,
    sidecar_name,
)

SHA256 = "sha256"
"""The metadata key on such a file for the digest of its content."""

WRITTEN_BY = "written_by"
"""The metadata key by which a write knows its own document again, when only the response to it was lost."""

NAME_REFUSED = ("InvalidUri", "InvalidResourceName", "OutOfRangeInput", "InvalidQueryParameterValue")
"""What storage says of an address that can be no file's, such as one with more than 254 parts."""

NEEDS_KEY = "BlobUsesCustomerSpecifiedEncryption"
"""What storage says of a file that only a key can open which the uploader brought and took away again."""

STILL_TO_BE_SEEN = (400, 409)
"""Statuses of storage for a file that has no content to be read now, such as an archived one, or no fit name."""

FOLDER_MARK = "hdi_isfolder"
"""The metadata key on an empty blob by which tools say that it stands for a folder."""


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

    async def load(self, name: str) -> InputFile:
        """See `FileStore.load`."""
        name = stored_name(name)
        with translated():
            found, head = await self._opened(name)
        return self._file(name, found, head=head) if found else await self.look(name)

    async def look(self, name: str) -> InputFile:
        """See `FileStore.look`."""
        name = stored_name(name)
        with translated():
            found, is_locked = await self._properties(name)
        return self._file(name, found, is_locked=is_locked)

    def _file(self, name: str, found: BlobProperties, *, head: bytes = b"", is_locked: bool = False) -> InputFile:
        if _is_folder(found):
            log_event("blob.folder", name=name)
            raise InputNotFound("It stands for a folder.")
        return InputFile(
            container=self._input.container_name,
            name=name,
            etag=bare(found.etag),
            size=found.size,
            metadata=read_metadata(found.metadata),
            modified=found.last_modified,
            is_arriving=found.copy.status == "pending",
            is_archived=found.blob_tier == "Archive",
            is_locked=is_locked,
            head=head,
        )

    async def _opened(self, name: str) -> tuple[BlobProperties | None, bytes]:
        """What storage tells of a file in one answer with its first bytes; None where it gives none of them."""
        if has_dot_segment(name):
            return None, b""
        try:
            download = await blob_of(self._input, name).download_blob(decompress=False)
            async for chunk in download.chunks():
                return download.properties, chunk if len(chunk) == download.size else chunk[:HEAD_BYTES]
        except HttpResponseError as error:
            if error.status_code not in STILL_TO_BE_SEEN:
                raise
        return None, b""

    async def _properties(self, name: str) -> tuple[BlobProperties, bool]:
        """What storage tells of a file, and whether it tells that in its listing only, for want of a key."""
        try:
            return await properties_of(self._input, name), False
        except HttpResponseError as error:
            if code_of(error) in NAME_REFUSED:
                raise InputNotFound(code_of(error)) from error
            if code_of(error) != NEEDS_KEY:
                raise
            found = await listed(self._input, name)
            if found is None:
                raise InputNotFound(name) from error
            return found, True

    async def read_range(self, file: InputFile, start: int, length: int) -> bytes:
        """See `FileStore.read_range`."""
        with reading():
            blob = blob_of(self._input, file.name)
            download = await blob.download_blob(start, length, decompress=False, **only_if(file.etag))
            part: bytes = await download.readall()
        return part

    def open(self, file: InputFile) -> BlobSource:
        """See `FileStore.open`."""
        return BlobSource(blob_of(self._input, file.name), file, self._links)

    async def find_result(self, name: str) -> StoredResult | None:
        """See `FileStore.find_result`."""
        try:
            with translated():
                found = await self._document(name).get_blob_properties()
        except InputNotFound:
            return None
        return _stored(found)

    async def read_result(self, name: str) -> Result | None:
        """See `FileStore.read_result`."""
        try:
            with translated():
                download = await self._document(name).download_blob(decompress=False)
                content = await download.readall()
            return Result.model_validate_json(content)
        except InputNotFound:
            return None
        except ValidationError:
            log_event("document.unreadable", logging.WARNING, name=name, why=_why_unreadable(content))
            return None

    async def write_result(self, outcome: Result, *, replacing: StoredResult | None) -> None:
        """See `FileStore.write_result`."""
        blob = self._document(outcome.input.name)
        condition = only_if(replacing.etag) if replacing else {"overwrite": False}
        token = secrets.token_hex(16)
        try:
            with translated():
                await blob.upload_blob(
                    outcome.to_json(),
                    metadata={**labels_of(outcome), WRITTEN_BY: token},
                    content_settings=ContentSettings(content_type="application/json"),
                    **condition,
                )
        except Conflict:
            if not await _was_written_by(token, blob):
                raise

    async def find_sidecar(self, name: str, form: FileForm) -> StoredSidecar | None:
        """See `FileStore.find_sidecar`."""
        try:
            with translated():
                found = await self._sidecar(name, form).get_blob_properties()
        except InputNotFound:
            return None
        return StoredSidecar(bare(found.etag), (found.metadata or {}).get(SHA256, ""))

    async def write_sidecar(self, name: str, sidecar: Sidecar, *, replacing: StoredSidecar | None) -> None:
        """See `FileStore.write_sidecar`."""
        condition = only_if(replacing.etag) if replacing else {"overwrite": False}
        try:
            with translated():
                await self._sidecar(name, sidecar.form).upload_blob(
                    sidecar.content,
                    metadata={SHA256: sidecar.sha256},
                    content_settings=ContentSettings(content_type=f"{MEDIA_TYPES[sidecar.form]}; charset=utf-8"),
                    **condition,
                )
        except InputNotFound as error:
            raise Conflict(str(error)) from error  # another worker deleted it

    async def delete_sidecar(self, name: str, form: FileForm, stored: StoredSidecar) -> None:
        """See `FileStore.delete_sidecar`."""
        with contextlib.suppress(InputNotFound, Conflict), translated():
            await self._sidecar(name, form).delete_blob(**only_if(stored.etag))

    async def list_inputs(self, marker: str = "") -> Page[ListedFile]:
        """See `FileStore.list_inputs`."""
        page = await read_page(self._input, marker)
        files = [blob for blob in page.items if not _is_folder(blob)]
        return Page([ListedFile(blob.name, bare(blob.etag), blob.last_modified) for blob in files], page.marker)

    async def list_answered(self, marker: str = "") -> Page[tuple[str, StoredResult]]:
        """See `FileStore.list_answered`."""
        page = await read_page(self._output, marker)
        documents = [blob for blob in page.items if blob.name.endswith(DOCUMENT_ENDING)]
        return Page([(blob.name, _stored(blob)) for blob in documents], page.marker)

    def _document(self, name: str) -> BlobClient:
        return blob_of(self._output, document_name(name))

    def _sidecar(self, name: str, form: FileForm) -> BlobClient:
        return blob_of(self._output, sidecar_name(name, form))


def _stored(document: BlobProperties) -> StoredResult:
    labels = document.metadata or {}
    listed = labels.get(FILES, "").split()
    forms = tuple(form for form in FORMS if form in listed)
    return StoredResult(bare(document.etag), labels.get(INPUT_ETAG, ""), document.last_modified, forms)


def _is_folder(blob: BlobProperties) -> bool:
    """Whether it stands for a folder only: empty, and marked as such, or with a name that ends as a folder's does."""
    if blob.size:
        return False
    marks = {name.lower(): value.lower() for name, value in (blob.metadata or {}).items()}
    return bool(blob.name.endswith("/") or marks.get(FOLDER_MARK) == "true")


def _why_unreadable(content: bytes) -> str:
    """Whether a document is one of a later version of Dropscribe, or none at all."""
    try:
        version = json.loads(content).get("schema_version")
    except (ValueError, AttributeError, RecursionError):
        return "it is no document"
    is_newer = isinstance(version, int) and version > SCHEMA_VERSION
    return f"it has the schema version {version}, which is newer" if is_newer else "it is no document of this version"


async def _was_written_by(token: str, blob: BlobClient) -> bool:
    try:
        with translated():
            found = await blob.get_blob_properties()
    except InputNotFound:
        return False  # another client deleted the document that was to be replaced
    return (found.metadata or {}).get(WRITTEN_BY) == token
