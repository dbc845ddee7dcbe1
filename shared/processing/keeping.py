"""When the answers of an attempt are kept beside its claim, and when a later attempt goes on with them."""

import contextlib
import logging

from shared.errors import Conflict, StorageUnavailable
from shared.models import Conversation, Plan
from shared.observability import log_event
from shared.processing.claim_handle import ClaimHandle
from shared.processing.kept import KeptAnswers
from shared.processing.services import Services

MAX_ASIDE = 5
"""Seconds at most for side work, such as keeping answers. After that the attempt goes on without it."""


class AnswerKeeper:
    """Keeps what was answered in one attempt, and finds what an earlier one kept."""

    def __init__(self, services: Services, claim: ClaimHandle) -> None:
        self._with = services
        self._claim = claim
        self.begin()

    def begin(self) -> None:
        """Nothing was asked yet about the version at hand."""
        self._plan: Plan | None = None
        self._talk: Conversation | None = None
        self._has_unkept = False

    async def conversation(self, plan: Plan) -> Conversation:
        """A conversation that goes on where an earlier attempt ended; from now on its answers are the ones to keep."""
        talk = Conversation(plan.selection.recipe, plan.prompt, plan.first, plan.later, plan.media, speech=plan.speech)
        kept = await self._with.kept.read_kept(self._claim.name) if self._claim.progress.has_kept else None
        if kept and (kept.etag, kept.key) == (self._claim.etag, plan.key):
            talk.resume(kept)
        self._plan, self._talk = plan, talk
        return talk

    async def keep(self) -> None:
        """Keep the answers that were paid for. While any is not kept `asked` is one higher, as after a call in vain."""
        talk, plan = self._talk, self._plan
        if not (talk and plan and talk.paid and self._claim.is_ours):
            return
        kept = KeptAnswers(etag=self._claim.etag, key=plan.key, **vars(talk.kept))
        self._claim.know(has_kept=True, asked=self._claim.progress.asked + (not self._has_unkept))
        self._has_unkept = True
        try:
            async with self._with.clock.within(MAX_ASIDE):
                await self._confirm_claim()
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
            await self._confirm_claim()

    async def _confirm_claim(self) -> None:
        """Answers are kept only where the record is ours and tells of them: else no worker would delete them."""
        with contextlib.suppress(StorageUnavailable):  # then the claim expires, which tells of them too
            await self._claim.confirm()
