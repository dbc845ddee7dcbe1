"""Files that cannot be drawn, or mean harm: each ends in one refusal, and its process is gone."""

import io
import struct
import zlib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from shared.conversion import pictures
from shared.conversion.pictures import PictureLimits, draw
from shared.conversion.process import ProcessLimits
from shared.conversion.temporary import nameless_file
from shared.errors import FileRejected, StorageUnavailable
from tests import samples
from tests.support.made_media import png_chunk
from tests.unit.conversion.made_files import (
    CORNERS,
    LIMITS,
    TARGET,
    are_close,
    corners,
    drawn,
    flag,
    one_page,
    photograph,
    refusal,
    saved,
    tiff,
)

_ENDS_TOO_EARLY = "ends too early"


def limited(**limits: float) -> PictureLimits:
    return replace(LIMITS, process=replace(ProcessLimits(), **limits))  # type: ignore[arg-type]


def claiming(width: int, height: int) -> bytes:
    """A PNG that claims a size, with next to nothing in it."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = (b"IHDR", header), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(*part) for part in parts)


@pytest.mark.parametrize(
    ("form", "share"),
    [
        *((form, 0.5) for form in ("AVIF", "BMP", "GIF", "JPEG2000", "PNG", "TIFF", "WEBP")),
        *(("JPEG", share) for share in (0.1, 0.5, 0.9)),
    ],
)
async def test_a_picture_that_was_cut_is_refused(form: str, share: float) -> None:
    content = saved(photograph(200, 150), form)
    format_ = {"JPEG2000": "jp2"}.get(form, form.lower())
    error = await refusal(content[: int(len(content) * share)], format_)
    assert error.code == "damaged_media"


@pytest.mark.parametrize("missing", [1, 2, 20])
async def test_a_jpeg_of_which_only_the_last_bytes_are_missing_is_drawn(missing: int) -> None:
    made = await drawn(saved(photograph(), "JPEG")[:-missing], "jpeg")
    assert made.image.size == (640, 480)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.95])
async def test_a_photograph_of_a_phone_that_was_cut_is_refused(share: float) -> None:
    content = (samples.FOLDER / "heic_tiles.heic").read_bytes()
    assert (await refusal(content[: int(len(content) * share)], "heic")).code == "damaged_media"


@pytest.mark.parametrize("missing", [1, 2, 20])
async def test_a_white_page_of_which_only_the_last_bytes_are_missing_is_drawn(missing: int) -> None:
    page = photograph()
    page.paste("white", (0, page.height // 2, *page.size))
    made = await drawn(saved(page, "JPEG", subsampling=0)[:-missing], "jpeg")
    assert made.image.size == page.size


async def test_a_cut_jpeg_is_told_to_be_cut() -> None:
    content = saved(photograph(), "JPEG")
    assert _ENDS_TOO_EARLY in (await refusal(content[: len(content) // 2], "jpeg")).message


async def test_a_damaged_comment_of_a_png_is_passed_over() -> None:
    content = saved(flag(), "PNG")
    comment = png_chunk(b"tEXt", b"Comment\0Any", crc=0)
    assert are_close(corners((await drawn(content[:33] + comment + content[33:], "png")).image), CORNERS)


async def test_too_many_pixels_are_refused_by_the_setting_s_name() -> None:
    error = await refusal(claiming(30_000, 20_000), "png")
    assert error.code == "too_large"
    assert error.message == "The picture has 600000000 pixels; 40000000 are the most (MAX_PIXELS)."


@pytest.mark.parametrize("form", ["BMP", "GIF", "JPEG", "TIFF", "WEBP"])
async def test_the_limit_of_pixels_holds_for_each_format(form: str) -> None:
    limits = replace(LIMITS, max_pixels=64 * 32)
    assert (await drawn(saved(flag(), form), form.lower(), limits=limits)).image.size == (64, 32)
    error = await refusal(saved(flag(64, 33), form), form.lower(), limits)
    assert (error.code, "2112 pixels" in error.message) == ("too_large", True)


async def test_a_large_picture_within_an_icon_is_refused() -> None:
    inside = claiming(30_000, 20_000)
    content = struct.pack("<HHHBBBBHHII", 0, 1, 1, 16, 16, 0, 0, 1, 32, len(inside), 22) + inside
    assert (await refusal(content, "ico")).code == "too_large"


async def test_the_limit_of_pixels_holds_for_later_pages() -> None:
    content = saved(flag(), "TIFF", save_all=True, append_images=[Image.new("1", (9000, 9000))])
    assert (await refusal(content, "tiff")).code == "too_large"


@pytest.mark.parametrize("next_ifd", [8, 0xFFFFFFF0, 4])
async def test_a_tiff_whose_pages_lead_back_or_nowhere_ends(next_ifd: int) -> None:
    try:
        made = await drawn(tiff(next_ifd), "tiff")
        assert len(made.contents) == made.drawing.pages <= 20
    except FileRejected as error:
        assert error.code == "damaged_media"


async def test_too_many_pages_of_a_tiff_are_refused_by_the_setting_s_name() -> None:
    error = await refusal(saved(flag(), "TIFF", save_all=True, append_images=[flag()] * 20), "tiff")
    assert error.code == "too_large"
    assert "20 are the most (MAX_PAGES)" in error.message


_FORMATS = ("avif", "bmp", "gif", "heic", "ico", "jp2", "jpeg", "pdf", "png", "psd", "tiff", "webp")
_POSTSCRIPT = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(/etc/passwd) (r) file"


@pytest.mark.parametrize(
    ("format_", "content"),
    [*((format_, _POSTSCRIPT) for format_ in _FORMATS), ("png", b""), ("tiff", b"<svg/>"), ("heic", bytes(100))],
)
async def test_what_is_no_picture_of_its_format_is_refused(format_: str, content: bytes) -> None:
    assert (await refusal(content, format_)).code == "damaged_media"


async def test_a_picture_of_another_format_is_not_opened() -> None:
    assert (await refusal(saved(flag(), "PNG"), "tiff")).code == "damaged_media"


async def test_more_memory_than_one_file_may_have_is_refused() -> None:
    error = await refusal(claiming(6000, 6000), "png", limited(memory_bytes=150 * 1024 * 1024))
    assert (error.code, "memory" in error.message) == ("too_large", True)


async def test_more_disk_than_one_file_may_have_is_refused() -> None:
    error = await refusal(saved(photograph(), "BMP"), "bmp", limited(file_bytes=10_000))
    assert (error.code, "disk" in error.message) == ("too_large", True)


def endless() -> bytes:
    """A page that paints so much that no decoder comes to an end."""
    return one_page(b"0 0 595 842 re f* 0 0 m 595 842 l S\n" * 400_000)


async def test_a_decoder_that_does_not_come_to_an_end_is_ended() -> None:
    error = await refusal(endless(), "pdf", limited(seconds=0.5, least_share=0))
    assert (error.code, "longer than 0.5 seconds" in error.message) == ("too_large", True)


async def test_a_decoder_that_hardly_got_a_processor_does_not_end_the_file() -> None:
    with pytest.raises(StorageUnavailable):
        await drawn(endless(), "pdf", limits=limited(seconds=0.5, least_share=100))


async def test_a_decoder_that_computes_for_too_long_is_ended() -> None:
    error = await refusal(endless(), "pdf", limited(cpu_seconds=1))
    assert (error.code, "more than 1 seconds of computing" in error.message) == ("too_large", True)


_STANDS_IN = """
import os, sys, time
{what}
"""


_PICTURE = [0, 4, "png", 1, 1, 1, 1, 1]
_WRITE = "os.write(1, b'PNG!' + text + len(text).to_bytes(8))"


def doing(monkeypatch: pytest.MonkeyPatch, folder: Path, what: str) -> None:
    """Let the process that draws do something else, as if a file had made it."""
    program = folder / "drawing.py"
    program.write_text(_STANDS_IN.format(what=what))
    monkeypatch.setattr(pictures, "_DRAWING", program)


@pytest.mark.parametrize("number", [6, 9, 11])
async def test_a_decoder_that_crashes_is_the_file_s_doing(
    number: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    doing(monkeypatch, tmp_path, f"os.kill(os.getpid(), {number})")
    assert "made its decoder fail" in (await refusal(b"", "psd")).message


async def test_each_picture_that_is_done_gives_time_for_the_next(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    told = f"text = json.dumps({{'pages': 1, 'pictures': [{_PICTURE}]}}).encode()"
    doing(
        monkeypatch,
        tmp_path,
        f"import json\n{told}\nfor _ in range(15): os.write(2, b'\x06'); time.sleep(0.2)\n{_WRITE}",
    )
    assert (await drawn(b"", "psd", limits=limited(seconds=2))).contents == (b"PNG!",)


async def test_a_process_that_fails_for_our_own_fault_is_no_refusal(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    doing(monkeypatch, tmp_path, "import a_library_that_is_missing")
    with pytest.raises(RuntimeError, match="ended with 1"):
        await drawn(b"", "psd")


@pytest.mark.parametrize(
    "told",
    [
        [],
        {},
        {"pages": 1, "pictures": []},
        {"pages": 1, "pictures": [[1, *_PICTURE[1:]]]},
        {"pages": 1, "pictures": [[0, 5, *_PICTURE[2:]]]},
        {"pages": 1, "pictures": [[0, 4, "svg", *_PICTURE[3:]]]},
        {"pages": 1, "pictures": [[*_PICTURE[:4], -1, 1, 1, 1]]},
        {"pages": 1, "pictures": [[*_PICTURE[:5], 2, 1, 1]]},
        {"pages": 0, "pictures": [_PICTURE]},
        {"pages": "1", "pictures": [_PICTURE]},
        {"refused": "because", "figure": 1},
        {"refused": "pixels"},
    ],
)
async def test_what_a_subverted_decoder_tells_is_not_believed(
    told: object, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    doing(monkeypatch, tmp_path, f"import json\ntext = json.dumps({told!r}).encode()\n{_WRITE}")
    assert "made its decoder fail" in (await refusal(b"", "psd")).message


async def test_what_an_honest_one_tells_is_believed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Else the test above could not fail."""
    told = {"pages": 1, "pictures": [_PICTURE]}
    doing(monkeypatch, tmp_path, f"import json\ntext = json.dumps({told!r}).encode()\n{_WRITE}")
    assert (await drawn(b"", "psd")).contents == (b"PNG!",)


@given(st.binary(max_size=64))
def test_any_bytes_are_a_table_of_contents_or_not(content: bytes) -> None:
    into = io.BytesIO(content)
    try:
        assert isinstance(pictures._take_contents(into, 0), dict)
    except (TypeError, ValueError):
        assert into.getvalue() == content


@settings(deadline=None, max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(["AVIF", "GIF", "JPEG", "JPEG2000", "PDF", "PNG", "TIFF", "WEBP"]), st.data())
async def test_any_damage_ends_in_pictures_or_a_refusal(form: str, data: st.DataObject) -> None:
    content = bytearray(saved(flag(), form))
    for _ in range(data.draw(st.integers(1, 5))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with nameless_file() as file, nameless_file() as into:
        file.write(content)
        try:
            assert (await draw(file, {"JPEG2000": "jp2"}.get(form, form.lower()), TARGET, LIMITS, into)).pictures
        except FileRejected as error:
            assert error.code in {"damaged_media", "too_large", "unsupported_media"}
