"""The end of the path: the document, then its event, then what was noted of the file is deleted, in this order.

A worker that breaks down in between leaves the record behind, which shows the next one what is left to do.
"""

from datetime import datetime

from shared.errors import Conflict, StorageUnavailable
from shared.observability import log_event
from shared.processing.claims import Claim, ClaimStore, VersionedClaim
from shared.processing.kept import AnswerStore
from shared.results import EventPublisher, FileStore, Result, StoredResult, log_fields

MAX_WRITES = 5
"""How often a document is written anew because another came in between."""


class ResultPublisher:
    """Ends the work on a file."""

    def __init__(
        self, *, files: FileStore, claims: ClaimStore, kept: AnswerStore, events: EventPublisher | None
    ) -> None:
        self._files = files
        self._claims = claims
        self._kept = kept
        self._events = events

    async def publish(
        self, result: Result, *, replacing: StoredResult | None, record: VersionedClaim | None, has_kept: bool
    ) -> None:
        """Store a document and tell of it. `has_kept` says that answers lie beside the record that go with it.

        Raises:
            Conflict: another document was written meanwhile.
            StorageUnavailable: it could not be written, or told of.
        """
        name = result.input.name
        if self._events and record is None:
            record = await self._claims.write(name, _reminder(result, result.timing.completed), replacing=None)
        await self._write(result, replacing)
        log_event(f"blob.{'answered' if result.status == 'ok' else 'rejected'}", **log_fields(result))
        if self._events:
            await self._events.publish(result)
        if record:
            await self._delete(name, record, has_kept=has_kept)

    async def _write(self, result: Result, replacing: StoredResult | None) -> None:
        """An answer that was paid for is not thrown away because one to an older version came late."""
        name, etag = result.input.name, result.input.etag
        for _ in range(MAX_WRITES):
            try:
                return await self._files.write_result(result, replacing=replacing)
            except Conflict:
                replacing = await self._files.find_result(name)
                is_newest = (await self._files.look(name)).etag == etag
                if not is_newest or (replacing and replacing.input_etag == etag):
                    raise
        raise StorageUnavailable("Something else writes to this document again and again.")

    async def finish(self, name: str, record: VersionedClaim | None) -> None:
        """Finish what the worker left undone that wrote the document. No worker must hold the file now.

        What is kept beside an error stays, for a redrive.
        """
        log_event("blob.already_answered", name=name)
        if record:
            is_error = await self._publish_again(name)
            await self._delete(name, record, has_kept=_may_have_kept(record) and not is_error)

    async def forget(self, name: str, record: VersionedClaim) -> None:
        """Tell of the document that stands there, once more perhaps, and delete what was noted."""
        await self._publish_again(name)
        await self._delete(name, record, has_kept=_may_have_kept(record))

    async def _publish_again(self, name: str) -> bool:
        """Tell of the document that stands there, and return whether it is an error."""
        result = await self._files.read_result(name)
        if self._events and result:
            await self._events.publish(result)
        return result is not None and result.status == "error"

    async def _delete(self, name: str, record: VersionedClaim, *, has_kept: bool) -> None:
        """Delete the record, and before it the answers of which only the record tells."""
        if has_kept:
            await self._kept.forget(name)
        await self._claims.delete(name, record)


def _may_have_kept(record: VersionedClaim) -> bool:
    return record.claim.has_kept or record.claim.has_crashed


def _reminder(result: Result, now: datetime) -> Claim:
    """What is left behind if we break down before the event; it keeps no other worker away."""
    return Claim(etag=result.input.etag, kind="deferred", until=now, token="")
