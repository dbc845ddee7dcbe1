"""The keys that the front matter of a recipe may have, and what was meant where it has others."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, Field, StringConstraints, ValidationError

from shared.media import Detail, Kind, SendPolicy
from shared.recipes.front_matter import FrontMatter, KeyPath
from shared.recipes.output_schema import Output, Outputs, Strict, with_names
from shared.recipes.recipe import FileForm, ModelOptions, PagesPolicy, PiecesPolicy, RecipeInput, Tier
from shared.recipes.routes import Route
from shared.recipes.slips import SlipsError, nearest
from shared.recipes.transcript_keys import Language, Phrases, TranscriptPolicy

_TEMPLATE = {"format": {"kind": "jinja2"}, "parser": {"kind": "prompty"}}
_OLDER_KEYS: tuple[KeyPath, ...] = (
    ("model", "api"),
    ("model", "configuration"),
    ("model", "parameters"),
    ("sample",),
)
_OLDER_FORMAT = (
    "this file is in the older format of prompty 0.1; for prompty 2 write `model: {id: default, options: {...}}` in"
    " place of `configuration` and `parameters`, a list such as `[{name: language, kind: string, default: es}]` under"
    " `inputs` in place of a mapping or `sample`, and `template: {format: {kind: jinja2}, parser: {kind: prompty}}`"
)


MAX_FLEX_HOURS = 144
"""A day less than the week after which a file is given up: for that day the standard tier is asked."""


class ModelChoice(Strict):
    """Which deployed model is asked, and how."""

    id: str = "default"
    options: ModelOptions = ModelOptions()


def _each_once(forms: tuple[FileForm, ...]) -> tuple[FileForm, ...]:
    if len(set(forms)) < len(forms):
        raise ValueError("it names a file twice")
    return forms


def _is_route(pattern: str) -> str:
    return Route(pattern).pattern


class Metadata(Strict):
    """What is ours alone."""

    accepts: Annotated[list[Kind], Field(min_length=1)]
    route: Annotated[str, Field(max_length=1024), AfterValidator(_is_route)] | None = None
    send: SendPolicy = "auto"
    detail: Detail | None = None
    then: str | None = None
    pages: PagesPolicy = "together"
    pieces: PiecesPolicy = "whole"
    writes: Annotated[tuple[FileForm, ...], AfterValidator(_each_once)] = ()
    markdown: Annotated[str, Field(min_length=1)] | None = None
    transcript: TranscriptPolicy = "never"
    language: Language | None = None
    phrases: Phrases = ()
    speakers: bool = False
    words: bool = False
    tier: Tier = None
    flex_hours: Annotated[float, Field(gt=0, le=MAX_FLEX_HOURS, strict=True)] | None = None


def _is_template(value: object) -> object:
    if value != _TEMPLATE:
        raise ValueError("write `template: {format: {kind: jinja2}, parser: {kind: prompty}}`")
    return value


class Keys(Strict):
    """The whole front matter."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
    display_name: str | None = None
    description: str | None = None
    model: ModelChoice = ModelChoice()
    inputs: Annotated[tuple[RecipeInput, ...], AfterValidator(with_names)] = ()
    outputs: Outputs = ()
    metadata: Metadata
    template: Annotated[object, AfterValidator(_is_template)]


_PARTS: dict[str, type[BaseModel]] = {
    "": Keys,
    "model": ModelChoice,
    "model.options": ModelOptions,
    "inputs": RecipeInput,
    "outputs": Output,
    "metadata": Metadata,
}
_OTHER_WORDS = {
    "maxtokens": "maxOutputTokens",
    "maxcompletiontokens": "maxOutputTokens",
    "stop": "stopSequences",
    "type": "kind",
}
"""What services and schemas call the same, in small letters and without `_`."""


def read_keys(front: FrontMatter) -> Keys:
    """The front matter, if it has the keys of a recipe.

    Raises:
        SlipsError: with everything that is wrong in it.
    """
    older = [place for place in _OLDER_KEYS if place in front]
    if isinstance(front.data, dict) and isinstance(front.data.get("inputs"), dict):
        older.append(("inputs",))
    if older:
        raise SlipsError((front.line(*older[0]), _OLDER_FORMAT))
    try:
        return Keys.model_validate(front.data)
    except ValidationError as error:
        raise SlipsError(*((front.line(*each["loc"]), _sentence(each)) for each in error.errors())) from error


def _sentence(error: Mapping[str, Any]) -> str:
    where = ".".join(str(step)[:100] for step in error["loc"]) or "the front matter"
    match error["type"]:
        case "extra_forbidden":
            return f"unknown key `{where}`{_hint(error['loc'])}"
        case "list_type" | "tuple_type":
            return f"`{where}` must be a list"
        case "missing":
            return f"`{where}` is missing"
    return f"`{where}`: {error['msg'].removeprefix('Value error, ')}"


def _hint(place: KeyPath) -> str:
    """What was probably meant by an unknown key, as the end of a sentence; else what there is."""
    words = [step for step in place if isinstance(step, str)]
    word, part = words[-1], "outputs" if words[0] == "outputs" else ".".join(words[:-1])
    own = _names(_PARTS[part])
    other = _OTHER_WORDS.get(word.replace("_", "").lower(), word)
    if meant := other if other in own else nearest(word, own, min_letters=4):
        return f": did you mean `{meant}`?"
    for elsewhere, keys in _PARTS.items():
        if other in _names(keys):
            return f": `{other}` belongs {f'under `{elsewhere}`' if elsewhere else 'at the top'}"
    return f": there are {', '.join(f'`{name}`' for name in own)}"


def _names(part: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in part.model_fields.items()]
