import pytest

from shared.transcripts.words import placed_words, total_size, words_of


@pytest.mark.parametrize(
    ("text", "words", "size"),
    [
        ("Don't stop, it's half-past 1,000!", ["don't", "stop", "it's", "half", "past", "1", "000"], 7),
        ("STRASSE und Straße", ["strasse", "und", "strasse"], 3),
        ("un e\u0301te\u0301", ["un", "e\u0301te\u0301"], 2),
        ("你好 世界", ["你", "好", "世", "界"], 2),
        ("カタカナ", ["カ", "タ", "カ", "ナ"], 2),
        ("ดี", ["ดี"], 0.25),
        ("हिन्दी में बात", ["हिन्दी", "में", "बात"], 3),
        ("안녕하세요 여러분", ["안녕하세요", "여러분"], 2),
        ("snake_case", ["snake", "case"], 2),
        ("\u2764\ufe0f \u266a … '", [], 0),
    ],
)
def test_words_stand_between_blanks_or_are_single_letters_of_unspaced_scripts(
    text: str, words: list[str], size: float
) -> None:
    assert words_of(text) == words
    assert total_size(words_of(text)) == size


def test_only_words_that_lie_whole_in_the_window_are_placed() -> None:
    text = "beginning middle ending"
    assert [text[word.start : word.end] for word in placed_words(text, 3, 20)] == ["middle"]
    assert [text[word.start : word.end] for word in placed_words(text, 0, len(text))] == text.split()


def test_words_are_compared_by_what_is_heard_not_by_how_it_is_written() -> None:
    (one,), (two,) = (list(placed_words(text, 0, len(text))) for text in ("It\u2019S", "it's"))
    assert one.key == two.key
    (one,), (two,) = (list(placed_words(text, 0, len(text))) for text in ("\uff28e\u0301", "h\u00e9"))
    assert one.key == two.key
