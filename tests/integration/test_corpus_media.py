"""What ffmpeg makes for the corpora: it can be decoded, is the sentence or the sign, and is the same each time.

`make fuzz` looks at all of them, `make test` at one of `SHARE`.
"""

import io
import os
import subprocess
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pi_heif
import pytest
from PIL import Image

from tests.corpus.comparing import NEAR, difference
from tests.corpus.good import GOOD
from tests.corpus.hostile import hostile
from tests.corpus.ingredients import RATE, sign, speech
from tests.corpus.mutations import mutations

SHARE = 1 if "FUZZ_EXAMPLES" in os.environ else 8
SPOKEN = [name for name, made in GOOD.items() if made.kind == "audio"][::SHARE]
PHOTOGRAPHS = [name for name in GOOD if name.endswith(".heic") and not name.startswith("receipt")][::SHARE]
HOSTILE = dict(list(hostile(9).items())[::SHARE])
WINDOW = RATE // 100
"""10 ms."""

type Loudness = np.ndarray[tuple[int], np.dtype[np.float64]]


def decoded(path: Path) -> bytes:
    """The first track of sound, in samples as those of `speech`."""
    made_like = ("-map", "0:a:0", "-f", "s16le", "-ac", "1", "-ar", str(RATE), "pipe:1")
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-v", "error", "-i", str(path), *made_like]
    return subprocess.run(command, check=True, capture_output=True, timeout=120).stdout


def loudness(samples: bytes) -> Loudness:
    """Of each window, as it was around it."""
    levels = np.frombuffer(samples, "<i2").astype(float)
    whole = levels[: len(levels) // WINDOW * WINDOW].reshape(-1, WINDOW)
    return np.convolve(np.sqrt((whole**2).mean(axis=1)), np.ones(5) / 5, "same")


def likeness(one: Loudness, other: Loudness) -> float:
    """1 where loud and quiet follow each other alike; coders may shift the sound by up to 150 ms."""
    shifted = [pair for by in range(16) for pair in ((one, other[by:]), (one[by:], other))]
    cut = [(first[: len(second)], second[: len(first)]) for first, second in shifted]
    return max(float(np.corrcoef(first, second)[0, 1]) for first, second in cut)


@pytest.mark.parametrize("name", SPOKEN)
def test_a_good_recording_is_the_sentence_and_the_same_each_time(name: str, tmp_path: Path) -> None:
    content = GOOD[name].content()
    (tmp_path / name).write_bytes(content)
    heard, said = loudness(decoded(tmp_path / name)), loudness(speech())
    assert abs(len(heard) - len(said)) <= 30
    assert likeness(said, heard) > 0.9
    assert GOOD[name].content() == content


def test_another_sound_is_not_like_the_sentence() -> None:
    assert likeness(loudness(speech()), loudness(speech()[::-1])) < 0.9


@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_a_good_photograph_shows_its_words_upright(name: str) -> None:
    opened = pi_heif.open_heif(io.BytesIO(GOOD[name].content()))
    picture: Image.Image = opened.to_pillow()
    assert difference(picture.convert("L"), sign()) < NEAR


@pytest.mark.parametrize(
    ("name", "hours"),
    [("six_hours_of_silence.flac", 6), ("three_hours_of_silence.opus", 3), ("two_days_of_silence.flac", 48)],
)
def test_hours_of_silence_lie_in_a_few_kilobytes(name: str, hours: int) -> None:
    content = hostile(9)[name].content()
    assert len(content) < 400_000
    command = [
        imageio_ffmpeg.get_ffmpeg_exe(),
        "-nostdin",
        "-v",
        "info",
        "-i",
        "pipe:0",
        "-c",
        "copy",
        "-f",
        "null",
        "-",
    ]
    told = subprocess.run(command, input=content, check=True, capture_output=True, timeout=120).stderr.decode()
    assert f"time={hours:02}:00:0" in told


def test_each_hostile_file_and_some_mutations_can_be_made() -> None:
    made = [*HOSTILE.values(), *mutations(30)]
    assert all(isinstance(each.content(), bytes) for each in made)
