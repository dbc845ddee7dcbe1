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
        kind: `image` or `audio`. The pages of a PDF are images; of a film, its sound counts.
        media_type: for example `image/heic`, or `video/mp4` for a film.
        format: what reads it. `png`, `jpeg`, `webp`, `gif`, `wav` and `mp3` are also names in the model's API; the
            others, which no model takes, stand in `shared/media/accepted.py`.
        seconds: how long a recording plays; None where that could only be guessed: no file is refused on a guess.
        is_plain: whether services take such a file as it is. Not so: every format but the six; pictures that lie on
            their side, have 16 bits a sample, four inks, or more than one frame (an animated PNG shows its first one
            everywhere); WAV that is not 8 or 16 bit PCM, mono or stereo, of 8 to 48 kHz.
        pixels: width and height of a picture as stored, where its header tells them.
        pages: how many pictures the file holds; None where that is not known, as of every PDF.
        speech_seconds: how long somebody speaks in a recording; None where Dropscribe did not listen.
    """

    kind: Kind
    media_type: str
    format: str
    seconds: float | None = None
    is_plain: bool = True
    pixels: tuple[int, int] | None = None
    pages: int | None = None
    speech_seconds: float | None = None
