import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.transcripts.cues import MAX_SHOWN, MIN_SHOWN, Cue, cues_of
from shared.transcripts.harmless import on_one_line
from shared.transcripts.lines import MAX_LINE
from shared.transcripts.segments import Segment, Word
from shared.transcripts.speaking import spoken_in_turn
from shared.transcripts.subtitles import srt, vtt

HOSTILE = [
    *("1\n00:00:01,000 --> 00:00:02,000\nforged", "a\n\n2\n\nb", "<script>alert(1)</script>", "{\\an8}<b>up", "a\x00b"),
    *(
        "\u202eabc\u202c \u2066d",
        "x" * 10_000,
        "你好" * 200 + "。",
        "NOTE\n\nSTYLE\n::cue{}",
        "e\u0301" * 300,
        "&amp;",
        "\ufeff",
    ),
    *(
        "Don\u2019t stop. Go on, please!",
        "ไทย" * 60,
        "",
        " \n ",
        "\ud800",
        "👩\u200d👩\u200d👧" * 40,
        "--\x00>",
        "\u2028",
    ),
]
TEXTS = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=200))
MOMENTS = st.one_of(st.floats(0, 5_000), st.sampled_from([0.0, float("nan"), float("inf"), -1.0]))


@st.composite
def segments(draw: st.DrawFn) -> list[Segment]:
    found = []
    for _ in range(draw(st.integers(0, 5))):
        text, start, long = draw(TEXTS), draw(MOMENTS), draw(st.one_of(st.floats(-1, 60), MOMENTS))
        words = (
            tuple(Word(each, draw(MOMENTS), draw(MOMENTS)) for each in text.split()[:5]) if draw(st.booleans()) else ()
        )
        found.append(
            Segment(start, start + long, text, draw(st.sampled_from([None, "1", "Anna <b> --> B", "2\n"])), words)
        )
    return found


def letters(text: str) -> str:
    return "".join(text.split())


def said(cues: list[Cue]) -> list[str]:
    return sorted(letter for cue in cues for line in cue.lines for letter in letters(line))


@given(segments(), st.none() | st.floats(0, 100))
def test_subtitles_lose_nothing_and_keep_the_usual_rules_whatever_is_said(
    spoken: list[Segment], seconds: float | None
) -> None:
    for names_speakers in (True, False):
        cues = cues_of(spoken, seconds, names_speakers=names_speakers)
        assert all(len(cue.lines) <= 2 and max(map(len, cue.lines)) <= MAX_LINE for cue in cues)
        assert all(MIN_SHOWN <= cue.end - cue.start <= MAX_SHOWN for cue in cues)
        assert all(one.end <= other.start for one, other in pairwise([Cue(0, 0, None, ()), *cues]))
        if cues and seconds is not None:
            assert cues[-1].end <= max(round(seconds * 1000), MIN_SHOWN * len(cues))
    assert said(cues) == sorted(letter for each in spoken for letter in letters(on_one_line(each.text)))


@pytest.mark.parametrize(
    ("spoken", "seconds", "shown"),
    [
        ([(0, 0), (0, 4.5)], 5, [(0, 1000), (1000, 4500)]),
        ([(0, 1), (5, 5)], 5, [(0, 1000), (4000, 5000)]),
        ([(0, 5), (5, 5), (5, 5)], 5, [(0, 3000), (3000, 4000), (4000, 5000)]),
        ([(0, 5), (5, 5)], None, [(0, 5000), (5000, 6000)]),
        ([(0, 0.001), (0.001, 0.002), (0.002, 0.003)], 2, [(0, 1000), (1000, 2000), (2000, 3000)]),
    ],
)
def test_each_subtitle_stands_for_a_second_within_the_recording_if_that_has_so_many(
    spoken: list[tuple[float, float]], seconds: float | None, shown: list[tuple[int, int]]
) -> None:
    segments = [Segment(start, end, "Hello there.", "AB"[place % 2]) for place, (start, end) in enumerate(spoken)]
    assert [(cue.start, cue.end) for cue in cues_of(segments, seconds, names_speakers=True)] == shown


WORDS = st.lists(
    st.sampled_from(["we", "meet", "tomorrow,", "in", "the", "office.", "Good!", "你好。"]), min_size=1, max_size=60
)


