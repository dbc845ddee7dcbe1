"""Where there is speech in a recording (voice activity)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Span:
    """A stretch of a recording, in seconds from its beginning."""

    start: float
    end: float


class SpeechFinder:
    def take(self, piece: bytes) -> None: ...
    def spans(self) -> tuple[Span, ...]:
        return ()
