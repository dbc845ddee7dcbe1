"""Reading the labels of all documents, 5,000 in a request, without opening any.

The SDK takes 0.4 ms for each blob of a listing, most of it for properties that nobody asked for: 45 s for 100,000. Here
the same answer is read as it comes in, and nothing of it is kept but the labels (docs/decisions/prices.md).
"""

import asyncio
import functools
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit
from xml.parsers import expat

import aiohttp
from azure.core.exceptions import ClientAuthenticationError
from azure.storage.blob import ContainerSasPermissions, generate_container_sas
from azure.storage.blob.aio import ContainerClient

from cli.exits import CommandFailedError

API_VERSION = "2021-12-02"
SCOPE = "https://storage.azure.com/.default"
SIGNED_FOR = timedelta(hours=2)
PAGE_BLOBS = 5_000
"""As many as storage gives."""
MAX_TRIES = 3
MAX_SILENCE = 60
"""Seconds."""
CHUNK_BYTES = 64 * 1024
MAX_TEXT = 4_096
"""Characters of a label, or a marker, that are read; metadata has 8 KB in all."""

_AGAIN = (408, 429, 500, 502, 503, 504)


@dataclass(frozen=True)
class Labels:
    """What the listing shows of a blob: when it was written, and its metadata."""

    written: datetime
    metadata: MappingProxyType[str, str]


@dataclass
class PageReader:
    """Reads one answer as it comes in.

    Attributes:
        marker: where the next page begins; empty after the last.
    """

    marker: str = ""
    _blobs: list[Labels] = field(default_factory=list)
    _metadata: dict[str, str] = field(default_factory=dict)
    _written: str = ""
    _text: str = ""
    _in_metadata: bool = False

    def __post_init__(self) -> None:
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters

    def feed(self, chunk: bytes, *, is_last: bool = False) -> Iterator[Labels]:
        """The blobs whose end came with this chunk.

        Raises:
            expat.ExpatError: this is no XML.
            ValueError: a time is none.
        """
        self._parser.Parse(chunk, is_last)
        found, self._blobs = self._blobs, []
        return iter(found)

    def _start(self, name: str, _: dict[str, str]) -> None:
        self._text = ""
        if name == "Metadata":
            self._in_metadata, self._metadata = True, {}

    def _end(self, name: str) -> None:
        if name == "Metadata":
            self._in_metadata = False
        elif self._in_metadata:
            self._metadata[name] = self._text
        elif name == "Last-Modified":
            self._written = self._text
        elif name == "NextMarker":
            self.marker = self._text
        elif name == "Blob":
            self._blobs.append(Labels(_moment(self._written), MappingProxyType(self._metadata)))
            self._metadata = {}

    def _characters(self, text: str) -> None:
        self._text = (self._text + text)[:MAX_TEXT]


_moment = functools.lru_cache(parsedate_to_datetime)
"""Many documents are written in the same second."""


async def list_labels(container: ContainerClient) -> AsyncGenerator[Labels]:
    """The labels of all blobs in a container.

    Raises:
        CommandFailedError: they cannot be listed; the message says why.
    """
    marker = ""
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=MAX_SILENCE)
    async with aiohttp.ClientSession(timeout=timeout, trust_env=_may_use_proxy(container)) as session:
        while True:
            page = PageReader()
            async for labels in _page(session, container, marker, page):
                yield labels
            if not page.marker:
                return
            marker = page.marker


async def _page(
    session: aiohttp.ClientSession, container: ContainerClient, marker: str, page: PageReader
) -> AsyncGenerator[Labels]:
    response = await _answer(session, container, marker)
    async with response:
        try:
            async for chunk in response.content.iter_chunked(CHUNK_BYTES):
                for labels in page.feed(chunk):
                    yield labels
            page.feed(b"", is_last=True)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise CommandFailedError(f"The listing broke off ({type(error).__name__}): run this again.") from error
        except (expat.ExpatError, ValueError, TypeError) as error:
            raise CommandFailedError("What storage answered is no listing: is that the app's storage?") from error


async def _answer(session: aiohttp.ClientSession, container: ContainerClient, marker: str) -> aiohttp.ClientResponse:
    """The answer of storage, asked for up to `MAX_TRIES` times."""
    query = {"restype": "container", "comp": "list", "include": "metadata", "maxresults": str(PAGE_BLOBS)}
    if marker:
        query["marker"] = marker
    for number in range(1, MAX_TRIES + 1):
        try:
            url, headers = await _authorized(container)
            response = await session.get(url, params=query, headers=headers, allow_redirects=False)
        except ClientAuthenticationError:
            problem = "you are not signed in to Azure here. Run `az login`, or name the storage by a connection string."
            break
        except (aiohttp.ClientError, TimeoutError):
            problem = "the storage cannot be reached. Check its address and the network."
            break
        if response.status == HTTPStatus.OK:
            return response
        problem = f"storage answered {response.headers.get('x-ms-error-code', response.status)!s:.64}."
        response.release()
        if response.status not in _AGAIN:
            problem += " See that it is the app's storage, and that you may read it."
            break
        if number < MAX_TRIES:
            await asyncio.sleep(number)
    raise CommandFailedError(f"The documents cannot be listed: {problem}")


async def _authorized(container: ContainerClient) -> tuple[str, dict[str, str]]:
    """The address and the headers: signed with the account's key, or with a token of Entra ID."""
    address, headers = container.url, {"x-ms-version": API_VERSION}
    credential: Any = container.credential
    if key := getattr(credential, "account_key", None):
        signature = generate_container_sas(
            account_name=str(container.account_name),
            container_name=container.container_name,
            account_key=key,
            permission=ContainerSasPermissions(list=True),
            expiry=datetime.now(UTC) + SIGNED_FOR,
        )
        return f"{address}?{signature}", headers
    if credential is None:  # the address itself is signed
        return address, headers
    token = await credential.get_token(SCOPE)
    return address, {**headers, "Authorization": f"Bearer {token.token}"}


def _may_use_proxy(container: ContainerClient) -> bool:
    """Neither proxies nor `.netrc` are meant for an emulator on this machine."""
    return urlsplit(container.url).hostname not in ("127.0.0.1", "localhost", "::1")
