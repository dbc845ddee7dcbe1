"""From a name to an address: the only place where a name becomes part of one.

Whatever the name, no request leaves the container (docs/decisions/names.md).
"""

import functools
import logging
from typing import Any
from urllib.parse import unquote, urlsplit

from azure.storage.blob import BlobProperties
from azure.storage.blob.aio import BlobClient, ContainerClient

from shared.errors import InputNotFound
from shared.media import can_exist, harmless, has_dot_segment
from shared.observability import log_event


@functools.lru_cache(maxsize=64)
def blob_of(container: ContainerClient, name: str) -> BlobClient:
    """The client for the blob of this name in this container. A file needs it several times, and making one is slow.

    Raises:
        InputNotFound: no address can be made of the name.
    """
    if not can_exist(name) or has_dot_segment(name):
        raise _not_found(name)
    return container.get_blob_client(name)


async def properties_of(container: ContainerClient, name: str) -> BlobProperties:
    """What storage knows of a blob; where its name cannot be addressed, as a listing shows it.

    Raises:
        InputNotFound: there can be no blob of this name, or it cannot be addressed and there is none.
        AzureError: storage failed or refused; `ResourceNotFoundError` where there is none.
    """
    if not (can_exist(name) and has_dot_segment(name)):
        return await blob_of(container, name).get_blob_properties()
    if found := await listed(container, name):
        return found
    raise _not_found(name)


async def listed(container: ContainerClient, name: str) -> BlobProperties | None:
    """A blob as the listing of its container shows it, if it is there. The name is a parameter then, no part of a path.

    Raises:
        AzureError: storage failed or refused.
    """
    async for blob in container.list_blobs(name_starts_with=name, include=["metadata"], results_per_page=1):
        # A listing is sorted: the name itself comes before all that begin with it.
        return blob if blob.name == name else None
    return None


def stay_in_container(request: Any) -> None:
    """The last look at a request before it leaves: nothing on its way may take its path for another.

    Raises:
        ValueError: the path has a part that is made of dots; then there is a hole in the rule for names.
    """
    path = unquote(urlsplit(request.http_request.url).path)
    if has_dot_segment(path):
        raise ValueError(f"A request would have left its container: {harmless(path)}")


def _not_found(name: str) -> InputNotFound:
    log_event("event.unusable_name", logging.WARNING, name=harmless(name), characters=len(name))
    return InputNotFound("There is no file of this name, nor can there be one that could be read.")
