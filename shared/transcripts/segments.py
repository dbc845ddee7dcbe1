"""What was said in a recording: when, by whom, and where the service tells, word by word."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Word:
    """One word, and when it is said, in seconds from the beginning of what was listened to."""

    text: str
    start: float
    end: float


@dataclass(frozen=True)
class Segment:
    """Some words that one speaker says without a long pause.

    Attributes:
        start: seconds from the beginning of what was listened to.
        end: as `start`.
        speaker: what the service calls who speaks, such as `1` or `A`; None where it does not tell speakers apart.
        words: each word with its times, where the service tells them.
    """

    start: float
    end: float
    text: str
    speaker: str | None = None
    words: tuple[Word, ...] = ()
