"""What a conversation hands out to be kept until there is a document. It is stored by `shared/processing/kept.py`."""

import itertools
from dataclasses import dataclass, replace
from typing import Self

from shared.media import Media, Transport
from shared.models.chat import ChatAnswer
from shared.models.exchange import Exchange, Extent


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What is kept of a conversation, to be gone on with.

    Attributes:
        exchanges: what was asked and answered, turn by turn.
        empty: answers that said nothing, where the same is to be asked again.
        sha256: the digest of the content, where it passed through Dropscribe.
        about_pieces: what was asked and answered about pieces of the file, while others are missing.
        extents: the pieces, so that the file is cut in the same places again.
        media: what the file turned out to be.
        sent_as: how it, or what was made of it, travelled.
    """

    exchanges: tuple[Exchange, ...] = ()
    empty: tuple[ChatAnswer, ...] = ()
    sha256: str | None = None
    about_pieces: tuple[Exchange, ...] = ()
    extents: tuple[Extent, ...] = ()
    media: Media | None = None
    sent_as: Transport | None = None

    def up_to_failure(self) -> Self | None:
        """What is of use where the file ended in an error and is asked about again; None where nothing is."""
        exchanges = tuple(itertools.takewhile(lambda each: not each.answer.is_withheld, self.exchanges))
        return replace(self, exchanges=exchanges, empty=()) if exchanges or self.about_pieces else None
