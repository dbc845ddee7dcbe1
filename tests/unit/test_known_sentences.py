"""What judges long recordings: it must see each way in which a text can differ from what was said."""

from typing import Any

import pytest

from bench import hour
from tests.integration.recordings import beginnings, foreign_between, heard_elsewhere, unsaid_inventions
from tests.support.sentences import NUMBERS, SENTENCES, Difference, KnownSentences, difference
from tests.support.speech import Recording, Said, Unsaid

KNOWN = KnownSentences({3: "Fred Smells wandering in the window."})
SAID = Recording(
    samples=bytearray(2 * 16_000 * 12),
    said=[Said(0, 0, 2), Said(1, 3, 5), Said(2, 9, 11)],
    unsaid=[Unsaid("noise", 6, 8)],
)


def text(*numbers: int) -> str:
    return " ".join(SENTENCES[number] for number in numbers)


def document(*pieces: tuple[float, float, str], warnings: tuple[str, ...] = ()) -> dict[str, Any]:
    told = [{"start": start, "end": end, "text": words} for start, end, words in pieces]
    whole = " ".join(words for *_, words in pieces)
    calls = [dict[str, int]()] * len(pieces)
    return {"answer": {"text": whole, "pieces": told}, "warnings": list(warnings), "usage": {"calls": calls}}


def test_each_sentence_is_found_where_it_stands() -> None:
    assert KNOWN.numbers(text(*NUMBERS)) == list(NUMBERS)


def test_a_sentence_is_found_by_what_is_heard_of_it_alone() -> None:
    assert KNOWN.numbers("Fred smells wandering in the window.") == [3]


def test_a_sentence_that_stands_twice_is_found_twice() -> None:
    assert KNOWN.numbers(text(0, 5, 5, 1)) == [0, 5, 5, 1]


def test_a_beginning_of_a_sentence_is_found_as_a_part() -> None:
    assert [found.is_whole for found in KNOWN.found(f"{text(7)} Nobody. {text(8)}")] == [True, False, True]


def test_one_misheard_word_does_not_split_a_sentence() -> None:
    assert KNOWN.numbers(text(6).replace("postcards", "bicycles")) == [6]


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([0, 1, 2, 3], Difference()),
        ([0, 1, 3], Difference(missing=(2,))),
        ([0, 1, 1, 2, 3], Difference(doubled=(1,))),
        ([0, 1, 2, 1, 2, 3], Difference(doubled=(1, 2))),
        ([0, 2, 1, 3], Difference(out_of_order=(2,))),
        ([0, 1, 9, 2, 3], Difference(never_said=(9,))),
    ],
)
def test_each_difference_is_told(found: list[int], expected: Difference) -> None:
    assert difference([0, 1, 2, 3], found) == expected


def test_a_piece_that_begins_in_the_pause_before_its_first_sentence_is_not_off() -> None:
    told = document((0, 2.5, text(0)), (2.5, 12, text(1, 2)))
    assert [each.off for each in beginnings(KNOWN, SAID, told)] == [0, 0]


def test_a_piece_that_begins_elsewhere_is_off_by_so_many_seconds() -> None:
    told = document((0, 2.5, text(0)), (4.5, 12, text(1, 2)))
    assert [each.off for each in beginnings(KNOWN, SAID, told)] == [0, 1.5]


def test_a_piece_that_overlaps_may_begin_in_its_first_sentence() -> None:
    told = document((0, 5, text(0, 1)), (4.5, 12, text(1, 2)))
    assert [(each.overlaps, each.off) for each in beginnings(KNOWN, SAID, told)] == [(False, 0), (True, 0)]


def test_a_sentence_outside_of_the_seconds_of_its_piece_is_told() -> None:
    assert heard_elsewhere(KNOWN, SAID, document((0, 2.5, text(0, 2)), (2.5, 12, text(1)))) == ["2 in Seconds 0 to 2.5"]


def test_words_that_stand_in_no_sentence_are_counted_between_sentences() -> None:
    assert foreign_between(KNOWN, f"{text(0)} Thanks for watching, bye. {text(1)}") == [
        "thanks",
        "watching",
        "bye",
    ]


@pytest.mark.parametrize(("warnings", "count"), [((), 1), (("Seconds 2.5 to 12: The answer has 9 words.",), 0)])
def test_words_that_are_made_up_in_a_noise_need_a_warning(warnings: tuple[str, ...], count: int) -> None:
    told = document(
        (0, 2.5, text(0)),
        (2.5, 12, f"{text(1)} Welcome back to my channel, dear viewers! {text(2)}"),
        warnings=warnings,
    )
    assert len(unsaid_inventions(KNOWN, SAID, told)) == count


@pytest.mark.parametrize(
    ("pieces", "missed"),
    [
        ([(0, 2.5, text(0)), (2.5, 12, text(1, 2))], {}),
        ([(0, 2.5, text(0)), (2.5, 12, text(1, 1, 2))], {"doubled": 1}),
        ([(0, 4, text(0)), (4, 12, text(2))], {"lost_in_cutting": 1}),
        ([(0, 2.5, text(0)), (2.5, 12, text(2))], {}),
    ],
    ids=["all is well", "one stands twice", "one is in no piece whole", "one is misheard"],
)
def test_the_hour_is_judged_by_what_cutting_and_joining_did(
    pieces: list[tuple[float, float, str]], missed: dict[str, float]
) -> None:
    measured = {"calls": len(pieces), "calls_before_the_kill": 1, "whole_s": 1.0, "worker_above_start_mb": 1.0}
    figures, _ = hour.judged(SAID, KNOWN, document(*pieces), **measured)
    assert {name: value for name, value in figures.missed().items() if name != "start_error_s"} == missed


def test_a_sentence_that_only_the_joined_text_lacks_was_lost_in_joining() -> None:
    told = document((0, 2.5, text(0)), (2.5, 12, text(1, 2)))
    told["answer"] |= {"text": text(0, 2)}
    figures, _ = hour.judged(SAID, KNOWN, told, calls=3, calls_before_the_kill=1, whole_s=1, worker_above_start_mb=1)
    assert figures.missed() == {"lost_in_joining": 1, "extra_calls": 1}
