"""What is to be done with a file before a model is asked: decided from what the file is, before all of it is read."""

from dataclasses import dataclass

from shared.media import Media, Transport
from shared.models.capabilities import ModelCapabilities
from shared.recipes import PagesPolicy, Recipe


@dataclass(frozen=True)
class PicturePreparation:
    """Pictures that the model takes are to be made of the file, one of each page.

    Attributes:
        formats: those that the model takes.
        max_bytes: of each picture.
        max_side: pixels of the longer side that are of use to the model.
        max_images: how many pictures a request takes.
        pages: which pages are asked about, and whether together.
        in_one_request: whether the pages that one request takes are all that can be asked about.
    """

    formats: tuple[str, ...]
    max_bytes: int
    max_side: int
    max_images: int
    pages: PagesPolicy
    in_one_request: bool


@dataclass(frozen=True)
class SoundPreparation:
    """The recording is to be listened to, and converted and cut where that is needed.

    Attributes:
        may_stay: whether it may travel as it lies, if it turns out to be short enough.
        max_bytes: of each piece.
        max_seconds: of each piece; None where no length is too long for the model.
        is_cut: whether a longer recording is cut into pieces; else it is refused.
        needs_speech: whether there is nothing to ask where nobody speaks.
    """

    may_stay: bool
    max_bytes: int
    max_seconds: float | None
    is_cut: bool
    needs_speech: bool

    def cuts(self, media: Media) -> bool:
        """Whether such a recording is certain to be cut: its length is known, and it is too long for one piece."""
        return self.is_cut and self.max_seconds is not None and (media.seconds or 0) > self.max_seconds


type Preparation = PicturePreparation | SoundPreparation


def preparation_for(
    media: Media, capability: ModelCapabilities, recipe: Recipe, sent_as: Transport | None
) -> Preparation | None:
    """What is to be done first; None where the file travels as it lies. `sent_as` is None if that is too large."""
    fits = capability.takes_as_it_is(media) and sent_as is not None
    if media.kind == "image":
        is_too_wide = media.pixels is not None and max(media.pixels) > capability.max_side
        if fits and not is_too_wide:
            return None
        return PicturePreparation(
            formats=tuple(capability.image_formats),
            max_bytes=capability.max_bytes,
            max_side=capability.max_side,
            max_images=capability.max_images,
            pages=recipe.pages,
            in_one_request=recipe.schema is not None,
        )
    is_cut = recipe.pieces == "join"
    if fits and not is_cut:
        return None
    speakers = recipe.speakers and capability.is_speech
    seconds = capability.piece_seconds(speakers=speakers) if is_cut else capability.max_seconds
    return SoundPreparation(fits, capability.max_bytes, seconds, is_cut=is_cut, needs_speech=is_cut)
