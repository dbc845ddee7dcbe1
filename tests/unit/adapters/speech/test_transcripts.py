"""Transcripts as services send them, whatever stands in them."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.http.reply import HttpReply
from shared.adapters.speech.answers import BEYOND, answer_in
from shared.adapters.speech.apis import SpeechApi
from shared.adapters.speech.languages import language_in
from shared.adapters.speech.llm_speech_api import LlmSpeechApi
from shared.adapters.speech.openai_api import OpenAiApi
from shared.bounds import OF_TRANSCRIPTS
from shared.errors import AnswerUnusable, DropscribeError
from shared.media.media import Media
from shared.models.chat import ChatAnswer, MediaPart
from shared.models.speech import SpeechOptions, SpeechRequest
from shared.transcripts.segment_joining import SegmentsOfPiece, join_segments
from shared.transcripts.segments import Segment, Word
from tests.unit.fakes import MemorySource

OPENAI, LLM_SPEECH = OpenAiApi(), LlmSpeechApi()


def answer(document: Any, api: SpeechApi = OPENAI, seconds: float | None = None, **options: Any) -> ChatAnswer:
    asked = SpeechOptions(words=True, **options)
    request = SpeechRequest(MediaPart(Media("audio", "audio/mpeg", "mp3", seconds), MemorySource(b"")), asked)
    content = document if isinstance(document, bytes) else json.dumps(document).encode()
    return answer_in(HttpReply(200, {}, content, bounds=OF_TRANSCRIPTS), api, request, ("prompt",), 1)


def heard(*segments: dict[str, Any], seconds: float | None = None, **more: Any) -> tuple[Segment, ...]:
    return answer({"text": "x", "segments": segments, **more}, seconds=seconds).segments


def times(*told: tuple[Any, Any], seconds: float | None = None) -> list[tuple[float, float]]:
    segments = heard(*({"start": start, "end": end, "text": "a"} for start, end in told), seconds=seconds)
    return [(each.start, each.end) for each in segments]


@pytest.mark.parametrize(
    ("told", "start", "end"),
    [
        ({"start": 1, "end": 2.00049}, 1.0, 2.0),
        ({"start": "1.5", "end": "2"}, 1.5, 2.0),
        ({"start": -3, "end": 2}, 0.0, 2.0),
        ({"start": 2, "end": 1}, 2.0, 2.0),
        ({"start": 2}, 2.0, 2.0),
        ({"end": 2}, 0.0, 2.0),
        ({"start": float("nan"), "end": 2}, 0.0, 2.0),
        ({"start": True, "end": float("inf")}, None, None),
        ({"start": 10**30, "end": "9" * 30}, None, None),
        ({"start": [1], "end": {}}, None, None),
        ({}, None, None),
    ],
)
def test_times_are_mended_and_what_is_none_is_left_out(told: dict[str, Any], start: float, end: float) -> None:
    segments = heard({**told, "text": " Hello. "})
    assert [(each.start, each.end, each.text) for each in segments] == (
        [] if start is None else [(start, end, "Hello.")]
    )


def test_segments_come_in_the_order_of_time_and_only_those_with_words() -> None:
    later, sooner = {"start": 5, "end": 6, "text": "b"}, {"start": 1, "end": 2, "text": "a"}
    silent = [{"start": 0, "end": 1, "text": text} for text in ("", "  ", None, 7)]
    assert [each.text for each in heard(later, *silent, sooner)] == ["a", "b"]


def test_a_segment_without_a_beginning_begins_where_the_one_before_ends() -> None:
    first, second = heard({"start": 0, "end": 4, "text": "a"}, {"text": "b"})
    assert (second.start, second.end) == (first.end, first.end)


@pytest.mark.parametrize(
    ("told", "speaker"),
    [
        *((1, "1"), ("A", "A"), (" SPEAKER_00 ", "SPEAKER_00"), (None, None), (True, None)),
        *(("", None), ("a\nb", None), ("x" * 65, None), (1.5, None), ({"id": 1}, None)),
    ],
)
def test_a_speaker_is_a_number_or_a_short_name(told: Any, speaker: str | None) -> None:
    assert heard({"start": 0, "end": 1, "text": "a", "speaker": told})[0].speaker == speaker


def test_words_beside_the_segments_go_where_they_are_said() -> None:
    words = [{"word": " Hi", "start": 0, "end": 1}, {"word": "you", "start": 4.9, "end": 5.5}, {"word": "late"}]
    first, second = heard({"start": 0, "end": 2, "text": "Hi"}, {"start": 5, "end": 6, "text": "you late"}, words=words)
    assert first.words == (Word("Hi", 0.0, 1.0),)
    assert second.words == (Word("you", 4.9, 5.5),)


def test_words_alone_make_segments_by_sentence_and_by_pause() -> None:
    words = [("One.", 0, 1), ("Two", 1, 2), ("three", 4, 5)]
    segments = heard(words=[{"word": word, "start": start, "end": end} for word, start, end in words])
    assert [(each.text, each.start, each.end) for each in segments] == [("One.", 0, 1), ("Two", 1, 2), ("three", 4, 5)]


@pytest.mark.parametrize(
    ("told", "until"),
    [
        ([(0, None), (1.5, None)], [(0, 1.5), (1.5, 5)]),
        ([(0, None), (None, 4)], [(0, 0), (0, 4)]),
        ([(4, 1), (4.5, 2)], [(4, 4.5), (4.5, 5)]),
        ([(-5, -1), (-1, 4.5)], [(0, 0), (0, 4.5)]),
        ([(2, float("inf")), (1, None)], [(1, 2), (2, 5)]),
    ],
)
def test_a_segment_without_an_end_ends_where_the_next_begins_and_the_last_with_the_recording(
    told: list[Any], until: list[Any]
) -> None:
    assert times(*told, seconds=5) == until


@pytest.mark.parametrize(
    ("told", "within", "is_beyond"),
    [
        ([(0, 1), (3000, 99999)], [(0, 1), (5, 5)], True),
        ([(0, 1200), (1200, 4500)], [(0, 5), (5, 5)], True),
        ([(0, 1), (1, 10**30)], [(0, 1), (1, 5)], True),
        ([(0, 5), (5, 5.9)], [(0, 5), (5, 5)], False),
    ],
)
def test_times_beyond_the_recording_are_moved_to_its_end_and_people_are_told(
    told: list[Any], within: list[Any], is_beyond: bool
) -> None:
    segments = [{"start": start, "end": end, "text": "a"} for start, end in told]
    phrases = [
        {"offsetMilliseconds": start * 1000, "durationMilliseconds": (end - start) * 1000, "text": "a"}
        for start, end in told
    ]
    for api, document in ((OPENAI, {"text": "x", "segments": segments}), (LLM_SPEECH, {"phrases": phrases})):
        found = answer(document, api, 5)
        assert [(each.start, each.end) for each in found.segments] == within
        assert (BEYOND in found.warnings) == is_beyond


def test_words_beyond_the_recording_stay_in_their_segment() -> None:
    words = [{"word": "a", "start": 0, "end": 900}, {"word": "b", "start": 1200, "end": 1300}]
    first, second = heard(
        {"start": 0, "end": 1000, "text": "a"}, {"start": 1200, "end": 1400, "text": "b"}, words=words, seconds=2
    )
    assert (first.words, second.words) == ((Word("a", 0, 2),), (Word("b", 2, 2),))


@pytest.mark.parametrize("top", [{}, {"text": ""}, {"text": " "}, {"text": None}], ids=str)
@pytest.mark.parametrize(
    "told",
    [
        {"segments": [{"start": 0, "end": 1, "text": " a"}, {"text": "b "}]},
        {"segments": [{"text": "a"}, {"text": "b"}]},
        {"segments": [{"start": 0, "end": 1, "text": "", "words": [{"word": "a"}, {"word": "b"}]}]},
        {"words": [{"word": " a", "start": 0, "end": 1}, {"word": "b", "start": 1, "end": 2}]},
        {"words": [{"word": "a"}, {"word": "b"}]},
    ],
    ids=str,
)
def test_a_text_is_put_together_of_segments_or_words_where_it_is_missing(
    told: dict[str, Any], top: dict[str, Any]
) -> None:
    assert answer({**told, **top}).text == "a b"


@pytest.mark.parametrize("combined", [None, [], [{"text": ""}], [{"text": None}, {"channel": 1}], "x"], ids=str)
def test_a_text_is_put_together_of_phrases_where_the_combined_ones_say_nothing(combined: Any) -> None:
    phrases = [{"text": "a", "offsetMilliseconds": 0}, {"words": [{"text": "b"}, {"text": "c"}]}]
    assert answer({"phrases": phrases, "combinedPhrases": combined}, LLM_SPEECH).text == "a\nb c"


def test_phrases_become_segments_in_seconds_and_the_language_is_that_of_most() -> None:
    phrase = {
        "offsetMilliseconds": 500,
        "durationMilliseconds": 1250,
        "speaker": 2,
        "locale": "de-DE",
        "text": "Guten Tag",
    }
    other = {"offsetMilliseconds": 3000, "text": "Hi", "locale": "en-US"}
    document = {
        "durationMilliseconds": 4200,
        "combinedPhrases": [{"channel": 0, "text": "Guten Tag"}, {"channel": 1, "text": "Hi"}],
        "phrases": [phrase, other],
    }
    found = answer(document, LLM_SPEECH)
    assert found.segments == (Segment(0.5, 1.75, "Guten Tag", "2"), Segment(3.0, 3.0, "Hi"))
    assert answer(document, LLM_SPEECH, 4.2).segments[1] == Segment(3.0, 4.2, "Hi")
    assert (found.text, found.language, found.usage) == ("Guten Tag\nHi", "de-DE", {"seconds": 4.2})


def test_a_recording_in_which_nobody_speaks_is_an_empty_answer() -> None:
    silence = answer({"durationMilliseconds": 900, "combinedPhrases": [], "phrases": []}, LLM_SPEECH, speakers=True)
    assert (silence.text, silence.segments, silence.warnings) == ("", (), ())


@pytest.mark.parametrize(
    ("told", "usage"),
    [
        ({"usage": {"type": "duration", "seconds": 12.5}}, {"seconds": 12.5}),
        ({"duration": "8.47"}, {"seconds": 8.47}),
        ({"usage": {"type": "duration", "seconds": -1}}, None),
        ({"usage": {"type": "duration", "seconds": 0}}, None),
        ({"usage": {"seconds": 0}, "duration": 4.5}, {"seconds": 4.5}),
        ({"duration": 0}, None),
        ({"usage": {"total_tokens": -62, "input_tokens": 0}}, {"total_tokens": None, "input_tokens": 0}),
        ({"usage": {"seconds": float("nan")}}, None),
        (
            {"usage": {"total_tokens": 3, "calls": 7, "input_token_details": {"audio_tokens": 2}}},
            {"total_tokens": 3, "input_token_details": {"audio_tokens": 2}},
        ),
        ({"usage": 7}, None),
        ({}, None),
    ],
)
def test_usage_has_seconds_and_tokens_where_they_are_told(told: dict[str, Any], usage: Any) -> None:
    assert answer({"text": "x", **told}).usage == usage


@pytest.mark.parametrize("told", [-1, 0, "0", None, 7 * 86_400_001])
def test_milliseconds_that_can_be_none_of_a_recording_are_not_known(told: Any) -> None:
    assert answer({"combinedPhrases": [], "durationMilliseconds": told}, LLM_SPEECH).usage is None


@pytest.mark.parametrize(
    ("told", "language"),
    [
        *(("english", "en"), ("Haitian Creole", "ht"), ("lao", "lo"), ("pt-BR", "pt-BR"), ("zh-Hans-CN", "zh-Hans-CN")),
        *(("klingon", None), ("", None), (7, None), ("en; drop", None)),
    ],
)
def test_a_language_is_told_as_bcp_47(told: Any, language: str | None) -> None:
    assert language_in(told) == language


def test_what_was_wanted_and_did_not_come_is_said() -> None:
    assert answer({"text": "x"}, speakers=True).warnings == (
        "The model did not tell speakers apart.",
        "The model told no times of words.",
    )


def test_a_transcript_of_hours_is_read_and_one_without_end_is_not() -> None:
    hours = [{"start": n, "end": n + 1, "text": "word"} for n in range(40_000)]
    assert len(heard(*hours)) == 40_000
    with pytest.raises(AnswerUnusable, match="more than 262144 values"):
        heard(*hours, *hours)


ANYTHING: st.SearchStrategy[Any] = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just([]) | st.just({})
)
TIMES = ("start", "end", "offsetMilliseconds", "durationMilliseconds")
SPOKEN = st.dictionaries(st.sampled_from([*TIMES, "text", "word", "speaker", "locale", "words"]), ANYTHING, max_size=6)
SPOKEN_LISTS = st.lists(SPOKEN | ANYTHING, max_size=4) | ANYTHING
DOCUMENTS = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(("segments", "words", "phrases", "combinedPhrases"), SPOKEN_LISTS),
        **dict.fromkeys(("text", "usage", "duration", "durationMilliseconds", "language", "model"), ANYTHING),
    },
)


@given(st.sampled_from([OPENAI, LLM_SPEECH]), DOCUMENTS | ANYTHING)
def test_whatever_a_service_sends_is_an_answer_in_order_or_an_error_of_ours(api: SpeechApi, document: Any) -> None:
    try:
        found = answer(document, api)
    except DropscribeError:
        return
    found.text.encode()
    starts = [each.start for each in found.segments]
    assert starts == sorted(starts)
    assert all(0 <= each.start <= each.end for each in found.segments)


MOMENTS = st.none() | st.floats() | st.integers(-5, 40) | st.sampled_from(["1.5", 10**30, 3000])
WORDS = st.fixed_dictionaries({"word": st.sampled_from("abc"), "start": MOMENTS, "end": MOMENTS})
PIECES = st.lists(
    st.fixed_dictionaries(
        {"text": st.sampled_from("abc"), "start": MOMENTS, "end": MOMENTS}, optional={"words": st.lists(WORDS)}
    ),
    max_size=4,
)


def as_phrases(told: Any) -> dict[str, Any]:
    """The same for LLM Speech, with the end as the duration."""
    text = told.get("text", told.get("word"))
    words = {"words": list(map(as_phrases, told["words"]))} if "words" in told else {}
    return {"text": text, "offsetMilliseconds": told["start"], "durationMilliseconds": told["end"], **words}


@given(st.lists(PIECES, min_size=1, max_size=3), st.floats(0.1, 20), st.booleans())
def test_all_times_lie_within_each_piece_and_no_word_is_lost_whatever_a_service_tells(
    pieces: list[list[dict[str, Any]]], length: float, is_openai: bool
) -> None:
    heard_in = []
    for number, told in enumerate(pieces):
        document = {"segments": told, "text": ""} if is_openai else {"phrases": list(map(as_phrases, told))}
        found = answer(document, OPENAI if is_openai else LLM_SPEECH, length)
        assert sorted(found.text.split()) == sorted(each["text"] for each in told)
        heard_in.append(SegmentsOfPiece(found.segments, number * length))
    joined = join_segments(heard_in)
    timed: list[Segment | Word] = [*joined, *(word for segment in joined for word in segment.words)]
    for each in timed:
        assert 0 <= each.start <= each.end <= len(pieces) * length + 0.001
    texts = [each["text"] for told, piece in zip(pieces, heard_in, strict=True) if piece.segments for each in told]
    assert sorted(segment.text for segment in joined) == sorted(texts)
