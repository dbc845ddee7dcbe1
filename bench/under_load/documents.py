"""The documents, read for what they answer: ours, and those of the naive way."""

import asyncio
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from azure.core.exceptions import ResourceNotFoundError

from bench.under_load.emulators import OUTPUT, Emulators
from bench.under_load.quota import version_answered

READERS = 8


@dataclass(frozen=True)
class Document:
    """One document.

    Attributes:
        version: the number of the version that its answer is about; None where it has no answer.
        etag: of the version that it says it is about; None where it does not say.
    """

    version: int | None
    etag: str | None
    is_error: bool
    text: str

    def is_about(self, version: int, etag: str) -> bool:
        """Whether it is the outcome of this version: by what the model saw, or by the etag where it is an error."""
        if self.is_error:
            return self.etag == etag
        return self.version == version and self.etag in (None, etag)

    @classmethod
    def parse(cls, text: str) -> "Document":
        """Read one in the form of ours (schema 1), or with a `text` and no more."""
        read = json.loads(text)
        answer: dict[str, Any] | None = read.get("answer", read)
        version = version_answered(answer["text"]) if answer else None
        return cls(version, read.get("input", {}).get("etag"), read.get("status") == "error", text)


async def documents_of(names: Iterable[str], storage: Emulators) -> dict[str, Document]:
    """The documents of these files, by the names of the files that have one."""
    gate = asyncio.Semaphore(READERS)
    container = storage.blobs.get_container_client(OUTPUT)

    async def read(name: str) -> tuple[str, Document | None]:
        async with gate:
            try:
                content: bytes = await (await container.download_blob(f"{name}.json")).readall()
            except ResourceNotFoundError:
                return name, None
        return name, Document.parse(content.decode())

    found = await asyncio.gather(*map(read, names))
    return {name: document for name, document in found if document}


async def document_names(storage: Emulators) -> list[str]:
    """The names of all, without their ending."""
    names = storage.blobs.get_container_client(OUTPUT).list_blob_names()
    return [name.removesuffix(".json") async for name in names]
