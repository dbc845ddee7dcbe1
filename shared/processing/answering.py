"""From a file to an answer: choose, look, decide, ask. Knows nothing of who else works on what."""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Protocol

from shared.errors import Conflict, FileRejected, ModelTimeout
from shared.media.files import InputFile, MediaSource
from shared.media.media import Media
from shared.media.sniff import sniff
from shared.models.chat import ChatModel, MediaPart
from shared.models.conversation import Conversation
from shared.models.deployments import Deployments
from shared.recipes.catalog import RecipeCatalog
from shared.recipes.recipe import Recipe
from shared.results.draft import Draft
from shared.results.store import FileStore


class Answering(Protocol):
    """Whoever takes a draft to its answer."""

    async def prepare(self, file: InputFile, draft: Draft) -> Sequence[str]:
        """Decide what is asked of whom, and return the aliases of those deployments. Costs nothing.

        Raises:
            FileRejected: the file can never be answered.
        """
        ...

    async def ask(self, file: InputFile, draft: Draft, seconds: float) -> None:
        """Ask, for so many seconds at most, and add the answers to the draft.

        Raises:
            FileRejected, ModelUnavailable, InputNotFound, Conflict, StorageUnavailable.
        """
        ...


class Answerer:
    """Asks models. `models` holds a client for each of the `deployments`, by its alias."""

    def __init__(
        self, *, files: FileStore, recipes: RecipeCatalog, deployments: Deployments, models: Mapping[str, ChatModel]
    ) -> None:
        self._files = files
        self._recipes = recipes
        self._deployments = deployments
        self._models = models

    async def prepare(self, file: InputFile, draft: Draft) -> Sequence[str]:
        """See `Answering.prepare`."""
        draft.choice = self._recipes.choose(file.name, file.metadata)
        if file.is_archived:
            raise _archived()
        draft.media = await self._sniff(file)
        draft.choice = draft.choice or self._recipes.default_for(draft.media.kind, file.metadata)
        draft.choice.require(draft.media.kind)
        part, first, later = self._way(draft.choice.recipe, draft.media, self._files.open(file))
        prompt = await asyncio.to_thread(draft.choice.render)
        draft.conversation = Conversation(draft.choice.recipe, prompt, first, later, part)
        return [first.deployment.alias, later.deployment.alias]

    async def ask(self, file: InputFile, draft: Draft, seconds: float) -> None:
        """See `Answering.ask`."""
        talk = draft.conversation
        assert talk
        try:
            async with asyncio.timeout(seconds):
                await talk.hold()
        except TimeoutError as error:
            raise ModelTimeout(f"The model did not answer within {seconds:g} seconds.") from error
        if talk.media.sent_as == "url":
            await self._require_unchanged(file)

    async def _sniff(self, file: InputFile) -> Media:
        return await sniff(partial(self._files.read_range, file), file.size)

    def _way(self, recipe: Recipe, media: Media, source: MediaSource) -> tuple[MediaPart, ChatModel, ChatModel]:
        """Decide how the file travels and who is asked, first and later, or refuse before anything is paid for."""
        deployment, sent_as = self._deployments.to_take(media, recipe.model, recipe.send, source.size)
        first = self._models[deployment.alias]
        later = self._models[self._deployments[recipe.then].alias] if recipe.then else first
        return MediaPart(media, source, sent_as, recipe.detail), first, later

    async def _require_unchanged(self, file: InputFile) -> None:
        """A service that fetches a file by its address knows no etag, and may have fetched another version."""
        if (await self._files.look(file.name)).etag != file.etag:
            raise Conflict(file.name)


def _archived() -> FileRejected:
    return FileRejected(
        "archived",
        "The file lies in the archive tier, from which nothing can be read.",
        "Bring it to another tier, and when it is there, drop it again or run `dropscribe redrive --code archived`.",
        retryable=True,
    )
