"""Transcripts as services send them, whatever stands in them."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.adapters.speech.answers import answer_in
from shared.adapters.speech.languages import language_in
from shared.adapters.speech.llm_speech_wire import LlmSpeechWire
from shared.adapters.speech.openai_wire import OpenAiWire
from shared.adapters.speech.wires import Wire
from shared.adapters.wire.reply import HttpReply
from shared.bounds import OF_TRANSCRIPTS
from shared.errors import AnswerUnusable, DropscribeError
from shared.media.media import Media
from shared.models.chat import ChatAnswer, MediaPart
from shared.models.speech import SpeechOptions, SpeechRequest
from shared.transcripts.segments import Segment, Word
from tests.unit.fakes import MemorySource

OPENAI, LLM_SPEECH = OpenAiWire(), LlmSpeechWire()


def answer(document: Any, wire: Wire = OPENAI, **options: Any) -> ChatAnswer:
    asked = SpeechOptions(words=True, **options)
    request = SpeechRequest(MediaPart(Media("audio", "audio/mpeg", "mp3"), MemorySource(b"")), asked)
    content = document if isinstance(document, bytes) else json.dumps(document).encode()
    return answer_in(HttpReply(200, {}, content, bounds=OF_TRANSCRIPTS), wire, request, ("prompt",), 1)


def heard(*segments: dict[str, Any], **more: Any) -> tuple[Segment, ...]:
    return answer({"text": "x", "segments": segments, **more}).segments


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


def test_a_text_is_put_together_of_the_segments_where_it_is_missing() -> None:
    assert answer({"segments": [{"start": 0, "end": 1, "text": " a"}, {"text": "b "}]}).text == "a b"


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
    assert (found.text, found.language, found.usage) == ("Guten Tag\nHi", "de-DE", {"seconds": 4.2})


def test_a_recording_in_which_nobody_speaks_is_an_empty_answer() -> None:
    silence = answer({"durationMilliseconds": 900, "combinedPhrases": [], "phrases": []}, LLM_SPEECH, speakers=True)
    assert (silence.text, silence.segments, silence.warnings) == ("", (), ())


@pytest.mark.parametrize(
    ("told", "usage"),
    [
        ({"usage": {"type": "duration", "seconds": 12.5}}, {"seconds": 12.5}),
        ({"duration": "8.47"}, {"seconds": 8.47}),
        ({"usage": {"type": "duration", "seconds": -1}}, {"seconds": 0.0}),
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


@settings(max_examples=60)
@given(st.sampled_from([OPENAI, LLM_SPEECH]), DOCUMENTS | ANYTHING)
def test_whatever_a_service_sends_is_an_answer_in_order_or_an_error_of_ours(wire: Wire, document: Any) -> None:
    try:
        found = answer(document, wire)
    except DropscribeError:
        return
    found.text.encode()
    starts = [each.start for each in found.segments]
    assert starts == sorted(starts)
    assert all(0 <= each.start <= each.end for each in found.segments)
