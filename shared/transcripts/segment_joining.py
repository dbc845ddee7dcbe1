"""The segments of consecutive pieces of a recording as those of the whole, with times from its beginning.

Where two pieces overlap, what is said there stands in both. It is looked for as in texts (`joining.py`), and then cut
in one place: before it the earlier piece counts, behind it the later one (docs/decisions/speech.md).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from shared.transcripts.alignment import Column, overlap
from shared.transcripts.joining import first_words, last_words
from shared.transcripts.segments import Segment
from shared.transcripts.words import Word, words_of


@dataclass(frozen=True)
class SegmentsOfPiece:
    """What was heard in a piece.

    Attributes:
        segments: with times from the beginning of the piece.
        start: of the piece, in seconds from the beginning of the recording.
        overlaps: whether its beginning is the end of the piece before, too.
    """

    segments: Sequence[Segment]
    start: float
    overlaps: bool = False


def join_segments(pieces: Sequence[SegmentsOfPiece]) -> tuple[Segment, ...]:
    """The segments of consecutive pieces, with the times of the recording.

    A speaker has the number of the part in the name from the second part on: services give the same names to other
    people in each piece.
    """
    joined: list[Segment] = []
    follows = False
    for part, piece in enumerate(pieces, start=1):
        heard = [_placed(each, piece.start, part) for each in piece.segments]
        joined = _join(joined, heard) if follows and piece.overlaps else joined + heard
        follows = bool(heard)
    return tuple(joined)


def _placed(segment: Segment, seconds: float, part: int) -> Segment:
    words = tuple(
        replace(each, start=_later(each.start, seconds), end=_later(each.end, seconds)) for each in segment.words
    )
    speaker = f"{segment.speaker} (part {part})" if segment.speaker and part > 1 else segment.speaker
    start, end = _later(segment.start, seconds), _later(segment.end, seconds)
    return replace(segment, start=start, end=end, words=words, speaker=speaker)


def _later(moment: float, seconds: float) -> float:
    return round(moment + seconds, 3)


def _join(left: Sequence[Segment], right: Sequence[Segment]) -> list[Segment]:
    """Both, with what both heard once."""
    ends, starts = last_words(_text(left)), first_words(_text(right))
    columns = overlap(ends, starts)
    if not columns:
        return [*left, *right]
    split = _best_split(columns, ends, starts)
    until = _until(columns[:split], columns, ends)
    since = _since(columns[split:], columns, starts)
    return [*_before(left, until), *_behind(right, since)]


def _text(segments: Sequence[Segment]) -> str:
    return " ".join(each.text for each in segments)


def _best_split(columns: Sequence[Column], ends: Sequence[Word], starts: Sequence[Word]) -> int:
    """How many of the shared words come from the left: so many that the fewest are left out, else half of them."""
    only_left = [ends[each.left].size if each.right is None and each.left is not None else 0.0 for each in columns]
    only_right = [starts[each.right].size if each.left is None and each.right is not None else 0.0 for each in columns]
    places = range(len(columns) + 1)
    return min(places, key=lambda at: (sum(only_left[at:]) + sum(only_right[:at]), abs(2 * at - len(columns))))


def _until(mine: Sequence[Column], columns: Sequence[Column], ends: Sequence[Word]) -> int:
    """Where in the left text the word begins that comes from the right; behind all where there is none."""
    shared = [each.left for each in columns if each.left is not None]
    own = [each.left for each in mine if each.left is not None]
    following = own[-1] + 1 if own else shared[0]
    return ends[following].start if following < len(ends) else ends[-1].end + _ANY_MARKS


_ANY_MARKS = 1 << 30
"""So much may stand behind the last word: marks and blanks."""


def _since(mine: Sequence[Column], columns: Sequence[Column], starts: Sequence[Word]) -> int:
    """Where in the right text the first word begins that comes from it."""
    own = [each.right for each in mine if each.right is not None]
    if own:
        return starts[own[0]].start
    return starts[[each.right for each in columns if each.right is not None][-1]].end


def _before(segments: Sequence[Segment], place: int) -> Iterator[Segment]:
    """What stands before a place in the text of these segments."""
    start = 0
    for segment in segments:
        kept = segment.text[: max(0, place - start)].rstrip()
        if kept == segment.text.rstrip():
            yield segment
        elif kept:
            words = segment.words[: _share(segment, kept)]
            end = words[-1].end if words else segment.start + _seconds(segment, kept)
            yield replace(segment, text=kept, words=words, end=max(segment.start, round(end, 3)))
        start += len(segment.text) + 1


def _behind(segments: Sequence[Segment], place: int) -> Iterator[Segment]:
    """What stands behind a place in the text of these segments."""
    start = 0
    for segment in segments:
        skipped = segment.text[: max(0, place - start)]
        kept = segment.text[len(skipped) :].strip()
        if not _has_words(skipped):
            yield segment
        elif _has_words(kept):
            words = segment.words[len(segment.words) - _share(segment, kept) :]
            begin = words[0].start if words else segment.end - _seconds(segment, kept)
            yield replace(segment, text=kept, words=words, start=min(round(begin, 3), segment.end))
        start += len(segment.text) + 1


def _seconds(segment: Segment, kept: str) -> float:
    """How long it takes to say a part of a segment: as much of its time as the part is of its text."""
    return (segment.end - segment.start) * len(kept) / len(segment.text)


def _share(segment: Segment, kept: str) -> int:
    """How many of the service's words the beginning, or the end, of a segment has."""
    return round(len(segment.words) * len(words_of(kept)) / len(words_of(segment.text)))


def _has_words(text: str) -> bool:
    return bool(words_of(text))
