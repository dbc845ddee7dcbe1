"""What the app would do with a file: decided and converted by the app's own code, up to the first call of a model."""

import asyncio
import math
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from typing import Self

from cli.check.checked import Checked, Model, Request
from cli.check.local_files import LocalFiles
from cli.uploads import Upload
from shared import bootstrap
from shared.app import App
from shared.errors import FileRejected
from shared.models import (
    CHARACTERS_A_TOKEN,
    ChatAnswer,
    ChatRequest,
    Conversation,
    Cost,
    Deployment,
    NotPlanned,
    Piece,
    Plan,
    SpeechRequest,
    Turn,
    estimated_usage,
    tokens_of,
)
from shared.processing import MAX_AT_ONCE, Prepared, Preparer, RecipePlanner, took_too_long
from shared.results import warnings_about

USUAL_ANSWER = 4_000
"""Characters that an answer is taken to have, where nothing tells how much is said in the file."""

CHARACTERS_A_SECOND = 15
"""Of speech: some 150 words a minute."""


@dataclass(frozen=True)
class NamedModel:
    """A model of which is known what it takes, and that is never asked (implements `ChatModel` and `SpeechModel`)."""

    deployment: Deployment

    @property
    def takes_schema(self) -> bool:
        """See `ChatModel.takes_schema`."""
        return self.deployment.capability.json_schema

    async def complete(self, request: ChatRequest) -> ChatAnswer:
        """Not made for that."""
        raise NotImplementedError("No model is asked.")

    async def transcribe(self, request: SpeechRequest) -> ChatAnswer:
        """As `complete`."""
        raise NotImplementedError("No model is asked.")


def unasked(app: App) -> dict[str, NamedModel]:
    """The app's models by their alias."""
    return {each.alias: NamedModel(each) for each in app.deployments}


class Checker:
    """Checks files, `MAX_AT_ONCE` at a time; for `max_seconds` the app would convert one."""

    def __init__(
        self, files: LocalFiles, planner: RecipePlanner, preparer: Preparer, max_seconds: float = math.inf
    ) -> None:
        self._files = files
        self._planner = planner
        self._preparer = preparer
        self._max_seconds = max_seconds
        self._slots = asyncio.Semaphore(MAX_AT_ONCE)

    @classmethod
    def of(cls, app: App, files: LocalFiles) -> Self:
        """What checks files as this app would take them."""
        planner, preparer = bootstrap.preparing(app, files, unasked(app))
        return cls(files, planner, preparer, app.policy.invocation - app.policy.call)

    async def check(self, upload: Upload) -> Checked:
        """What would become of the file.

        Raises:
            InputNotFound, Conflict, StorageUnavailable: it could not be read, or not be converted now.
        """
        async with self._slots:
            file = await self._files.look(upload.name)
            try:
                plan = await self._planner.plan(file)
            except NotPlanned as refused:
                return Checked(upload, file, refused.selection, refused.media, error=refused.error)
            found = Checked(
                upload, file, plan.selection, plan.media.media, _model(plan), warnings=plan.selection.warnings
            )
            try:
                async with AsyncExitStack() as made:
                    return await asyncio.to_thread(_answered, found, plan, await self._prepared(plan, made))
            except FileRejected as error:
                return replace(found, error=error)

    async def _prepared(self, plan: Plan, made: AsyncExitStack) -> Prepared:
        """What would be asked about. What is made of the file lasts as long as `made`."""
        if plan.preparation is None:
            return Prepared(plan.media.media, (Piece(),))
        try:
            async with asyncio.timeout(self._max_seconds):
                return await made.enter_async_context(self._preparer.prepared(plan, ()))
        except TimeoutError:
            raise took_too_long(self._max_seconds) from None


def _model(plan: Plan) -> Model:
    later = plan.later.deployment if len(plan.prompt.turns) > 1 else None
    return Model(plan.first.deployment, later, plan.media.sent_as, plan.selection.recipe.tier)


def _answered(found: Checked, plan: Plan, prepared: Prepared) -> Checked:
    """What would be asked, worked out by a conversation whose answers are filled in."""
    talk = Conversation(plan.selection.recipe, plan.prompt, plan.first, plan.later, plan.media, speech=plan.speech)
    pieces = [replace(each, speech_seconds=None, halves=None) for each in prepared.pieces]  # no answer is doubted
    talk.prepare(prepared.media, pieces, prepared.warnings)
    talk.tier = plan.selection.recipe.tier
    count, tokens = 0, 0
    costs: list[Cost | None] = []
    while len(talk.exchanges) < len(plan.prompt.turns) and (turn := talk.next_turn()):
        count, tokens = count + 1, tokens + tokens_of(None, turn.request)
        answer = _likely_answer(turn, talk.first_turn.next_piece)
        costs.append(_likely_cost(turn, answer))
        talk.add(turn, answer)
    sent = [replace(each, media=each.media or (talk.media,)) for each in prepared.pieces]
    return replace(
        found,
        media=prepared.media,
        model=found.model and replace(found.model, sent_as=talk.media.sent_as),
        request=Request(sent, any(each.media for each in prepared.pieces), count, tokens, Cost.total(costs)),
        warnings=[*found.warnings, *warnings_about(talk)],
    )


def _likely_cost(turn: Turn, answer: ChatAnswer) -> Cost | None:
    """What a call may cost, with an answer of that length; reasoning costs more."""
    usage = estimated_usage(turn.request, len(answer.text) // CHARACTERS_A_TOKEN)
    tier = turn.request.tier if isinstance(turn.request, ChatRequest) else None
    deployment = turn.model.deployment
    return deployment.cost_of(usage, None, tier=tier) or deployment.cost_of(usage, None)


def _likely_answer(turn: Turn, piece: Piece | None) -> ChatAnswer:
    """An answer of a likely length: what a later turn costs depends on that."""
    length = USUAL_ANSWER
    if piece and piece.extent.start is not None and piece.extent.end is not None:
        length = max(1, round((piece.extent.end - piece.extent.start) * CHARACTERS_A_SECOND))
    return ChatAnswer("x" * length, turn.model.deployment.model, "stop", None, None, seconds=0)
