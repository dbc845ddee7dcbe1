"""What the files are made of: words as pictures, speech as samples, and ffmpeg, which encodes them."""

import functools
import io
import subprocess
import tempfile
import wave
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import imageio_ffmpeg
from PIL import Image, ImageDraw, ImageFont

from tests import samples

SIGN = "HELLO 42"
SIGN_WORDS = ("HELLO", "42")
OTHER_SIGN = "WRONG 99"
"""Stands where nothing is to be looked at: a later frame, a part that is not shown."""
OTHER_WORDS = ("WRONG", "99")
SIZE = (640, 256)

RECEIPT = (
    "HARBOUR STATIONERS",
    "12 Quay Street",
    "2026-11-20   14:05",
    "Pencils, box of 12          6.40",
    "Notebook, ruled, A5         3.95",
    "Envelopes, 50 pieces        7.10",
    "Blue ink, 30 ml             5.25",
    "TOTAL                      22.70",
    "Paid by card. Thank you!",
)
RECEIPT_WORDS = ("HARBOUR", "Notebook", "Envelopes", "22.70")

SPOKEN_WORDS = ("train", "coast")
RATE = 16_000
"""Samples a second of `speech`."""

DOTS_PER_INCH = 200
PRINT_POINTS = 8
"""Small print, as on a till receipt."""

FFMPEG_SECONDS = 120


def sign(text: str = SIGN, size: tuple[int, int] = SIZE, letters: int = 110) -> Image.Image:
    """Black words in the middle of a white picture, with letters of so many pixels."""
    return _drawn(text, size, letters).copy()  # Pillow leaves settings of one encoder on a picture for the next


@functools.lru_cache(maxsize=32)
def _drawn(text: str, size: tuple[int, int], letters: int) -> Image.Image:
    picture = Image.new("RGB", size, "white")
    if text:
        font, middle = ImageFont.load_default(letters), (size[0] / 2, size[1] / 2)
        ImageDraw.Draw(picture).text(middle, text, font=font, fill="black", anchor="mm")
    return picture


def receipt() -> Image.Image:
    """Small print on a strip of paper, as a scanner of 200 dpi sees it."""
    letters = round(PRINT_POINTS / 72 * DOTS_PER_INCH)
    picture = Image.new("RGB", (640, 60 + 2 * letters * len(RECEIPT)), "white")
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(letters)
    for number, line in enumerate(RECEIPT):
        draw.text((40, 40 + number * 2 * letters), line, font=font, fill="black")
    return picture


def saved(picture: Image.Image, form: str, **options: Any) -> bytes:
    """The picture in a format that Pillow writes."""
    out = io.BytesIO()
    picture.save(out, form, **options)
    return out.getvalue()


@functools.cache
def speech() -> bytes:
    """A sentence of 2.4 s: 16-bit samples of one channel, `RATE` a second, little end first."""
    with wave.open(str(samples.TRAIN)) as recording:
        assert (recording.getframerate(), recording.getnchannels(), recording.getsampwidth()) == (RATE, 1, 2)
        frames: bytes = recording.readframes(recording.getnframes())
        return frames


PICTURE_TRACK = ("-f", "lavfi", "-i", "color=c=navy:s=160x120:r=10:d=3", "-shortest")
"""For ffmpeg: three seconds of film in one colour, beside the sound."""


def spoken(ending: str, *arguments: str) -> bytes:
    """The sentence, encoded by ffmpeg as the arguments say, into a file with that ending."""
    raw = ("-f", "s16le", "-ar", str(RATE), "-ac", "1", "-i", "pipe:0")
    return ffmpeg([*raw, *arguments], speech(), ending)


def ffmpeg(arguments: Sequence[str], given: bytes, ending: str) -> bytes:
    """What ffmpeg makes of its standard input: the same bytes at each call.

    It writes a file, because the formats with an index at the start go back to it.
    """
    same = ("-map_metadata", "-1", "-fflags", "+bitexact", "-flags", "+bitexact", "-threads", "1")
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / f"made.{ending}"
        command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", *arguments, *same, str(made)]
        subprocess.run(command, input=given, check=True, capture_output=True, timeout=FFMPEG_SECONDS)
        return made.read_bytes()
