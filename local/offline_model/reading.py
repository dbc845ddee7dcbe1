"""Text in pictures, by rapidocr with the models that its package carries."""

import asyncio
import io
import logging
from dataclasses import dataclass

from PIL import Image, ImageFile, ImageOps
from rapidocr import RapidOCR
from rapidocr.utils.output import RapidOCROutput

from local.offline_model.question import Picture
from local.offline_model.refusal import Refusal

FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
ImageFile.LOAD_TRUNCATED_IMAGES = True  # as viewers: half a picture is shown, and so is one with a damaged comment


@dataclass(frozen=True)
class Seen:
    """The lines of text in a picture, from top to bottom, and its size in pixels."""

    lines: tuple[str, ...]
    width: int
    height: int


class Reader:
    """A text recognizer, loaded once. Loading takes 1 to 3 s."""

    def __init__(self) -> None:
        logging.getLogger("RapidOCR").setLevel(logging.ERROR)
        self._engine = RapidOCR(params={"Global.log_level": "error"})
        self._one_at_a_time = asyncio.Lock()

    async def read(self, picture: Picture) -> Seen:
        """Read the text.

        Raises:
            Refusal: it is not a picture that the service takes.
        """
        image = await asyncio.to_thread(_decode, picture)
        async with self._one_at_a_time:
            found = await asyncio.to_thread(self._recognize, image)
        lines = found.txts if isinstance(found, RapidOCROutput) else None
        return Seen(tuple(lines or ()), image.width, image.height)

    def _recognize(self, image: Image.Image) -> object:
        try:
            return self._engine(image)
        except Exception as error:  # a strip one pixel wide, say
            raise Refusal(400, "invalid_image", "The image could not be processed.") from error


def _decode(picture: Picture) -> Image.Image:
    try:
        with Image.open(io.BytesIO(picture.data), formats=FORMATS) as image:
            return ImageOps.exif_transpose(image).convert("RGB")
    except Exception as error:
        message = "You uploaded an unsupported image: it must be one of 'png', 'jpeg', 'gif', 'webp'."
        raise Refusal(400, "invalid_image_format", message) from error
