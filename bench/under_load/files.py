"""What is dropped: small pictures, and documents of three pages, by which the model knows what it is asked about."""

import base64
import io
import re
from typing import NamedTuple

from PIL import Image

PAGES = 3
"""Of a document, about each of which a model is asked by itself: three pieces, of which each is kept."""

_DIGITS = 16
_BITS = 32
"""Of the number that a page shows, each as a black or a white square: a picture of the page may be a JPEG."""
_SQUARE = 8
_DATA = re.compile(rb"base64,([A-Za-z0-9+/=]+)")


class Asked(NamedTuple):
    """What a call is about: the number of a version, and the page, from 1; 0 is the whole file."""

    version: int
    page: int = 0


def picture(version: int) -> bytes:
    """A picture that is sent as it is: what follows the end of a PNG shows nothing."""
    made = io.BytesIO()
    Image.new("RGB", (8, 8), "white").save(made, "PNG")
    return made.getvalue() + _mark(version)


def document(version: int) -> bytes:
    """A document of which every page shows the version and its own number."""
    made = io.BytesIO()
    first, *others = (_page(version, number) for number in range(1, PAGES + 1))
    first.save(made, "TIFF", save_all=True, append_images=others)
    return made.getvalue() + _mark(version)  # for those who send it whole


def asked_in(body: bytes) -> Asked:
    """What a request shows to the model."""
    found = _DATA.search(body)
    assert found
    data = base64.b64decode(found[1])
    if data[-_DIGITS:].isdigit():
        return Asked(int(data[-_DIGITS:]))
    shown = Image.open(io.BytesIO(data)).convert("L").resize((_BITS, 1), Image.Resampling.BOX)
    bits = "".join("1" if shade > 127 else "0" for shade in shown.tobytes())
    return Asked(*divmod(int(bits, 2), PAGES + 1))


def _mark(version: int) -> bytes:
    return f"{version:0{_DIGITS}}".encode()


def _page(version: int, number: int) -> Image.Image:
    bits = f"{version * (PAGES + 1) + number:0{_BITS}b}"
    shown = Image.new("L", (_BITS, 1))
    shown.putdata([255 * int(bit) for bit in bits])
    return shown.resize((_BITS * _SQUARE, _SQUARE), Image.Resampling.NEAREST)
