"""From a file to its answer, however busy the model is: whose turn it is, who has the claim, how long to wait."""

from collections.abc import Sequence

from shared.errors import Conflict, ModelUnavailable, StorageUnavailable
from shared.media.files import InputFile
from shared.observability.log import log_event
from shared.processing.claims import losses_of
from shared.processing.invocation import Invocation, NotNow
from shared.processing.retry import verdict_on
from shared.processing.services import Services
from shared.results.draft import Draft


class Asking:
    """One invocation's part in it."""

    def __init__(self, means: Services, invocation: Invocation) -> None:
        self._with = means
        self._patience = means.patience
        self._invocation = invocation
        self._hold = invocation.hold

    async def answer(self, file: InputFile, draft: Draft) -> None:
        """Ask until there is an answer; a busy model costs a file time, and nothing else.

        Raises:
            NotNow: another invocation is to go on.
            FileRejected: there will be none.
            Conflict: somebody else has the file.
            StorageUnavailable: our own storage failed.
        """
        try:
            await self._answer(file, draft)
        except (NotNow, StorageUnavailable) as error:
            if not draft.has_answers:
                raise
            seconds = error.seconds if isinstance(error, NotNow) else self._invocation.growing_wait()
            # The answers to the earlier turns are kept nowhere.
            raise NotNow(self._invocation.lose_answers(seconds), str(error)) from None

    async def _answer(self, file: InputFile, draft: Draft) -> None:
        deployments = await self._with.answering.prepare(file, draft)
        await self._require_writable(file, draft)
        while True:
            if not draft.has_answers:
                await self._require_budget()
            await self._wait_for_turn(deployments, draft)
            self._require_time()
            await self._hold.take(file.etag, self._invocation.job.attempt)
            try:
                await self._require_unanswered(file)
                self._require_time()  # again: storage may have been slow
                await self._with.answering.ask(file, draft, self._invocation.time_left)
            except ModelUnavailable as error:
                await self._bear(error, error.deployment or deployments[0], draft)
            except Conflict:
                await self._hold.give_back(0)
                raise
            except StorageUnavailable as error:
                await self._bear_storage(error, draft)
            else:
                return

    async def _require_writable(self, file: InputFile, draft: Draft) -> None:
        """Where an answer was lost already, see that the next is not; where that does not help, one a day is enough."""
        record = self._hold.record
        lost = losses_of(record, file.etag)
        if record and lost > 1 and (left := (record.claim.until - self._invocation.now).total_seconds()) > 0:
            await self._wait(left, "answers to it were lost twice", draft)
        if lost:
            await self._with.files.require_writable(file.name)

    async def _require_budget(self) -> None:
        if self._with.budget and (seconds := await self._with.budget.pause()):
            self._invocation.note(since=None)  # it waits because we want it to
            raise NotNow(seconds + self._invocation.spread(self._patience.longest), "the day's tokens are spent")

    async def _wait_for_turn(self, deployments: Sequence[str], draft: Draft) -> None:
        while (seconds := max([await self._with.pauses.remaining(each) for each in deployments])) > 0:
            spread = self._invocation.spread(min(seconds, self._patience.first))
            await self._wait(seconds + spread, "the model has a pause", draft)

    def _require_time(self) -> None:
        """A call that began too late would be cut off, and paid for all the same."""
        if self._invocation.time_left < self._patience.call:
            raise NotNow(0, "this invocation has too little time left")

    async def _require_unanswered(self, file: InputFile) -> None:
        """Between our look and our claim somebody else may have claimed, answered and cleared away."""
        found = await self._with.files.find_result(file.name)
        if found and found.input_etag == file.etag:
            raise Conflict(file.name)

    async def _bear(self, error: ModelUnavailable, deployment: str, draft: Draft) -> None:
        job, now = self._invocation.job, self._invocation.now
        verdict = verdict_on(error, job, now=now, patience=self._patience, random=self._with.random)
        log_event(
            "model.unavailable",
            verdict.level,
            name=job.name,
            model=error.model or deployment,
            fault=type(error).__name__,
            seconds=round(verdict.wait, 1),
            why=error.safe_message,
        )
        self._invocation.job = verdict.job
        if verdict.pause:
            await self._with.pauses.pause(deployment, verdict.pause)
        await self._wait(verdict.wait, error.safe_message, draft)

    async def _bear_storage(self, error: StorageUnavailable, draft: Draft) -> None:
        """What was answered already is not thrown away for that."""
        if not draft.has_answers:
            await self._hold.give_back(0)
            raise error
        await self._wait(self._invocation.growing_wait(), str(error), draft)

    async def _wait(self, seconds: float, why: str, draft: Draft) -> None:
        """Wait here if it is not for long, and hold nobody up meanwhile.

        Answers in hand are kept as long as the next call can still be made, and nobody else may pay for them again.
        """
        time_left = self._invocation.time_left
        longest = time_left - self._patience.call if draft.has_answers else self._patience.here
        if seconds > min(longest, time_left):
            raise NotNow(seconds, why)
        if not draft.has_answers:
            await self._hold.give_back(seconds)
        await self._with.clock.sleep(seconds)
