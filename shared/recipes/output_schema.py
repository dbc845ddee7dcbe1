"""Answers that are data: a recipe's `outputs` as a JSON Schema, and an answer read by it."""

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic.alias_generators import to_camel

from shared.bounds import require_bounded

MAX_PROBLEM = 200
"""Characters of what is wrong with an answer; a validator may quote the whole of it."""

MAX_DIGITS = 100
"""Of a whole number in an answer; to read one of thousands takes long."""

MAX_TRIES = 20
"""How many places of an answer are looked at where an object may begin."""

MAX_ERRORS = 20
"""How many things that are wrong with an answer are looked at, to tell of the worst."""

_OBJECT = re.compile(r"\{\s*[\"}]")
"""How an object begins; a brace among the words before it does not."""

_NAME = re.compile(r"[A-Za-z_]\w{0,63}", re.ASCII)


@dataclass(frozen=True)
class AnswerSchema:
    """The JSON Schema to which an answer is to be held, under the recipe's name."""

    name: str
    description: str | None
    schema: dict[str, Any]


class AnswerInvalid(Exception):
    """An answer is not what the schema asks for; the message says what is wrong with it."""


class Output(BaseModel):
    """A field of the answer, under prompty's names. One that is not `required` may be null."""

    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=to_camel)

    name: str = ""
    kind: Literal["string", "integer", "number", "float", "boolean", "array", "object"]
    description: str | None = None
    required: bool = False
    enum_values: list[str] | None = None
    items: "Output | None" = None
    properties: list["Output"] | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if (self.kind == "array") != (self.items is not None):
            raise ValueError("an array, and nothing else, has `items`")
        if (self.kind == "object") != bool(self.properties):
            raise ValueError("an object, and nothing else, has `properties`")
        if self.enum_values and self.kind != "string":
            raise ValueError("only a string has `enumValues`")
        _check_names(self.properties or [])
        return self


def object_schema(outputs: Sequence[Output]) -> dict[str, Any]:
    """The JSON Schema of an object with these fields and no other, in the strict form that services ask for.

    Raises:
        ValueError: two fields have one name, or a name is none.
    """
    _check_names(outputs)
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
    problem = jsonschema.exceptions.best_match(islice(errors, MAX_ERRORS))
    if problem:
        place = problem.json_path.removeprefix("$").lstrip(".") or "the object"
        raise AnswerInvalid(f"{place}: {problem.message[:MAX_PROBLEM]}")
    return data


def _only_object(text: str) -> dict[str, Any]:
    """The one object in a text; the same twice is one, and an empty one beside it is none.

    Raises:
        ValueError: there is none, or there are several.
    """
    found: list[dict[str, Any]] = []
    for value in _objects(text):
        if value not in found:
            found.append(value)
    told = [value for value in found if value] or found
    if len(told) > 1:
        raise ValueError("it holds more than one object")
    return told[0]


def _objects(text: str) -> list[dict[str, Any]]:
    """The objects in a text, one at least. What begins like one, and ends before the next begins, is passed over."""
    found: list[dict[str, Any]] = []
    end, failed_at, problem = 0, -1, ValueError("it holds no object")
    for begins in islice(_OBJECT.finditer(text), MAX_TRIES):
        start = begins.start()
        if start < end:
            continue  # it is a part of the one before
        if failed_at >= 0 and "}" not in text[failed_at:start]:
            break  # a part of an object is no answer
        try:
            value, end = _DECODER.raw_decode(text, start)
        except ValueError as error:
            failed_at, problem = start, error
        else:
            failed_at = -1
            found.append(value)
    if not found:
        raise problem
    return found


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(f"{digits[:20]} is too large")
    return number


def _short(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise ValueError(f"{digits[:20]}… has more than {MAX_DIGITS} digits")
    return int(digits)


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise ValueError("a field stands there twice")
    return fields


_DECODER = json.JSONDecoder(
    parse_constant=_refuse_constant,
    parse_float=_finite,
    parse_int=_short,
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


def _check_names(outputs: Sequence[Output]) -> None:
    names = [each.name for each in outputs]
    for name in names:
        if not _NAME.fullmatch(name):
            raise ValueError(f"`{name}` is no name for a field: letters, digits and _ only")
    if len(set(names)) < len(names):
        raise ValueError("two fields have one name")
