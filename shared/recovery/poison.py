"""Files that the host gave up on: one more chance, then an error document."""

import contextlib
import logging

from shared.errors import Conflict, FileRejected, InputNotFound, StorageUnavailable
from shared.media import InputFile
from shared.observability import log_event
from shared.processing import ClaimHandle, Job, RetryLater, Services
from shared.results import Facts, StoredResult, rejected


class PoisonHandler:
    """Settles the messages of poison queues, which have no poison queue of their own."""

    def __init__(self, services: Services) -> None:
        self._with = services

    async def settle(self, container: str, job: Job) -> None:
        """Queue a file that the host gave up on again; the second time it ends in an error document.

        Raises:
            StorageUnavailable: our own storage failed, so the message must be kept.
        """
        if container != self._with.input_container:
            log_event("event.foreign_container", logging.WARNING, container=container[:63])
            return
        claim = ClaimHandle(job.name, self._with.claims, self._with.clock, self._with.random, self._with.policy.claim)
        try:
            await self._settle(claim, job)
        except InputNotFound:
            log_event("blob.gone", name=job.name)
            await self._forget(claim)
        except Conflict:
            # Another worker has it; if that comes to nothing, a later look will tell.
            # It is no repeat: the claim may be of the worker that broke down with this very message.
            await self._with.jobs.send(Job(name=job.name, chance=job.chance), self._with.policy.claim)

    async def _forget(self, claim: ClaimHandle) -> None:
        try:
            if record := await claim.left_behind():
                await self._with.publisher.forget(claim.name, record)
        except RetryLater as later:
            await self._with.jobs.send(Job(name=claim.name), later.seconds)

    async def _settle(self, claim: ClaimHandle, job: Job) -> None:
        file = await self._with.files.look(claim.name)
        earlier = await self._with.files.find_result(file.name)
        await claim.look(file.etag)
        await claim.require_newest(self._with.files)
        if claim.seconds_until_free:
            raise Conflict(file.name)
        if earlier and earlier.input_etag == file.etag:
            await self._with.publisher.finish(file.name, claim.record)
        elif not claim.progress.chance:
            await self._queue_again(claim)
        elif job.chance != claim.progress.chance:
            await self._let_second_chance_be_tried(claim)
        else:
            await self._give_up(claim, file, earlier)

    async def _give_up(self, claim: ClaimHandle, file: InputFile, earlier: StoredResult | None) -> None:
        """Write the document of an error, while no worker may ask about the file."""
        await claim.hold()
        try:
            await self._publish_error(claim, file, earlier)
        except BaseException:
            with contextlib.suppress(Conflict, StorageUnavailable):
                await claim.release(0)  # so that the host's next try finds it as it was
            raise

    async def _publish_error(self, claim: ClaimHandle, file: InputFile, earlier: StoredResult | None) -> None:
        """What was answered about this version stays, for a redrive."""
        now = self._with.clock.now()
        facts = Facts(file, received=now, attempts=claim.progress.attempt + 1)
        kept = await self._with.kept.read_kept(file.name) if claim.progress.has_kept else None
        await self._with.publisher.publish(
            rejected(facts, _poisoned(), now),
            replacing=earlier,
            claim=claim,
            keeps_answers=kept is not None and kept.etag == file.etag,
        )

    async def _let_second_chance_be_tried(self, claim: ClaimHandle) -> None:
        """Until its wait is over its message is on its way. A worker may have put it off, and not noted that."""
        log_event("blob.has_second_chance", name=claim.name)
        if claim.record and claim.record.claim.until <= self._with.clock.now():
            await self._with.jobs.send(Job(name=claim.name, chance=claim.progress.chance), self._with.policy.first)

    async def _queue_again(self, claim: ClaimHandle) -> None:
        log_event("blob.poisoned_once", logging.WARNING, name=claim.name)
        claim.know(chance=f"{self._with.random.getrandbits(128):032x}")
        await self._with.jobs.send(Job(name=claim.name, chance=claim.progress.chance), self._with.policy.first)
        await claim.defer(self._with.policy.first, self._with.files)


def _poisoned() -> FileRejected:
    return FileRejected(
        "poisoned",
        "The host gave up on this file twice, each time after several tries that all failed.",
        "See the log of the app for why; then drop the file again or run `dropscribe redrive`.",
        retryable=True,
    )
