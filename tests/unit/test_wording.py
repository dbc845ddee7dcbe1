import pytest

from tests.support.wording import share_missing, word_error_rate


@pytest.mark.parametrize(
    ("found", "rate"),
    [
        ("hello how are you", 0),
        ("Hello, how are you?", 0),
        ("Hello, teller you.", 0.5),
        ("hello how are you today", 0.25),
        ("how are you", 0.25),
        ("", 1),
        ("a b c d e f g h", 2),
    ],
)
def test_the_rate_counts_words_that_were_put_in_left_out_or_changed(found: str, rate: float) -> None:
    assert word_error_rate(found, "hello how are you") == rate


def test_a_number_in_figures_is_the_same_word_as_in_letters() -> None:
    assert word_error_rate("leaves at 9.", "leaves at nine") == 0


def test_words_in_another_order_are_not_missing() -> None:
    assert share_missing("Summer 150\nWinter", "winter summer 150 420") == 0.25
