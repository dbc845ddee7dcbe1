from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.recipes.slips import nearest

WORD = st.text("abcdefgh", min_size=5, max_size=20)


@pytest.mark.parametrize(
    ("word", "known", "meant"),
    [
        ("recipie", ["recipe"], "recipe"),
        ("max_output_tokens", ["maxOutputTokens"], "maxOutputTokens"),
        ("receipt", ["receipts", "recipe"], "receipts"),
        ("AUDOI", ["IMAGE", "AUDIO"], "AUDIO"),
        ("recipes", ["receipts"], None),
        ("language", ["language"], None),
        ("date", ["data"], None),
        ("DATA", ["data"], "data"),
        ("", ["", "a"], None),
    ],
)
def test_nearest_is_the_word_that_was_probably_meant(word: str, known: list[str], meant: str | None) -> None:
    assert nearest(word, known) == meant


@given(WORD, st.integers(0, 19), st.sampled_from("xyz"), st.sampled_from(["lost", "added", "wrong", "changed"]))
def test_one_slip_of_a_letter_is_always_seen(word: str, place: int, letter: str, slip: str) -> None:
    at = place % (len(word) - 1)
    written = {
        "lost": word[:at] + word[at + 1 :],
        "added": word[:at] + letter + word[at:],
        "wrong": word[:at] + letter + word[at + 1 :],
        "changed": word[:at] + word[at + 1] + word[at] + word[at + 2 :],
    }[slip]
    assert nearest(written, [word]) == (word if written != word else None)


@given(st.text("abc", max_size=12), st.text("abc", min_size=5, max_size=12))
def test_a_word_that_is_near_has_two_letters_more_and_two_less_at_most(word: str, known: str) -> None:
    more, less = Counter(word) - Counter(known), Counter(known) - Counter(word)
    if max(more.total(), less.total(), abs(len(word) - len(known))) > 2:
        assert nearest(word, [known]) is None
