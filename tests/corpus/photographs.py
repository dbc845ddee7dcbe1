"""Photographs as cameras and phones write them: turned, with a place on earth in them, as HEIC."""

from PIL import Image

from tests.corpus.ingredients import OTHER_SIGN, SIZE, sign
from tests.corpus.writers import heif

PRIVATE = "Property of Ada Example, 7 Quay Street"
"""Stands in the EXIF of photographs: it must not leave with a picture that was converted."""

ORIENTATION, ARTIST, GPS = 0x0112, 0x013B, 0x8825
_TURNED_BACK = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
"""Orientation (EXIF 2.32, 4.6.4) -> how an upright picture is stored under it."""


def photograph_data(orientation: int | None = None) -> Image.Exif:
    """EXIF with a place on earth and a name in it."""
    exif = Image.Exif()
    exif[ARTIST] = PRIVATE
    if orientation is not None:
        exif[ORIENTATION] = orientation
    place = exif.get_ifd(GPS)
    place.update({1: "N", 2: (53.0, 33.0, 0.0), 3: "E", 4: (9.0, 59.0, 0.0)})
    return exif


def stored(orientation: int) -> Image.Image:
    """The sign, as a camera that was held so stores it."""
    method = _TURNED_BACK.get(orientation)
    return sign() if method is None else sign().transpose(method)


def heic(*properties: bytes, major: bytes = b"heic", picture: Image.Image | None = None) -> bytes:
    """A photograph of a phone in its simplest form."""
    return heif.heif([heif.coded(picture or sign(), *properties)], major, (b"mif1", b"heic", major))


def heic_of_tiles() -> bytes:
    """As phones write them: tiles that are put together, turned by a property, and EXIF that says so once more."""
    lying, (width, height) = stored(6), (SIZE[1], SIZE[0])
    tiles = [heif.coded(lying.crop((0, top, width, top + height // 2))) for top in (0, height // 2)]
    exif = b"\0\0\0\6" + photograph_data(6).tobytes()
    whole = heif.Item(
        b"grid",
        heif.grid(2, 1, (width, height)),
        (heif.extent(width, height), heif.turned(3)),
        (b"dimg", (2, 3)),
    )
    return heif.heif([whole, *tiles, heif.Item(b"Exif", exif, refers=(b"cdsc", (1,)))])


def heic_with_film() -> bytes:
    """A photograph, and the film of pictures that was taken beside it."""
    return heif.behind(heic(major=b"msf1"), heif.sequence(sign(OTHER_SIGN)))
