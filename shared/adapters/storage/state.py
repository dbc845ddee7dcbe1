"""The state container: claims, cooldowns, what was spent, answers that are kept, and how far the reconciler came.

Implements `ClaimStore`, `CooldownStore`, `SpendingStore`, `AnswerStore` and `ScanStore`.
"""

import contextlib
import functools
import logging
from datetime import UTC, datetime
from typing import Any

from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError
from azure.storage.blob.aio import BlobClient, BlobServiceClient
from pydantic import TypeAdapter, ValidationError

from shared.adapters.storage.addresses import blob_of
from shared.adapters.storage.clients import bare, only_if, translated
from shared.errors import Conflict, InputNotFound
from shared.media import digest
from shared.observability import log_event
from shared.processing import Claim, KeptAnswers, VersionedClaim
from shared.recovery import ScanProgress


@functools.cache
def _reader[T](kind: type[T]) -> TypeAdapter[T]:
    return TypeAdapter(kind)  # no start needs it, only a file


MAX_TRIES = 5
"""How often a cooldown is written anew because another worker wrote one in between."""

_UNREADABLE = Claim(etag="", kind="deferred", until=datetime.min.replace(tzinfo=UTC), token="")
"""Stands for an unreadable record: the next worker writes over it."""


class BlobState:
    """Records as blobs, named by the digest of what they are about: any name is fit for that."""

    def __init__(self, service: BlobServiceClient, container: str) -> None:
        self._container = service.get_container_client(container)

    async def read(self, name: str) -> VersionedClaim | None:
        """See `ClaimStore.read`."""
        found = await _content(self._record(name))
        return VersionedClaim(found[0], _read(_reader(Claim), found[1]) or _UNREADABLE) if found else None

    async def write(self, name: str, claim: Claim, *, replacing: VersionedClaim | None) -> VersionedClaim:
        """See `ClaimStore.write`."""
        condition = only_if(replacing.version) if replacing else {"overwrite": False}
        try:
            with translated():
                put = await self._upload(self._record(name), _reader(Claim).dump_json(claim), condition)
        except Conflict:
            found = await self.read(name)
            if found and found.claim == claim:
                return found  # it was our own write, of which only the response was lost
            raise
        except InputNotFound as error:
            raise Conflict(str(error)) from error  # another worker deleted it
        return VersionedClaim(bare(put["etag"]), claim)

    async def delete(self, name: str, stored: VersionedClaim) -> None:
        """See `ClaimStore.delete`."""
        try:
            with translated():
                await self._record(name).delete_blob(**only_if(stored.version))
        except (InputNotFound, Conflict):
            pass  # the worker that changed it has it now

    async def read_cooldown(self, deployment: str) -> datetime | None:
        """See `CooldownStore.read_cooldown`."""
        found = await _content(self._cooldown(deployment))
        return _read(_reader(datetime), found[1]) if found else None

    async def write_cooldown(self, deployment: str, until: datetime) -> None:
        """See `CooldownStore.write_cooldown`."""
        blob = self._cooldown(deployment)
        for _ in range(MAX_TRIES):
            found = await _content(blob)
            known = _read(_reader(datetime), found[1]) if found else None
            if known and known >= until:
                return
            with contextlib.suppress(Conflict), translated():
                condition = only_if(found[0]) if found else {"overwrite": False}
                await self._upload(blob, _reader(datetime).dump_json(until), condition)
                return

    async def read_kept(self, name: str) -> KeptAnswers | None:
        """See `AnswerStore.read_kept`."""
        found = await _content(self._kept(name))
        return _read(_reader(KeptAnswers), found[1]) if found else None

    async def keep(self, name: str, kept: KeptAnswers) -> None:
        """See `AnswerStore.keep`."""
        with translated():
            await self._upload(self._kept(name), _reader(KeptAnswers).dump_json(kept), {"overwrite": True})

    async def forget(self, name: str) -> None:
        """See `AnswerStore.forget`."""
        with contextlib.suppress(InputNotFound), translated():
            await self._kept(name).delete_blob()

    async def read_spent(self, day: str) -> int:
        """See `SpendingStore.read_spent`."""
        found = await _content(self._spent(day))
        return (found and _read(_reader(int), found[1])) or 0

    async def add_spent(self, day: str, spent: int) -> int:
        """See `SpendingStore.add_spent`."""
        found = await _content(self._spent(day))
        total = spent + ((found and _read(_reader(int), found[1])) or 0)
        with translated():
            condition = only_if(found[0]) if found else {"overwrite": False}
            await self._upload(self._spent(day), _reader(int).dump_json(total), condition)
        return total

    async def read_scan(self) -> ScanProgress | None:
        """See `ScanStore.read_scan`."""
        found = await _content(self._scan())
        return _read(_reader(ScanProgress), found[1]) if found else None

    async def write_scan(self, progress: ScanProgress) -> None:
        """See `ScanStore.write_scan`."""
        with translated():
            await self._upload(self._scan(), _reader(ScanProgress).dump_json(progress), {"overwrite": True})

    async def _upload(self, blob: BlobClient, content: bytes, condition: dict[str, Any]) -> dict[str, Any]:
        try:
            return await blob.upload_blob(content, **condition)
        except ResourceNotFoundError as error:
            if getattr(error, "error_code", None) != "ContainerNotFound":
                raise
        with contextlib.suppress(ResourceExistsError):
            await self._container.create_container()
        return await blob.upload_blob(content, **condition)

    def _record(self, name: str) -> BlobClient:
        return blob_of(self._container, digest(name))

    def _kept(self, name: str) -> BlobClient:
        return blob_of(self._container, f"answers/{digest(name)}")

    def _cooldown(self, deployment: str) -> BlobClient:
        return blob_of(self._container, f"pauses/{deployment}")

    def _scan(self) -> BlobClient:
        return blob_of(self._container, "scan")

    def _spent(self, day: str) -> BlobClient:
        return blob_of(self._container, f"tokens/{day}")


def _read[T](reader: TypeAdapter[T], content: bytes) -> T | None:
    """What was written; None where it cannot be read, as what another version of Dropscribe wrote."""
    try:
        return reader.validate_json(content)
    except ValidationError:
        log_event("record.unreadable", logging.WARNING, length=len(content))
        return None


async def _content(blob: BlobClient) -> tuple[str, bytes] | None:
    """The version and the content of a record; None where it, or the whole container, is not there yet."""
    with translated():
        try:
            download = await blob.download_blob()
            return bare(download.properties.etag), await download.readall()
        except ResourceNotFoundError:
            return None
