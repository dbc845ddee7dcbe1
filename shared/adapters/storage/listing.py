"""Listings, a page at a time. A page is read in a thread: the SDK takes 0.4 ms for each blob of it, at one go."""

import asyncio
from typing import Any

from azure.core.credentials import AccessToken
from azure.core.credentials_async import AsyncTokenCredential
from azure.storage.blob import BlobProperties
from azure.storage.blob.aio import ContainerClient

from shared.adapters.storage.clients import container_at, translated
from shared.media import Page

PAGE_BLOBS = 1_000
"""How many a page brings. The service gives 5,000 and is paid by the page; but the XML of a page is parsed without a
break, for which even a thread makes all others wait: some 20 ms for a thousand blobs."""


async def read_page(container: ContainerClient, marker: str) -> Page[BlobProperties]:
    """The blobs of a container at a marker, with their metadata; the event loop stays free for others.

    Raises:
        StorageUnavailable: storage failed or refused; `StorageRefused` too where the marker is none.
    """
    credential = container.credential
    if hasattr(credential, "get_token"):
        credential = CredentialElsewhere(credential, asyncio.get_running_loop())
    with translated():
        return await asyncio.to_thread(asyncio.run, _read(container.url, credential, marker))


async def _read(url: str, credential: Any, marker: str) -> Page[BlobProperties]:
    """The page, by a client of its own: connections belong to one event loop, and this is another."""
    async with container_at(url, credential) as container:
        listing = container.list_blobs(include=["metadata"], results_per_page=PAGE_BLOBS)
        pages: Any = listing.by_page(marker or None)  # its declared type has no `continuation_token`
        blobs = [blob async for blob in await anext(pages)]
        return Page(blobs, pages.continuation_token or "")


class CredentialElsewhere(AsyncTokenCredential):
    """A credential that lives on another event loop, where it is asked for its tokens and keeps them."""

    def __init__(self, credential: AsyncTokenCredential, loop: asyncio.AbstractEventLoop) -> None:
        self._credential = credential
        self._loop = loop

    async def get_token(self, *scopes: str, **more: Any) -> AccessToken:
        """See `AsyncTokenCredential.get_token`."""
        asked = asyncio.run_coroutine_threadsafe(self._token(*scopes, **more), self._loop)
        return await asyncio.wrap_future(asked)

    async def _token(self, *scopes: str, **more: Any) -> AccessToken:
        return await self._credential.get_token(*scopes, **more)

    async def close(self) -> None:
        """Leave it open: it is not ours."""

    async def __aexit__(self, *error: object) -> None:
        """Leave it open."""