@st.composite
def in_turn(draw: st.DrawFn) -> list[Segment]:
    """What is said by one after the other, at the pace at which people speak."""
    found, moment = [], 0.0
    for _ in range(draw(st.integers(1, 5))):
        words = draw(WORDS)
        long = max(1.0, len(" ".join(words)) / draw(st.floats(8, 20)))
        times = [
            (moment + long * place / len(words), moment + long * (place + 0.9) / len(words))
            for place in range(len(words))
        ]
        spoken = (
            tuple(Word(word, *time) for word, time in zip(words, times, strict=True)) if draw(st.booleans()) else ()
        )
        found.append(Segment(moment, moment + long, " ".join(words), draw(st.sampled_from(["1", "2"])), spoken))
        moment += long + draw(st.floats(0, 3))
    return found


@given(in_turn())
def test_subtitles_of_people_who_speak_in_turn_are_in_order_and_within_what_they_say(spoken: list[Segment]) -> None:
    cues = cues_of(spoken, names_speakers=False)
    assert letters("".join(line for cue in cues for line in cue.lines)) == letters(
        "".join(each.text for each in spoken)
    )
    for cue in cues:
        assert any(
            round(each.start * 1000) <= cue.start and cue.end <= max(round(each.end * 1000), cue.start + MIN_SHOWN)
            for each in spoken
            if f"Speaker {each.speaker}" == cue.speaker
        )


def test_a_subtitle_ends_with_a_sentence_and_begins_when_its_first_word_is_said() -> None:
    text = "Good morning to all of you. Shall we begin, or does somebody wait for the others?"
    starts = [place * 0.4 + 2 * (place > 5) for place in range(16)]
    spoken = tuple(Word(word, start, start + 0.3) for word, start in zip(text.split(), starts, strict=True))
    assert srt([Segment(0, 9, text, "A", spoken)]) == (
        "1\n00:00:00,000 --> 00:00:02,300\nSpeaker A: Good morning to all of you.\n\n"
        "2\n00:00:04,400 --> 00:00:08,300\nShall we begin, or does\nsomebody wait for the others?\n"
    )


def test_a_speaker_stands_before_the_words_where_another_spoke_and_in_each_voice_tag() -> None:
    spoken = [Segment(0, 2, "Tea?", "1"), Segment(2, 4, "Yes & no.", "Ann <b>"), Segment(4, 6, "Fine.", "Ann <b>")]
    assert srt(spoken).split("\n")[2::4] == ["Speaker 1: Tea?", "Ann \u2039b\u203a: Yes & no.", "Fine."]
    ann = "<v Ann &lt;b&gt;>"
    assert vtt(spoken).split("\n")[3::3] == ["<v Speaker 1>Tea?", f"{ann}Yes &amp; no.", f"{ann}Fine."]


@pytest.mark.parametrize("text", HOSTILE)
def test_what_is_said_is_no_command_to_a_player(text: str) -> None:
    spoken = [Segment(0, 5, text, text), Segment(6, 9, "The end.")]
    for written in (srt(spoken), vtt(spoken)):
        times = re.findall(r"\n\n(?:\d+\n)?\d\d:\d\d:\d\d[,.]\d{3} --> \d\d:\d\d:\d\d[,.]\d{3}\n", f"\n\n{written}")
        assert written.count("-->") == len(times)
        assert not re.search("[\x00\u202a-\u202e\u2066-\u2069\ud800-\udfff\u2028]", written)
        assert len(f"{written}\n".split("\n\n")) - 1 == len(times) + written.startswith("WEBVTT")
    assert not re.search("[<>{]", srt(spoken).replace(" --> ", ""))
    assert re.sub("<v [^<>]+>| --> ", "", vtt(spoken)).count("<") == 0


def test_the_transcript_has_a_line_for_each_turn_of_a_speaker() -> None:
    spoken = [
        Segment(0, 2, "One,", "1"),
        Segment(2, 3, "two.", "1"),
        Segment(3661, 3662, "Three.", "2"),
        Segment(4000, 4001, "?"),
    ]
    assert [each.line for each in spoken_in_turn(spoken)] == [
        "[0:00:00] Speaker 1: One, two.",
        "[1:01:01] Speaker 2: Three.",
        "[1:06:40] ?",
    ]
