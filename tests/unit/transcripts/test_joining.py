import re
import string
import time
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.transcripts.joining import join, join_pages
from shared.transcripts.words import words_of

WORD = st.text(string.ascii_lowercase + "äéß", min_size=1, max_size=12)
DISTINCT = st.lists(WORD, min_size=8, max_size=60, unique_by=str.casefold)
VOCABULARY = st.sampled_from([["no"], ["no", "way"], ["no", "yes", "well", "and", "then", "we", "go"]])
FEW = VOCABULARY.flatmap(lambda words: st.lists(st.sampled_from(words), min_size=8, max_size=60))
CHINESE = st.lists(st.integers(0x4E00, 0x9FFF).map(chr), min_size=30, max_size=90, unique=True)
FEW_CHINESE = st.sampled_from(["好", "是不", "我们不是好"]).flatmap(
    lambda characters: st.lists(st.sampled_from(characters), min_size=30, max_size=90)
)
THAI = st.lists(st.sampled_from("กขคงจฉชซญดตถทนบปผฝพฟภมยรลวศสหอ"), min_size=40, max_size=120)

TOLD = "and then the ferry left a harbour two hours late because its captain slept again"
SPOKEN = tuple(TOLD.split())


def pieces(data: st.DataObject, words: Sequence[str], shared: st.SearchStrategy[int]) -> list[Sequence[str]]:
    """The words in two to five pieces, of which each two in a row share some; a word is in two pieces at most."""
    cut: list[Sequence[str]] = []
    start, free = 0, 0
    while len(cut) < 4 and (most := len(words) - free) > 0:
        end = free + data.draw(st.integers(1, most))
        again = data.draw(shared)
        if again > end - free or end == len(words):
            break
        cut.append(words[start:end])
        start, free = end - again, end
    return [*cut, words[start:]]


def join_all(texts: Sequence[str]) -> str:
    return join(texts, [True] * (len(texts) - 1))


def holds_all(joined: Sequence[str], words: Sequence[str]) -> bool:
    """Whether all the words are there, in order; others may stand between."""
    rest = iter(joined)
    return all(word in rest for word in words)


@given(st.data(), DISTINCT)
def test_words_that_two_pieces_share_are_there_once(data: st.DataObject, words: list[str]) -> None:
    texts = [" ".join(piece) for piece in pieces(data, words, st.integers(1, 20))]
    assert join_all(texts) == " ".join(words)


@given(st.data(), CHINESE)
def test_characters_that_two_pieces_share_are_there_once(data: st.DataObject, words: list[str]) -> None:
    texts = ["".join(piece) for piece in pieces(data, words, st.integers(1, 40))]
    assert join_all(texts) == "".join(words)


@given(st.data(), FEW)
def test_no_word_is_lost_however_often_the_speaker_repeats_it(data: st.DataObject, words: list[str]) -> None:
    texts = [" ".join(piece) for piece in pieces(data, words, st.integers(3, 20))]
    assert holds_all(join_all(texts).split(), words)


@given(st.data(), FEW_CHINESE)
def test_no_character_is_lost_however_often_the_speaker_repeats_it(data: st.DataObject, words: list[str]) -> None:
    texts = ["".join(piece) for piece in pieces(data, words, st.integers(6, 40))]
    assert holds_all(join_all(texts), words)


@given(st.data(), THAI)
def test_no_letter_of_thai_is_lost(data: st.DataObject, words: list[str]) -> None:
    texts = ["".join(piece) for piece in pieces(data, words, st.integers(12, 40))]
    assert holds_all(join_all(texts), words)


@given(st.lists(FEW.map(" ".join), min_size=1, max_size=5))
def test_pieces_that_do_not_overlap_are_put_one_behind_the_other(texts: list[str]) -> None:
    assert join(texts, [False] * (len(texts) - 1)) == " ".join(texts)


