"""The end of the path: the document, then its announcement, then the record is cleared away, in this order.

Whoever breaks down in between leaves the record behind, by which the next one sees what is left to do.
"""

from shared.errors import Conflict, StorageUnavailable
from shared.observability.log import log_event
from shared.processing.claims import Claim, ClaimStore, VersionedClaim
from shared.results.events import EventPublisher
from shared.results.log_fields import summary
from shared.results.result import Result
from shared.results.store import FileStore, StoredResult

MAX_WRITES = 5
"""How often a document is written anew because another came in between."""


class ResultPublisher:
    """Ends the work on a file."""

    def __init__(self, *, files: FileStore, claims: ClaimStore, announcements: EventPublisher | None) -> None:
        self._files = files
        self._claims = claims
        self._announcements = announcements

    async def write(self, outcome: Result, *, replacing: StoredResult | None, record: VersionedClaim | None) -> None:
        """Store and announce a document.

        Raises:
            Conflict: another document was written meanwhile.
            StorageUnavailable: it could not be written, or announced.
        """
        if self._announcements and record is None:
            record = await self._claims.write(outcome.input.name, _reminder(outcome), replacing=None)
        await self._write(outcome, replacing)
        log_event(f"blob.{'answered' if outcome.status == 'ok' else 'rejected'}", **summary(outcome))
        if self._announcements:
            await self._announcements.announce(outcome)
        if record:
            await self._claims.delete(outcome.input.name, record)

    async def _write(self, outcome: Result, replacing: StoredResult | None) -> None:
        """An answer that was paid for is not thrown away because one to an older version came late."""
        name, etag = outcome.input.name, outcome.input.etag
        for _ in range(MAX_WRITES):
            try:
                return await self._files.write_result(outcome, replacing=replacing)
            except Conflict:
                replacing = await self._files.find_result(name)
                is_newest = (await self._files.look(name)).etag == etag
                if not is_newest or (replacing and replacing.input_etag == etag):
                    raise
        raise StorageUnavailable("Something else writes to this document again and again.")

    async def tidy(self, name: str, record: VersionedClaim | None) -> None:
        """Finish what somebody left undone who wrote the document; nobody must hold the file now."""
        log_event("blob.already_answered", name=name)
        if record:
            await self.clear_away(name, record)

    async def clear_away(self, name: str, record: VersionedClaim) -> None:
        """Announce the document that stands there, once more perhaps, and remove the record."""
        outcome = await self._files.read_result(name) if self._announcements else None
        if self._announcements and outcome:
            await self._announcements.announce(outcome)
        await self._claims.delete(name, record)


def _reminder(outcome: Result) -> Claim:
    """What is left behind if we break down before the announcement; it keeps nobody away."""
    return Claim(outcome.input.etag, "deferred", outcome.timing.completed, outcome.attempts, 0, "")
