"""What a file turned out to be, and how it may travel to a model."""

from dataclasses import dataclass
from typing import Literal

type Kind = Literal["image", "audio"]
type Transport = Literal["inline", "url"]
"""How a file travels to the model: as base64 in the request, or as an address."""
type SendPolicy = Literal["inline", "url", "auto"]
"""What a recipe wants of that; `auto` is inline up to the model's limit, and by URL beyond it."""
type Detail = Literal["low", "high", "auto"]
"""How closely a model is to look at a picture."""


@dataclass(frozen=True)
class Media:
    """What a file turned out to be.

    Attributes:
        kind: `image` or `audio`.
        media_type: for example `image/png`.
        format: its name on the model's wire: `png`, `jpeg`, `webp`, `gif`, `wav`, `mp3`.
        seconds: how long a recording plays; None where that could only be guessed: no file is refused on a guess.
    """

    kind: Kind
    media_type: str
    format: str
    seconds: float | None = None
    is_plain: bool = True
    pixels: tuple[int, int] | None = None
    pages: int | None = None
    speech_seconds: float | None = None
