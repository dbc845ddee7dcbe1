"""Where there is speech in a recording: voice activity, found while its samples come by.

WebRTC's detector tells sound from silence, but takes loud noise, tones and music for speech too. Speech differs from
most of these in what costs little to look at: it grows loud and quiet all the time, and its sound changes from frame to
frame, so that it crosses zero more often or less. docs/decisions/sound.md has the measurements.
"""

from array import array
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from math import sumprod

RATE = 16_000
"""Samples a second, in one channel."""
MIN_SILENCE = 0.3
"""Seconds. Shorter pauses belong to the speech around them."""
MIN_SPEECH = 0.1
"""Seconds. What is shorter is a click."""
PADDING = 0.2
"""Seconds added on each side, as far as the silence stays one: words begin and end more quietly than they are."""

_AGGRESSIVENESS = 2
_FRAME_SECONDS = 0.03
"""The longest that the detector takes."""
_FRAME_SAMPLES = round(RATE * _FRAME_SECONDS)
_FRAME_BYTES = 2 * _FRAME_SAMPLES
_BLOCK_BYTES = 10 * _FRAME_BYTES
_WINDOW_BLOCKS = 5
"""1.5 seconds, in which several syllables are spoken."""

_EVERY = 8
"""Loudness is told from each eighth sample."""
_SIGNS = bytes([0] * 128 + [1] * 128)
"""The upper byte of a sample -> 1 where the sample is below zero."""
_UPWARDS = b"\1\0"
_ROUNDING = 1e-6

_QUIET = 0.001
"""Frames that have so much less energy than the loudest of a window (30 dB) are a pause."""
_MIN_ENERGY_RATIO = 2.5
"""Of a loud frame and a quiet one (4 dB). Speech has 20 to 50 dB, with music as loud as itself 4.4; noise up to 3.4."""
_MIN_CHANGE = 0.2
"""Of the crossings from frame to frame, in parts of their mean: 0.2 to 0.7 in speech, to 0.18 in chords and drums."""
_MIN_CROSSINGS_RANGE = 50
"""By how many those of frames differ: 90 to 120 in speech with noise, where the noise hides most of the change."""


@dataclass(frozen=True)
class Span:
    """A stretch of a recording, in seconds from its beginning."""

    start: float
    end: float


@dataclass
class _Block:
    """What ten frames sound like.

    Attributes:
        voiced: whether the detector takes a frame for speech.
        energies: the sum of the squares of some samples of a frame.
        crossings: how often a frame crosses zero upwards.
        is_lively: whether it was part of a window in which it sounds like speech.
    """

    voiced: Sequence[bool]
    energies: Sequence[int]
    crossings: Sequence[int]
    is_lively: bool = False


