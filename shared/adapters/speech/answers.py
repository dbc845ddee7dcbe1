"""A transcript read from a reply, as an answer: checked, and with what people should know of it."""

from collections.abc import Collection, Iterator
from dataclasses import replace

from shared.adapters.http import HttpReply, ServiceError, error_after, unusable_answer
from shared.adapters.speech.apis import SpeechApi
from shared.adapters.speech.timeline import without_words
from shared.adapters.speech.transcript import Transcript
from shared.models import ChatAnswer, SpeechOptions, SpeechRequest

SENT = frozenset({"audio", "inline", "speech"})
"""What is in every request, for the table of meanings."""

BEYOND = (
    "The service's times were beyond the recording, and were moved to its end: do not rely on when something was said."
)


def answer_in(
    reply: HttpReply, api: SpeechApi, request: SpeechRequest, asked_for: Collection[str], seconds: float
) -> ChatAnswer:
    """The answer in a reply that took so many seconds, to a request for these options of the API.

    Raises:
        DropscribeError: there is none. It quotes nothing of a transcript.
    """
    reply = replace(reply)  # a copy of our own: what is read of it is let go as soon as we are done
    if error := ServiceError.of(reply):
        raise error_after(error, reply, seconds, SENT)
    if reply.problem:
        raise unusable_answer(reply, f"cannot be read: {reply.problem}")
    transcript = api.transcript(reply.document, request.recording.media.seconds)
    if transcript is None:
        raise unusable_answer(reply, "is no transcript")
    wanted, segments = request.options, transcript.timeline.segments
    return ChatAnswer(
        text=transcript.text,
        model=transcript.model,
        finish_reason=None,
        usage=transcript.usage,
        request_id=reply.request_id,
        seconds=round(seconds, 3),
        warnings=tuple(_missing(transcript, wanted, asked_for)),
        segments=segments if wanted.words else without_words(segments),
        language=transcript.language,
    )


def _missing(transcript: Transcript, wanted: SpeechOptions, asked_for: Collection[str]) -> Iterator[str]:
    """A sentence for each thing that was wanted and did not come, or came wrong."""
    if wanted.phrases and not {"prompt", "phraseList"}.intersection(asked_for):
        yield "The model takes no phrases, and was asked without them."
    if not transcript.text:
        return
    if transcript.timeline.is_beyond:
        yield BEYOND
    segments = transcript.timeline.segments
    if wanted.speakers and not any(segment.speaker for segment in segments):
        yield "The model did not tell speakers apart."
    if wanted.words and not any(segment.words for segment in segments):
        yield "The model told no times of words."
