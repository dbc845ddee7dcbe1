"""How like the right one a picture looks."""

import io

from PIL import Image, ImageChops, ImageOps, ImageStat

NEAR = 12
"""How far levels of grey may be from the right ones, on average: coders lose some, words are far more."""


def seen(content: bytes) -> Image.Image:
    """The first frame as people see it: turned, on white, in greys from black to white."""
    with Image.open(io.BytesIO(content)) as opened:
        picture = ImageOps.exif_transpose(opened)
    if picture.mode in ("I;16", "I;16B", "F"):
        numbers = picture.convert("F")
        levels = numbers.getextrema()
        low, high = float(str(levels[0])), float(str(levels[1]))
        return numbers.point(lambda level: level * (255 / (high - low)) - low * 255 / (high - low)).convert("L")
    if picture.mode == "LAB":
        return picture.getchannel(0)
    if "A" in picture.getbands() or "transparency" in picture.info:
        layers = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", layers.size, "white"), layers)
    return ImageOps.autocontrast(picture.convert("RGB").convert("L"))


def difference(one: Image.Image, other: Image.Image) -> float:
    return float(
        ImageStat.Stat(ImageChops.difference(one.resize((160, 64)), other.convert("L").resize((160, 64)))).mean[0]
    )
