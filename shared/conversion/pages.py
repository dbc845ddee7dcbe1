"""The pages of a PDF as pictures, by pdfium. It is built without JavaScript and XFA, and fetches nothing."""

import contextlib
import math
from collections.abc import Iterator
from typing import BinaryIO

import pypdfium2
from PIL import Image

from shared.conversion.shrinking import Picture, scaled
from shared.conversion.task import Refused, Task

DPI = 200
"""Small letters of 8-point print are 11 pixels high then; docs/decisions/pictures.md has what is read at less."""

MIN_DPI = 100
"""Below it print of 8 points is lost, so a page is told to have been scaled down."""

POINTS_AN_INCH = 72

_REASONS = {0: "empty", 4: "password", 5: "password"}
"""FPDF_ERR_SUCCESS, of a file that has no pages, FPDF_ERR_PASSWORD and FPDF_ERR_SECURITY (fpdfview.h)."""


def open_pages(task: Task, file: BinaryIO) -> tuple[int, Iterator[Picture | None]]:
    """How many pages the file has, and their pictures, each drawn when it is asked for; None for a damaged page.

    Raises:
        Refused: it does not open, or has no pages or too many.
    """
    try:
        document = pypdfium2.PdfDocument(file)
    except pypdfium2.PdfiumError as error:
        raise Refused(_REASONS.get(error.err_code, "damaged")) from error
    with contextlib.suppress(pypdfium2.PdfiumError):  # a form that is broken is left out
        document.init_forms()
    count = len(document)
    if count > task.max_pages and not task.is_first_only:
        raise Refused("pages", count)
    return count, (_page(document, number, task) for number in range(1 if task.is_first_only else count))


def _page(document: pypdfium2.PdfDocument, number: int, task: Task) -> Picture | None:
    try:
        page = document[number]
        size = page.get_size()
        scale = _scale(size, task)
        image = _drawn(page, scale)
        page.close()
    except MemoryError:
        raise
    except Exception:  # whatever it is that pdfium cannot draw: the other pages are of use without it
        return None
    is_legible = scale * POINTS_AN_INCH >= MIN_DPI
    return Picture(image, image.size if is_legible else scaled(size, DPI / POINTS_AN_INCH), number + 1)


def _drawn(page: pypdfium2.PdfPage, scale: float) -> Image.Image:
    bitmap = page.render(scale=scale, may_draw_forms=True, draw_annots=True, limit_image_cache=True)
    image: Image.Image = bitmap.to_pil()
    return image


def _scale(size: tuple[float, float], task: Task) -> float:
    """Pixels a point: as many as print needs, within what the model has use for and what may be held."""
    width, height = size
    if not (width > 0 and height > 0):
        raise ValueError("a page without a size")
    longest = (task.max_side - 0.01) / max(width, height)  # pdfium rounds up
    largest = math.sqrt(task.max_pixels / (width * height))
    return min(DPI / POINTS_AN_INCH, longest, largest)