@given(st.data(), DISTINCT, st.booleans(), st.booleans())
def test_a_word_that_is_misheard_at_the_cut_comes_from_the_piece_that_heard_it_whole(
    data: st.DataObject, words: list[str], is_end_cut: bool, is_start_cut: bool
) -> None:
    shared = data.draw(st.integers(6, min(20, len(words) - 2))) if len(words) > 8 else 6
    end = data.draw(st.integers(shared + 1, len(words) - 1))
    left, right = words[:end], words[end - shared :]
    left[-1] = left[-1][:-1] or "0" if is_end_cut else "12345"
    right[0] = right[0][1:] or "1" if is_start_cut else "67890"
    assert join([" ".join(left), " ".join(right)], [True]) == " ".join(words)


@pytest.mark.parametrize(
    ("left", "right", "joined"),
    [
        ("We went down to the river.", "To the river, and saw boats.", "We went down to the river, and saw boats."),
        ("He saw THE OLD MAN", "the old man, again", "He saw THE OLD man, again"),
        ("It\u2019s what we don\u2019t know", "what we don't know yet", "It\u2019s what we don't know yet"),
        ("a long transcription of the wo", "scription of the words", "a long transcription of the words"),
        ("I have five cats and two dogs", "have 5 cats and two dogs at home", "I have five cats and two dogs at home"),
        ("he saw the ferry at the pier", "saw the fairy at the pier and", "he saw the ferry at the pier and"),
        ("we saw the red boat today and", "saw the old boat today and then", "we saw the red old boat today and then"),
        ("we came to the bridge late", "came to the old bridge late at", "we came to the old bridge late at"),
        ("came to the old bridge late", "came to the bridge late at", "came to the old bridge late at"),
        ("so we left. Thank you.", "and so we left at nine", "so we left. Thank you. and so we left at nine"),
        ("she said no.", "No, he did.", "she said no, he did."),
        ("今天我们来讨论天气。", "我们来讨论天气问题。", "今天我们来讨论天气问题。"),
        ("電車は九時に出ました", "は九時に出ました。次は", "電車は九時に出ました。次は"),
        ("ตลาดน้ำและอาหารทะเลสด", "อาหารทะเลสดทุกเช้า", "ตลาดน้ำและอาหารทะเลสดทุกเช้า"),
        ("اليوم نتحدث عن الطريق الجديد", "نتحدث عن الطريق الجديد بين", "اليوم نتحدث عن الطريق الجديد بين"),
        ("un e\u0301te\u0301 tre\u0300s chaud", "été très chaud ici", "un e\u0301te\u0301 tre\u0300s chaud ici"),
        ("Ann: the bridge\nBob: is it open", "Bob: is it open\nAnn: yes", "Ann: the bridge\nBob: is it open\nAnn: yes"),
        ("nothing of this", "stands over there", "nothing of this stands over there"),
        ("♪♪♪ la", "♪♪", "♪♪♪ la"),
    ],
)  # fmt: skip
def test_what_two_pieces_share_is_found_though_it_is_written_otherwise(left: str, right: str, joined: str) -> None:
    assert join([left, right], [True]) == joined


def test_a_word_that_only_one_of_the_pieces_heard_is_kept() -> None:
    for missing in range(3, 9):
        short = [*SPOKEN[2:missing], *SPOKEN[missing + 1 : 12]]
        for left, right in ((SPOKEN[:12], [*short, *SPOKEN[12:]]), ([*SPOKEN[:2], *short], SPOKEN[2:])):
            assert join([" ".join(left), " ".join(right)], [True]) == TOLD


@pytest.mark.parametrize(("first", "second"), [("ferry", "late"), ("late", "ferry")])
def test_words_that_only_one_of_the_pieces_has_are_kept_in_their_order(first: str, second: str) -> None:
    left = [word for word in SPOKEN[:12] if word != first]
    right = [word for word in SPOKEN[2:] if word != second]
    assert join([" ".join(left), " ".join(right)], [True]) == TOLD


