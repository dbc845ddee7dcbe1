"""What is to be done with a file: decided before anything is paid for."""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.errors import FileRejected
from shared.media import Media
from shared.models.chat import ChatModel, MediaPart
from shared.models.preparation import Preparation
from shared.recipes import Prompt, RecipeSelection


@dataclass(frozen=True)
class Plan:
    """The recipe with its inputs, how the file travels, what is asked, and of whom.

    Attributes:
        first: the model that is asked first, with the file.
        later: the model that is asked from the second turn on.
        preparation: what is to be done with the file first; None where it travels as it lies.
    """

    selection: RecipeSelection
    media: MediaPart
    prompt: Prompt
    first: ChatModel
    later: ChatModel
    preparation: Preparation | None = None

    @property
    def key(self) -> Mapping[str, object]:
        """What answers must have been asked for, to be those of this plan."""
        recipe = self.selection.recipe
        return {"recipe": recipe.digest, "inputs": dict(self.selection.inputs), "first": self.first.deployment.name}


class NotPlanned(Exception):
    """A file was refused before there was a whole plan.

    Attributes:
        selection: the recipe, where it was known.
        media: what the file is, where that was known.
    """

    def __init__(self, error: FileRejected, selection: RecipeSelection | None, media: Media | None) -> None:
        super().__init__(str(error))
        self.error = error
        self.selection = selection
        self.media = media
