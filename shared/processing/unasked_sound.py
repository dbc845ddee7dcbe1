"""What of a recording is in no piece, though something is heard there: the document says so."""

from collections.abc import Sequence
from itertools import chain

from shared.conversion import Sound, Span
from shared.models import Extent
from shared.transcripts import clock

MIN_SECONDS = 10.0
"""A shorter sound in a long stretch without speech is a cough, or a door."""

MAX_NAMED = 5
"""Stretches that are named in the warning; of the others it tells the number."""


def about_unasked(sound: Sound, extents: Sequence[Extent]) -> tuple[str, ...]:
    """Return a warning that names the stretches of music or noise that no piece has; none where there are none."""
    edges = [0.0, *chain.from_iterable((each.start or 0.0, each.end or 0.0) for each in extents), sound.seconds]
    between = map(Span, edges[::2], edges[1::2])
    heard = [f"from {clock(gap.start)} to {clock(gap.end)}" for gap in between if _heard(sound, gap) >= MIN_SECONDS]
    if not heard:
        return ()
    named = ", ".join(heard[:MAX_NAMED])
    others = f" and {len(heard) - MAX_NAMED} more times" if len(heard) > MAX_NAMED else ""
    return (
        f"What is heard {named}{others} does not sound like speech, but like music or noise."
        " Nothing was asked about it.",
    )


def _heard(sound: Sound, gap: Span) -> float:
    """For how many seconds something is heard within it."""
    return sum(max(0.0, min(each.end, gap.end) - max(each.start, gap.start)) for each in sound.audible)
