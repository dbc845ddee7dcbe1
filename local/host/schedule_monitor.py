"""What the real host keeps of each timer in its storage, so that a run that it missed is made up for."""

import json
from datetime import UTC, datetime

from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError
from azure.storage.blob.aio import BlobServiceClient

CONTAINER = "azure-webjobs-hosts"


class ScheduleMonitor:
    """When a timer is due next. It is written once a run has ended: a host that is killed in between leaves it past."""

    def __init__(self, storage: BlobServiceClient, host_id: str, function: str) -> None:
        self._container = storage.get_container_client(CONTAINER)
        self._status = self._container.get_blob_client(f"timers/{host_id}/Host.Functions.{function}/status")

    async def next(self) -> datetime | None:
        """When it was due; None where that is not known.

        Raises:
            ValueError: what is kept of it cannot be read.
        """
        try:
            status = json.loads(await (await self._status.download_blob()).readall())
            due = datetime.fromisoformat(status["Next"])
        except ResourceNotFoundError:
            return None
        except (LookupError, TypeError, RecursionError) as error:
            raise ValueError(f"it is no status of a timer: {type(error).__name__}") from error
        return due if due.tzinfo else due.replace(tzinfo=UTC)

    async def note(self, due: datetime) -> None:
        """Keep when it is due next."""
        status = json.dumps({"Next": due.isoformat()})
        try:
            await self._status.upload_blob(status, overwrite=True)
        except ResourceNotFoundError:
            await self._make_container()
            await self._status.upload_blob(status, overwrite=True)

    async def _make_container(self) -> None:
        try:
            await self._container.create_container()
        except ResourceExistsError:
            return  # another timer was first
