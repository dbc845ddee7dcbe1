"""The one path that a file takes, from the event to its document."""

import asyncio
import json
import logging
from collections.abc import Mapping

from shared.chat import ChatModel, MediaPart
from shared.conversation import Conversation
from shared.deployment import Deployments
from shared.draft import Draft
from shared.errors import FileRejected, InputGone, Overtaken, StorageUnavailable
from shared.files import FileSource, FileStore, InputFile
from shared.media import HEAD_BYTES, Media, sniff
from shared.outcome import Outcome
from shared.recipe import Recipe
from shared.recipes import RecipeBook

MOST_RESTARTS = 5
"""How often a file that changes under our hands is looked at anew before the event is given back."""

log = logging.getLogger("dropscribe")


class Processor:
    """Takes a file to its document. Owns the order of the steps and what becomes of each fault.

    `models` holds a client for each of the `deployments`, by its alias.
    """

    def __init__(
        self,
        *,
        input_container: str,
        files: FileStore,
        recipes: RecipeBook,
        deployments: Deployments,
        models: Mapping[str, ChatModel],
    ) -> None:
        self._input_container = input_container
        self._files = files
        self._recipes = recipes
        self._deployments = deployments
        self._models = models

    async def process(self, container: str, name: str) -> None:
        """Make sure that the file, as it is now, has its document. Safe to call again at any time.

        Raises:
            Temporary: the file has no document yet and is to blame for nothing; try again.
        """
        if container != self._input_container:
            # The host does not filter by the trigger's path, so a forged event may name any container.
            _log("event.foreign_container", container=container)
            return
        for _ in range(MOST_RESTARTS):
            try:
                await self._settle(name)
            except Overtaken:
                _log("blob.overtaken", name=name)
                continue
            except InputGone:
                _log("blob.gone", name=name)
            return
        raise StorageUnavailable(f"The file {name!r} changed {MOST_RESTARTS} times while it was being answered.")

    async def _settle(self, name: str) -> None:
        file = await self._files.look(name)
        earlier = await self._files.find_outcome(name)
        if earlier and earlier.input_etag == file.etag:
            _log("blob.already_answered", name=name)
            return
        outcome = await self._outcome(file)
        await self._files.write_outcome(outcome, replacing=earlier)
        _log(f"blob.{'answered' if outcome.status == 'ok' else 'rejected'}", **_summary(outcome))

    async def _outcome(self, file: InputFile) -> Outcome:
        draft = Draft(file.container, file.name, file.etag, file.size)
        try:
            await self._answer(file, draft)
        except FileRejected as fault:
            return draft.rejected(fault)
        return draft.answered()

    async def _answer(self, file: InputFile, draft: Draft) -> None:
        draft.choice = self._recipes.choose(file.name, file.metadata)
        draft.media = await self._sniff(file)
        draft.choice = draft.choice or self._recipes.default_for(draft.media.kind, file.metadata)
        draft.choice.require(draft.media.kind)
        source = self._files.open(file)
        talk = self._conversation(draft.choice.recipe, draft.media, source)
        prompt = await asyncio.to_thread(draft.choice.render)
        draft.conversation = talk
        try:
            await talk.hold(prompt)
        finally:
            draft.sha256 = source.sha256
        if talk.media.sent_as == "url":
            await self._require_unchanged(file)

    async def _sniff(self, file: InputFile) -> Media:
        head = await self._files.read_head(file, HEAD_BYTES) if file.size else b""
        return await asyncio.to_thread(sniff, head, file.size)

    def _conversation(self, recipe: Recipe, media: Media, source: FileSource) -> Conversation:
        """Decide who is asked and how the file travels, or refuse, before anything is paid for."""
        deployment, sent_as = self._deployments.to_take(media, recipe.model, recipe.send, source.size)
        first = self._models[deployment.alias]
        later = self._models[self._deployments[recipe.then].alias] if recipe.then else first
        return Conversation(recipe, first, later, MediaPart(media, source, sent_as, recipe.detail))

    async def _require_unchanged(self, file: InputFile) -> None:
        """A service that fetches a file by its address knows no etag, and may have fetched another version."""
        if (await self._files.look(file.name)).etag != file.etag:
            raise Overtaken(file.name)


def _summary(outcome: Outcome) -> dict[str, object]:
    return {
        "name": outcome.input.name,
        "recipe": outcome.recipe and outcome.recipe.name,
        "total_tokens": outcome.usage and outcome.usage.total_tokens,
        "model_seconds": outcome.timing.model_seconds,
        "error": outcome.error and outcome.error.code,
    }


def _log(event: str, **fields: object) -> None:
    log.info(json.dumps({"event": event, **fields}, ensure_ascii=False))
