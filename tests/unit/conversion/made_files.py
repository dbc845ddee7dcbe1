"""Files of pictures and pages, made here, and how `draw` fares with them."""

import io
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from PIL import Image

from shared.conversion.pictures import Drawing, Drawn, PictureLimits, PictureTarget, draw
from shared.conversion.process import ProcessLimits
from shared.conversion.temporary import nameless_file
from shared.errors import FileRejected

TARGET = PictureTarget(("jpeg", "png"), max_bytes=20_000_000, max_side=2048)
LIMITS = PictureLimits(max_pixels=40_000_000, max_pages=20, process=ProcessLimits())

type Colour = tuple[int, int, int]
RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)
CORNERS = (RED, GREEN, BLUE, WHITE)
"""Of `flag`: top left, top right, bottom left, bottom right."""

ORIENTATION = 0x0112
STORED_AS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
"""EXIF orientation -> how an upright picture lies in the file."""


@dataclass(frozen=True)
class Made:
    """What `draw` made of a file."""

    drawing: Drawing
    contents: tuple[bytes, ...]

    @property
    def first(self) -> Drawn:
        return self.drawing.pictures[0]

    @property
    def images(self) -> list[Image.Image]:
        return [Image.open(io.BytesIO(content)) for content in self.contents]

    @property
    def image(self) -> Image.Image:
        return self.images[0]


async def drawn(
    content: bytes,
    format_: str,
    target: PictureTarget = TARGET,
    limits: PictureLimits = LIMITS,
    *,
    is_first_only: bool = False,
) -> Made:
    with nameless_file() as file, nameless_file() as into:
        file.write(content)
        drawing = await draw(file, format_, target, limits, into, is_first_only=is_first_only)
        contents = [await content_of(picture) for picture in drawing.pictures]
    return Made(drawing, tuple(contents))


async def content_of(picture: Drawn) -> bytes:
    return b"".join([piece async for piece in picture.content.chunks()])


async def refusal(content: bytes, format_: str, limits: PictureLimits = LIMITS) -> FileRejected:
    with pytest.raises(FileRejected) as caught:
        await drawn(content, format_, limits=limits)
    assert caught.value.next_step
    return caught.value


def saved(image: Image.Image, form: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def flag(width: int = 64, height: int = 32) -> Image.Image:
    """Four fields, each of another colour, so that it shows how a picture lies."""
    image = Image.new("RGB", (width, height), RED)
    half = width // 2, height // 2
    image.paste(GREEN, (half[0], 0, width, half[1]))
    image.paste(BLUE, (0, half[1], half[0], height))
    image.paste(WHITE, (*half, width, height))
    return image


def photograph(width: int = 640, height: int = 480) -> Image.Image:
    """Nothing of it repeats."""
    return Image.merge("RGB", [Image.effect_noise((width, height), 80) for _ in range(3)])


def stored(orientation: int, image: Image.Image) -> Image.Image:
    """An upright picture, as it lies in a file that tells this orientation."""
    method = STORED_AS.get(orientation)
    return image if method is None else image.transpose(method)


def corners(image: Image.Image) -> list[Colour]:
    """The colours near the four corners."""
    image = image.convert("RGB")
    left, top, right, bottom = image.width // 8, image.height // 8, image.width * 7 // 8, image.height * 7 // 8
    found = [image.getpixel(place) for place in ((left, top), (right, top), (left, bottom), (right, bottom))]
    return [each for each in found if isinstance(each, tuple)]  # type: ignore[misc]


def are_close(found: Sequence[Colour], wanted: Sequence[Colour], tolerance: int = 12) -> bool:
    pairs = zip(found, wanted, strict=True)
    return all(abs(a - b) <= tolerance for one, other in pairs for a, b in zip(one, other, strict=True))


def pdf(*objects: bytes, trailer: bytes = b"") -> bytes:
    """A PDF of these objects, of which the first is the catalog."""
    content, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(content))
        content += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return (
        content
        + b"xref\n0 %d\n0000000000 65535 f \n%btrailer\n<</Size %d /Root 1 0 R %b>>\nstartxref\n%d\n%%%%EOF\n"
        % (
            size,
            table,
            size,
            trailer,
            len(content),
        )
    )


CATALOG = b"<</Type /Catalog /Pages 2 0 R>>"
FONT = b"<</Type /Font /Subtype /Type1 /BaseFont /Helvetica>>"


def stream(content: bytes, entries: bytes = b"") -> bytes:
    return b"<<%b /Length %d>>\nstream\n%b\nendstream" % (entries, len(content), content)


def one_page(
    content: bytes, entries: bytes = b"", *more: bytes, catalog: bytes = CATALOG, size: bytes = b"595 842"
) -> bytes:
    """A PDF of one page, A4 if not told otherwise. Objects 6 and on are `more`; its font is /F."""
    page = b"<</Type /Page /Parent 2 0 R /Contents 4 0 R /MediaBox [0 0 %b] %b /Resources <</Font <</F 5 0 R>>>>>>"
    pages = b"<</Type /Pages /Kids [3 0 R] /Count 1>>"
    return pdf(catalog, pages, page % (size, entries), stream(content), FONT, *more)


def with_a_damaged_page() -> bytes:
    """A PDF of three pages, of which the second is a text in place of a page."""
    kids = b"<</Type /Pages /Kids [3 0 R 6 0 R 3 0 R] /Count 3>>"
    page = b"<</Type /Page /Parent 2 0 R /Contents 4 0 R /MediaBox [0 0 595 842]>>"
    return pdf(CATALOG, kids, page, stream(rectangle((255, 0, 0), 0, 0, 595, 842)), FONT, b"(no page)")


def rectangle(colour: Colour, x: int, y: int, width: int, height: int) -> bytes:
    """Painting it, in points from the bottom left."""
    shares = b" ".join(b"%.3f" % (each / 255) for each in colour)
    return b"%b rg %d %d %d %d re f\n" % (shares, x, y, width, height)


def entry(tag: int, kind: int, value: int) -> bytes:
    """A field of a TIFF, little end first."""
    return struct.pack("<HHII", tag, kind, 1, value)


def tiff(next_ifd: int, width: int = 2, height: int = 2) -> bytes:
    """A grey TIFF whose first index at 8 tells that the next one lies at a place of our choice."""
    fields = [(256, width), (257, height), (258, 8), (259, 1), (262, 1), (273, 200), (277, 1), (278, height), (279, 4)]
    index = struct.pack("<H", len(fields)) + b"".join(entry(tag, 4, value) for tag, value in fields)
    return (b"II*\0\x08\0\0\0" + index + struct.pack("<I", next_ifd)).ljust(200, b"\0") + bytes(4)
