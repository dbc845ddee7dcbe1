"""What is to be done with a file: decided before anything is paid for."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from shared.errors import FileRejected
from shared.media import Media
from shared.models.chat import MediaPart
from shared.models.preparation import Preparation
from shared.models.speech import SpeechOptions
from shared.models.turn import Model, is_speech
from shared.recipes import Prompt, RecipeSelection


@dataclass(frozen=True)
class Plan:
    """The recipe with its inputs, how the file travels, what is asked, and of whom.

    Attributes:
        first: the model that is asked first, with the file.
        later: the model that is asked from the second turn on.
        speech: what is asked of `first`, where that is a speech model.
        preparation: what is to be done with the file first; None where it travels as it lies.
    """

    selection: RecipeSelection
    media: MediaPart
    prompt: Prompt
    first: Model
    later: Model
    preparation: Preparation | None = None
    speech: SpeechOptions = field(default_factory=SpeechOptions)

    @property
    def key(self) -> Mapping[str, object]:
        """What answers must have been asked for, to be those of this plan."""
        recipe = self.selection.recipe
        asked = {"speech": asdict(self.speech)} if is_speech(self.first) else {}
        first = self.first.deployment.name
        return {"recipe": recipe.digest, "inputs": dict(self.selection.inputs), "first": first, **asked}


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
