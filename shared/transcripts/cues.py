"""Subtitles of what was said: two lines of 42 characters at most, shown for 1 to 7 seconds, never two at once.

docs/decisions/files.md has the rules.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from shared.transcripts.harmless import on_one_line
from shared.transcripts.lines import Part, ends_clause, ends_sentence, fits, parts_of, two_lines
from shared.transcripts.moments import SpokenText
from shared.transcripts.segments import Segment
from shared.transcripts.words import is_unspaced

MIN_SHOWN, MAX_SHOWN = 1_000, 7_000
"""Milliseconds."""

MAX_NAME = 20
"""Characters of a speaker's name in a subtitle, so that half a line is left for words."""

SHORT_NAME = 3
"""Characters of what is rather a number or a letter."""

_PAUSE = 300
"""Milliseconds without a word after which a subtitle may well end."""

_EACH, _IN_A_CLAUSE, _AFTER_A_CLAUSE, _AFTER_A_PAUSE, _TOO_SHORT, _TOO_LONG = 10, 12, 4, 3, 100, 200
"""What speaks against an end of a subtitle, weighed against each other."""


@dataclass(frozen=True)
class Cue:
    """One subtitle. `start` and `end` are milliseconds from the beginning of the recording."""

    start: int
    end: int
    speaker: str | None
    lines: tuple[str, ...]


@dataclass(frozen=True)
class _Block:
    """What one speaker says, and what stands before it."""

    spoken: SpokenText
    speaker: str | None
    is_prefixed: bool = False
    is_crossed: bool = False

    @property
    def prefix(self) -> str:
        return f"{self.speaker}: " if self.is_prefixed else ""


def speaker_name(speaker: str | None) -> str | None:
    """What a speaker is called: `Speaker 1` for `1`, a longer name as it is, but cut."""
    name = on_one_line(speaker or "")
    if not name:
        return None
    if len(name) > MAX_NAME:
        return f"{name[: MAX_NAME - 1].rstrip()}…"
    return f"Speaker {name}" if len(name) <= SHORT_NAME else name


def cues_of(segments: Sequence[Segment], seconds: float | None = None, *, names_speakers: bool) -> list[Cue]:
    """The subtitles in order.

    Args:
        segments: what is said.
        seconds: how long the recording plays; None where that is not known.
        names_speakers: whether the name stands in the text where the speaker changes.
    """
    blocks = _blocks(segments)
    if names_speakers:
        blocks = list(_with_names(blocks))
    cues = sorted((cue for block in blocks for cue in _cues(block)), key=lambda cue: cue.start)
    return list(_one_after_the_other(cues, None if seconds is None else round(seconds * 1000)))


def _blocks(segments: Sequence[Segment]) -> list[_Block]:
    """What is said, in the order in which it begins; what is too short for a subtitle is joined with its neighbour."""
    blocks: list[_Block] = []
    spoken = [(SpokenText.of(each), speaker_name(each.speaker)) for each in segments]
    for said, speaker in sorted((each for each in spoken if each[0].text), key=lambda each: each[0].start):
        last = blocks[-1] if blocks else None
        if last and last.speaker == speaker and _belong_together(last.spoken, said):
            is_tight = is_unspaced(last.spoken.text[-1]) and is_unspaced(said.text[0])
            blocks[-1] = replace(last, spoken=last.spoken.followed_by(said, "" if is_tight else " "))
        else:
            blocks.append(_Block(said, speaker))
    return blocks


def _belong_together(one: SpokenText, other: SpokenText) -> bool:
    is_short = min(one.end - one.start, other.end - other.start) < MIN_SHOWN
    return is_short and 0 <= other.start - one.end < MIN_SHOWN and other.end - one.start <= MAX_SHOWN


def _with_names(blocks: Sequence[_Block]) -> Iterator[_Block]:
    """Each with its name where another spoke before, and in every subtitle where two speak at once."""
    overlaps = {place for place, (one, other) in enumerate(pairwise(blocks)) if other.spoken.start < one.spoken.end}
    crossed = overlaps | {place + 1 for place in overlaps}
    last: str | None = None
    for place, block in enumerate(blocks):
        is_crossed = place in crossed and block.speaker is not None
        yield replace(block, is_prefixed=block.speaker not in (None, last) or is_crossed, is_crossed=is_crossed)
        last = block.speaker


