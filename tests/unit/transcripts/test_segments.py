from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.transcripts.rendering import with_times
from shared.transcripts.segment_joining import SegmentsOfPiece, join_segments
from shared.transcripts.segments import Segment, Word
from tests.unit.transcripts.test_joining import DISTINCT, pieces

SECONDS_A_WORD = 0.5


def spoken(words: Sequence[str], start: float, ends: Sequence[int], speaker: str | None = None) -> list[Segment]:
    """The words, each half a second long, as segments that end before these places."""
    places = [0, *sorted({end % (len(words) + 1) for end in ends} - {0, len(words)}), len(words)]
    timed = [
        Word(word, start + at * SECONDS_A_WORD, start + (at + 1) * SECONDS_A_WORD) for at, word in enumerate(words)
    ]
    return [
        Segment(part[0].start, part[-1].end, " ".join(each.text for each in part), speaker, tuple(part))
        for first, last in pairwise(places)
        if (part := timed[first:last])
    ]


def text_of(segments: Sequence[Segment]) -> str:
    return " ".join(each.text for each in segments)


def heard(words: Sequence[str], cut: Sequence[Sequence[str]], data: st.DataObject) -> list[SegmentsOfPiece]:
    """What was heard in pieces of a recording of these words."""
    found, before = [], 0
    for piece in cut:
        first = words.index(piece[0])
        ends = data.draw(st.lists(st.integers(0, 60), max_size=5))
        found.append(SegmentsOfPiece(spoken(piece, 0, ends), first * SECONDS_A_WORD, overlaps=first < before))
        before = first + len(piece)
    return found


@given(st.data(), DISTINCT)
def test_words_that_two_pieces_share_are_there_once_each_at_its_time(data: st.DataObject, words: list[str]) -> None:
    joined = join_segments(heard(words, pieces(data, words, st.integers(1, 20)), data))
    assert text_of(joined) == " ".join(words)
    assert [word for each in joined for word in each.words] == list(spoken(words, 0, [])[0].words)
    assert all(each.start == each.words[0].start and each.end == each.words[-1].end for each in joined)


@given(st.data(), DISTINCT)
def test_segments_without_times_of_words_are_joined_in_order_within_their_own_times(
    data: st.DataObject, words: list[str]
) -> None:
    timed = heard(words, pieces(data, words, st.integers(1, 20)), data)
    bare = [Segment(each.start, each.end, each.text) for piece in timed for each in piece.segments]
    counts = iter(bare)
    joined = join_segments([SegmentsOfPiece([next(counts) for _ in p.segments], p.start, p.overlaps) for p in timed])
    assert text_of(joined) == " ".join(words)
    assert all(0 <= each.start <= each.end <= len(words) * SECONDS_A_WORD for each in joined)


def test_pieces_that_do_not_overlap_keep_a_word_that_is_said_twice() -> None:
    cut = [
        SegmentsOfPiece([Segment(0, 1, "Say it again.")], 0),
        SegmentsOfPiece([Segment(0.5, 1, "again and again")], 10),
    ]
    assert [(each.start, each.text) for each in join_segments(cut)] == [(0, "Say it again."), (10.5, "again and again")]


def test_a_piece_in_which_nothing_was_said_takes_nothing_from_its_neighbours() -> None:
    one = [Segment(0, 1, "and so on and on")]
    cut = [SegmentsOfPiece(one, 0), SegmentsOfPiece([], 9, overlaps=True), SegmentsOfPiece(one, 18, overlaps=True)]
    assert len(join_segments(cut)) == 2


def test_speakers_of_another_piece_are_other_people_as_far_as_is_known() -> None:
    cut = [SegmentsOfPiece([Segment(0, 1, text, "1")], start) for text, start in (("Hello.", 0), ("Goodbye.", 10))]
    assert [each.speaker for each in join_segments(cut)] == ["1", "1 (part 2)"]


def test_what_one_of_two_pieces_misheard_is_there_once() -> None:
    left = [Segment(8, 10, "we left the harbour two hours lay", "A")]
    right = [Segment(0, 2, "the harbour two hours late because of him.", "B")]
    joined = join_segments([SegmentsOfPiece(left, 0), SegmentsOfPiece(right, 8, overlaps=True)])
    assert text_of(joined) == "we left the harbour two hours late because of him."


def test_a_segment_that_is_cut_ends_behind_its_beginning_whatever_the_times_of_its_words() -> None:
    said, again = "we left the harbour two hours lay", "the harbour two hours late because of him."
    too_soon, too_late = (
        tuple(Word(word, at, at) for word in text.split()) for text, at in ((said, 0.0), (again, 9.0))
    )
    left, right = Segment(8, 10, said, "A", too_soon), Segment(0, 2, again, "B", too_late)
    joined = join_segments([SegmentsOfPiece([left], 0), SegmentsOfPiece([right], 8, overlaps=True)])
    assert [(each.start, each.end) for each in joined] == [(8, 8), (10, 10)]


@pytest.mark.parametrize(
    ("segments", "text"),
    [
        ([Segment(7.9, 9, "Good\nday.", "A"), Segment(9, 10, " Yes. ", "B")], "[0:07] A: Good day.\n[0:09] B: Yes."),
        ([Segment(0, 9, "One.", "A"), Segment(9, 12, "Two.", "A")], "[0:00] A: One. Two."),
        ([Segment(0, 59, "One."), Segment(60, 62, "Two.")], "[0:00] One.\n[1:00] Two."),
        ([Segment(3_723, 3_724, "Late.")], "[1:02:03] Late."),
        ([Segment(0, 1, " ")], ""),
    ],
)  # fmt: skip
def test_a_model_reads_who_said_what_and_when(segments: list[Segment], text: str) -> None:
    assert with_times(segments) == text
