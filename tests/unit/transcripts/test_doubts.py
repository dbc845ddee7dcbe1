import time
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.transcripts.doubting import doubts
from shared.transcripts.silence import is_silent_answer

MADE: dict[str, list[dict[str, Any]]] = tomllib.loads(
    (Path(__file__).parents[2] / "data" / "transcripts.toml").read_text(encoding="utf-8")
)


def answer(made: dict[str, Any]) -> str:
    return str(made.get("before", "") + made["text"] * made.get("times", 1))


def code(text: str, seconds: float, speech: float) -> str | None:
    doubt = doubts(text, seconds, speech)
    return doubt.code if doubt else None


@pytest.mark.parametrize("made", MADE["good"], ids=lambda made: made["text"][:30])
def test_a_transcript_with_which_nothing_is_wrong_is_not_doubted(made: dict[str, Any]) -> None:
    assert doubts(answer(made), made["seconds"], made["speech"]) is None


@pytest.mark.parametrize("made", MADE["bad"], ids=lambda made: f"{made['code']} {made['text'][:30]}")
def test_an_odd_answer_is_doubted_for_what_is_odd(made: dict[str, Any]) -> None:
    assert code(answer(made), made["seconds"], made["speech"]) == made["code"]


def test_good_and_bad_answers_are_forty_and_more() -> None:
    assert min(len(MADE["good"]), len(MADE["bad"])) >= 40


@pytest.mark.parametrize("made", MADE["bad"], ids=lambda made: f"{made['code']} {made['text'][:30]}")
def test_a_doubt_is_one_sentence_that_quotes_nothing(made: dict[str, Any]) -> None:
    doubt = doubts(answer(made), made["seconds"], made["speech"])
    assert doubt
    assert doubt.sentence[0] == "T"
    assert doubt.sentence.endswith(".")
    assert len(made["text"]) < 8 or made["text"].strip() not in doubt.sentence


@pytest.mark.parametrize(
    ("text", "seconds", "speech", "sentence"),
    [
        (
            "So we left.",
            60,
            60,
            "The answer has 3 words, but there are 60 seconds of speech: words are probably missing.",
        ),
        (
            "Amen.",
            60,
            0,
            "The answer has 1 word, but next to no speech was found in 60 seconds: words are probably invented.",
        ),
        (
            "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen",
            20,
            1.2,
            "The answer has 16 words, but there are only 1.2 seconds of speech, in which nobody says so much: words are"
            " probably invented.",
        ),
    ],
)
def test_the_sentence_names_words_and_seconds(text: str, seconds: float, speech: float, sentence: str) -> None:
    doubt = doubts(text, seconds, speech)
    assert doubt
    assert doubt.sentence == sentence


@given(st.integers(10, 3000), st.floats(1, 6))
def test_words_that_are_all_different_are_not_doubted_at_any_pace_that_people_speak_at(count: int, pace: float) -> None:
    text = " ".join(f"word{number}" for number in range(count))
    assert pace * 9 > 40 or doubts(text, count / pace + 5, count / pace) is None


@given(st.integers(1, 20), st.integers(6, 60), st.integers(0, 200))
def test_a_phrase_of_up_to_twenty_words_is_a_loop_if_it_stands_at_the_end_again_and_again(
    length: int, times: int, before: int
) -> None:
    phrase = " ".join(f"loop{number}" for number in range(length))
    start = " ".join(f"word{number}" for number in range(before))
    text = f"{start} {' '.join([phrase] * times)} loop0"
    words = before + length * times
    assert (code(text, words, words / 2) == "loops") == (length * times + 1 >= 40)


@pytest.mark.parametrize(("before", "behind", "found"), [(20, 60, "loops"), (60, 60, None), (600, 0, "loops")])
def test_a_phrase_that_is_repeated_within_other_words_is_a_loop_if_it_makes_a_third_of_them_or_is_the_end(
    before: int, behind: int, found: str | None
) -> None:
    start, end = (
        " ".join(f"{name}{number}" for number in range(count)) for name, count in (("a", before), ("b", behind))
    )
    text = f"{start} {'la ' * 45} {end}"
    assert code(text, 400, (before + behind + 45) / 2) == found


@pytest.mark.parametrize(
    "text",
    [
        "", " \n ", "…", "...", "[silence]", "(no speech)", "[BLANK_AUDIO]", "[Music]", "♪♪♪", "♪ music ♪",
        "*silence*", "<nospeech>", "<|nospeech|>", "(upbeat music playing)", "[silence] [silence]", "[Musik]",
        "[música de fondo]", "(silence)", "[Тишина]", "【音乐】", "\uff08無音\uff09", "(เสียงดนตรี)", "[صمت]", "[음악]",
        "No speech detected.", "There is no speech in this clip.", "The audio does not contain any speech.",
        "In der Aufnahme ist keine Sprache zu hören.", "这段音频没有语音内容。",
    ],
)  # fmt: skip
def test_an_answer_that_says_that_nothing_was_said_is_silent(text: str) -> None:
    assert is_silent_answer(text)


@pytest.mark.parametrize(
    "text",
    [
        "Silence!", "No.", "No words!", "Music", "[inaudible]", "(I love music)", "*I love music*", "(no)",
        "[Music] Hello.", "嗯", "沉默", "[Speaker 1] Hi", "There is no speech today, the mayor is ill.", "5",
        "I'm sorry, but I can't transcribe audio.",
    ],
)  # fmt: skip
def test_an_answer_that_says_anything_is_not_silent(text: str) -> None:
    assert not is_silent_answer(text)


@pytest.mark.parametrize("text", ["[silence]", "", "There is no speech in this clip.", "♪"])
def test_that_nothing_was_said_is_odd_only_where_somebody_speaks(text: str) -> None:
    assert code(text, 30, 0.4) is None
    assert code(text, 30, 20) in ("too_few_words", "about_the_task")


HOSTILE = {
    "one word": "a" * 50_000,
    "two letters": "ab" * 25_000,
    "one word again and again": "a " * 25_000,
    "different words": " ".join(map(str, range(8_000))),
    "nearly a loop": ("a " * 5 + "b ") * 4_000,
    "sentences": "".join(f"{number}. " for number in range(7_000)),
    "accents": "a" + "\u0301\u0323" * 12_500,
    "marks": "." * 50_000,
    "brackets": "[" * 50_000,
    "stars": "*a" * 25_000,
    "open notes": "(" + "a" * 59 + "(" * 40_000,
    "times": "1:" * 25_000,
    "digits": "1" * 50_000,
    "apostrophes": "a'" * 25_000,
    "apostrophes alone": "'" * 50_000,
    "blanks": " " * 50_000,
    "chinese": "好不" * 8_500,
    "refusals": "i can't transcribe audio " * 2_000,
}


def seconds_for(text: str, tries: int) -> float:
    """The least of some runs: others work on this machine."""
    taken = []
    for _ in range(tries):
        begun = time.process_time()
        doubts(text, 60, 50)
        doubts(text, 10**6, 10**6)
        taken.append(time.process_time() - begun)
    return min(taken)


@pytest.mark.parametrize("kind", HOSTILE)
def test_four_times_the_answer_takes_no_more_than_some_four_times_the_time(kind: str) -> None:
    text = HOSTILE[kind]
    assert any(seconds_for(text, tries) < 12 * seconds_for(text[: len(text) // 4], tries) + 0.01 for tries in (1, 3))


@given(st.text(max_size=300), st.floats(0, 100), st.floats(0, 100))
def test_any_text_is_judged(text: str, seconds: float, speech: float) -> None:
    doubts(text, seconds, speech)
