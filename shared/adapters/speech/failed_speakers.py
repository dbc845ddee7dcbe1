"""Recordings whose speakers a service did not tell apart in time, in calls that may have been billed."""

from shared.adapters.http import ServiceError
from shared.models import SpeechRequest

MAX_RECORDINGS = 100

type _Recording = tuple[int, float | None]
"""Bytes and seconds. Another one that has both would lose its speakers once, with a warning."""


class FailedSpeakers:
    """What is remembered of such a call until the next one about the same recording, which goes without speakers.

    A call that may have been billed is not repeated at once: it counts for the limits, and the file waits.
    """

    def __init__(self) -> None:
        self._errors: dict[_Recording, ServiceError] = {}

    def note(self, request: SpeechRequest, error: ServiceError) -> None:
        """Take note of how a call failed; the oldest note beyond `MAX_RECORDINGS` is dropped."""
        self._errors[_recording(request)] = error
        if len(self._errors) > MAX_RECORDINGS:
            del self._errors[next(iter(self._errors))]

    def of(self, request: SpeechRequest) -> ServiceError | None:
        """How an earlier call about this recording failed; None where none did."""
        return self._errors.get(_recording(request))

    def forget(self, request: SpeechRequest) -> None:
        """Forget it, because the recording was answered."""
        self._errors.pop(_recording(request), None)


def _recording(request: SpeechRequest) -> _Recording:
    return request.recording.source.size, request.recording.media.seconds
