"""Text in pictures, by rapidocr with the models that its package carries."""

from __future__ import annotations

import asyncio
import io
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image, ImageFile, ImageOps

from local.offline_model.loading import Loaded
from local.offline_model.question import Picture
from local.offline_model.refusal import Refusal

if TYPE_CHECKING:
    from rapidocr import RapidOCR

log = logging.getLogger("offline_model")

FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
ImageFile.LOAD_TRUNCATED_IMAGES = True  # as viewers: half a picture is shown, and so is one with a damaged comment


@dataclass(frozen=True)
class Seen:
    """The lines of text in a picture, from top to bottom, and its size in pixels."""

    lines: tuple[str, ...]
    width: int
    height: int


_ONE_THREAD = {f"EngineConfig.onnxruntime.{which}_op_num_threads": 1 for which in ("intra", "inter")}
"""More threads wait by spinning: beside other work they took twice as long. One gives the same on every machine."""


class Reader:
    """A text recognizer, loaded once. Loading takes 1 to 3 s."""

    def __init__(self) -> None:
        self._engine = Loaded(_load)
        self._one_at_a_time = asyncio.Lock()

    async def load(self) -> None:
        """Load the recognizer, if that has not been done."""
        await self._engine.get()

    async def read(self, picture: Picture) -> Seen:
        """Read the text.

        Raises:
            Refusal: it is not a picture that the service takes.
        """
        image = await asyncio.to_thread(_decode, picture)
        engine = await self._engine.get()
        async with self._one_at_a_time:
            log.info("reads a picture of %d x %d pixels", image.width, image.height)
            found = await asyncio.to_thread(_recognize, engine, image)
        lines = getattr(found, "txts", None)  # where there is no text, it is another class
        return Seen(tuple(lines or ()), image.width, image.height)


def _load() -> RapidOCR:
    from rapidocr import RapidOCR  # noqa: PLC0415 - takes a second, in which the server listens already

    logging.getLogger("RapidOCR").setLevel(logging.ERROR)
    engine = RapidOCR(params={"Global.log_level": "error", **_ONE_THREAD})
    engine(Image.new("RGB", (64, 64), "white"))  # it reads its files at the first picture
    return engine


def _recognize(engine: RapidOCR, image: Image.Image) -> object:
    try:
        return engine(image)
    except Exception as error:  # a strip one pixel wide, say
        raise Refusal(400, "invalid_image", "The image could not be processed.") from error


def _on_white(image: Image.Image) -> Image.Image:
    """As viewers show it: what is transparent lies on white."""
    if not image.has_transparency_data:
        return image.convert("RGB")
    opaque = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", opaque.size, "white"), opaque).convert("RGB")


def _decode(picture: Picture) -> Image.Image:
    try:
        with Image.open(io.BytesIO(picture.data), formats=FORMATS) as image:
            return _on_white(ImageOps.exif_transpose(image))
    except Exception as error:
        message = "You uploaded an unsupported image: it must be one of 'png', 'jpeg', 'gif', 'webp'."
        raise Refusal(400, "invalid_image_format", message) from error
