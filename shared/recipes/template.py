"""What may stand in a recipe's template: the small part of Jinja that always ends, and that every prompty knows.

jinja2 is 11 ms of a cold start, so nothing of it is imported before a recipe holds more than `{{ name }}`.
"""

from collections.abc import Iterator, Mapping, Set
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import nodes

FILTERS = ("lower", "trim", "upper")
"""Those of the portable part of prompty's templates that cannot make a text longer."""

RESERVED = frozenset(
    {"and", "else", "elif", "false", "if", "in", "is", "loop", "none", "not", "null", "or", "self", "super", "true"}
)
"""Words of the template language, by which no input can be called."""

_PARTS = {
    "Template",
    "Output",
    "TemplateData",
    "Name",
    "Const",
    "If",
    "And",
    "Or",
    "Not",
    "Compare",
    "Operand",
    "Filter",
}
_ALLOWED = (
    "a template may hold `{{ input }}`, the filters " + ", ".join(f"`{each}`" for each in FILTERS) + ", and"
    " `{% if %}`, `elif`, `else` with `==`, `!=`, `and`, `or`, `not`"
)


class TemplateSlipError(Exception):
    """A template that cannot be filled in."""


def template_problems(template: str, declared: Set[str]) -> Iterator[tuple[int, str]]:
    """What is wrong with a template that may use these inputs, with the number of lines before each."""
    import jinja2  # noqa: PLC0415 - see above

    try:
        tree = jinja2.Environment(autoescape=False).parse(template)  # noqa: S701 - a prompt is not a web page
    except jinja2.TemplateSyntaxError as error:
        yield error.lineno - 1, str(error.message)
        return
    except (ValueError, RecursionError) as error:  # a number of 5,000 digits; 1,000 brackets
        yield 0, f"this is no template ({type(error).__name__}): {_ALLOWED}"
        return
    for line, node in _nodes(tree):
        if problem := _problem(node, declared):
            yield line - 1, problem


def fill_in_template(template: str, values: Mapping[str, str]) -> str:
    """The template with these values, as prompty fills it in.

    Raises:
        TemplateSlipError: it cannot be filled in.
    """
    from jinja2.sandbox import ImmutableSandboxedEnvironment  # noqa: PLC0415 - see above

    try:
        return ImmutableSandboxedEnvironment(keep_trailing_newline=True).from_string(template).render(**values)
    except Exception as error:  # Python's compiler has limits of its own, such as 100 levels
        raise TemplateSlipError(f"the template cannot be filled in ({type(error).__name__}): {error}") from error


def _nodes(tree: "nodes.Template") -> "Iterator[tuple[int, nodes.Node]]":
    """Every part in its order, and its line: its own, or that of the part around it."""
    waiting: list[tuple[int, nodes.Node]] = [(1, tree)]
    while waiting:
        line, node = waiting.pop()
        line = node.lineno or line
        yield line, node
        waiting.extend((line, child) for child in reversed(list(node.iter_child_nodes())))


def _problem(node: "nodes.Node", declared: Set[str]) -> str | None:
    kind = type(node).__name__
    name = getattr(node, "name", None)
    if kind not in _PARTS:
        return f"`{kind.lower()}` is not supported: {_ALLOWED}"
    if kind == "Name" and name not in declared:
        return f"`{name}` is not among the recipe's inputs"
    if kind == "Filter" and (name not in FILTERS or getattr(node, "args", None) or getattr(node, "kwargs", None)):
        return f"the filter `{name}` is not supported: {_ALLOWED}"
    if kind == "Operand" and getattr(node, "op", None) not in ("eq", "ne"):
        return f"this comparison is not supported: {_ALLOWED}"
    return None
