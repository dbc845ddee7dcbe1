"""The end of the path: the files beside the document, the document, its event; then what was noted is deleted.

A worker that breaks down in between leaves the record behind, which shows the next one what is left to do.
"""

from shared.errors import Conflict, StorageUnavailable
from shared.observability import log_event
from shared.processing.beside import Beside, NoSidecars, SidecarMaker
from shared.processing.claim_handle import ClaimHandle
from shared.processing.claims import ClaimStore, VersionedClaim
from shared.processing.kept import AnswerStore
from shared.results import EventPublisher, FileStore, Result, StoredResult, log_fields

MAX_WRITES = 5
"""How often a document is written anew because another came in between."""


class ResultPublisher:
    """Ends the work on a file."""

    def __init__(
        self,
        *,
        files: FileStore,
        claims: ClaimStore,
        kept: AnswerStore,
        events: EventPublisher | None,
        sidecars: SidecarMaker | None = None,
    ) -> None:
        self._files = files
        self._claims = claims
        self._kept = kept
        self._events = events
        self._beside = Beside(files, claims, sidecars or NoSidecars())

    async def publish(
        self, result: Result, *, replacing: StoredResult | None, claim: ClaimHandle, keeps_answers: bool = False
    ) -> None:
        """Store a document with the files beside it, and tell of it.

        `keeps_answers` says that answers that are kept beside the record outlive it, for a redrive.

        Raises:
            Conflict: another document was written meanwhile, or another worker has the record.
            StorageUnavailable: it could not be written, or told of.
        """
        name = result.input.name
        result, sidecars = await self._beside.maker.make(result)
        may_have_others = claim.progress.has_files or bool(replacing and replacing.forms)
        if sidecars or may_have_others:
            await self._beside.write(name, sidecars, claim, looks=may_have_others)
        elif self._events and claim.record is None:
            await claim.note()
        replaced = await self._write(result, replacing)
        record = claim.record
        if record and (may_have_others or (replaced and replaced.forms)):
            await self._beside.clear(name, [each.form for each in sidecars], record)
        log_event(f"blob.{'answered' if result.status == 'ok' else 'rejected'}", **log_fields(result))
        if self._events:
            await self._events.publish(result)
        if record:
            await self._delete(name, record, has_kept=claim.progress.has_kept and not keeps_answers)

    async def _write(self, result: Result, replacing: StoredResult | None) -> StoredResult | None:
        """Store the document, and return the one in whose place it is.

        An answer that was paid for is not thrown away because one to an older version came late.
        """
        name, etag = result.input.name, result.input.etag
        for _ in range(MAX_WRITES):
            try:
                await self._files.write_result(result, replacing=replacing)
            except Conflict:
                replacing = await self._files.find_result(name)
                is_newest = (await self._files.look(name)).etag == etag
                if not is_newest or (replacing and replacing.input_etag == etag):
                    raise
            else:
                return replacing
        raise StorageUnavailable("Something else writes to this document again and again.")

    async def finish(self, name: str, record: VersionedClaim | None) -> None:
        """Finish what the worker left undone that wrote the document. No worker must hold the file now.

        What is kept beside an error stays, for a redrive.
        """
        log_event("blob.already_answered", name=name)
        if record:
            is_error = await self._publish_again(name, record)
            await self._delete(name, record, has_kept=_may_have_kept(record) and not is_error)

    async def forget(self, name: str, record: VersionedClaim) -> None:
        """Send the event of the document that stands there, perhaps for the second time, and delete what was noted."""
        await self._publish_again(name, record)
        await self._delete(name, record, has_kept=_may_have_kept(record))

    async def _publish_again(self, name: str, record: VersionedClaim) -> bool:
        """Make its files fit the document that stands there, tell of it, and return whether it is an error."""
        result = await self._files.read_result(name)
        if record.claim.has_files and (result or not await self._files.find_result(name)):
            await self._beside.restore(name, result, record)
        if self._events and result:
            await self._events.publish(result)
        return result is not None and result.status == "error"

    async def _delete(self, name: str, record: VersionedClaim, *, has_kept: bool) -> None:
        """Delete the record, and before it the answers of which only the record tells.

        Where another worker has the record now, perhaps for a newer version, the answers are its own.
        """
        if has_kept:
            found = await self._claims.read(name)
            if found is None or found.claim.token != record.claim.token:
                return
            await self._kept.forget(name)
        await self._claims.delete(name, record)


def _may_have_kept(record: VersionedClaim) -> bool:
    return record.claim.has_kept or record.claim.has_crashed
