"""Files whose event was lost, or whose message: queued again."""

import contextlib
import logging
from collections.abc import Sequence
from datetime import timedelta

from shared.errors import Conflict, InputNotFound, StorageRefused, StorageUnavailable
from shared.media import ListedFile
from shared.observability import log_event
from shared.processing import ClaimHandle, Deadline, Job, Services
from shared.recovery.progress import ScanProgress, ScanStore, beginning
from shared.recovery.scan import ReservoirSample, Scan

MAX_SECONDS = 300
"""How long one run lists files; then it notes how far it came, and the next run goes on from there."""

MAX_LOOKED_INTO = 5_000
"""How many overdue files one run is for. Where far more are overdue, most only wait in the host's own queue, which we
cannot see."""

MAX_SECONDS_LOOKING_INTO = 180
"""How long one run looks into them: with a request for a file that a worker has, and three or four for a lost one, it
must end before the host stops it at ten minutes, or how far it came would not be noted."""

MAX_FAILURES = 5
"""How often storage may fail in one look; each time takes seconds, and another look comes soon."""


class Reconciler:
    """Looks for them. `max_looked_into` is how many overdue files a run looks into, `max_seconds` how long it lists."""

    def __init__(
        self,
        services: Services,
        scans: ScanStore,
        max_looked_into: int = MAX_LOOKED_INTO,
        max_seconds: float = MAX_SECONDS,
    ) -> None:
        self._with = services
        self._scans = scans
        self._max_looked_into = max_looked_into
        self._max_seconds = max_seconds

    async def reconcile(self) -> int:
        """Queue files again that should have their documents by now and that no worker has; return how many.

        On the way it logs how many files wait, and for how many seconds the oldest of them. Where there are more files
        than one run can look at, those are the counts of the last look at all of them, and each run looks at some.
        """
        record = await self._scans.read_scan()
        sample = ReservoirSample(self._max_looked_into, self._with.random)
        unread: StorageUnavailable | None = None
        scan = Scan(self._with.files, self._with.clock, self._with.policy, sample, record)
        try:
            await scan.run(self._max_seconds)
        except StorageRefused:
            await self._start_anew(record)
            raise
        except StorageUnavailable as error:  # what was seen before is not to be looked at in vain
            unread = error
        queued = await self._queue_those_not_in_hand(scan.perhaps_lost(self._with.random))
        if scan.record:  # at last: a run that is killed before does its part again
            await self._scans.write_scan(scan.record)
        if unread:  # and nothing is logged, so that an alert tells of listings that fail for long
            raise unread
        log_event(
            "files.waiting",
            waiting=scan.counted.waiting,
            oldest_seconds=scan.counted.oldest_seconds,
            queued=queued,
            pass_seconds=scan.seconds,
        )
        return queued

    async def _start_anew(self, record: ScanProgress | None) -> None:
        """Forget how far the look at all files came: its markers may be none that storage knows."""
        if record and record.inputs:
            await self._scans.write_scan(beginning(self._with.clock.now(), record))

    async def _queue_those_not_in_hand(self, files: Sequence[ListedFile]) -> int:
        """Queue them, and return how many were. Where storage fails for a few, the others need not wait.

        The order is another one in each run, so that those for which no time is left have their turn.
        """
        deadline = Deadline(self._with.clock, MAX_SECONDS_LOOKING_INTO)
        left = self._with.random.sample(files, len(files))
        queued = failures = 0
        while left and failures < MAX_FAILURES and deadline.seconds_left > 0:
            file = left.pop()
            try:
                async with self._with.clock.within(deadline.seconds_left):
                    queued += await self._queue_again(file)
            except TimeoutError:  # a message without its note does no harm
                left.append(file)
                break
            except StorageUnavailable as error:
                log_event("blob.not_reconciled", logging.WARNING, name=file.name, why=str(error))
                failures += 1
        if left:
            log_event("files.not_looked_into", logging.WARNING, files=len(left))
        return queued

    async def _queue_again(self, file: ListedFile) -> bool:
        """Send a message, then note it, unless a worker has the file. It is delayed, so the note is there first."""
        claim = ClaimHandle(file.name, self._with.claims, self._with.clock, self._with.random, self._with.policy.claim)
        await claim.look(file.etag)
        if self._is_in_hand(claim):
            return False
        try:
            await claim.require_newest(self._with.files)
        except (Conflict, InputNotFound):  # since it was listed
            return False
        await self._with.jobs.send(Job(name=file.name), self._with.policy.first)
        log_event("blob.reconciled", logging.WARNING, name=file.name)
        with contextlib.suppress(Conflict, InputNotFound):  # the worker that wrote meanwhile has it
            await claim.defer(self._with.policy.first, self._with.files)
        return True

    def _is_in_hand(self, claim: ClaimHandle) -> bool:
        """Whether a worker has this version, or a message will bring it back: ours stay until they are taken."""
        record, lost = claim.record, timedelta(seconds=self._with.policy.lost)
        return (
            record is not None
            and record.claim.etag == claim.etag
            and record.claim.until + lost > self._with.clock.now()
        )
