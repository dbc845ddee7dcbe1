"""What was found out about a file, and its form in JSON (docs/cli.md)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cli.uploads import Upload
from shared.errors import FileRejected
from shared.media import InputFile, Media, Transport
from shared.models import CURRENCY, Cost, Deployment, MediaPart, Piece
from shared.recipes import RecipeSelection, Tier


@dataclass(frozen=True)
class Model:
    """Who would be asked.

    Attributes:
        first: with the file.
        later: from the second turn on; None where there is no such turn.
        sent_as: how the file, or what is made of it, would travel.
        tier: of chat models, that would be asked first.
    """

    first: Deployment
    later: Deployment | None
    sent_as: Transport
    tier: Tier = None


@dataclass(frozen=True)
class Request:
    """What would be asked.

    Attributes:
        pieces: what the first turn would be asked about, one after the other; each with what would be sent.
        is_converted: whether that is made of the file, and not the file as it lies.
        count: how many calls of a model all turns take, if no answer is doubted.
        tokens: what these may cost, roughly.
        cost: what these may cost in US dollars, by answers of a likely length; None where a price is not known.
    """

    pieces: Sequence[Piece]
    is_converted: bool
    count: int
    tokens: int
    cost: Cost | None = None


@dataclass(frozen=True)
class Checked:
    """A file, and what would become of it.

    Attributes:
        selection: the recipe with its inputs, where it is known.
        media: what the file is, where that is known.
        model: None where the file would be refused before one is chosen.
        request: None where the file would be refused.
        error: why it would be refused; None where it would be answered.
    """

    upload: Upload
    file: InputFile
    selection: RecipeSelection | None
    media: Media | None
    model: Model | None = None
    request: Request | None = None
    warnings: Sequence[str] = ()
    error: FileRejected | None = None

    def fields(self) -> dict[str, Any]:
        """As JSON has it; what stands in documents too has the same names and places there."""
        return {
            "status": "error" if self.error else "ok",
            "path": str(self.upload.path),
            "input": _input(self.file, self.media),
            "recipe": _recipe(self.selection) if self.selection else None,
            "model": _model(self.model) if self.model else None,
            "request": _request(self.request) if self.request else None,
            "warnings": list(self.warnings),
            "error": _error(self.error) if self.error else None,
        }


def _input(file: InputFile, media: Media | None) -> dict[str, Any]:
    return {
        "name": file.name,
        "bytes": file.size,
        "media_type": media.media_type if media else None,
        "kind": media.kind if media else None,
        "pixels": list(media.pixels) if media and media.pixels else None,
        "seconds": media.seconds if media else None,
        "speech_seconds": media.speech_seconds if media else None,
        "pages": media.pages if media else None,
    }


def _recipe(selection: RecipeSelection) -> dict[str, Any]:
    return {
        "name": selection.recipe.name,
        "digest": selection.recipe.digest,
        "inputs": dict(selection.inputs),
    }


def _model(model: Model) -> dict[str, Any]:
    return {
        "deployment": model.first.name,
        "then": model.later.name if model.later else None,
        "api": model.first.endpoint.api,
        "sent_as": model.sent_as,
        "tier": model.tier,
    }


def _request(request: Request) -> dict[str, Any]:
    return {
        "is_converted": request.is_converted,
        "pieces": [_piece(each) for each in request.pieces],
        "count": request.count,
        "estimated_tokens": request.tokens,
        "estimated_cost": _cost(request.cost) if request.cost else None,
    }


def _cost(cost: Cost) -> dict[str, Any]:
    return {"amount": cost.rounded, "currency": CURRENCY, "prices": cost.prices}


def _piece(piece: Piece) -> dict[str, Any]:
    return {
        "start": piece.extent.start,
        "end": piece.extent.end,
        "first_page": piece.extent.first_page,
        "last_page": piece.extent.last_page,
        "speech_seconds": None if piece.speech_seconds is None else round(piece.speech_seconds, 1),
        "sent": [_sent(part) for part in piece.media],
    }


def _sent(part: MediaPart) -> dict[str, Any]:
    return {
        "media_type": part.media.media_type,
        "bytes": part.source.size,
        "pixels": list(part.media.pixels) if part.media.pixels else None,
    }


def _error(error: FileRejected) -> dict[str, Any]:
    return {
        "code": error.code,
        "message": error.message,
        "retryable": error.retryable,
        "next_step": error.next_step,
    }