def test_words_side_by_side_that_only_one_of_the_pieces_has_are_both_kept() -> None:
    left = " ".join(SPOKEN[:12]).replace("two ", "")
    right = " ".join(SPOKEN[2:]).replace("harbour ", "")
    assert sorted(join([left, right], [True]).split()) == sorted(SPOKEN)


def test_a_word_that_is_said_twice_at_a_silence_stays_there_twice() -> None:
    assert join(["no.", "No.", "No!"], [False, False]) == "no. No. No!"


@pytest.mark.parametrize("nothing", ["", " \n", "[silence]", "…", "There is no speech in this recording."])
def test_an_answer_that_says_nothing_leaves_no_trace(nothing: str) -> None:
    assert join([nothing, "One.", nothing, "One. Two.", nothing], [True] * 4) == "One. One. Two."


def test_answers_with_lines_are_joined_by_a_line_break() -> None:
    assert join(["One.", "Ann: two.\nBob: three.", "Four.", "Five."], [False] * 3) == (
        "One.\nAnn: two.\nBob: three.\nFour. Five."
    )


def test_no_blank_stands_between_two_chinese_sentences() -> None:
    assert join(["你好。", "“再见…”", "好", "“Bye.”", "“Bye.”"], [False] * 4) == "你好。“再见…”好 “Bye.” “Bye.”"


def test_there_must_be_as_many_overlaps_as_seams() -> None:
    with pytest.raises(ValueError, match="3 texts have 2 seams, not 1"):
        join(["a", "b", "c"], [True])
    assert join([], []) == ""


def test_a_piece_that_is_shorter_than_its_overlaps_changes_nothing() -> None:
    assert join(["we went down to the sea", "down to the sea", "to the sea and swam"], [True, True]) == (
        "we went down to the sea and swam"
    )


HOSTILE = {
    "one word": "a" * 100_000,
    "one word again and again": "a " * 50_000,
    "accents": "a" + "\u0301\u0323" * 25_000,
    "brackets": "[" * 100_000,
    "stars": "*a" * 50_000,
    "blanks": " " * 100_000,
    "line breaks": "a\n" * 50_000,
    "signs": "=== Page " * 10_000,
    "equals": "=" * 100_000,
    "apostrophes": "a'" * 50_000,
    "chinese": "好" * 34_000,
}


TRIES = 3
"""Others work on this machine: the least counts."""


def seconds_for(text: str) -> float:
    begun = time.process_time()
    join([text] * 3, [True] * 2)
    join_pages([("Page 1", text), ("Page 2", text)])
    return time.process_time() - begun


@pytest.mark.parametrize("kind", HOSTILE)
def test_four_times_the_text_takes_no_more_than_some_four_times_the_time(kind: str) -> None:
    text = HOSTILE[kind]
    enough = 12 * min(seconds_for(text[: len(text) // 4]) for _ in range(TRIES)) + 0.0025
    assert any(seconds_for(text) < enough for _ in range(TRIES))


def test_pages_stand_under_their_numbers() -> None:
    assert join_pages([("Page 1", "One."), ("Page 2", " "), ("Pages 3 to 5", "Three.\n")]) == (
        "=== Page 1 ===\n\nOne.\n\n=== Page 2 ===\n\n=== Pages 3 to 5 ===\n\nThree."
    )
    assert join_pages([("Page 1", "Only.\n")]) == "Only.\n"
    assert join_pages([]) == ""


LINES = st.lists(
    st.one_of(st.sampled_from(["=== Page 2 ===", "=== Page 1 === ", "=== Page 3 ===\r"]), WORD), max_size=5
)


@given(st.lists(LINES.map("\n".join), min_size=2, max_size=5))
def test_a_program_finds_each_page_whatever_stands_there(texts: list[str]) -> None:
    _, *found = re.split(
        r"(?m)^=== Page (\d+) ===$",
        join_pages([(f"Page {number}", text) for number, text in enumerate(texts, start=1)]),
    )
    assert found[::2] == [str(number + 1) for number in range(len(texts))]
    assert [words_of(page) for page in found[1::2]] == [words_of(text) for text in texts]
