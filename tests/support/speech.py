"""Recordings of known sentences with known pauses, and with what nobody says anything in."""

import math
import random
import shutil
import subprocess
import tempfile
import wave
from array import array
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import imageio_ffmpeg

from tests import samples
from tests.support.sentences import SAMPLED, SENTENCES

RATE = 16_000
SAMPLE_BYTES = 2
VOICE = "rms"
"""Of flite's the one that the offline model mishears least: it hears 25 of the 40 sentences to the letter."""
QUIET = 200
"""Samples below it are the silence before and behind a sentence (the loudest are some 20,000)."""
LOUD = 3_000
CHORDS = ((220, 277, 330), (196, 247, 294), (175, 220, 262), (165, 208, 247))
"""In Hertz, one a second."""


@dataclass(frozen=True)
class Said:
    """A sentence of a recording, and where it is, in seconds."""

    number: int
    start: float
    end: float


@dataclass(frozen=True)
class Unsaid:
    """Seconds of a recording in which nobody speaks: `silence`, `noise` or `music`."""

    kind: str
    start: float
    end: float


@dataclass
class Recording:
    """Samples of 16 bits, 16,000 a second, in one channel, and what is in them."""

    samples: bytearray = field(default_factory=bytearray)
    said: list[Said] = field(default_factory=list)
    unsaid: list[Unsaid] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        return len(self.samples) / SAMPLE_BYTES / RATE

    @property
    def numbers(self) -> list[int]:
        """The sentences in their order."""
        return [each.number for each in self.said]

    def say(self, number: int, spoken: bytes, pause: float) -> None:
        """Add a sentence, and so many seconds of silence behind it."""
        start = self.seconds
        self.samples += spoken
        self.said.append(Said(number, start, self.seconds))
        self.samples += silence(pause)

    def add(self, kind: str, seconds: float) -> None:
        """Add seconds in which nobody speaks."""
        start = self.seconds
        self.samples += SOUNDS[kind](seconds)
        self.unsaid.append(Unsaid(kind, start, self.seconds))

    def encoded(self, ending: str, *arguments: str) -> bytes:
        """The recording as ffmpeg writes it into a file with that ending."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"recording.{ending}"
            _ffmpeg(self.samples, *arguments, str(path))
            return path.read_bytes()


def orders(numbers: Iterable[int], seed: int) -> Iterable[int]:
    """The same numbers again and again, in ever new orders, none of them again among the six that follow it."""
    chance, last = random.Random(seed), list[int]()
    every = list(numbers)
    while True:
        left = every[:]
        while left:
            number = chance.choice([each for each in left if each not in last] or left)
            left.remove(number)
            last = [*last[-5:], number]
            yield number


@cache
def sampled(number: int) -> bytes:
    """A sentence as it was recorded for the tests."""
    assert number in SAMPLED
    command = ["-f", "s16le", "-ar", str(RATE), "-ac", "1", "pipe:1"]
    return _trimmed(_ffmpeg_from(samples.SENTENCES / f"{number:02}.mp3", *command))


@cache
def spoken(number: int) -> bytes:
    """A sentence as flite says it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "spoken.wav"
        subprocess.run(["flite", "-voice", VOICE, "-t", SENTENCES[number], "-o", str(path)], check=True)
        with wave.open(str(path)) as recording:
            assert (recording.getframerate(), recording.getnchannels()) == (RATE, 1)
            return _trimmed(recording.readframes(recording.getnframes()))


def has_flite() -> bool:
    return shutil.which("flite") is not None


def silence(seconds: float) -> bytes:
    return bytes(SAMPLE_BYTES * round(seconds * RATE))


def noise(seconds: float) -> bytes:
    """White noise, the same in each second."""
    of_a_second = random.Random(1)
    return _repeated([of_a_second.randrange(-LOUD, LOUD) for _ in range(RATE)], seconds)


def music(seconds: float) -> bytes:
    """Four chords of three tones, that fade, again and again."""
    times = [at / RATE for at in range(RATE)]
    tones = (
        LOUD * math.exp(-2 * at) * sum(math.sin(2 * math.pi * tone * at) for tone in chord)
        for chord in CHORDS
        for at in times
    )
    return _repeated(list(map(round, tones)), seconds)


SOUNDS: dict[str, Callable[[float], bytes]] = {"silence": silence, "noise": noise, "music": music}


def _repeated(values: list[int], seconds: float) -> bytes:
    pattern, size = array("h", values).tobytes(), SAMPLE_BYTES * round(seconds * RATE)
    return (pattern * (size // len(pattern) + 1))[:size]


def _trimmed(recording: bytes) -> bytes:
    """Without the silence around it, so that the pauses are what they are meant to be."""
    loud = [at for at, value in enumerate(array("h", recording)) if abs(value) > QUIET]
    return recording[SAMPLE_BYTES * loud[0] : SAMPLE_BYTES * (loud[-1] + 1)]


def _ffmpeg(given: bytes | bytearray, *arguments: str) -> None:
    raw = ("-f", "s16le", "-ar", str(RATE), "-ac", "1", "-i", "pipe:0")
    subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *raw, *arguments], input=given, check=True)


def _ffmpeg_from(path: Path, *arguments: str) -> bytes:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(path), *arguments]
    return subprocess.run(command, check=True, capture_output=True, stdin=subprocess.DEVNULL).stdout