def _cues(block: _Block) -> Iterator[Cue]:
    text, parts = block.spoken.text, _timed(block.spoken)
    for first, end in _cuts(block, parts):
        prefix = block.prefix if first == 0 or block.is_crossed else ""
        lines = two_lines(text, [each.part for each in parts[first:end]], len(prefix))
        start = parts[first].start
        yield Cue(start, max(start, parts[end - 1].end), block.speaker, (f"{prefix}{lines[0]}".rstrip(), *lines[1:]))


@dataclass(frozen=True, slots=True)
class _Timed:
    """A part of the text, when it is said, and what speaks against a break behind it."""

    part: Part
    start: int
    end: int
    against: float


def _timed(spoken: SpokenText) -> list[_Timed]:
    parts = parts_of(spoken.text)
    times = [(spoken.starts_at(part.start), spoken.ends_at(part.end)) for part in parts]
    pauses = [*(following[0] - this[1] for this, following in pairwise(times)), _PAUSE]
    return [
        _Timed(part, *time, _against_break(spoken.text, part, pause))
        for part, time, pause in zip(parts, times, pauses, strict=True)
    ]


def _against_break(text: str, part: Part, pause: int) -> float:
    if part.end == len(text) or ends_sentence(text, part):
        return 0
    if pause >= _PAUSE:
        return _AFTER_A_PAUSE
    return _AFTER_A_CLAUSE if ends_clause(text, part) else _IN_A_CLAUSE


def _cuts(block: _Block, parts: Sequence[_Timed]) -> list[tuple[int, int]]:
    """The best way to cut the parts into subtitles: the first part of each, and the one after its last."""
    plain = [each.part for each in parts]
    best: list[tuple[float, int]] = [(0, 0)]
    for end in range(1, len(parts) + 1):
        ways = ((best[first][0] + cost, first) for first, cost in _subtitles(block, plain, parts, end))
        best.append(min(ways))
    cuts, end = [], len(parts)
    while end:
        cuts.append((best[end][1], end))
        end = best[end][1]
    return cuts[::-1]


def _subtitles(block: _Block, plain: Sequence[Part], parts: Sequence[_Timed], end: int) -> Iterator[tuple[int, float]]:
    """Where a subtitle may begin that ends before this part, and what speaks against it."""
    prefix, last = len(block.prefix), parts[end - 1]
    for first in range(end - 1, -1, -1):
        if not fits(plain, first, end, prefix if first == 0 or block.is_crossed else 0):  # one part always does
            return
        shown = last.end - parts[first].start
        yield first, _EACH + last.against + _TOO_SHORT * (shown < MIN_SHOWN) + _TOO_LONG * (shown > MAX_SHOWN)


def _one_after_the_other(cues: Sequence[Cue], length: int | None) -> Iterator[Cue]:
    """Each shown for a second at least, for seven at most, and before the next."""
    starts = _starts(cues, length)
    for place, (cue, start) in enumerate(zip(cues, starts, strict=True)):
        end = min(max(cue.end, start + MIN_SHOWN), start + MAX_SHOWN)
        if place + 1 < len(cues):
            end = min(end, starts[place + 1])
        elif length is not None:
            end = min(end, max(length, start + MIN_SHOWN))
        yield replace(cue, start=start, end=end)


def _starts(cues: Sequence[Cue], length: int | None) -> list[int]:
    """When each begins: a second after the one before at the earliest, and so that all end with the recording.

    Where a recording has not a second for each, they go on behind its end: no text is lost, and none flashes by.
    """
    starts: list[int] = []
    for cue in cues:
        starts.append(max(cue.start, starts[-1] + MIN_SHOWN) if starts else cue.start)
    if length is None:
        return starts
    latest = [length - MIN_SHOWN * (len(cues) - place) for place in range(len(cues))]
    return [
        max(min(start, last), MIN_SHOWN * place) for place, (start, last) in enumerate(zip(starts, latest, strict=True))
    ]
