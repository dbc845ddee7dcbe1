"""PDFs that run programs, fetch things, are locked, are huge, or never end."""

from collections.abc import Iterator, Sequence

from tests.corpus.ingredients import SIGN, SIGN_WORDS
from tests.corpus.made import DAMAGED, NOT_MEDIA, TOO_MUCH, Made, constant, either, refused
from tests.corpus.writers.deflated import deflated_zeros
from tests.corpus.writers.pdf import A4, Page, number_of_more, of_objects, pdf, stream, text

_MIB = 1 << 20
_SIGN = Page(text([SIGN]))
_FORM = b"/Type /XObject /Subtype /Form /BBox [0 0 600 800] "


def _of_size(box: Sequence[float]) -> bytes:
    return pdf([Page(text([SIGN]), box=box)])


def _many_pages(count: int) -> bytes:
    """One page, which stands so many times in the list of pages."""
    page = b"<</Type /Page /Parent 2 0 R /MediaBox [0 0 100 100]>>"
    kids = b"<</Type /Pages /Count %d /Kids [%b]>>" % (count, b"3 0 R " * count)
    return of_objects([b"<</Type /Catalog /Pages 2 0 R>>", kids, page])


def _tree_in_a_circle() -> bytes:
    return of_objects([b"<</Type /Catalog /Pages 2 0 R>>", b"<</Type /Pages /Count 9 /Kids [2 0 R 2 0 R]>>"])


def _tables_in_a_circle() -> bytes:
    made = pdf([_SIGN])
    at = made.rindex(b"xref\n0", 0, made.rindex(b"startxref"))
    return made.replace(b"trailer\n<<", b"trailer\n<</Prev %d " % at)


def _nested(depth: int) -> bytes:
    return pdf([_SIGN], catalog=b"/Deep " + b"[" * depth + b"]" * depth)


def _forms(count: int, times: int) -> bytes:
    """Each form draws the next so many times: together more than any machine can draw."""
    first = number_of_more(1)
    forms = []
    for number in range(count):
        used = b"/Resources <</XObject <</N %d 0 R>>>>" % (first + number + 1)
        forms.append(stream(b"/N Do " * times if number < count - 1 else b"0 0 9 9 re f", _FORM + used))
    return pdf([Page(b"/N Do")], *forms, resources=b"/XObject <</N %d 0 R>>" % first)


def _form_of_itself() -> bytes:
    first = number_of_more(1)
    used = b"/XObject <</N %d 0 R>>" % first
    return pdf([Page(b"/N Do")], stream(b"/N Do", _FORM + b"/Resources <<%b>>" % used), resources=used)


def _deflated_page() -> bytes:
    """A page that draws nothing, in a gigabyte of zeros."""
    pages = b"<</Type /Pages /Count 1 /Kids [3 0 R]>>"
    page = b"<</Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] /Contents 4 0 R>>"
    content = stream(deflated_zeros(1024 * _MIB), b"/Filter /FlateDecode")
    return of_objects([b"<</Type /Catalog /Pages 2 0 R>>", pages, page, content])


def _drawing(entries: bytes, content: bytes) -> bytes:
    """A page with one picture."""
    picture = stream(content, b"/Type /XObject /Subtype /Image " + entries)
    return pdf([Page(b"500 0 0 500 0 0 cm /P Do")], picture, resources=b"/XObject <</P %d 0 R>>" % number_of_more(1))


def _picture_bomb() -> bytes:
    entries = b"/Width 60000 /Height 60000 /BitsPerComponent 1 /ColorSpace /DeviceGray /Filter /FlateDecode"
    return _drawing(entries, deflated_zeros(450_000_000))


def _garbled_picture(name: bytes) -> bytes:
    entries = b"/Width 600 /Height 600 /BitsPerComponent 8 /ColorSpace /DeviceGray /Filter /%b" % name
    return _drawing(entries, bytes(range(256)) * 8)


def _pattern_of_specks() -> bytes:
    """A page of hundreds of millions of tiles."""
    kind = b"/Type /Pattern /PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 1 1] /Resources <<>> "
    tile = stream(b"0 0 .01 .01 re f", kind + b"/XStep .02 /YStep .02")
    used = b"/Pattern <</P %d 0 R>>" % number_of_more(1)
    return pdf([Page(b"/Pattern cs /P scn 0 0 595 842 re f")], tile, resources=used)


