import functools
import math
import random
import wave
from array import array
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.conversion.speech import MIN_SILENCE, RATE, Span, SpeechFinder
from tests import samples

type Samples = list[float]


def train() -> Samples:
    """A spoken sentence: from 0 to 2.3 seconds."""
    with wave.open(str(samples.TRAIN)) as file:
        return list(array("h", file.readframes(file.getnframes())))


TRAIN = train()


def silence(seconds: float) -> Samples:
    return [0.0] * round(seconds * RATE)


def noise(seconds: float, loudness: float) -> Samples:
    rolled = random.Random(1)
    return [rolled.gauss(0, loudness) for _ in range(round(seconds * RATE))]


def tone(seconds: float, hertz: float, loudness: float = 6000) -> Samples:
    return [loudness * math.sin(2 * math.pi * hertz * at / RATE) for at in range(round(seconds * RATE))]


def chords(seconds: float, beat: float, fading: float) -> Samples:
    """Three notes at a time, each with overtones; `fading` is how fast they grow quiet."""
    return [sample for number in range(round(seconds / beat)) for sample in chord(number % 4, beat, fading)]


@functools.cache
def chord(number: int, beat: float, fading: float) -> Samples:
    root = 220 * 2 ** ((0, 5, 7, 3)[number] / 12)
    waves = [(root * step * over, 1 / over) for step in (1, 1.26, 1.5) for over in (1, 2, 3)]
    heard: Samples = []
    for at in range(round(beat * RATE)):
        time = at / RATE
        level = 2000 * math.exp(-time * fading) * min(1, time * 100)
        heard.append(level * sum(size * math.sin(2 * math.pi * hertz * time) for hertz, size in waves))
    return heard


def both(one: Samples, other: Samples) -> Samples:
    return [first + second for first, second in zip(one, other, strict=True)]


def pcm(sound: Samples) -> bytes:
    return array("h", (max(-32768, min(32767, round(sample))) for sample in sound)).tobytes()


def found(sound: Samples) -> tuple[Span, ...]:
    return found_in(pcm(sound))


def found_in(data: bytes, piece: int = 65_536) -> tuple[Span, ...]:
    finder = SpeechFinder()
    for start in range(0, len(data), piece):
        finder.take(data[start : start + piece])
    return finder.spans()


def seconds(spans: tuple[Span, ...]) -> float:
    return sum(span.end - span.start for span in spans)


def test_a_spoken_sentence_is_one_span() -> None:
    (span,) = found(silence(3) + TRAIN + silence(3))
    assert span.start == pytest.approx(3, abs=0.3)
    assert span.end == pytest.approx(5.3, abs=0.4)


def test_sentences_with_a_pause_between_them_are_spans_of_their_own() -> None:
    spans = found((TRAIN + silence(1)) * 3)
    assert [span.start for span in spans] == pytest.approx([0, 3.36, 6.72], abs=0.3)


@pytest.mark.parametrize("loudness", [30, 300])
def test_speech_in_noise_is_found(loudness: float) -> None:
    spoken = TRAIN * 3
    assert seconds(found(both(spoken, noise(len(spoken) / RATE, loudness)))) > 0.9 * len(spoken) / RATE


@pytest.mark.parametrize(
    "make",
    [lambda: chords(12, 1, 0), lambda: chords(12, 0.5, 3), lambda: noise(12, 900)],
    ids=["organ", "piano", "fan"],
)
def test_speech_over_what_has_half_of_its_energy_is_found(make: Callable[[], Samples]) -> None:
    spoken, under = TRAIN * 5, make()
    softer = math.sqrt(math.sumprod(spoken, spoken) / math.sumprod(under, under) / 2)
    found_seconds = seconds(found(both(spoken, [softer * sample for sample in under][: len(spoken)])))
    assert found_seconds > 0.9 * len(spoken) / RATE


def test_quiet_speech_is_found() -> None:
    assert seconds(found([sample / 20 for sample in TRAIN * 2])) > 3.5


@pytest.mark.parametrize(
    "make",
    [
        lambda: silence(8),
        lambda: noise(8, 20),
        lambda: noise(8, 3000),
        lambda: tone(8, 50),
        lambda: tone(8, 440),
        lambda: tone(4, 1000) + silence(4),
        lambda: chords(8, 1, 0),
        lambda: chords(8, 0.5, 3),
        lambda: chords(8, 0.25, 6),
    ],
    ids=["silence", "hiss", "noise", "hum", "tone", "beep", "organ", "piano", "guitar"],
)
def test_what_is_no_speech_is_not_taken_for_it(make: Callable[[], Samples]) -> None:
    assert found(make()) == ()


def test_speech_before_and_behind_noise_is_found_without_it() -> None:
    spans = found(TRAIN + silence(1) + noise(20, 2000) + silence(1) + TRAIN)
    assert 4 < seconds(spans) < 8


@settings(max_examples=20)
@given(st.integers(1, 20_000))
def test_the_size_of_the_pieces_changes_nothing(piece: int) -> None:
    data = pcm(TRAIN + silence(0.5) + TRAIN[:9999])
    assert found_in(data, 2 * piece - 1) == found_in(data)


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 20_000), st.integers(0, 40_000)), max_size=6))
def test_spans_are_in_order_and_no_silence_is_shorter_than_said(parts: list[tuple[int, int]]) -> None:
    spoken = pcm(TRAIN)
    data = b"".join(bytes(2 * pause) + spoken[: 2 * samples] for pause, samples in parts)
    spans = found_in(data)
    assert all(before.end + MIN_SILENCE - 0.002 <= after.start for before, after in pairwise(spans))
    assert all(0 <= span.start < span.end <= len(data) / 2 / RATE + 1e-6 for span in spans)


def test_no_samples_hold_no_speech() -> None:
    assert found([]) == ()
    assert found(TRAIN[:100]) == ()
