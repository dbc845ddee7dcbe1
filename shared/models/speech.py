"""What is asked of a speech model, and who answers (`SpeechModel`): the second kind of model beside `ChatModel`.

A speech model writes down what is said, with times and perhaps speakers. It takes no prompt.
"""

from dataclasses import dataclass
from typing import Protocol

from shared.models.chat import ChatAnswer, MediaPart
from shared.models.deployments import Deployment


@dataclass(frozen=True)
class SpeechOptions:
    """What a recipe asks of a speech model.

    Attributes:
        language: of the recording, as BCP 47 (`de`, `pt-BR`); None leaves it to the service to find out.
        phrases: names and terms that are likely to be said.
        speakers: whether who says what is to be told apart.
        words: whether each word is to have times.
    """

    language: str | None = None
    phrases: tuple[str, ...] = ()
    speakers: bool = False
    words: bool = False


@dataclass(frozen=True)
class SpeechRequest:
    """One call: a recording, or a piece of one."""

    recording: MediaPart
    options: SpeechOptions


class SpeechModel(Protocol):
    """A deployed speech model."""

    @property
    def deployment(self) -> Deployment:
        """Which one it is, and what it can take."""
        ...

    async def transcribe(self, request: SpeechRequest) -> ChatAnswer:
        """Ask, once, for what is said; the answer has `segments` where the service tells times.

        Raises what `ChatModel.complete` raises, but for `SchemaNotTaken`.
        """
        ...
