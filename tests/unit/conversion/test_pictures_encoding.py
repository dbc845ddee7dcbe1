"""In what form a picture is written."""

import io

import pytest
from PIL import Image

from shared.conversion.encoding import write_picture
from shared.conversion.shrinking import Picture
from shared.conversion.task import Entry, Refused, Task
from tests.unit.conversion.made_files import flag, photograph


def written(image: Image.Image, formats: tuple[str, ...], max_bytes: int = 20_000_000) -> tuple[Entry, bytes]:
    out = io.BytesIO(b"before")
    out.seek(0, io.SEEK_END)
    task = Task("bmp", list(formats), max_bytes, 2048, 50_000_000, 1, is_first_only=False)
    entry = write_picture(Picture(image, image.size, 1), task, out)
    return entry, out.getvalue()[len(b"before") :]


def test_print_stays_sharp_and_photographs_small() -> None:
    assert written(flag(), ("jpeg", "png"))[0].format == "png"
    assert written(photograph(), ("jpeg", "png"))[0].format == "jpeg"


def test_grey_pixels_are_written_as_grey() -> None:
    _, content = written(Image.new("RGB", (64, 32), (90, 90, 90)), ("png",))
    assert Image.open(io.BytesIO(content)).mode == "L"


@pytest.mark.parametrize("formats", [("jpeg",), ("png",), ("webp",), ("gif",), ("gif", "webp")])
@pytest.mark.parametrize("image", [flag(), photograph()], ids=["flat", "photograph"])
def test_only_a_format_that_the_model_takes_is_written(formats: tuple[str, ...], image: Image.Image) -> None:
    entry, content = written(image, formats)
    assert entry.format in formats
    assert Image.open(io.BytesIO(content)).format == entry.format.upper()


@pytest.mark.parametrize("formats", [("jpeg", "png"), ("png",), ("webp",), ("gif",)])
@pytest.mark.parametrize("max_bytes", [50_000, 10_000, 3_000])
def test_a_picture_is_no_larger_than_the_model_takes(formats: tuple[str, ...], max_bytes: int) -> None:
    entry, content = written(photograph(320, 240), formats, max_bytes)
    assert entry.start == len(b"before")
    assert entry.size == len(content) <= max_bytes
    assert Image.open(io.BytesIO(content)).size == (entry.width, entry.height)
    assert (entry.original_width, entry.original_height) == (320, 240)


def test_a_flat_picture_that_is_too_large_as_png_becomes_a_jpeg_of_the_same_size() -> None:
    image = Image.new("RGB", (600, 400), "white")
    image.paste(photograph(200, 200), (0, 0))
    entry, _ = written(image, ("jpeg", "png"), 60_000)
    assert (entry.format, entry.width) == ("jpeg", 600)


def test_a_picture_that_cannot_be_small_enough_is_refused() -> None:
    with pytest.raises(Refused, match="bytes"):
        written(photograph(), ("jpeg", "png"), 50)
