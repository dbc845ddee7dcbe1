"""What a speech service said, before it becomes an answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared.adapters.speech.timeline import Timeline


@dataclass(frozen=True)
class Transcript:
    """A transcript that was read from a document.

    Attributes:
        language: as BCP 47.
        usage: what the service counted: tokens, and the `seconds` of sound.
        model: what the model calls itself; empty where it does not say.
    """

    text: str
    timeline: Timeline
    language: str | None = None
    usage: Mapping[str, Any] | None = None
    model: str = ""