def _acting(action: bytes) -> bytes:
    """A document that does something as soon as it is opened, and once more with its page."""
    return pdf([Page(text([SIGN]), b"/AA <</O <<%b>>>>" % action)], catalog=b"/OpenAction <<%b>>" % action)


def _locked_with(password: bytes) -> bytes:
    return pdf([_SIGN], password=password)


def _external(port: int) -> bytes:
    """A page whose drawing lies elsewhere."""
    address = b"/FS /URL /F (http://127.0.0.1:%d/page)" % port
    pages = b"<</Type /Pages /Count 1 /Kids [3 0 R]>>"
    page = b"<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R>>"
    return of_objects([b"<</Type /Catalog /Pages 2 0 R>>", pages, page, stream(b"", b"/F <<%b>>" % address)])


def _odd_pages() -> Iterator[Made]:
    yield either("a_million_points.pdf", lambda: _of_size((0, 0, 1e6, 1e6)))
    yield either("a_billion_points.pdf", lambda: _of_size((0, 0, 1e9, 1e9)))
    yield either("a_long_strip.pdf", lambda: _of_size((0, 0, 10, 100_000)))
    yield either("no_height.pdf", lambda: _of_size((0, 0, 595, 0)))
    yield either("corners_swapped.pdf", lambda: _of_size((595, 842, 0, 0)))
    yield either("unit_of_75000.pdf", lambda: pdf([Page(text([SIGN]), b"/UserUnit 75000", A4)]))
    yield refused("hundred_thousand_pages.pdf", lambda: _many_pages(100_000), TOO_MUCH)
    yield refused("pages_in_a_circle.pdf", _tree_in_a_circle, TOO_MUCH)
    yield either("tables_in_a_circle.pdf", _tables_in_a_circle)
    yield either("hundred_thousand_brackets.pdf", lambda: _nested(100_000))
    yield either("forms_without_end.pdf", lambda: _forms(12, 10))
    yield either("form_of_itself.pdf", _form_of_itself)
    yield either("page_of_a_gigabyte.pdf", _deflated_page)
    yield either("picture_of_60000.pdf", _picture_bomb)
    yield either("tiles_without_end.pdf", _pattern_of_specks)
    for name in (b"JBIG2Decode", b"JPXDecode", b"CCITTFaxDecode", b"DCTDecode", b"LZWDecode"):
        yield either(f"garbled_{name.decode().lower()}.pdf", constant(_garbled_picture(name)))
    yield refused("locked.pdf", lambda: _locked_with(b"secret"), NOT_MEDIA | DAMAGED)
    yield refused("only_its_first_line.pdf", constant(b"%PDF-1.7\n"))
    yield refused("no_catalogue.pdf", constant(b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF"))
    yield refused(
        "no_pages.pdf", lambda: of_objects([b"<</Type /Catalog /Pages 2 0 R>>", b"<</Type /Pages /Kids []>>"])
    )


def _acting_pages(port: int) -> Iterator[Made]:
    here = b"http://127.0.0.1:%d" % port
    script = b"app.launchURL('%b/script'); while (true) {}" % here
    actions = {
        "runs_a_script": b"/S /JavaScript /JS (%b)" % script.replace(b"(", b"\\(").replace(b")", b"\\)"),
        "opens_a_page": b"/S /URI /URI (%b/page)" % here,
        "starts_a_program": b"/S /Launch /F (/bin/sh) /Win <</F (cmd.exe) /P (/c calc)>>",
        "sends_a_form": b"/S /SubmitForm /F <</FS /URL /F (%b/form)>>" % here,
        "goes_to_another_file": b"/S /GoToR /F <</FS /URL /F (%b/other.pdf)>> /D [0 /Fit]" % here,
        "imports_data": b"/S /ImportData /F (/etc/passwd)",
    }
    for name, action in actions.items():
        yield Made(f"{name}.pdf", "image", constant(_acting(action)), SIGN_WORDS)
    yield either("drawing_lies_elsewhere.pdf", lambda: _external(port))


def bad_pages(port: int) -> tuple[Made, ...]:
    """All of them; what they would fetch lies at that port of this machine."""
    return (*_odd_pages(), *_acting_pages(port))