class SpeechFinder:
    """Takes samples (16 kHz, mono, 16 bit, little endian) in pieces of any size, and keeps only where speech is."""

    def __init__(self) -> None:
        from webrtcvad import Vad  # noqa: PLC0415 - few files need it

        self._vad = Vad(_AGGRESSIVENESS)
        self._rest = b""
        self._window: deque[_Block] = deque()
        self._speech = _Runs()
        self._sound = _Runs()

    def take(self, piece: bytes) -> None:
        """Look at the next samples: a millisecond of work for two seconds of sound."""
        data = self._rest + piece
        whole = len(data) // _BLOCK_BYTES * _BLOCK_BYTES
        for start in range(0, whole, _BLOCK_BYTES):
            self._add(self._block(data[start : start + _BLOCK_BYTES]))
        self._rest = data[whole:]

    def spans(self) -> tuple[Span, ...]:
        """Return where speech is, after the last samples: spans with `MIN_SILENCE` between them."""
        self._add(self._block(self._rest))
        self._judge()
        while self._window:
            self._take_first()
        return self._speech.spans()

    def sound(self) -> tuple[Span, ...]:
        """Return where the detector alone hears speech, so also music and noise; only after `spans`."""
        return self._sound.spans()

    def _block(self, data: bytes) -> _Block:
        starts = range(0, len(data) // _FRAME_BYTES * _FRAME_SAMPLES, _FRAME_SAMPLES)
        samples = array("h", data[: len(starts) * _FRAME_BYTES])[::_EVERY].tolist()
        parts = (samples[at // _EVERY : (at + _FRAME_SAMPLES) // _EVERY] for at in starts)
        signs = data[1::2].translate(_SIGNS)
        return _Block(
            [self._vad.is_speech(data[2 * at : 2 * at + _FRAME_BYTES], RATE) for at in starts],
            [int(sumprod(part, part)) for part in parts],
            [signs.count(_UPWARDS, at, at + _FRAME_SAMPLES) for at in starts],
        )

    def _add(self, block: _Block) -> None:
        self._window.append(block)
        if len(self._window) == _WINDOW_BLOCKS:
            self._judge()
            self._take_first()

    def _take_first(self) -> None:
        block = self._window.popleft()
        self._speech.add([voiced and block.is_lively for voiced in block.voiced])
        self._sound.add(block.voiced)

    def _judge(self) -> None:
        if _sounds_like_speech(self._window):
            for block in self._window:
                block.is_lively = True


def _sounds_like_speech(window: Sequence[_Block]) -> bool:
    energies = list(chain.from_iterable(block.energies for block in window))
    low, high = _range(energies)
    if high < _MIN_ENERGY_RATIO * (low + 1):
        return False
    least = max(energies) * _QUIET
    crossings = list(chain.from_iterable(block.crossings for block in window))
    is_loud = [energy > least for energy in energies]
    low, high = _range([count for count, loud in zip(crossings, is_loud, strict=True) if loud])
    return high - low >= _MIN_CROSSINGS_RANGE or _change(crossings, is_loud) >= _MIN_CHANGE


def _range(values: Sequence[int]) -> tuple[int, int]:
    """Return what a tenth of the values lie below, and a tenth above."""
    ordered = sorted(values) or [0]
    return ordered[len(ordered) // 10], ordered[len(ordered) * 9 // 10]


def _change(crossings: Sequence[int], is_loud: Sequence[bool]) -> float:
    """Return how much the crossings of loud neighbours differ, in parts of the mean of all loud frames."""
    neighbours = pairwise(zip(crossings, is_loud, strict=True))
    changes = [abs(after - before) for (before, was_loud), (after, loud) in neighbours if was_loud and loud]
    mean = sum(count for count, loud in zip(crossings, is_loud, strict=True) if loud) / max(1, sum(is_loud))
    return sum(changes) / max(1, len(changes)) / (mean + 1)


class _Runs:
    """Frames in a row in which something was found, counted from the beginning; short pauses are part of them."""

    def __init__(self) -> None:
        self._frames = 0
        self._runs: list[tuple[int, int]] = []

    def add(self, frames: Sequence[bool]) -> None:
        """Add what was found in the next frames."""
        for number, is_found in enumerate(frames, self._frames):
            if is_found:
                self._extend(number)
        self._frames += len(frames)

    def _extend(self, frame: int) -> None:
        start = frame
        if self._runs and (frame - self._runs[-1][1]) * _FRAME_SECONDS < MIN_SILENCE - _ROUNDING:
            start, _ = self._runs.pop()
        elif self._runs:
            self._drop_click()
        self._runs.append((start, frame + 1))

    def _drop_click(self) -> None:
        start, end = self._runs[-1]
        if (end - start) * _FRAME_SECONDS < MIN_SPEECH:
            self._runs.pop()

    def spans(self) -> tuple[Span, ...]:
        """Return all runs, in seconds, with what belongs to their words."""
        if self._runs:
            self._drop_click()
        edges = [0, *chain.from_iterable(self._runs), self._frames]
        silences = [(end - start) * _FRAME_SECONDS for start, end in zip(edges[::2], edges[1::2], strict=True)]
        pads = [min(PADDING, max(0.0, silence - MIN_SILENCE) / 2) for silence in silences]
        pads[0], pads[-1] = min(PADDING, silences[0]), min(PADDING, silences[-1])
        return tuple(
            Span(round(start * _FRAME_SECONDS - before, 3), round(end * _FRAME_SECONDS + behind, 3))
            for (start, end), before, behind in zip(self._runs, pads[:-1], pads[1:], strict=True)
        )
