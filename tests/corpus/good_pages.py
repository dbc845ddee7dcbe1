"""Documents of one and of many pages, with words that must be read on each."""

import time

from PIL import Image

from tests.corpus.ingredients import (
    DOTS_PER_INCH,
    OTHER_SIGN,
    OTHER_WORDS,
    PRINT_POINTS,
    RECEIPT,
    RECEIPT_WORDS,
    SIGN,
    SIGN_WORDS,
    saved,
    sign,
)
from tests.corpus.made import Content, Made
from tests.corpus.photographs import stored
from tests.corpus.writers.pdf import Page, number_of_more, pdf, stream, text

FRUITS = ("APPLE", "PEACH", "LEMON", "GRAPE", "MELON", "PLUM", "CHERRY", "MANGO", "OLIVE", "QUINCE", "BANANA", "ORANGE")
"""One for each page, so that none can take another's place."""

_A4_PIXELS = (1654, 2339)
"""A4 at 200 dpi."""
_BLANK = Page(b"")


def _printed(*words: str, entries: bytes = b"") -> Page:
    return Page(text(words), entries)


def _scanned(*words: str) -> list[Image.Image]:
    return [sign(each, _A4_PIXELS, 160) for each in words]


def _scanned_pdf() -> bytes:
    first, *later = _scanned(SIGN, FRUITS[0])
    then = time.gmtime(0)
    dates = {"creationDate": then, "modDate": then}
    return saved(first, "PDF", save_all=True, append_images=later, resolution=DOTS_PER_INCH, **dates)


def _tiff(first: str, *later: str) -> bytes:
    pages = _scanned(first, *later)
    return saved(pages[0].convert("1"), "TIFF", save_all=True, append_images=pages[1:], compression="tiff_lzw")


def _shown_in_part() -> bytes:
    """Only the upper half is within the crop box."""
    page = Page(text([SIGN]) + b"\n" + text([OTHER_SIGN], top=200), b"/CropBox [0 421 595 842]")
    return pdf([page])


def _form() -> bytes:
    """What was filled into a field stands in its appearance, not in the page."""
    field = number_of_more(1)
    kinds = b"/Type /Annot /Subtype /Widget /FT /Tx /T (name) /F 4"
    shown = b"/V (%b) /Rect [60 680 500 760] /AP <</N %d 0 R>>" % (SIGN.encode(), field + 1)
    drawn = b"/Type /XObject /Subtype /Form /BBox [0 0 440 80] /Resources <</Font <</F1 3 0 R>>>>"
    return pdf(
        [Page(b"", b"/Annots [%d 0 R]" % field)],
        b"<<%b %b>>" % (kinds, shown),
        stream(text([SIGN], left=4, top=20), drawn),
        catalog=b"/AcroForm <</Fields [%d 0 R] /DR <</Font <</F1 3 0 R>>>>>>" % field,
    )


def _with_a_picture() -> bytes:
    """A photograph on a page, as programs for letters write it."""
    picture = sign()
    size = b"/Width %d /Height %d /BitsPerComponent 8 /ColorSpace /DeviceRGB" % picture.size
    jpeg = stream(saved(picture, "JPEG"), b"/Type /XObject /Subtype /Image /Filter /DCTDecode " + size)
    used = b"/XObject <</P %d 0 R>>" % number_of_more(1)
    return pdf([Page(b"q 500 0 0 200 40 500 cm /P Do Q")], jpeg, resources=used)


def _small_print() -> bytes:
    return pdf([Page(text(RECEIPT, points=PRINT_POINTS, top=780))])


def _turned_back() -> bytes:
    """A scan that lies on its side, on a page that says how to turn it."""
    lying = stored(6)
    size = b"/Width %d /Height %d /BitsPerComponent 8 /ColorSpace /DeviceRGB" % lying.size
    jpeg = stream(saved(lying, "JPEG"), b"/Type /XObject /Subtype /Image /Filter /DCTDecode " + size)
    page = Page(b"q 240 0 0 600 170 120 cm /P Do Q", b"/Rotate 90")
    return pdf([page], jpeg, resources=b"/XObject <</P %d 0 R>>" % number_of_more(1))


_SIGNS: dict[str, Content] = {
    "letter.pdf": lambda: pdf([_printed(SIGN)]),
    "behind_junk.pdf": lambda: b"\r\n" * 300 + pdf([_printed(SIGN)]),
    "only_on_page_2.pdf": lambda: pdf([_BLANK, _printed(SIGN)]),
    "turned_page.pdf": lambda: pdf([Page(text([SIGN]), b"/Rotate 90", (0, 0, 595, 842))]),
    "scan_turned_back.pdf": _turned_back,
    "opens_without_password.pdf": lambda: pdf([_printed(SIGN)], password=b""),
    "form.pdf": _form,
    "with_a_picture.pdf": _with_a_picture,
}


PAGES = (
    *(Made(name, "image", make, SIGN_WORDS) for name, make in _SIGNS.items()),
    Made("scanned.pdf", "image", _scanned_pdf, (*SIGN_WORDS, FRUITS[0])),
    Made("shown_in_part.pdf", "image", _shown_in_part, SIGN_WORDS, OTHER_WORDS),
    Made("small_print.pdf", "image", _small_print, RECEIPT_WORDS),
    Made("twelve_pages.pdf", "image", lambda: pdf([_printed(fruit) for fruit in FRUITS]), FRUITS),
    Made("words_on_page_3.tiff", "image", lambda: _tiff("", "", SIGN), SIGN_WORDS),
    Made("three_pages.tiff", "image", lambda: _tiff(*FRUITS[:3]), FRUITS[:3]),
)
