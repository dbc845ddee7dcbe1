"""How the samples were made: `python -m tests.samples.make`. They are committed, so this need not be run.

Pictures by Pillow, with the font that it carries; speech by Debian's `flite`.
"""

import subprocess
import tempfile
from pathlib import Path

import imageio_ffmpeg
from PIL import Image, ImageDraw, ImageFont

from tests.support.sentences import SAMPLED, SENTENCES
from tests.support.speech import VOICE

HERE = Path(__file__).parent
SEASONS = {"Winter": 420, "Spring": 610, "Summer": 150, "Autumn": 880}
COLOURS = ("#4477aa", "#66ccee", "#228833", "#ee6677")
RECEIPT = ("CORNER BAKERY", "2026-11-20", "Rye bread 4.50", "Two rolls 1.80", "Coffee 3.20", "TOTAL 9.50")


def chart() -> None:
    """A bar chart with a title, four labels and four numbers."""
    picture = Image.new("RGB", (800, 500), "white")
    draw = ImageDraw.Draw(picture)
    draw.text((40, 20), "Umbrellas sold by season", font=ImageFont.load_default(34), fill="black")
    for position, ((season, sold), colour) in enumerate(zip(SEASONS.items(), COLOURS, strict=True)):
        left, top = 90 + position * 170, 420 - sold // 3
        draw.rectangle((left, top, left + 100, 420), fill=colour)
        draw.text((left + 28, top - 34), str(sold), font=ImageFont.load_default(26), fill="black")
        draw.text((left + 8, 434), season, font=ImageFont.load_default(26), fill="black")
    draw.line((60, 420, 760, 420), fill="black", width=2)
    picture.save(HERE / "chart.png", optimize=True)


def receipt() -> None:
    """A till receipt, as JPEG, WEBP and GIF."""
    picture = Image.new("RGB", (360, 320), "white")
    draw = ImageDraw.Draw(picture)
    for number, line in enumerate(RECEIPT):
        draw.text((30, 24 + number * 46), line, font=ImageFont.load_default(28), fill="black")
    for name in ("receipt.jpg", "receipt.webp", "receipt.gif"):
        picture.save(HERE / name)


def speech(text: str, name: str, *encoding: str, voice: str = "slt") -> None:
    """The text, spoken by a voice of flite and encoded by ffmpeg."""
    with tempfile.TemporaryDirectory() as folder:
        spoken = Path(folder) / "spoken.wav"
        subprocess.run(["flite", "-voice", voice, "-t", text, "-o", str(spoken)], check=True)
        ffmpeg = imageio_ffmpeg.get_ffmpeg_exe()
        plain = ("-map_metadata", "-1", "-fflags", "+bitexact", "-flags:a", "+bitexact")
        command = [ffmpeg, "-v", "error", "-y", "-i", str(spoken), *plain, *encoding, str(HERE / name)]
        subprocess.run(command, check=True)


def sentences() -> None:
    """The known sentences of `tests/support/sentences.py` that have samples, 8 kB each."""
    (HERE / "sentences").mkdir(exist_ok=True)
    for number in SAMPLED:
        bare = ("-ar", "16000", "-b:a", "24k", "-write_xing", "0", "-id3v2_version", "0")
        speech(SENTENCES[number], f"sentences/{number:02}.mp3", *bare, voice=VOICE)


if __name__ == "__main__":
    chart()
    receipt()
    speech("Hello, how are you?", "hello_how_are_you.mp3", "-ar", "24000", "-b:a", "48k")
    speech(
        "Hello, how are you?",
        "hello_8khz.mp3",
        "-ar",
        "8000",
        "-b:a",
        "16k",
        "-write_xing",
        "0",
        "-id3v2_version",
        "0",
    )
    speech("The train to the coast leaves at nine.", "train.wav", "-ar", "16000")
    sentences()
