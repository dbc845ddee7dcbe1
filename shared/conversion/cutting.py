"""Where a recording is cut into pieces that a model takes: in silences, where there are any."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from shared.conversion.speech import Span

MIN_SILENCE = 0.3
"""Seconds. A shorter one may lie within a word: between the two sounds of a `t`, for example."""

WINDOW = 1 / 3
"""The last part of a piece, in which its end is looked for."""

OVERLAP = 2.0
"""Seconds on each side of a cut in the middle of speech: a word that is cut there is whole in one of the pieces."""

MAX_SILENCE = 30.0
"""Seconds. A longer stretch without speech is in no piece: it costs as much as speech, and models make words of it."""

MARGIN = 1.0
"""Seconds that are kept of such a stretch before and behind the speech."""

_ROUNDING = 1e-6


@dataclass(frozen=True)
class Piece:
    """A part of a recording, in seconds from its beginning.

    Attributes:
        overlaps: whether it begins before the piece before it ends, so that some words are in both.
    """

    start: float
    end: float
    overlaps: bool = False


def cut(sound_seconds: float, speech: Sequence[Span], max_seconds: float) -> tuple[Piece, ...]:
    """Return pieces of `max_seconds` at most, in order, in which all speech is; none where there is no speech.

    Args:
        sound_seconds: how long the recording plays.
        speech: where there is speech, in order, without overlaps.
        max_seconds: more than 0.
    """
    silences = [Span(before.end, after.start) for before, after in pairwise(speech)]
    return tuple(
        piece for stretch in _stretches(sound_seconds, speech) for piece in _pieces(stretch, silences, max_seconds)
    )


def _stretches(sound_seconds: float, speech: Sequence[Span]) -> Iterator[Span]:
    """Yield what is left without the long silences."""
    if not speech:
        return
    start = _begin(0.0, speech[0].start)
    for before, after in pairwise(speech):
        if after.start - before.end > MAX_SILENCE:
            yield Span(start, before.end + MARGIN)
            start = after.start - MARGIN
    last = speech[-1].end
    yield Span(start, sound_seconds if sound_seconds - last <= MAX_SILENCE else last + MARGIN)


def _begin(start: float, speech: float) -> float:
    return start if speech - start <= MAX_SILENCE else speech - MARGIN


def _pieces(stretch: Span, silences: Sequence[Span], max_seconds: float) -> Iterator[Piece]:
    overlap = min(OVERLAP, max_seconds / 8)  # where pieces are very short, each must still bring something new
    start, overlaps = stretch.start, False
    while stretch.end - start > max_seconds + _ROUNDING:
        limit = start + max_seconds
        silence = _longest_silence(silences, limit - max_seconds * WINDOW, limit)
        end = (silence.start + silence.end) / 2 if silence else limit
        yield Piece(start, end, overlaps)
        start, overlaps = (end, False) if silence else (limit - 2 * overlap, True)
    yield Piece(start, stretch.end, overlaps)


def _longest_silence(silences: Sequence[Span], start: float, end: float) -> Span | None:
    """Return what lies between start and end of the silence that is longest there; of equal ones the last."""
    within = [
        Span(max(each.start, start), min(each.end, end))
        for each in silences
        if each.end - each.start >= MIN_SILENCE - _ROUNDING and each.start < end and each.end > start
    ]
    return max(within, key=lambda each: (each.end - each.start, each.start), default=None)
