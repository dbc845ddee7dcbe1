"""When the answers of an attempt are kept beside its claim, and when a later attempt goes on with them."""

import contextlib
import logging

from shared.errors import Conflict, StorageUnavailable
from shared.models import Conversation, Kept, Plan
from shared.observability import log_event
from shared.processing.claim_handle import ClaimHandle
from shared.processing.kept import KeptAnswers
from shared.processing.services import Services

MAX_ASIDE = 5
"""Seconds at most for side work, such as keeping answers. After that the attempt goes on without it."""


class AnswerKeeper:
    """Keeps what was answered in one attempt, and finds what an earlier one kept.

    Attributes:
        stays: whether what is kept is not to be deleted with the record, because the file ends in an error.
    """

    def __init__(self, services: Services, claim: ClaimHandle) -> None:
        self._with = services
        self._claim = claim
        self.begin()

    def begin(self) -> None:
        """Nothing was asked yet about the version at hand."""
        self._plan: Plan | None = None
        self._talk: Conversation | None = None
        self._has_unkept = False
        self.stays = False

    async def conversation(self, plan: Plan, *, is_again: bool) -> Conversation:
        """A conversation that goes on where an earlier attempt ended; from now on its answers are the ones to keep.

        `is_again` is whether the file may have ended in an error before, of which no record tells.
        """
        talk = Conversation(plan.selection.recipe, plan.prompt, plan.first, plan.later, plan.media, speech=plan.speech)
        is_noted = self._claim.progress.has_kept
        kept = await self._with.kept.read_kept(self._claim.name) if is_noted or is_again else None
        if kept:
            self._claim.know(has_kept=True)  # whatever it is about, it is deleted with the record
        if kept and (kept.etag, kept.key) == (self._claim.etag, plan.key):
            useful = kept if is_noted else kept.up_to_failure()
            talk.resume(useful or Kept())
        self._plan, self._talk = plan, talk
        return talk

    async def keep(self) -> None:
        """Keep the answers that were paid for. Where that fails `asked` is one higher, as after a call in vain."""
        if self._talk and self._talk.paid:
            await self._keep(self._talk.kept)

    async def keep_for_redrive(self) -> None:
        """Keep beside the document of an error what another try need not pay for again; then it `stays`."""
        kept = self._talk.kept.up_to_failure() if self._talk else None
        self.stays = kept is not None
        if kept:
            await self._keep(kept)

    async def _keep(self, answers: Kept) -> None:
        plan = self._plan
        if not (plan and self._claim.is_ours):
            return
        kept = KeptAnswers(etag=self._claim.etag, key=plan.key, **vars(answers))
        self._claim.know(has_kept=True, asked=self._claim.progress.asked + (not self._has_unkept))
        self._has_unkept = True
        try:
            async with self._with.clock.within(MAX_ASIDE):
                await self._require_ours()
                await self._with.kept.keep(self._claim.name, kept)
        except Conflict:
            log_event("blob.overtaken", name=self._claim.name)
        except (StorageUnavailable, TimeoutError):
            log_event("answers.not_kept", logging.WARNING, name=self._claim.name)
        else:
            self._claim.know(asked=self._claim.progress.asked - 1)
            self._has_unkept = False

    async def keep_piece(self) -> None:
        """Keep the answer about a piece. What went wrong before it says nothing of the pieces that are left."""
        await self.keep()
        progress = self._claim.progress
        if not self._has_unkept and (progress.asked or progress.crashes):
            self._claim.know(asked=0, crashes=0)
            with contextlib.suppress(StorageUnavailable):  # it is written with whatever is written next
                await self._claim.confirm()

    async def _require_ours(self) -> None:
        """Answers are kept only where the record is ours and tells of them: else no worker would delete them.

        Where it cannot be written, our claim expires, and that tells of them too, if no other worker has taken it over.
        """
        try:
            await self._claim.confirm()
        except StorageUnavailable:
            with contextlib.suppress(StorageUnavailable):
                await self._claim.require_ours()
