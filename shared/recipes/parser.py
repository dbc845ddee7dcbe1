"""Reading one `.prompty` file, strictly, so that a slip in it stops the app and not a file.

Microsoft's `prompty` package is lenient: it drops keys that it does not know, and lets an unknown variable
become nothing. Hence a reading of our own at start, with the line of each problem; see
`docs/decisions/recipes.md`.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import AfterValidator, Field, StringConstraints, ValidationError

from shared.media.media import Detail, Kind, SendPolicy
from shared.recipes.body import body_problems, turns
from shared.recipes.output_schema import AnswerSchema, Output, object_schema
from shared.recipes.recipe import ModelOptions, Recipe, RecipeInput, Strict
from shared.recipes.routes import Route

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(?P<front>.*?\n)---[ \t]*\n(?P<body>.*)\Z", re.DOTALL)
_FIRST_LINE = 2  # of the front matter; the first of the file holds `---`
_SECTION = re.compile(r"^[ \t]*#?[ \t]*(system|user|assistant|developer|tool)(\[[^\]]*\])?[ \t]*:[ \t]*$", re.I | re.M)


_YamlLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the fast one, where libyaml is there


class RecipeProblemsError(Exception):
    """All that is wrong with one file: pairs of the line (None: the file as a whole) and a sentence."""

    def __init__(self, path: Path, problems: Iterable[tuple[int | None, str]]) -> None:
        place = f"{path.parent.name}/{path.name}"
        self.problems = [f"{place}:{line}: {what}" if line else f"{place}: {what}" for line, what in problems]
        super().__init__(*self.problems)


type _Problems = Iterator[tuple[int | None, str]]


class _ModelChoice(Strict):
    id: str = "default"
    options: ModelOptions = ModelOptions()


class _Metadata(Strict):
    accepts: Annotated[list[Kind], Field(min_length=1)]
    route: str | None = None
    send: SendPolicy = "auto"
    detail: Detail | None = None
    then: str | None = None


class _Format(Strict):
    kind: Literal["jinja2"]


class _Parser(Strict):
    kind: Literal["prompty"]


class _Template(Strict):
    format: _Format
    parser: _Parser


def _with_names(outputs: tuple[Output, ...]) -> tuple[Output, ...]:
    object_schema(outputs)
    return outputs


class _FrontMatter(Strict):
    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
    display_name: str | None = None
    description: str | None = None
    model: _ModelChoice = _ModelChoice()
    inputs: tuple[RecipeInput, ...] = ()
    outputs: Annotated[tuple[Output, ...], AfterValidator(_with_names)] = ()
    metadata: _Metadata
    template: _Template


def read_recipe(path: Path) -> Recipe:
    """Read and check one `.prompty` file.

    Raises:
        RecipeProblemsError: with everything that is wrong in it.
    """
    content = path.read_bytes()
    parts = _FRONT_MATTER.match(_text(path, content))
    if not parts:
        raise RecipeProblemsError(path, [(1, "a recipe begins with front matter between two lines of `---`")])
    front = _read_front_matter(path, parts["front"])
    problems = [*_front_problems(path, front), *_unsafe_text(parts["front"]), *_problems_below(parts, front)]
    if problems:
        raise RecipeProblemsError(path, problems)
    return Recipe(
        name=front.name,
        path=path,
        digest="sha256:" + hashlib.sha256(content).hexdigest(),
        accepts=frozenset(front.metadata.accepts),
        route=Route(front.metadata.route) if front.metadata.route else None,
        inputs=front.inputs,
        model=front.model.id,
        options=front.model.options,
        turns=turns(parts["body"]),
        schema=_schema(front),
        send=front.metadata.send,
        detail=front.metadata.detail,
        then=front.metadata.then,
        description=front.description,
    )


def _problems_below(parts: re.Match[str], front: _FrontMatter) -> _Problems:
    first = parts["front"].count("\n") + _FIRST_LINE + 1
    for offset, problem in body_problems(parts["body"], {each.name for each in front.inputs}):
        yield first + offset, problem
    if front.metadata.then and turns(parts["body"]) < 2:
        yield None, "`then` names a model for the turns after the first, and there is only one"


def _schema(front: _FrontMatter) -> AnswerSchema | None:
    if not front.outputs:
        return None
    return AnswerSchema(front.name, front.description, object_schema(front.outputs))


def _text(path: Path, content: bytes) -> str:
    try:
        text = content.decode()
    except UnicodeDecodeError as fault:
        raise RecipeProblemsError(path, [(1, "this is not UTF-8")]) from fault
    if text.startswith("\ufeff"):
        raise RecipeProblemsError(path, [(1, "save it without a byte order mark, which prompty cannot read")])
    return text.replace("\r\n", "\n")


def _read_front_matter(path: Path, text: str) -> _FrontMatter:
    loader = _YamlLoader(text)
    try:
        tree = loader.get_single_node()
        data = loader.construct_document(tree) if tree else None
    except yaml.MarkedYAMLError as fault:
        line = fault.problem_mark.line + _FIRST_LINE if fault.problem_mark else None
        raise RecipeProblemsError(path, [(line, f"this is not YAML: {fault.problem}")]) from fault
    try:
        return _FrontMatter.model_validate(data)
    except ValidationError as fault:
        problems = [(_line(tree, error["loc"]), _sentence(error)) for error in fault.errors()]
        raise RecipeProblemsError(path, problems) from fault


def _sentence(error: Mapping[str, Any]) -> str:
    where = ".".join(map(str, error["loc"])) or "the front matter"
    known = {"extra_forbidden": f"unknown key `{where}`", "missing": f"`{where}` is missing"}
    return known.get(error["type"], f"`{where}`: {error['msg']}")


def _line(node: yaml.Node | None, loc: tuple[int | str, ...]) -> int:
    """The line of the file on which the key or value stands."""
    line = node.start_mark.line if node else 0
    for step in loc:
        if isinstance(node, yaml.MappingNode):
            found = next((pair for pair in node.value if pair[0].value == step), None)
            if found is None:
                break
            line, node = found[0].start_mark.line, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            node = node.value[step]
            line = node.start_mark.line
    return line + _FIRST_LINE


def _front_problems(path: Path, front: _FrontMatter) -> _Problems:
    names = [each.name for each in front.inputs]
    if front.name != path.stem:
        yield None, f"its name is `{front.name}`; it must be the file's name, `{path.stem}`"
    if len(set(names)) < len(names):
        yield None, "an input is declared twice"
    if "recipe" in names:
        yield None, "no input may be called `recipe`: that is the metadata key that chooses one"
    if front.metadata.route:
        yield from _route_problems(Route(front.metadata.route), names)


def _unsafe_text(front: str) -> _Problems:
    """What `prompty` would read otherwise than we do when it renders the file."""
    for number, line in enumerate(front.splitlines(), start=_FIRST_LINE):
        if "---" in line or "+++" in line:
            yield (
                number,
                "prompty takes `---` and `+++` for the end of the front matter; write something else",
            )
        if "${" in line:
            yield number, "`${...}` is not supported in a recipe; write the value itself"


def _route_problems(route: Route, names: list[str]) -> _Problems:
    problem = route.problem()
    if problem:
        yield None, f"the route `{route.pattern}`: {problem}"
    for variable in route.variables:
        if variable not in names:
            yield None, f"the route's `{variable}` is not among the recipe's inputs"
