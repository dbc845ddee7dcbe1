"""What the page may do with the emulator: signatures for two containers and a queue, which end soon."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from azure.core.exceptions import ResourceExistsError
from azure.storage.blob import BlobServiceClient, ContainerSasPermissions, CorsRule, generate_container_sas
from azure.storage.queue import CorsRule as QueueCorsRule
from azure.storage.queue import QueueSasPermissions, QueueServiceClient, generate_queue_sas

LIFETIME = timedelta(hours=1)
MAX_AGE_SECONDS = 3600
"""How long a browser may remember that it may ask."""
_METHODS = ["GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS"]


@dataclass(frozen=True)
class InboxStorage:
    """The containers of the app, and the queue of what waits, in the account of a connection string."""

    connection_string: str
    input_container: str
    output_container: str
    deferred_queue: str


def config_of(storage: InboxStorage, now: datetime | None = None) -> dict[str, object]:
    """The document by which the page finds its storage: addresses and signatures (web/src/config.ts reads it)."""
    blobs = BlobServiceClient.from_connection_string(storage.connection_string)
    queues = QueueServiceClient.from_connection_string(storage.connection_string)
    expires = (now or datetime.now(UTC)) + LIFETIME
    return {
        "blobs": blobs.url.rstrip("/"),
        "queues": queues.url.rstrip("/"),
        "input": storage.input_container,
        "output": storage.output_container,
        "deferred": storage.deferred_queue,
        "signIn": {
            "kind": "signatures",
            "expires": expires.isoformat(timespec="seconds"),
            # No file can be removed, and no document written: those rights have the app and the person at the account.
            "input": _container(blobs, storage.input_container, "rcwl", expires),
            "output": _container(blobs, storage.output_container, "rdl", expires),
            "deferred": _queue(queues, storage.deferred_queue, expires),
        },
    }


def admit(storage: InboxStorage, origin: str) -> None:
    """Let pages of this origin, and of no other, speak to the storage.

    Raises:
        AzureError: storage does not take the rule.
    """
    with BlobServiceClient.from_connection_string(storage.connection_string) as blobs:
        blobs.set_service_properties(cors=[_rule(CorsRule, origin)])
    with QueueServiceClient.from_connection_string(storage.connection_string) as queues:
        queues.set_service_properties(cors=[_rule(QueueCorsRule, origin)])
        with suppress(ResourceExistsError):  # a signature lets nobody make a queue
            queues.create_queue(storage.deferred_queue)


def _rule[T: (CorsRule, QueueCorsRule)](kind: type[T], origin: str) -> T:
    everything = ["*"]
    return kind(
        [origin],
        _METHODS,
        allowed_headers=everything,
        exposed_headers=everything,
        max_age_in_seconds=MAX_AGE_SECONDS,
    )


def _container(blobs: BlobServiceClient, name: str, rights: str, expires: datetime) -> str:
    return generate_container_sas(
        str(blobs.account_name),
        name,
        account_key=blobs.credential.account_key,
        permission=ContainerSasPermissions.from_string(rights),
        expiry=expires,
    )


def _queue(queues: QueueServiceClient, name: str, expires: datetime) -> str:
    return generate_queue_sas(
        str(queues.account_name),
        name,
        account_key=queues.credential.account_key,
        permission=QueueSasPermissions(add=True),
        expiry=expires,
    )
