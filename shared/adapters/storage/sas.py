"""Addresses from which a service can fetch a blob: plain, or signed for one blob and a few minutes."""

from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from urllib.parse import quote, urlsplit

from azure.storage.blob import BlobSasPermissions, UserDelegationKey, generate_blob_sas
from azure.storage.blob.aio import BlobClient, BlobServiceClient

from shared.media.names import stored_name
from shared.processing.clock import Clock

LIFETIME = timedelta(minutes=15)
"""How long a signature holds: long enough for a service that lets requests wait before it fetches."""

KEY_LIFETIME = timedelta(hours=6)
"""How long a user delegation key is kept; the service gives it for 7 days at most."""


class Links(Protocol):
    """Provides URLs from which a model can download a blob."""

    async def to(self, blob: BlobClient) -> str:
        """An address of this blob that works now."""
        ...


class PublicLinks:
    """In a container that anyone may read."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url

    async def to(self, blob: BlobClient) -> str:
        """See `Links.to`."""
        return f"{self._base_url}/{quote(stored_name(blob.blob_name), safe='/~')}"


class SignedLinks:
    """Signed for reading one blob.

    With the account's key where the connection string brings one, else with a user delegation key, which stands
    for our own identity and loses its force with it. The clock is the server's: by a machine's that is hours off it
    would hold for too long, or never.
    """

    def __init__(self, service: BlobServiceClient, clock: Clock) -> None:
        self._service = service
        self._clock = clock
        self._key: UserDelegationKey | None = None
        self._key_expires = datetime.min.replace(tzinfo=UTC)

    async def to(self, blob: BlobClient) -> str:
        """See `Links.to`."""
        now = self._clock.now()
        signature = generate_blob_sas(
            account_name=str(blob.account_name),
            container_name=blob.container_name,
            blob_name=stored_name(blob.blob_name),  # the service signs what it has stored
            permission=BlobSasPermissions(read=True),
            expiry=now + LIFETIME,
            protocol=urlsplit(blob.url).scheme,
            **await self._signer(now),
        )
        return f"{blob.url}?{signature}"

    async def _signer(self, now: datetime) -> dict[str, Any]:
        account_key = getattr(self._service.credential, "account_key", None)
        if account_key:
            return {"account_key": account_key}
        if self._key is None or now + LIFETIME > self._key_expires:
            expires = now + KEY_LIFETIME
            self._key = await self._service.get_user_delegation_key(now - timedelta(minutes=5), expires)
            self._key_expires = expires
        return {"user_delegation_key": self._key}
