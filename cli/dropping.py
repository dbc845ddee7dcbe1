"""Dropping files into storage, and waiting for their documents."""

import asyncio
import contextlib
import json
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

from azure.core.exceptions import AzureError, ResourceNotFoundError
from azure.storage.blob import ContentSettings
from azure.storage.blob.aio import BlobServiceClient

from cli.arguments import Drop
from shared.recipes.catalog import METADATA_KEY
from shared.results.result import document_name

AT_ONCE = 16
POLL_SECONDS = 0.25


@dataclass(frozen=True)
class Document:
    """A document, as it lies in storage, and read."""

    drop: Drop
    content: bytes

    @property
    def fields(self) -> dict[str, Any]:
        """The document read."""
        fields: dict[str, Any] = json.loads(self.content)
        return fields


class DropFailedError(Exception):
    """A file could not be put into storage; the message says which and why."""


class Dropbox:
    """The containers of a running app."""

    def __init__(self, connection_string: str, input_container: str, output_container: str) -> None:
        self._service = BlobServiceClient.from_connection_string(connection_string)
        self._input = self._service.get_container_client(input_container)
        self._output = self._service.get_container_client(output_container)

    async def __aenter__(self) -> "Dropbox":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._service.close()

    async def answer(
        self, drops: Sequence[Drop], recipe: str | None, seconds: float, arrived: Callable[[Document], None]
    ) -> list[Drop]:
        """Drop the files and report each document as it arrives.

        Returns:
            The files that had no document after so many seconds.

        Raises:
            DropFailedError: a file could not be dropped.
        """
        room = asyncio.Semaphore(AT_ONCE)
        waiting = list(drops)

        async def one(drop: Drop) -> None:
            async with room:
                document = await self._document(drop, await self._upload(drop, recipe))
            waiting.remove(drop)
            arrived(document)

        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await _together([one(drop) for drop in drops])
        return waiting

    async def _upload(self, drop: Drop, recipe: str | None) -> str:
        metadata = {METADATA_KEY: recipe} if recipe else None
        settings = ContentSettings(content_type=drop.content_type)
        try:
            with drop.path.open("rb") as file:
                blob = self._input.get_blob_client(drop.name)
                put = await blob.upload_blob(file, overwrite=True, metadata=metadata, content_settings=settings)
        except (OSError, AzureError) as error:
            raise DropFailedError(f"{drop.path} could not be dropped: {error}") from error
        return str(put["etag"]).strip('"')

    async def _document(self, drop: Drop, etag: str) -> Document:
        """Wait for the document that answers this very version of the file."""
        blob = self._output.get_blob_client(document_name(drop.name))
        while True:
            try:
                document = Document(drop, await (await blob.download_blob()).readall())
                if document.fields["input"]["etag"] == etag:
                    return document
            except ResourceNotFoundError:
                pass
            await asyncio.sleep(POLL_SECONDS)


async def _together(actions: Sequence[Coroutine[Any, Any, None]]) -> None:
    """Do all at once; if one fails, stop the others and raise what it raised."""
    try:
        async with asyncio.TaskGroup() as group:
            for action in actions:
                group.create_task(action)
    except* DropFailedError as faults:
        raise faults.exceptions[0] from None
