"""Pages of a PDF as pictures."""

import asyncio

import pytest
from PIL import Image

from shared.conversion.pictures import PictureLimits, PictureTarget
from shared.conversion.process import ProcessLimits
from tests.unit.conversion.made_files import (
    BLUE,
    CATALOG,
    GREEN,
    LIMITS,
    RED,
    WHITE,
    are_close,
    corners,
    drawn,
    flag,
    one_page,
    pdf,
    photograph,
    rectangle,
    refusal,
    saved,
    stream,
    with_a_damaged_page,
)

RED_BELOW = rectangle(RED, 0, 0, 595, 421)
"""The lower half of an A4 page."""


async def test_a_page_is_drawn_in_200_dots_an_inch() -> None:
    made = await drawn(one_page(RED_BELOW), "pdf", PictureTarget(("png",), 20_000_000, 4096))
    assert made.image.size == made.first.original == (1653, 2339)
    assert are_close(corners(made.image), [WHITE, WHITE, RED, RED])


async def test_a_page_has_no_more_pixels_than_the_model_has_use_for() -> None:
    made = await drawn(one_page(RED_BELOW), "pdf", PictureTarget(("png",), 20_000_000, 2000))
    assert max(made.image.size) == 2000
    assert made.first.original == made.image.size


async def test_a_page_on_which_print_is_lost_is_told_to_be_scaled_down() -> None:
    made = await drawn(one_page(RED_BELOW), "pdf", PictureTarget(("png",), 20_000_000, 800))
    assert max(made.image.size) == 800
    assert made.first.original == (1653, 2339)


@pytest.mark.parametrize(
    ("turn", "wanted"), [(90, [RED, WHITE] * 2), (180, [RED, RED, WHITE, WHITE]), (270, [WHITE, RED] * 2)]
)
async def test_a_page_is_turned_as_it_says(turn: int, wanted: list[tuple[int, int, int]]) -> None:
    made = await drawn(one_page(RED_BELOW, b"/Rotate %d" % turn), "pdf")
    assert (made.image.width > made.image.height) == (turn != 180)
    assert are_close(corners(made.image), wanted)


async def test_only_what_lies_in_the_crop_box_is_drawn() -> None:
    made = await drawn(one_page(RED_BELOW, b"/CropBox [0 0 595 421]"), "pdf")
    assert made.image.width > made.image.height
    assert are_close(corners(made.image), [RED] * 4)


async def test_notes_and_form_fields_are_drawn() -> None:
    shown = b"/Type /XObject /Subtype /Form /BBox [0 0 595 421]"
    note = b"<</Type /Annot /Subtype /Stamp /Rect [0 421 595 842] /F 4 /AP <</N 7 0 R>>>>"
    field = b"<</Type /Annot /Subtype /Widget /FT /Tx /T (name) /F 4 /Rect [0 0 595 421] /AP <</N 9 0 R>>>>"
    content = one_page(
        b"",
        b"/Annots [6 0 R 8 0 R]",
        note,
        stream(rectangle(BLUE, 0, 0, 595, 421), shown),
        field,
        stream(rectangle(GREEN, 0, 0, 595, 421), shown),
        catalog=b"<</Type /Catalog /Pages 2 0 R /AcroForm <</Fields [8 0 R]>>>>",
    )
    assert are_close(corners((await drawn(content, "pdf")).image), [BLUE, BLUE, GREEN, GREEN])


async def test_every_page_is_drawn_in_its_order() -> None:
    content = saved(flag(), "PDF", save_all=True, append_images=[Image.new("RGB", (64, 32), c) for c in (RED, BLUE)])
    made = await drawn(content, "pdf")
    assert [picture.page for picture in made.drawing.pictures] == [1, 2, 3]
    assert are_close([corners(image)[0] for image in made.images], [RED, RED, BLUE])


async def test_a_damaged_page_is_left_out() -> None:
    made = await drawn(with_a_damaged_page(), "pdf")
    assert ([picture.page for picture in made.drawing.pictures], made.drawing.pages) == ([1, 3], 3)


async def test_the_first_of_too_many_pages_can_be_had_alone() -> None:
    content = saved(flag(), "PDF", save_all=True, append_images=[flag()] * 30)
    made = await drawn(content, "pdf", is_first_only=True)
    assert (made.drawing.pages, len(made.contents)) == (31, 1)


