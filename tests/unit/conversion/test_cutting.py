from collections.abc import Sequence
from itertools import accumulate, batched, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.conversion.cutting import MAX_SILENCE, MIN_SILENCE, OVERLAP, Piece, cut
from shared.conversion.speech import Span

ENOUGH = 1e-3
"""What sums of floating point numbers may be out by, in seconds."""


def left_out(seconds: float, pieces: Sequence[Piece]) -> tuple[Span, ...]:
    """The stretches of a recording that are in no piece."""
    edges = [0.0, *(edge for piece in pieces for edge in (piece.start, piece.end)), seconds]
    gaps = (Span(end, start) for end, start in zip(edges[::2], edges[1::2], strict=True))
    return tuple(gap for gap in gaps if gap.end - gap.start > 1e-6)


@st.composite
def recordings(draw: st.DrawFn) -> tuple[float, list[Span]]:
    """How long a recording plays, and where there is speech in it."""
    lengths = st.integers(300, 90_000)  # milliseconds, of silence and of speech in turn
    edges = list(accumulate(draw(st.lists(lengths, max_size=30))))
    spans = [
        Span(start / 1000, end / 1000)
        for start, end in (pair for pair in batched(edges, 2, strict=False) if len(pair) == 2)
    ]
    return (edges[-1] if edges else 0) / 1000 + draw(st.integers(0, 60_000)) / 1000, spans


limits = st.integers(2, 600).map(float)


@given(recordings(), limits)
def test_no_piece_is_longer_than_the_limit(recording: tuple[float, list[Span]], limit: float) -> None:
    for piece in cut(*recording, limit):
        assert 0 < piece.end - piece.start <= limit + ENOUGH


@given(recordings(), limits)
def test_all_speech_is_in_a_piece(recording: tuple[float, list[Span]], limit: float) -> None:
    seconds, speech = recording
    for gap in left_out(seconds, cut(seconds, speech, limit)):
        assert not any(span.start < gap.end - ENOUGH and span.end > gap.start + ENOUGH for span in speech)


@given(recordings(), limits)
def test_pieces_lie_within_the_recording_in_order(recording: tuple[float, list[Span]], limit: float) -> None:
    seconds, speech = recording
    edges = [Piece(0, 0), *cut(seconds, speech, limit), Piece(seconds, seconds)]
    for before, after in pairwise(edges):
        assert before.start <= after.start + ENOUGH
        assert before.end <= after.end + ENOUGH


@given(recordings(), limits)
def test_a_piece_says_whether_it_overlaps_the_one_before(recording: tuple[float, list[Span]], limit: float) -> None:
    for before, after in pairwise(cut(*recording, limit)):
        assert after.overlaps == (after.start < before.end - ENOUGH)


@given(recordings(), limits)
def test_speech_is_cut_only_where_no_silence_is_near_the_limit(
    recording: tuple[float, list[Span]], limit: float
) -> None:
    seconds, speech = recording
    silences = [Span(before.end, after.start) for before, after in pairwise(speech)]
    for before, after in pairwise(cut(seconds, speech, limit)):
        window = Span(before.end - limit / 3 + ENOUGH, before.end - ENOUGH)
        assert not after.overlaps or not any(each.start < window.end and each.end > window.start for each in silences)


@given(recordings(), limits)
def test_only_long_stretches_without_speech_are_left_out(recording: tuple[float, list[Span]], limit: float) -> None:
    seconds, speech = recording
    pieces = cut(seconds, speech, limit)
    for gap in left_out(seconds, pieces) if pieces else ():
        assert gap.end - gap.start > MAX_SILENCE - 2.1


@given(recordings(), limits)
def test_the_same_recording_is_cut_the_same_way_again(recording: tuple[float, list[Span]], limit: float) -> None:
    assert cut(*recording, limit) == cut(*recording, limit)


def test_a_recording_within_the_limit_is_one_piece() -> None:
    assert cut(60, [Span(0, 20), Span(21, 60)], 60) == (Piece(0, 60),)


def test_a_recording_without_speech_has_no_piece() -> None:
    assert cut(60, [], 600) == ()
    assert left_out(60, ()) == (Span(0, 60),)


def test_the_cut_lies_in_the_middle_of_the_longest_silence_near_the_limit() -> None:
    speech = [Span(0, 30), Span(35, 45), Span(45.5, 50), Span(52, 55), Span(55.4, 100)]
    assert cut(100, speech, 60) == (Piece(0, 51), Piece(51, 100))


@pytest.mark.parametrize(("pause", "cuts"), [(MIN_SILENCE, True), (MIN_SILENCE - 0.01, False)])
def test_a_pause_within_a_word_is_no_silence(pause: float, cuts: bool) -> None:
    pieces = cut(100, [Span(0, 50), Span(50 + pause, 100)], 60)
    assert pieces[1].overlaps is not cuts


def test_where_there_is_no_silence_both_pieces_have_two_seconds_of_the_other() -> None:
    assert cut(100, [Span(0, 100)], 60) == (Piece(0, 60), Piece(60 - 2 * OVERLAP, 100, overlaps=True))


def test_a_long_stretch_without_speech_is_in_no_piece_and_is_told() -> None:
    pieces = cut(300, [Span(40, 50), Span(110, 120)], 200)
    assert pieces == (Piece(39, 51), Piece(109, 121))
    assert left_out(300, pieces) == (Span(0, 39), Span(51, 109), Span(121, 300))
