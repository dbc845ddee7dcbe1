"""Words in pictures and pages stay legible: what was drawn is read by the offline model's eyes.

`make fuzz` runs these: they take minutes of a processor.
"""

import os

import pytest
from PIL import Image, ImageDraw, ImageFont

from local.offline_model.question import Picture
from local.offline_model.reading import Reader
from shared.conversion.pictures import PictureTarget
from tests import samples
from tests.unit.conversion.made_files import ORIENTATION, drawn, one_page, saved, stored

pytestmark = pytest.mark.skipif("FUZZ_EXAMPLES" not in os.environ, reason="takes minutes of a processor: make fuzz")


SIGN = "HARBOUR 42"
SMALL_PRINT = (
    "Envelopes of paper, 50 pieces 7.10",
    "Invoice 2026-1187 is due on 14 March",
    "Total amount payable 1284.95",
)
FOR_A_SMALL_MODEL = PictureTarget(("jpeg",), 300_000, 1568)


@pytest.fixture(scope="module")
async def reader() -> Reader:
    reader = Reader()
    await reader.load()
    return reader


async def words(reader: Reader, content: bytes, format_: str, target: PictureTarget = FOR_A_SMALL_MODEL) -> list[str]:
    """What is read on each page, without blanks: where words end is another matter."""
    made = await drawn(content, format_, target)
    read = [await reader.read(Picture(each)) for each in made.contents]
    return ["".join(seen.lines).replace(" ", "") for seen in read]


def sign(size: tuple[int, int] = (900, 300)) -> Image.Image:
    image = Image.new("RGB", size, "white")
    font = ImageFont.load_default(size[1] // 4)
    ImageDraw.Draw(image).text((size[0] / 2, size[1] / 2), SIGN, font=font, fill="black", anchor="mm")
    return image


def printed(*lines: str, points: int = 8) -> bytes:
    """A page's content."""
    shown = b"".join(b"(%b) Tj T* " % line.encode() for line in lines)
    return b"BT /F %d Tf %d TL 50 780 Td %bET" % (points, points * 2, shown)


@pytest.mark.parametrize("orientation", range(1, 9))
async def test_words_are_read_however_the_camera_was_held(reader: Reader, orientation: int) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    assert await words(reader, saved(stored(orientation, sign()), "JPEG", exif=exif), "jpeg") == ["HARBOUR42"]


async def test_words_in_a_photograph_of_a_phone_are_read(reader: Reader) -> None:
    content = (samples.FOLDER / "heic_tiles.heic").read_bytes()
    assert await words(reader, content, "heic") == ["HELLO42"]


async def test_words_in_a_large_photograph_are_read(reader: Reader) -> None:
    assert await words(reader, saved(sign((6000, 4000)), "JPEG"), "jpeg") == ["HARBOUR42"]


async def test_print_of_8_points_on_a_page_is_read(reader: Reader) -> None:
    [read] = await words(reader, one_page(printed(*SMALL_PRINT)), "pdf")
    assert not [line for line in SMALL_PRINT if line.replace(" ", "") not in read]


async def test_print_of_8_points_in_a_scan_is_read(reader: Reader) -> None:
    """A fax of 300 dots an inch: one bit a pixel, made smaller."""
    target = PictureTarget(("png",), 20_000_000, 3508)
    page = (await drawn(one_page(printed(*SMALL_PRINT)), "pdf", target)).image
    scan = page.resize((2480, 3508)).convert("1")
    [read] = await words(reader, saved(scan, "TIFF", compression="group4"), "tiff")
    assert not [line for line in SMALL_PRINT if line.replace(" ", "") not in read]


async def test_words_on_page_2_are_read(reader: Reader) -> None:
    blank = Image.new("RGB", (900, 300), "white")
    content = saved(blank, "PDF", save_all=True, append_images=[sign()])
    assert await words(reader, content, "pdf") == ["", "HARBOUR42"]
    content = saved(blank, "TIFF", save_all=True, append_images=[sign()])
    assert await words(reader, content, "tiff") == ["", "HARBOUR42"]
