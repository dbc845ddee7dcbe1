from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from cli.check.checked import Checked, Model, Request
from cli.check.lines import MAX_PIECES, lines_of, size
from cli.uploads import Upload
from shared.errors import FileRejected
from shared.media import InputFile, Media
from shared.models import Cost, Extent, MediaPart, Piece
from tests.unit.fakes import MemorySource, deployed

MP3 = Media("audio", "audio/mpeg", "mp3")
UPLOAD = Upload(Path("x"), "x")


def file(name: str = "x") -> InputFile:
    return InputFile("", name, "", 7, {}, datetime.now(UTC))


def piece(number: int) -> Piece:
    extent = Extent(number * 10.0, number * 10.0 + 10.00004)
    return Piece((MediaPart(MP3, MemorySource(b"x" * 12_000)),), extent, 3.14159)


COST = Cost(Decimal("0.0123456"), "2026-11-26")


def in_pieces(count: int) -> Checked:
    model = Model(deployed(), deployed(name="words"), "inline")
    request = Request(
        [piece(each) for each in range(count)], is_converted=True, count=count + 1, tokens=123_456, cost=COST
    )
    return Checked(UPLOAD, file(), None, MP3, model, request)


def test_pieces_are_told_with_their_seconds_of_speech_and_bytes() -> None:
    assert lines_of(in_pieces(2))[2:] == [
        "  model     Phi-4-multimodal-instruct, then words",
        "  sent as   2 MP3, 24 kB",
        "  piece 1   Seconds 0 to 10, 3.1 seconds of speech, 12 kB",
        "  piece 2   Seconds 10 to 20, 3.1 seconds of speech, 12 kB",
        "  tokens    about 120,000, in 3 requests",
        "  price     about $0.012, an estimate by the prices of 2026-11-26",
    ]


def test_the_tier_that_a_recipe_asks_for_is_told_beside_the_model() -> None:
    model = Model(deployed(), None, "inline", "flex")
    checked = replace(in_pieces(1), model=model)
    assert lines_of(checked)[2] == "  model     Phi-4-multimodal-instruct, in the tier flex"
    assert checked.fields()["model"]["tier"] == "flex"


def test_of_many_pieces_the_first_are_told_and_the_rest_is_counted() -> None:
    lines = lines_of(in_pieces(MAX_PIECES + 2))
    assert sum("Seconds" in line for line in lines) == MAX_PIECES
    assert "            and 2 more, which --json lists" in lines


def test_what_strangers_wrote_is_one_harmless_line() -> None:
    error = FileRejected("damaged_media", "It says \x1b[31m.", "Save\nit anew.")
    assert lines_of(Checked(UPLOAD, file("a\nb\x1b.png"), None, None, error=error)) == [
        "a\\nb\\x1b.png",
        "  file      7 bytes",
        "  refused   It says \\x1b[31m. (damaged_media)",
        "  to do     Save\\nit anew.",
    ]


@pytest.mark.parametrize(
    ("count", "told"),
    [(0, "0 bytes"), (9_999, "9999 bytes"), (12_345, "12 kB"), (2_560_000, "2.6 MB"), (3_000_000_000, "3.0 GB")],
)
def test_bytes_are_told_in_a_fitting_unit(count: int, told: str) -> None:
    assert size(count) == told
