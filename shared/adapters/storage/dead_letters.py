"""The container of events that Event Grid could not deliver (implements `DeadLetterStore`)."""

import contextlib
import logging
from collections.abc import Sequence

from azure.core.exceptions import HttpResponseError
from azure.storage.blob.aio import BlobServiceClient

from shared.adapters.storage.addresses import blob_of
from shared.adapters.storage.clients import code_of, translated
from shared.adapters.storage.listing import PAGE_BLOBS
from shared.bounds import MAX_JSON_BYTES
from shared.errors import InputNotFound
from shared.observability import log_event

CONTAINER = "events-deadletter"
"""As infra/events.bicep names it."""

CLOSED, MISSING = 403, 404


class BlobDeadLetters:
    """Dead letters as blobs, each an array of events."""

    def __init__(self, service: BlobServiceClient, container: str = CONTAINER) -> None:
        self._container = service.get_container_client(container)

    async def list_dead_letters(self) -> Sequence[str]:
        """See `DeadLetterStore.list_dead_letters`."""
        pages = self._container.list_blob_names(results_per_page=PAGE_BLOBS).by_page()
        with translated():
            try:
                return [name async for name in await anext(pages)]
            except StopAsyncIteration:
                return []
            except HttpResponseError as error:
                # Nobody need have made it, nor let us in: a file is found without its event too, only later.
                if error.status_code not in (CLOSED, MISSING):
                    raise
                if error.status_code == CLOSED:
                    log_event("dead_letters.closed", logging.WARNING, code=code_of(error))
                return []

    async def read_dead_letter(self, name: str) -> bytes | None:
        """See `DeadLetterStore.read_dead_letter`."""
        try:
            with translated():
                download = await blob_of(self._container, name).download_blob()
                content: bytes = await download.readall() if download.size <= MAX_JSON_BYTES else b""
        except InputNotFound:
            return None
        return content

    async def delete_dead_letter(self, name: str) -> None:
        """See `DeadLetterStore.delete_dead_letter`."""
        with contextlib.suppress(InputNotFound), translated():
            await blob_of(self._container, name).delete_blob()
