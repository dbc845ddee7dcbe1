"""What is to be asked next, and of whom. A turn asks its own model, of whichever kind that is."""

from dataclasses import dataclass
from typing import TypeIs

from shared.models.chat import ChatAnswer, ChatModel, ChatRequest
from shared.models.speech import SpeechModel, SpeechRequest
from shared.recipes import Tier

type Model = ChatModel | SpeechModel
"""A deployed model of either kind."""


def is_speech(model: Model) -> TypeIs[SpeechModel]:
    """Whether it is a speech model."""
    return model.deployment.capability.is_speech


def takes_schema(model: Model) -> bool:
    """Whether it can be held to a JSON Schema, as far as is known."""
    return not is_speech(model) and model.takes_schema


def capacity_of(model: Model, tier: Tier) -> str:
    """What is busy, fails and recovers as one: a deployment, by its alias, or the tier of it that is asked for."""
    alias = model.deployment.alias
    return f"{alias}.{tier}" if tier else alias


@dataclass(frozen=True)
class ChatTurn:
    """A call of a chat model."""

    model: ChatModel
    prompt: str
    request: ChatRequest

    @property
    def capacity(self) -> str:
        """See `capacity_of`."""
        return capacity_of(self.model, self.request.tier)

    async def ask(self) -> ChatAnswer:
        """Ask, once. Raises what `ChatModel.complete` raises."""
        return await self.model.complete(self.request)


@dataclass(frozen=True)
class SpeechTurn:
    """A call of a speech model, which is not told the prompt."""

    model: SpeechModel
    prompt: str
    request: SpeechRequest

    @property
    def capacity(self) -> str:
        """See `capacity_of`."""
        return capacity_of(self.model, None)

    async def ask(self) -> ChatAnswer:
        """Ask, once. Raises what `SpeechModel.transcribe` raises."""
        return await self.model.transcribe(self.request)


type Turn = ChatTurn | SpeechTurn
