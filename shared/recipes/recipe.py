"""What a recipe is, and how it becomes a prompt."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from shared.errors import FileRejected
from shared.media import Detail, Kind, SendPolicy
from shared.recipes.front_matter import FrontMatter
from shared.recipes.output_schema import AnswerSchema, Strict
from shared.recipes.routes import Route
from shared.recipes.template import RESERVED
from shared.recipes.transcript_keys import TranscriptPolicy

if TYPE_CHECKING:
    from prompty import Agent

_MAX_VALUE = 100
"""Most characters in the value of an input. Values come from folder names and metadata."""


type _Amount = Annotated[float, Field(strict=True, allow_inf_nan=False)]
type _Texts = Annotated[list[Annotated[str, Field(min_length=1)]], Field(min_length=1)]


type PagesPolicy = Literal["together", "each", "first"]
"""Which pages of a document are asked about: as many together as the model takes, each by itself, or the first only."""
type PiecesPolicy = Literal["join", "whole"]
"""Whether a long recording is asked about piece by piece and the answers are joined, or goes to the model whole."""
type FileForm = Literal["txt", "srt", "vtt", "md"]
"""A file for people that is written beside the document, by the ending of its name."""

type Tier = Literal["flex"] | None
"""The tier of a chat model that is asked; None for the standard one."""

DAY_HOURS = 24
"""How long a file waits for the tier `flex` where its recipe does not say: once round the clock, so that the hours in
which the service has room are among them, whichever they are."""

FORMS: tuple[FileForm, ...] = ("txt", "srt", "vtt", "md")
FORMS_WITH_TIMES: frozenset[FileForm] = frozenset({"srt", "vtt"})
"""Those that cannot be written where it is not known when something was said."""


class ModelOptions(Strict):
    """What the recipe asks of the model; None leaves the choice to the service."""

    max_output_tokens: Annotated[int, Field(gt=0, le=1_000_000, strict=True)] | None = None
    temperature: Annotated[_Amount, Field(ge=0, le=2)] | None = None
    top_p: Annotated[_Amount, Field(ge=0, le=1)] | None = None
    frequency_penalty: Annotated[_Amount, Field(ge=-2, le=2)] | None = None
    presence_penalty: Annotated[_Amount, Field(ge=-2, le=2)] | None = None
    seed: Annotated[int, Field(ge=-(2**63), lt=2**63, strict=True)] | None = None
    stop_sequences: _Texts | None = None


class RecipeInput(Strict):
    """A variable of the prompt, with the value that it has unless the folder or the metadata sets another."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
    kind: Literal["string"] = "string"
    description: str | None = None
    default: str | None = None
    enum_values: _Texts | None = None

    @model_validator(mode="after")
    def _can_be_filled_in(self) -> Self:
        if self.name in RESERVED or self.name == "recipe":
            raise ValueError(
                f"no input may be called `{self.name}`: templates, or the metadata of files, use that word"
            )
        for value in [*(self.enum_values or []), self.default]:
            if value is not None and (problem := self._problem(value)):
                raise ValueError(f"{value[:_MAX_VALUE]!r} can never be used: the value of `{self.name}` {problem}")
        return self

    @property
    def example(self) -> str:
        """A value that it may have."""
        return self.default or (self.enum_values or ["x"])[0]

    def checked(self, value: str) -> str:
        """Return the value if it may enter a prompt.

        Raises:
            FileRejected: it is too long, has control characters, or is not among the values allowed.
        """
        if problem := self._problem(value):
            raise FileRejected(
                "invalid_input",
                f"The value of `{self.name}` {problem}.",
                f"Change the folder or the metadata that sets `{self.name}`, and drop the file again.",
            )
        return value

    def _problem(self, value: str) -> str | None:
        if self.enum_values and value not in self.enum_values:
            return f"is not one of {', '.join(self.enum_values)}"
        if not value.strip() or len(value) > _MAX_VALUE or not value.isprintable():
            return f"must be 1 to {_MAX_VALUE} printable characters"
        return None


type _Messages = tuple[tuple[str, str], ...]
"""The role and the text of each."""


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
        pages: how the pages of a document are asked about.
        pieces: how a long recording is asked about.
        writes: which files for people are written beside the document.
        markdown: the template of the one that is Markdown; None for the usual form.
        transcript: whether a speech model may answer, in what way.
        language: of the recording, or the input that tells it, in braces; None leaves it to a speech model.
        phrases: names and terms that a speech model is to expect.
        speakers: whether a speech model is to tell speakers apart.
        words: whether a speech model is to tell the times of words.
        tier: the tier of chat models that is asked first.
        flex_hours: for how many hours after a file was dropped that is; then the standard tier is asked.
        description: what it is for, in the words of its author.
        front: knows where in the file each key stands.
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
    schema: AnswerSchema | None
    send: SendPolicy
    detail: Detail | None
    then: str | None
    pages: PagesPolicy
    pieces: PiecesPolicy
    writes: tuple[FileForm, ...]
    markdown: str | None
    transcript: TranscriptPolicy
    language: str | None
    phrases: tuple[str, ...]
    speakers: bool
    words: bool
    tier: Tier
    flex_hours: float
    description: str | None
    front: FrontMatter = field(compare=False, repr=False)

    def place(self, *keys: str) -> str:
        """Where a key of the front matter stands, for people: `recipes/describe.prompty:5`."""
        return place_of(self.path, self.front.line(*keys))

    def render(self, values: Mapping[str, str]) -> Prompt:
        """Fill in the values. The first call imports prompty (0.2 s), so call it in a thread.

        Raises:
            FileRejected: a value would have broken out of its place in the prompt.
        """
        texts: _Messages = ()
        problem = None
        try:
            texts = _rendered(self.path, frozenset(values.items()))
        except Exception as error:  # whatever the package stumbles over, these values are what is new
            problem = error
        turns = tuple(text for role, text in texts if role == "user")
        if len(turns) != self.turns or not all(turns):  # also where a value took the place of a section's text
            raise FileRejected(
                "invalid_input",
                f"The recipe {self.name} cannot be filled in with these values.",
                "Change the folder or the metadata that sets them, and drop the file again.",
            ) from problem
        system = "\n\n".join(text for role, text in texts if role == "system" and text)
        return Prompt(system or None, turns)


@functools.lru_cache(maxsize=100)  # most files of a recipe have the same values, and it takes more than a millisecond
def _rendered(path: Path, values: frozenset[tuple[str, str]]) -> _Messages:
    import prompty  # noqa: PLC0415 - docs/decisions/recipes.md

    return tuple((message.role, message.text.strip()) for message in prompty.prepare(_agent(path), dict(values)))


@functools.cache
def _agent(path: Path) -> "Agent":
    import prompty  # noqa: PLC0415 - docs/decisions/recipes.md

    return prompty.load(path)


def place_of(path: Path, line: int | None = None) -> str:
    """A place in a recipe, for people: its folder, its name, and the line if it is known."""
    return f"{path.parent.name}/{path.name}" + (f":{line}" if line else "")
