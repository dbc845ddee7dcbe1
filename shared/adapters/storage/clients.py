"""What the storage adapters share: clients, conditions, errors, and the server's time."""

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from azure.core import MatchConditions
from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import AzureError, ClientAuthenticationError
from azure.storage.blob.aio import BlobServiceClient, ContainerClient

from shared.adapters.proxy import HAS_PROXY
from shared.adapters.storage.addresses import stay_in_container
from shared.errors import Conflict, DropscribeError, InputNotFound, StorageRefused, StorageUnavailable
from shared.media import harmless
from shared.observability import log_event

if TYPE_CHECKING:
    from azure.storage.queue.aio import QueueServiceClient

CHUNK_BYTES = 576 * 1024
"""What one read asks for. The SDK holds a few of these; half as much costs nearly twice the CPU time. A
multiple of three, so that base64 leaves no rest to be carried over (`make bench`)."""

_OPTIONS: dict[str, Any] = {
    "connection_timeout": 10,
    "read_timeout": 60,
    # Two quick tries more for a hiccup; anything longer is the host's to retry.
    "retry_total": 2,
    "initial_backoff": 1,
    "increment_base": 2,
    "random_jitter_range": 1,
    "raw_request_hook": stay_in_container,
    "use_env_settings": HAS_PROXY,
}
_IN_CHUNKS: dict[str, Any] = {"max_single_get_size": CHUNK_BYTES, "max_chunk_get_size": CHUNK_BYTES}

LOST_RACES = ("BlobAlreadyExists", "ConditionNotMet", "TargetConditionNotMet", "ResourceModifiedError")
"""What storage says if another client was first. Its other 409s and 412s (leases, immutability, copies) are no such
thing, and looking again at once would not help. The last is the SDK's own, where storage says nothing."""

BUSY_STATUSES = (408, 429)
"""Of the statuses from 400 to 499, those that say nothing but: later."""

MAX_PATH = 60
"""Characters of a path in the log; a longer one that ends in a digest would be taken for a key, and left out whole."""

_CODE = re.compile(r"\w{1,64}", re.ASCII)

type Observe = Callable[[datetime], None]
"""Is told the server's time with each answer."""


def blobs_by_connection_string(connection_string: str, observe: Observe | None = None) -> BlobServiceClient:
    """A client that reads in small chunks, for an account with a key."""
    return BlobServiceClient.from_connection_string(connection_string, **_OPTIONS, **_IN_CHUNKS, **_telling(observe))


def blobs_by_identity(
    address: str, credential: AsyncTokenCredential, observe: Observe | None = None, **more: Any
) -> BlobServiceClient:
    """A client that reads in small chunks, for an account at which we are known by Entra ID."""
    return BlobServiceClient(address, credential, **_OPTIONS, **_IN_CHUNKS, **_telling(observe), **more)


def container_at(url: str, credential: Any) -> ContainerClient:
    """A client for a container, by a credential such as another client of its account has."""
    return ContainerClient.from_container_url(url, credential, **_OPTIONS)


def queues_by_connection_string(connection_string: str) -> "QueueServiceClient":
    """A client for the queues of an account with a key."""
    from azure.storage.queue.aio import QueueServiceClient  # noqa: PLC0415 - no start needs it, only a file

    return QueueServiceClient.from_connection_string(connection_string, **_OPTIONS)


def queues_by_identity(address: str, credential: AsyncTokenCredential) -> "QueueServiceClient":
    """A client for the queues of an account at which we are known by Entra ID."""
    from azure.storage.queue.aio import QueueServiceClient  # noqa: PLC0415 - no start needs it, only a file

    return QueueServiceClient(address, credential=credential, **_OPTIONS)


def _telling(observe: Observe | None) -> dict[str, Any]:
    def hook(response: Any) -> None:
        date = response.http_response.headers.get("Date")
        if date and observe:
            observe(parsedate_to_datetime(date).astimezone(UTC))

    return {"raw_response_hook": hook} if observe else {}


def only_if(etag: str) -> dict[str, Any]:
    """Make the service answer 412 if the blob is no longer the version of this etag."""
    return {"etag": f'"{etag}"', "match_condition": MatchConditions.IfNotModified}


def bare(etag: str) -> str:
    """An etag without its quotes."""
    return etag.strip('"')


def code_of(error: AzureError) -> str:
    """What storage calls it, such as `ConditionNotMet`; the SDK's own name where storage says nothing of the kind."""
    code = getattr(error, "error_code", None)
    name = str(getattr(code, "value", code))  # the SDK has an enumeration of those that it knows
    return name if code and _CODE.fullmatch(name) else type(error).__name__


@contextmanager
def translated() -> Iterator[None]:
    """Turn the SDK's exceptions into ours, and log what an operator must know of."""
    try:
        yield
    except AzureError as error:
        raise _ours(error) from error


def _ours(error: AzureError) -> DropscribeError:
    code = code_of(error)
    if code == "BlobNotFound":  # whatever else is not found, it is not known that the file is gone
        return InputNotFound(code)
    if code in LOST_RACES:
        return Conflict(code)
    status = getattr(error, "status_code", None)
    if not _refuses_us(error, status):
        return StorageUnavailable(f"Storage answered {code}.", code=code, status=status)
    log_event("storage.refused", logging.ERROR, code=code, status=status, asked=_asked(error))
    return StorageRefused(f"Storage answered {code}.", code=code, status=status)


def _asked(error: AzureError) -> str | None:
    """The method and the path of the request, without its query, which may be signed."""
    response = getattr(error, "response", None)
    request = getattr(response, "request", None)
    return f"{request.method} {harmless(unquote(urlsplit(request.url).path), MAX_PATH)}" if request else None


def _refuses_us(error: AzureError, status: int | None) -> bool:
    """Whether nothing but an operator can help; a token that we are not given has no status."""
    if status is None:
        return isinstance(error, ClientAuthenticationError)
    return 400 <= status < 500 and status not in BUSY_STATUSES