async def test_a_page_of_print_is_a_png_without_colour_and_a_photograph_a_jpeg() -> None:
    print_ = await drawn(one_page(b"BT /F 8 Tf 50 700 Td (Small print) Tj ET"), "pdf")
    assert (print_.first.format, print_.image.mode) == ("png", "L")
    assert (await drawn(saved(photograph(), "PDF"), "pdf")).first.format == "jpeg"


async def test_junk_before_a_pdf_is_passed_over() -> None:
    made = await drawn(b"\r\n" * 300 + one_page(RED_BELOW), "pdf")
    assert are_close(corners(made.image), [WHITE, WHITE, RED, RED])


async def test_too_many_pages_are_refused_by_the_setting_s_name() -> None:
    error = await refusal(saved(flag(), "PDF", save_all=True, append_images=[flag()] * 20), "pdf")
    assert error.code == "too_large"
    assert error.message == "The file has 21 pages; 20 are the most (MAX_PAGES)."


async def test_a_pdf_without_pages_is_refused() -> None:
    error = await refusal(pdf(CATALOG, b"<</Type /Pages /Kids [] /Count 0>>"), "pdf")
    assert (error.code, error.message) == ("damaged_media", "The PDF has no pages.")


async def test_a_pdf_with_a_password_is_refused_as_such() -> None:
    locked = b"<</Filter /Standard /V 1 /R 2 /O <%b> /U <%b> /P -4>>" % (b"41" * 32, b"42" * 32)
    content = pdf(CATALOG, b"<</Type /Pages /Kids [] /Count 0>>", locked, trailer=b"/Encrypt 3 0 R /ID [<00> <00>]")
    error = await refusal(content, "pdf")
    assert (error.code, error.message) == ("unsupported_media", "The PDF asks for a password.")


@pytest.mark.parametrize("size", [b"200000 200000", b"1e9 1e9", b"14400 1", b"0.001 0.001", b"0 0", b"-5 -5"])
async def test_an_odd_page_ends_in_a_small_picture(size: bytes) -> None:
    made = await drawn(one_page(RED_BELOW, size=size), "pdf")
    assert max(made.image.size) <= 2048


async def test_a_huge_page_is_no_larger_than_may_be_decoded() -> None:
    limits = PictureLimits(max_pixels=1_000_000, max_pages=20, process=ProcessLimits())
    made = await drawn(one_page(RED_BELOW, size=b"200000 200000"), "pdf", limits=limits)
    assert made.image.width * made.image.height <= 1_000_000


async def test_nothing_outside_is_asked_for_and_no_script_is_run() -> None:
    asked = []
    server = await asyncio.start_server(lambda *_: asked.append(1), "127.0.0.1", 0)
    address = b"http://127.0.0.1:%d/" % server.sockets[0].getsockname()[1]
    async with server:
        script = b"<</S /JavaScript /JS (app.launchURL\\('%b'\\); this.submitForm\\('%b'\\);)>>" % (address, address)
        outside = b"<</Length 0 /F <</FS /URL /F (%b)>>>>\nstream\n\nendstream" % address
        catalog = b"<</Type /Catalog /Pages 2 0 R /OpenAction 6 0 R /AA <</WC 6 0 R>> /AcroForm <</Fields []>>>>"
        opening = b"/AA <</O 8 0 R>> /Contents [4 0 R 7 0 R]"
        link = b"<</S /URI /URI (%b)>>" % address
        made = await drawn(one_page(RED_BELOW, opening, script, outside, link, catalog=catalog), "pdf")
    assert made.drawing.pages == 1
    assert not asked


@pytest.mark.parametrize(
    "pages",
    [
        b"<</Type /Pages /Kids [2 0 R] /Count 1>>",
        b"<</Type /Pages /Kids [2 0 R 2 0 R] /Count 100000>>",
        b"<</Type /Pages /Kids [3 0 R] /Count 1>>",
        b"<</Type /Pages /Kids [9 0 R] /Count -5>>",
    ],
)
async def test_a_tree_of_pages_that_ends_nowhere_is_refused(pages: bytes) -> None:
    error = await refusal(pdf(CATALOG, pages, b"<</Type /Pages /Parent 2 0 R /Kids [2 0 R] /Count 1>>"), "pdf")
    assert error.code in {"damaged_media", "too_large"}


async def test_a_form_within_itself_is_drawn_once() -> None:
    own = b"/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources <</XObject <</X 6 0 R>>>>"
    content = one_page(b"/X Do", b"/Resources <</XObject <</X 6 0 R>>>>", stream(RED_BELOW + b"/X Do", own))
    assert (await drawn(content, "pdf", limits=LIMITS)).drawing.pages == 1
