"""A recipe's turns, one after the other, until there is an answer of the form asked for. It calls no model itself."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from shared.errors import FileRejected
from shared.media import Media
from shared.models.chat import ChatAnswer, ChatRequest, MediaPart
from shared.models.exchange import Exchange
from shared.models.form import FormRead, in_words
from shared.models.kept import Kept
from shared.models.pieces import FirstTurn, Piece
from shared.models.requests import messages, with_room
from shared.models.speech import SpeechOptions, SpeechRequest
from shared.models.turn import ChatTurn, Model, SpeechTurn, Turn, capacity_of, is_speech, takes_schema
from shared.models.unanswered import require_answers
from shared.recipes import AnswerSchema, Prompt, Recipe, Tier

AT_FULL_PRICE = (
    "The standard tier was asked in place of `flex`, because {hours:g} hours had passed since the file was dropped, or"
    " because a call had brought no usable answer."
)
NOT_ANSWERED_AT = "The tier `{asked}` was asked, but the service {answered}: the standard price is counted."
TIER_REFUSED = "The model does not have the tier "
"""So the warning of a call begins that was made without a tier, because the model takes none: that says enough."""


@dataclass
class Conversation:
    """What was said so far, with the file in the first message of the user.

    Attributes:
        first: who is asked first, with the file.
        later: who is asked from the second turn on; another model than the first gets the words only.
        media: the file as it lies in storage, and what it is.
        speech: what is asked of `first`, where that is a speech model.
        exchanges: what was asked and answered, turn by turn. With those of an earlier try it goes on where that ended.
        first_turn: the first turn, where that is asked about each piece of the file by itself.
        empty: the answer that said nothing, where the same is to be asked again.
        tier: which one of a chat model is asked next.
    """

    recipe: Recipe
    prompt: Prompt
    first: Model
    later: Model
    media: MediaPart
    exchanges: list[Exchange] = field(default_factory=list)
    empty: tuple[ChatAnswer, ...] = ()
    speech: SpeechOptions = field(default_factory=SpeechOptions)
    tier: Tier = field(default=None, init=False)
    first_turn: FirstTurn = field(default_factory=FirstTurn, init=False)
    _sha256: str | None = field(default=None, init=False)
    _is_inline_after_all: bool = field(default=False, init=False)
    _form: FormRead = field(default_factory=FormRead, init=False)

    def resume(self, kept: Kept) -> None:
        """Go on where an earlier conversation about the same ended."""
        self.exchanges, self.empty, self._sha256 = list(kept.exchanges), kept.empty, kept.sha256
        self.first_turn.resume(kept.about_pieces, kept.extents)
        if kept.media and kept.sent_as:
            self.media = replace(self.media, media=kept.media, sent_as=kept.sent_as)

    @property
    def kept(self) -> Kept:
        """What another conversation needs to go on where this one is."""
        return Kept(
            exchanges=tuple(self.exchanges),
            empty=self.empty,
            sha256=self.sha256,
            about_pieces=tuple(self.first_turn.asked) if self.is_between_pieces else (),
            extents=self.first_turn.extents if self.is_between_pieces else (),
            media=self.media.media,
            sent_as=self.media.sent_as,
        )

    def prepare(self, media: Media, pieces: Sequence[Piece], warnings: Sequence[str] = ()) -> None:
        """Ask about these pieces in place of the file as it lies; `media` is what it turned out to be."""
        is_sent_as_it_is = len(pieces) == 1 and not pieces[0].media
        self.media = replace(self.media, media=media, sent_as=self.media.sent_as if is_sent_as_it_is else "inline")
        self.first_turn.pieces, self.first_turn.about_the_file = list(pieces), warnings

    @property
    def sha256(self) -> str | None:
        """The digest of the file in hexadecimal, if it passed through Dropscribe."""
        return self.media.source.sha256 or self._sha256

    @property
    def is_answered(self) -> bool:
        """Whether every turn of the recipe has an answer; its form is another matter."""
        answers = [exchange.answer for exchange in self.exchanges[: len(self.prompt.turns)]]
        return len(answers) == len(self.prompt.turns) and not any(each.is_withheld for each in answers)

    @property
    def answer(self) -> ChatAnswer:
        """The answer to the last turn; where its form was asked for once more, the last that says something."""
        last = self.exchanges[len(self.prompt.turns) - 1 :] or self.exchanges[-1:]
        told = (each.answer for each in reversed(last) if each.answer.text.strip() and not each.answer.is_withheld)
        return next(told, last[0].answer)

    @property
    def data(self) -> Any:
        """The object that the last answer holds, for a recipe that asks for one."""
        return self._form.data

    @property
    def next_model(self) -> Model:
        """Who is asked next."""
        return self.later if self.exchanges else self.first

    @property
    def next_capacity(self) -> str:
        """What must have room for what is asked next."""
        return capacity_of(self.next_model, self.tier)

    def next_turn(self) -> Turn | None:
        """What to ask next; None once there is nothing left to ask. Reads the answers, so call it in a thread.

        Raises:
            FileRejected: the service's content filter held back an answer, or the model gave none.
        """
        self._form = FormRead()
        require_answers(self.exchanges[: len(self.prompt.turns)], is_speech=is_speech(self.first))
        prompt = self._next_prompt()
        if prompt is None:
            return None
        model, schema = self.next_model, self._schema_of_turn(len(self.exchanges))
        if is_speech(model):
            return SpeechTurn(model, prompt, SpeechRequest(self._media_for(model)[0], self.speech))
        held_to = schema if schema and model.takes_schema else None
        told = messages(self.prompt.system, self.exchanges, prompt, self._media_for(model))
        options = with_room(self.recipe.options) if self.empty else self.recipe.options
        return ChatTurn(model, prompt, ChatRequest(list(told), options, held_to, self.tier))

    def add(self, turn: Turn, answer: ChatAnswer) -> None:
        """Take note of an answer. Where the file is in pieces it is judged and joined, so call it in a thread then."""
        if isinstance(turn, ChatTurn) and (warning := self._about_tier(turn.request.tier, answer)):
            answer = replace(answer, warnings=(*answer.warnings, warning))
        is_silence = is_speech(turn.model)  # of which a speech model says nothing, however often it is asked
        if answer.is_empty and not (answer.is_filtered or self.empty or is_silence):
            self.empty = (answer,)
            return
        exchange, self.empty = Exchange(turn.model.deployment.name, turn.prompt, answer, self.empty), ()
        if self.exchanges:
            self.exchanges.append(exchange)
            return
        self.first_turn.add(exchange)
        if not self.first_turn.next_piece:
            self.exchanges.append(self.first_turn.joined())

    def _about_tier(self, asked: Tier, answer: ChatAnswer) -> str | None:
        """What to say where a recipe wants a cheaper tier and the call costs the standard price."""
        if not self.recipe.tier or answer.billed_tier == self.recipe.tier:
            return None
        if not asked:
            return AT_FULL_PRICE.format(hours=self.recipe.flex_hours)
        if any(warning.startswith(TIER_REFUSED) for warning in answer.warnings):
            return None
        answered = f"answered at `{answer.tier}`" if answer.tier else "did not say that it answered at it"
        return NOT_ANSWERED_AT.format(asked=asked, answered=answered)

    @property
    def said(self) -> list[Exchange]:
        """What was asked and answered so far: turn by turn, or about pieces while the first turn is under way."""
        return self.exchanges or self.first_turn.asked

    @property
    def is_between_pieces(self) -> bool:
        """Whether some pieces are answered, and others are not."""
        return bool(self.first_turn.asked) and not self.exchanges

    def pass_over(self, turn: Turn, refused: FileRejected) -> bool:
        """Leave a piece without an answer that the content filter refuses, and say whether that was done."""
        if refused.code != "content_filtered" or self.exchanges or len(self.first_turn.pieces) == 1:
            return False
        name = turn.model.deployment.name
        self.add(turn, ChatAnswer("", name, "content_filter", refused.usage, refused.request_id, seconds=0))
        return True

    def settle(self) -> None:
        """Take the last answer as it is, where none of a better form can be had. Reads it, so call it in a thread."""
        self._form = FormRead()
        if self.recipe.schema:
            self._form.read(self.answer.text, self.recipe.schema, may_ask=False)

    def send_inline(self) -> bool:
        """Send the file inline from now on, and say whether that changes anything and the model takes it so."""
        fits = self.media.source.size <= self.first.deployment.capability.max_bytes
        if self.media.sent_as == "inline" or not fits:
            return False
        self.media, self._is_inline_after_all = replace(self.media, sent_as="inline"), True
        return True

    @property
    def warnings(self) -> list[str]:
        """What people should know about how the answer came to be, each once."""
        told = [warning for exchange in self.exchanges for warning in exchange.answer.warnings]
        if self._is_inline_after_all:
            told.append("The service could not fetch the file from storage, so it was sent inline.")
        return list(dict.fromkeys([*told, *self._form.problems]))

    @property
    def paid(self) -> list[Exchange]:
        """What was asked and answered, with an answer that said nothing and that nothing followed."""
        if not self.empty:
            return self.said
        return [*self.said, Exchange(self.next_model.deployment.name, "", self.empty[-1], self.empty[:-1])]

    def _next_prompt(self) -> str | None:
        done, turns = len(self.exchanges), self.prompt.turns
        if 0 < done < len(turns) and self.exchanges[-1].answer.refusal:
            self._form.problems.append("Nothing more was asked, because there was no answer to go on with.")
            return None
        if done < len(turns):
            schema = None if takes_schema(self.next_model) else self._schema_of_turn(done)
            return in_words(turns[done], schema) if schema else turns[done]
        if self.recipe.schema is None:
            return None
        may_ask = done == len(turns) and self.exchanges[-1].is_complete
        return self._form.read(self.answer.text, self.recipe.schema, may_ask=may_ask)

    def _schema_of_turn(self, number: int) -> AnswerSchema | None:
        """The schema for the answer to this turn: only the last of the recipe has one, and what is asked after it."""
        return self.recipe.schema if number >= len(self.prompt.turns) - 1 else None

    def _media_for(self, model: Model) -> Sequence[MediaPart]:
        """What goes with the first words: the piece that is asked about, and later the file if that is in one piece."""
        if model is not self.first or any(each.parts for each in self.exchanges):
            return ()
        piece = self.first_turn.next_piece or self.first_turn.pieces[0]
        return piece.media or (self.media,)
