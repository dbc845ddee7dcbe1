"""What is to be asked next, and of whom. A turn asks its own model."""

from dataclasses import dataclass

from shared.models.chat import ChatAnswer, ChatModel, ChatRequest


@dataclass(frozen=True)
class ChatTurn:
    """A call of a chat model."""

    model: ChatModel
    prompt: str
    request: ChatRequest

    async def ask(self) -> ChatAnswer:
        """Ask, once. Raises what `ChatModel.complete` raises."""
        return await self.model.complete(self.request)


type Turn = ChatTurn
