"""From a file to its plan: choose a recipe, look at the first bytes, decide how it travels and who is asked."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from shared.errors import FileRejected, KindNotTaken
from shared.media import InputContent, InputFile, Media, require_addressable, sniff
from shared.models import (
    Deployments,
    MediaPart,
    Model,
    NotPlanned,
    Plan,
    SoundPreparation,
    SpeechOptions,
    first_deployment,
    later_deployment,
    preparation_for,
)
from shared.recipes import RecipeCatalog, RecipeSelection

TRANSCRIBE = "Write down what is said in this recording: who says what, and when."
"""What stands before the turns of a recipe that is asked about a transcript in place of a recording."""


class RecipePlanner:
    """Plans by recipes (implements `Planner`). `models` holds a client for each of the `deployments`, by its alias."""

    def __init__(
        self,
        *,
        files: InputContent,
        recipes: RecipeCatalog,
        deployments: Deployments,
        models: Mapping[str, Model],
        max_pixels: int,
    ) -> None:
        self._files = files
        self._recipes = recipes
        self._deployments = deployments
        self._models = models
        self._max_pixels = max_pixels

    async def plan(self, file: InputFile) -> Plan:
        """See `Planner.plan`."""
        selection: RecipeSelection | None = None
        media: Media | None = None
        try:
            require_addressable(file.name)
            selection = self._recipes.choose(file.name, file.metadata)
            if file.is_archived:
                raise _archived()
            if file.is_locked:
                raise _locked()
            media = await self._sniff(file)
            selection = selection or self._recipes.default_for(media.kind, file.metadata)
            selection.require(media.kind)
            return await self._plan(file, selection, media)
        except FileRejected as error:
            raise NotPlanned(error, selection, media) from error

    async def _plan(self, file: InputFile, selection: RecipeSelection, media: Media) -> Plan:
        recipe, source = selection.recipe, self._files.open(file)
        first = first_deployment(media, recipe, self._deployments)
        is_cut = recipe.pieces == "join"
        sent_as = self._deployments.transport(first, media, recipe.send, source.size, is_cut=is_cut)
        part = MediaPart(media, source, sent_as or "inline", recipe.detail)
        preparation = preparation_for(media, first.capability, recipe, sent_as)
        in_pieces = isinstance(preparation, SoundPreparation) and preparation.cuts(media)
        later = later_deployment(recipe, first, self._deployments, is_in_pieces=in_pieces)
        speech = SpeechOptions(selection.spoken_language, recipe.phrases, recipe.speakers, recipe.words)
        prompt = await asyncio.to_thread(selection.render)
        if first.capability.is_speech and recipe.transcript == "instead":
            prompt = replace(prompt, turns=(TRANSCRIBE, *prompt.turns))
        return Plan(selection, part, prompt, self._models[first.alias], self._models[later.alias], preparation, speech)

    def naming_others(self, error: KindNotTaken, plan: Plan) -> KindNotTaken:
        """See `Planner.naming_others`."""
        media, asked = plan.media.media, plan.first.deployment
        chat = [each for each in self._deployments if not each.capability.is_speech]
        others = [each.name for each in chat if each.name != asked.name and each.capability.takes(media)]
        if others:
            error.next_step = f"Name a deployed model that takes {error.kind} in the recipe: {', '.join(others)}."
        else:
            error.next_step = (
                f"Deploy a model that takes {error.kind}, and name it with"
                f" AZURE_INFERENCE_DEPLOYMENT_{error.kind.upper()}."
            )
        return error

    async def _sniff(self, file: InputFile) -> Media:
        return await sniff(partial(self._files.read_range, file), file.size, file.head, max_pixels=self._max_pixels)


def _archived() -> FileRejected:
    return FileRejected(
        "archived",
        "The file lies in the archive tier, from which nothing can be read.",
        "Bring it to another tier, and when it is there, drop it again or run `dropscribe redrive --code archived`.",
        retryable=True,
    )


def _locked() -> FileRejected:
    return FileRejected(
        "unreadable_file",
        "The file is encrypted with a key of the uploader's, which storage does not keep, so it cannot be read.",
        "Drop the file again without a key; storage encrypts it all the same.",
    )
