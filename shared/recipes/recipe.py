"""What a recipe is, and how it becomes a prompt."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, Never

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel

from shared.errors import FileRejected
from shared.media.media import Detail, Kind, SendPolicy
from shared.recipes.output_schema import AnswerSchema
from shared.recipes.routes import Route

if TYPE_CHECKING:
    from prompty import Agent

MAX_VALUE = 100
"""Most characters in the value of an input. Values come from folder names and metadata."""


class Strict(BaseModel):
    """A part of the front matter: prompty's names, and no key that we do not know."""

    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=to_camel)


class ModelOptions(Strict):
    """What the recipe asks of the model; None leaves the choice to the service."""

    max_output_tokens: Annotated[int, Field(gt=0)] | None = None
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    top_p: Annotated[float, Field(ge=0, le=1)] | None = None
    frequency_penalty: Annotated[float, Field(ge=-2, le=2)] | None = None
    presence_penalty: Annotated[float, Field(ge=-2, le=2)] | None = None
    seed: int | None = None
    stop_sequences: list[str] | None = None


class RecipeInput(Strict):
    """A variable of the prompt, with the value that it has unless the folder or the metadata sets another."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
    kind: Literal["string"] = "string"
    description: str | None = None
    default: str | None = None
    enum_values: list[str] | None = None

    def checked(self, value: str) -> str:
        """Return the value if it may enter a prompt.

        Raises:
            FileRejected: it is too long, has control characters, or is not among the values allowed.
        """
        if self.enum_values and value not in self.enum_values:
            self._reject(f"is not one of {', '.join(self.enum_values)}")
        if not value.strip() or len(value) > MAX_VALUE or not value.isprintable():
            self._reject(f"must be 1 to {MAX_VALUE} printable characters")
        return value

    def _reject(self, problem: str) -> Never:
        raise FileRejected(
            "invalid_input",
            f"The value of `{self.name}` {problem}.",
            f"Change the folder or the metadata that sets `{self.name}`, and drop the file again.",
        )


@dataclass(frozen=True)
class Prompt:
    """A rendered recipe: an instruction for the whole conversation, and what the user says, turn by turn."""

    system: str | None
    turns: tuple[str, ...]


@dataclass(frozen=True)
class Recipe:
    """What to ask of a model about a file.

    Attributes:
        name: the file's name without `.prompty`.
        digest: `sha256:` and the digest of the file's bytes, so that an answer can be traced to its prompt.
        model: the alias of a deployment; `default` is the one from the settings.
        turns: how many times the user speaks.
        schema: what the last answer must fit, if it is to be data.
        send: how the file travels to the model.
        detail: how closely the model is to look at a picture; None leaves that to the service.
        then: the alias of the model for the turns after the first; None keeps the same one.
        description: what it is for, in the words of its author.
    """

    name: str
    path: Path
    digest: str
    accepts: frozenset[Kind]
    route: Route | None
    inputs: tuple[RecipeInput, ...]
    model: str
    options: ModelOptions
    turns: int
    schema: AnswerSchema | None = None
    send: SendPolicy = "auto"
    detail: Detail | None = None
    then: str | None = None
    description: str | None = None

    def render(self, values: Mapping[str, str]) -> Prompt:
        """Fill in the values. The first call imports prompty (0.2 s), so call it in a thread.

        Raises:
            FileRejected: a value would have broken out of its place in the prompt.
        """
        import prompty  # noqa: PLC0415 - docs/decisions/recipes.md

        try:
            messages = prompty.prepare(_agent(self.path), dict(values))
        except ValueError as error:
            raise self._unfillable() from error
        texts = [(message.role, message.text.strip()) for message in messages]
        turns = tuple(text for role, text in texts if role == "user")
        if len(turns) != self.turns:  # a value took the place of a section's text
            raise self._unfillable()
        system = "\n\n".join(text for role, text in texts if role == "system" and text)
        return Prompt(system or None, turns)

    def _unfillable(self) -> FileRejected:
        return FileRejected(
            "invalid_input",
            f"The recipe {self.name} cannot be filled in with these values.",
            "Change the folder or the metadata that sets them, and drop the file again.",
        )


@functools.cache
def _agent(path: Path) -> "Agent":
    import prompty  # noqa: PLC0415 - docs/decisions/recipes.md

    return prompty.load(path)
