"""Putting a recipe's turns to a model, one after the other, until there is an answer of the form asked for."""

import json
from dataclasses import dataclass, field, replace
from typing import Any

from shared.errors import FileRejected, ModelUnavailable, UrlNotFetched
from shared.models.chat import ChatAnswer, ChatModel, ChatRequest, MediaPart, Message, TextPart
from shared.models.deployments import Deployment
from shared.recipes.output_schema import AnswerInvalid, AnswerSchema, read_answer
from shared.recipes.recipe import Prompt, Recipe

ASK_FOR_JSON = "Answer with one JSON object and nothing else. It must fit this JSON Schema:\n{schema}"
ASK_AGAIN = "That answer cannot be used: {problem}. Answer again, with one JSON object and nothing else."


@dataclass(frozen=True)
class Exchange:
    """What was asked of which deployment, and what came back."""

    deployment: Deployment
    prompt: str
    answer: ChatAnswer

    @property
    def is_nothing(self) -> bool:
        """Whether the model declined, or said nothing."""
        return bool(self.answer.refusal) or not self.answer.text.strip()

    @property
    def is_complete(self) -> bool:
        """Whether the model said all that it would, and did not decline."""
        return self.answer.finish_reason != "length" and not self.answer.refusal


@dataclass
class Conversation:
    """What was said so far, with the file in the first message of the user.

    Attributes:
        first: who is asked first, with the file.
        later: who is asked from the second turn on; another model than the first gets the words only.
        data: the object that the last answer holds, for a recipe that asks for one.
        warnings: what people should know about how the answer came to be.
    """

    recipe: Recipe
    prompt: Prompt
    first: ChatModel
    later: ChatModel
    media: MediaPart
    exchanges: list[Exchange] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    data: Any = None
    _said: list[Message] = field(default_factory=list)
    _replayed: int = 0

    async def hold(self) -> None:
        """Ask every turn, unless an earlier one came to nothing: what follows would be made up.

        Called again after a fault it goes on where it was: no answer is paid for twice.

        Raises:
            FileRejected: the service's content filter held back an answer.
            DropscribeError: whatever else `ChatModel.complete` raises.
        """
        self._said, self._replayed = [], 0
        if self.prompt.system:
            self._said.append(Message("system", [TextPart(self.prompt.system)]))
        *earlier, last = self.prompt.turns
        for text in earlier:
            if (await self._turn(text)).is_nothing:
                self.warnings.append("Nothing more was asked, because there was no answer to go on with.")
                return
        if self.recipe.schema is None:
            await self._turn(last)
        else:
            await self._structured_turn(last, self.recipe.schema)

    async def _structured_turn(self, text: str, schema: AnswerSchema) -> None:
        """Hold the model to the schema, natively where it can be; ask again once if the answer does not fit."""
        native = self._next.deployment.capability.json_schema
        asked = text if native else f"{text}\n\n{ASK_FOR_JSON.format(schema=json.dumps(schema.schema))}"
        held_to = schema if native else None
        exchange = await self._turn(asked, held_to)
        try:
            self.data = read_answer(exchange.answer.text, schema.schema)
        except AnswerInvalid as problem:
            if exchange.is_complete:
                exchange = await self._turn(ASK_AGAIN.format(problem=problem), held_to)
            self._read_or_warn(exchange.answer, schema)

    def _read_or_warn(self, answer: ChatAnswer, schema: AnswerSchema) -> None:
        try:
            self.data = read_answer(answer.text, schema.schema)
        except AnswerInvalid as problem:
            self.warnings.append(f"The answer is not of the form that the recipe asks for: {problem}.")

    @property
    def is_at_first(self) -> bool:
        """Whether whoever has the file is the one that is asked now."""
        return self._next is self.first

    @property
    def _next(self) -> ChatModel:
        """Who is asked next."""
        return self.later if self._replayed else self.first

    async def _turn(self, text: str, schema: AnswerSchema | None = None) -> Exchange:
        media = [] if self._replayed else [self.media]
        self._said.append(Message("user", [TextPart(text), *media]))
        if self._replayed == len(self.exchanges):
            model = self._next
            answer = await self._ask(model, schema)
            self.exchanges.append(Exchange(model.deployment, text, answer))  # paid for, even if refused below
        exchange = self.exchanges[self._replayed]
        self._replayed += 1
        self._said.append(Message("assistant", [TextPart(exchange.answer.text)]))
        _require_unfiltered(exchange.answer)
        return exchange

    async def _ask(self, model: ChatModel, schema: AnswerSchema | None) -> ChatAnswer:
        try:
            return await self._complete(model, schema)
        except UrlNotFetched:
            fits = self.media.source.size <= model.deployment.capability.most_bytes
            if self.media.sent_as == "inline" or not fits:
                raise
        self.warnings.append("The service could not fetch the file from storage, so it was sent inline.")
        self._send_inline()
        return await self._complete(model, schema)

    async def _complete(self, model: ChatModel, schema: AnswerSchema | None) -> ChatAnswer:
        try:
            return await model.complete(self._request(model, schema))
        except ModelUnavailable as error:
            error.deployment, error.model = model.deployment.alias, model.deployment.name
            raise

    def _request(self, model: ChatModel, schema: AnswerSchema | None) -> ChatRequest:
        said = self._said if model is self.first else [_words_only(message) for message in self._said]
        return ChatRequest(list(said), self.recipe.options, schema)

    def _send_inline(self) -> None:
        by_url, self.media = self.media, replace(self.media, sent_as="inline")
        for number, message in enumerate(self._said):
            parts = [self.media if part is by_url else part for part in message.parts]
            self._said[number] = Message(message.role, parts)


def _require_unfiltered(answer: ChatAnswer) -> None:
    if answer.finish_reason == "content_filter":
        raise FileRejected(
            "content_filtered",
            "The service's content filter held back the answer.",
            "Drop another file, or ask the owner of the deployment to adjust its content filter.",
            answer.request_id,
        )


def _words_only(message: Message) -> Message:
    return Message(message.role, [part for part in message.parts if isinstance(part, TextPart)])
