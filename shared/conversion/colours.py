"""Any kind of pixels in grey or sRGB with 8 bits: no transparency, no palette, nothing clipped."""

import io
import math

from PIL import Image, ImageChops

_PLAIN = ("L", "RGB", "CMYK", "LAB")
_DEEP = ("I", "F")
_BIT_DEPTHS = (8, 10, 12, 14, 16)

LIGHT = 200
"""Of 255: what is lighter than this on average would not be seen on white."""


def eight_bits(image: Image.Image) -> Image.Image:
    """The pixels in L, RGB, CMYK or LAB, laid on a ground where they are transparent."""
    if image.mode in _DEEP or image.mode.startswith("I;16"):
        return _from_deep(image)
    if image.has_transparency_data:
        return _on_ground(image)
    if image.mode in _PLAIN:
        return image
    return image.convert("L" if image.mode == "1" else "RGB")


def _from_deep(image: Image.Image) -> Image.Image:
    """Scale 16 bits, 32 bits or fractions to 8 bits."""
    if image.mode not in (*_DEEP, "I;16"):
        image = image.convert("I")
    black, white = _range(image)
    factor = 255 / (white - black)
    return image.point(lambda value: value * factor - black * factor).convert("L")


def _range(image: Image.Image) -> tuple[float, float]:
    """Which values are black and white.

    A scanner or camera of 12 bits stores them in 16, so white is the most that the bits in use can say. Fractions are
    of 1. Where neither fits, the extremes are taken.
    """
    low, high = (float(each) for each in image.getextrema())  # type: ignore[arg-type] # one band
    if not (math.isfinite(low) and math.isfinite(high)):
        return 0.0, 1.0
    if image.mode == "F" and low >= 0 and high <= 1:
        return 0.0, 1.0
    if low >= 0:
        for bits in _BIT_DEPTHS:
            if high < 1 << bits:
                return 0.0, float((1 << bits) - 1)
    return low, max(high, low + 1)


def _on_ground(image: Image.Image) -> Image.Image:
    """Lay the picture on white; or on black, if what is seen of it is so light that it would vanish."""
    if image.mode not in ("RGBA", "LA"):
        image = image.convert("RGBA")
    alpha = image.getchannel("A")
    image = image.convert(image.mode[:-1])  # what lies there, without its transparency
    if alpha.getextrema() != (255, 255):
        ground = 0 if _is_light(image, alpha) else 255
        image.paste((ground,) * len(image.getbands()), mask=ImageChops.invert(alpha))
    return image


def _is_light(image: Image.Image, alpha: Image.Image) -> bool:
    seen = image.convert("L").histogram(mask=alpha.point(lambda value: 255 * (value > 127), "1"))
    return sum(value * count for value, count in enumerate(seen)) > LIGHT * max(1, sum(seen))


def in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """The picture in L or RGB, by its profile where it has one that fits and is not sRGB itself."""
    if profile and (managed := _by_profile(image, profile)):
        return managed
    return image if image.mode in ("L", "RGB") else image.convert("RGB")


def _by_profile(image: Image.Image, profile: bytes) -> Image.Image | None:
    from PIL import ImageCms  # noqa: PLC0415 - most pictures have no profile

    try:
        own = ImageCms.getOpenProfile(io.BytesIO(profile))
        if ImageCms.getProfileDescription(own).startswith("sRGB"):
            return None
        return ImageCms.profileToProfile(image, own, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):  # broken, or of another kind of pixels: viewers go without it
        return None
