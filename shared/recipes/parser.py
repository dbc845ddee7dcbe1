"""Reading one `.prompty` file, strictly, so that a slip in it stops the app and not a file.

Microsoft's `prompty` package is lenient: it drops keys that it does not know, and lets an unknown variable
become nothing. Hence a reading of our own at start, with the line of each problem; see
`docs/decisions/recipes.md`.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from shared.recipes.body import body_problems, turns
from shared.recipes.front_matter import (
    FIRST_LINE,
    UNPRINTABLE,
    FrontMatter,
    Problem,
    SlipsError,
    read_front_matter,
)
from shared.recipes.output_schema import AnswerSchema, object_schema
from shared.recipes.recipe import Recipe, place_of
from shared.recipes.recipe_keys import Keys, hint, is_older_format
from shared.recipes.routes import Route

MAX_BYTES = 262_144
"""Of a whole file. A prompt of this size costs some 60,000 tokens for each file that is dropped."""

_OLDER_FORMAT = (
    "this file is in the older format of prompty 0.1; for prompty 2 write `model: {id: default, options: {...}}` in"
    " place of `configuration` and `parameters`, a list such as `[{name: language, kind: string, default: es}]` under"
    " `inputs` in place of a mapping or `sample`, and `template: {format: {kind: jinja2}, parser: {kind: prompty}}`"
)


class RecipeProblemsError(Exception):
    """All that is wrong with one file: a sentence for each problem, which begins with the file and the line."""

    def __init__(self, path: Path, problems: list[Problem]) -> None:
        self.problems = [f"{place_of(path, line)}: {what}" for line, what in problems]
        super().__init__(*self.problems)


@dataclass(frozen=True)
class _Parts:
    """A file cut in two, and the line on which the second part begins."""

    content: bytes
    front: str
    body: str
    body_line: int


def read_recipe(path: Path) -> Recipe:
    """Read and check one `.prompty` file.

    Raises:
        RecipeProblemsError: with everything that is wrong in it.
    """
    try:
        parts = _parts(_content(path))
        front = read_front_matter(parts.front)
        keys = _keys(front)
        problems = [
            *_front_problems(path, keys, front),
            *_unsafe_lines(parts.front),
            *_problems_below(parts, keys, front),
        ]
        if not problems:
            return _recipe(path, parts, keys, front)
    except SlipsError as error:
        problems = error.problems
    except Exception as error:  # what nobody has thought of stops the app as well, and names the file
        problems = [(None, f"this cannot be read as a recipe ({type(error).__name__}: {str(error)[:200]})")]
    raise RecipeProblemsError(path, problems)


def _recipe(path: Path, parts: _Parts, keys: Keys, front: FrontMatter) -> Recipe:
    return Recipe(
        name=keys.name,
        path=path,
        digest="sha256:" + hashlib.sha256(parts.content).hexdigest(),
        accepts=frozenset(keys.metadata.accepts),
        route=Route(keys.metadata.route) if keys.metadata.route else None,
        inputs=keys.inputs,
        model=keys.model.id,
        options=keys.model.options,
        turns=turns(parts.body),
        schema=AnswerSchema(keys.name, keys.description, object_schema(keys.outputs)) if keys.outputs else None,
        send=keys.metadata.send,
        detail=keys.metadata.detail,
        then=keys.metadata.then,
        description=keys.description,
        lines={
            "model": front.line("model", "id"),
            "route": front.line("metadata", "route"),
            "then": front.line("metadata", "then"),
        },
    )


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise SlipsError([(None, f"this cannot be read ({error.strerror})")]) from error
    if len(content) > MAX_BYTES:
        raise SlipsError([(None, f"this has more than {MAX_BYTES} bytes, which nobody would want to pay for")])
    return content


def _parts(content: bytes) -> _Parts:
    try:
        text = content.decode().replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise SlipsError([(content.count(b"\n", 0, error.start) + 1, "this is not UTF-8")]) from error
    if text.startswith("\ufeff"):
        raise SlipsError([(1, "save it without a byte order mark, which prompty cannot read")])
    if found := UNPRINTABLE.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise SlipsError([(line, f"the character U+{ord(found[0]):04X} cannot be in a recipe")])
    lines = text.split("\n")
    ends = [number for number, line in enumerate(lines) if line.rstrip(" \t") == "---"]
    if ends[:1] != [0]:
        raise SlipsError([(1, "a recipe begins with front matter between two lines of `---`")])
    if len(ends) == 1:
        raise SlipsError([(1, "the front matter has no end: a second line of `---` is missing")])
    return _Parts(content, "\n".join(lines[1 : ends[1]]) + "\n", "\n".join(lines[ends[1] + 1 :]), ends[1] + 2)


def _keys(front: FrontMatter) -> Keys:
    if older := is_older_format(front.data):
        raise SlipsError([(front.line(*older), _OLDER_FORMAT)])
    try:
        return Keys.model_validate(front.data)
    except ValidationError as error:
        raise SlipsError([(front.line(*each["loc"]), _sentence(each)) for each in error.errors()]) from error


def _sentence(error: Mapping[str, Any]) -> str:
    where = ".".join(str(step)[:100] for step in error["loc"]) or "the front matter"
    if error["type"] == "extra_forbidden":
        return f"unknown key `{where}`{hint(error['loc'])}"
    if error["type"] in ("list_type", "tuple_type"):
        return f"`{where}` must be a list"
    if error["type"] == "missing":
        return f"`{where}` is missing"
    return f"`{where}`: {error['msg'].removeprefix('Value error, ')}"


def _problems_below(parts: _Parts, keys: Keys, front: FrontMatter) -> Iterator[Problem]:
    for offset, problem in body_problems(parts.body, {each.name: each.example for each in keys.inputs}):
        yield parts.body_line + offset, problem
    if keys.metadata.then and turns(parts.body) < 2:
        yield (
            front.line("metadata", "then"),
            "`then` names a model for the turns after the first, and there is only one",
        )


def _front_problems(path: Path, keys: Keys, front: FrontMatter) -> Iterator[Problem]:
    names = [each.name for each in keys.inputs]
    if keys.name != path.stem:
        yield front.line("name"), f"its name is `{keys.name}`; it must be the file's name, `{path.stem}`"
    for number, name in enumerate(names):
        if name in names[:number]:
            yield front.line("inputs", number, "name"), f"the input `{name}` is declared twice"
        if name == "recipe":
            line = front.line("inputs", number, "name")
            yield line, "no input may be called `recipe`: that is the metadata key that chooses one"
    if keys.metadata.route:
        line = front.line("metadata", "route")
        yield from ((line, problem) for problem in _route_problems(Route(keys.metadata.route), names))


def _route_problems(route: Route, names: list[str]) -> Iterator[str]:
    if problem := route.problem():
        yield f"the route `{route.pattern}`: {problem}"
    for variable in route.variables:
        if variable not in names:
            yield f"the route's `{variable}` is not among the recipe's inputs"


def _unsafe_lines(front: str) -> Iterator[Problem]:
    """What `prompty` would read otherwise than we do when it renders the file."""
    for number, line in enumerate(front.split("\n"), start=FIRST_LINE):
        if "---" in line or "+++" in line:
            yield (
                number,
                "prompty takes `---` and `+++` for the end of the front matter; write something else",
            )
