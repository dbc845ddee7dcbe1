"""The keys that the front matter of a recipe may have, and what was meant where it has others."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from shared.media.media import Detail, Kind, SendPolicy
from shared.recipes.output_schema import Output, object_schema
from shared.recipes.recipe import ModelOptions, RecipeInput, Strict
from shared.recipes.spelling import nearest


class ModelChoice(Strict):
    """Which deployed model is asked, and how."""

    id: str = "default"
    options: ModelOptions = ModelOptions()


class Metadata(Strict):
    """What is ours alone."""

    accepts: Annotated[list[Kind], Field(min_length=1)]
    route: Annotated[str, Field(max_length=1024)] | None = None
    send: SendPolicy = "auto"
    detail: Detail | None = None
    then: str | None = None


class Format(Strict):
    """The language of the template."""

    kind: Literal["jinja2"]


class Parser(Strict):
    """How its sections are told apart."""

    kind: Literal["prompty"]


class Template(Strict):
    """How the body is read."""

    format: Format
    parser: Parser


def _with_names(outputs: tuple[Output, ...]) -> tuple[Output, ...]:
    object_schema(outputs)
    return outputs


class Keys(Strict):
    """The whole front matter."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
    display_name: str | None = None
    description: str | None = None
    model: ModelChoice = ModelChoice()
    inputs: tuple[RecipeInput, ...] = ()
    outputs: Annotated[tuple[Output, ...], AfterValidator(_with_names)] = ()
    metadata: Metadata
    template: Template


_PARTS: dict[str, type[BaseModel]] = {
    "": Keys,
    "model": ModelChoice,
    "model.options": ModelOptions,
    "inputs": RecipeInput,
    "outputs": Output,
    "metadata": Metadata,
    "template": Template,
    "template.format": Format,
    "template.parser": Parser,
}
_OTHER_WORDS = {
    "maxtokens": "maxOutputTokens",
    "maxcompletiontokens": "maxOutputTokens",
    "stop": "stopSequences",
    "deployment": "id",
    "type": "kind",
    "enum": "enumValues",
    "fields": "properties",
}
"""What services, schemas and other formats call the same, in small letters and without `_`."""

type Place = tuple[int | str, ...]


def hint(place: Place) -> str:
    """What was probably meant by an unknown key, as the end of a sentence; else what there is."""
    word, part = str(place[-1]), _part_of(place)
    own = _names(_PARTS[part])
    other = _OTHER_WORDS.get(word.replace("_", "").lower(), word)
    if meant := other if other in own else nearest(word, own, min_letters=4):
        return f": did you mean `{meant}`?"
    for elsewhere, keys in _PARTS.items():
        if other in _names(keys):
            return f": `{other}` belongs {f'under `{elsewhere}`' if elsewhere else 'at the top'}"
    return f": there are {', '.join(f'`{name}`' for name in own)}"


def is_older_format(data: Any) -> Place | None:
    """Where a front matter shows that it is one of prompty 0.1; None if it does not."""
    if not isinstance(data, dict):
        return None
    model, inputs = data.get("model"), data.get("inputs")
    signs: dict[Place, bool] = {
        **{("model", key): isinstance(model, dict) and key in model for key in ("api", "configuration", "parameters")},
        ("sample",): "sample" in data,
        ("inputs",): isinstance(inputs, dict) and not all(isinstance(each, dict) for each in inputs.values()),
        ("template",): isinstance(data.get("template"), str),
    }
    return next((place for place, shows in signs.items() if shows), None)


def _part_of(place: Place) -> str:
    words = [str(step) for step in place[:-1] if isinstance(step, str)]
    return "outputs" if words[:1] == ["outputs"] else ".".join(words)


def _names(part: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in part.model_fields.items()]
