"""Answers that are data: a recipe's `outputs` as a JSON Schema, and an answer read by it."""

import json
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, model_validator
from pydantic.alias_generators import to_camel

from shared.bounds import require_bounded

MAX_PROBLEM = 200
"""Characters of what is wrong with an answer; a validator may quote the whole of it."""

_MAX_LOOKS = 20
"""How many places of an answer are looked at where an object may begin, and how many faults, to tell of the worst."""

_OBJECT = re.compile(r"\{\s*[\"}]")
"""How an object begins; a brace among the words before it does not."""

_IN_BRACES = re.compile(r"\{[^{}]*\}")
"""What only looks like an object, such as `{"merchant", "total"}` among the words before it."""

_NAME = re.compile(r"[A-Za-z_]\w{0,63}", re.ASCII)


@dataclass(frozen=True)
class AnswerSchema:
    """The JSON Schema to which an answer is to be held, under the recipe's name."""

    name: str
    description: str | None
    schema: dict[str, Any]


class AnswerInvalid(Exception):
    """An answer is not what the schema asks for; the message says what is wrong with it."""


class Strict(BaseModel):
    """A part of the front matter: prompty's names, and no key that we do not know."""

    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=to_camel)


def with_names[T: Iterable[Any]](parts: T) -> T:
    """The parts, if each has a name of its own.

    Raises:
        ValueError: two have one name, or a name is none.
    """
    names = [each.name for each in parts]
    for number, name in enumerate(names):
        if not _NAME.fullmatch(name):
            raise ValueError(f"`{name}` is no name for a field: letters, digits and _ only")
        if name in names[:number]:
            raise ValueError(f"`{name}` is declared twice")
    return parts


type Outputs = Annotated[tuple["Output", ...], AfterValidator(with_names)]


class Output(Strict):
    """A field of the answer. One that is not `required` may be null."""

    name: str = ""
    kind: Literal["string", "integer", "number", "float", "boolean", "array", "object"]
    description: str | None = None
    required: bool = False
    enum_values: list[str] | None = None
    items: "Output | None" = None
    properties: Outputs | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if (self.kind == "array") != (self.items is not None):
            raise ValueError("an array, and nothing else, has `items`")
        if (self.kind == "object") != bool(self.properties):
            raise ValueError("an object, and nothing else, has `properties`")
        if self.enum_values and self.kind != "string":
            raise ValueError("only a string has `enumValues`")
        return self


def object_schema(outputs: Sequence[Output]) -> dict[str, Any]:
    """The JSON Schema of an object with these fields and no other, in the strict form that services ask for."""
    return {
        "type": "object",
        "properties": {each.name: _value_schema(each, nullable=not each.required) for each in outputs},
        "required": [each.name for each in outputs],
        "additionalProperties": False,
    }


def read_answer(text: str, schema: dict[str, Any]) -> Any:
    """The one object that an answer holds, whatever words stand around it. Takes a second for a long one.

    Line breaks inside of strings are taken too: models write them, though JSON has none.

    Raises:
        AnswerInvalid: it holds none, or several, or one that does not fit the schema.
    """
    import jsonschema  # noqa: PLC0415 - only for recipes with outputs

    try:
        require_bounded(text)
        data = _only_object(text)
        json.dumps(data, ensure_ascii=False).encode()  # JSON can carry lone surrogates, a document cannot
    except (ValueError, RecursionError) as error:
        raise AnswerInvalid(f"it is not JSON ({error})") from error
    errors = jsonschema.Draft202012Validator(schema).iter_errors(data)
    problem = jsonschema.exceptions.best_match(islice(errors, _MAX_LOOKS))
    if problem:
        place = problem.json_path.removeprefix("$").lstrip(".") or "the object"
        raise AnswerInvalid(f"{place}: {problem.message[:MAX_PROBLEM]}")
    return data


def _only_object(text: str) -> dict[str, Any]:
    """The one object in a text; the same twice is one, and an empty one is none. No part of one without an end counts.

    Raises:
        ValueError: there is none, or there are several.
    """
    found: list[dict[str, Any]] = []
    end, problem = 0, "it holds no object"
    for _ in range(_MAX_LOOKS):
        if (begins := _OBJECT.search(text, end)) is None:
            break
        try:
            value, end = _DECODER.raw_decode(text, begins.start())
        except ValueError as error:
            value, problem = None, str(error)
            if (words := _IN_BRACES.match(text, begins.start())) is None:
                break
            end = words.end()
        if value and value not in found:
            found.append(value)
    if len(found) != 1:
        raise ValueError("it holds more than one object" if found else problem)
    return found[0]


def _number(digits: str) -> float:
    if not math.isfinite(number := float(digits)):
        raise ValueError(f"{digits[:20]} is no number of JSON, or too large")
    return int(digits) if digits.lstrip("-").isdigit() else number


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise ValueError("a field stands there twice")
    return fields


_DECODER = json.JSONDecoder(
    parse_constant=_number,
    parse_float=_number,
    parse_int=_number,
    object_pairs_hook=_without_repeats,
    strict=False,
)


def _value_schema(output: Output, *, nullable: bool) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "number" if output.kind == "float" else output.kind}
    if output.properties:
        schema = object_schema(output.properties)
    if output.items:
        schema["items"] = _value_schema(output.items, nullable=False)
    if output.description:
        schema["description"] = output.description
    if output.enum_values:
        schema["enum"] = [*output.enum_values, *([None] if nullable else [])]
    if nullable:
        schema["type"] = [schema["type"], "null"]
    return schema
