"""What may stand in a recipe's template: the small part of Jinja that always ends, and that every prompty knows."""

import re
from collections.abc import Iterator, Mapping, Set
from typing import Any

from shared.recipes.slips import Problem, SlipsError

_FILTERS = ("lower", "trim", "upper")
"""Those of the portable part of prompty's templates that cannot make a text longer."""

RESERVED = frozenset(
    {"and", "else", "elif", "false", "if", "in", "is", "loop", "none", "not", "null", "or", "self", "super", "true"}
)
"""Words of the template language, by which no input can be called."""

_PLACEHOLDER = re.compile(r"(?<!\{)\{\{[ \t]{0,20}(\w{1,64})[ \t]{0,20}\}\}(?!\})", re.ASCII)
_SYNTAX = re.compile(r"\{[{%#]|[%#}]\}")
_PARTS = {"Output", "TemplateData", "Name", "Const", "If", "And", "Or", "Not", "Compare", "Operand", "Filter"}
_ALLOWED = (
    "a template may hold `{{ input }}`, the filters " + ", ".join(f"`{each}`" for each in _FILTERS) + ", and"
    " `{% if %}`, `elif`, `else` with `==`, `!=`, `and`, `or`, `not`"
)


def fill_in(template: str, values: Mapping[str, str]) -> str:
    """The template with these values, as prompty fills it in.

    Raises:
        SlipsError: it holds anything else than inputs and what is allowed, or cannot be filled in.
    """
    filled = _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), template)
    if not _SYNTAX.search(filled):
        return filled  # jinja2 is 11 ms of a cold start, and most recipes need no more than this
    from jinja2 import TemplateSyntaxError  # noqa: PLC0415 - see above
    from jinja2.sandbox import ImmutableSandboxedEnvironment  # noqa: PLC0415 - see above

    environment = ImmutableSandboxedEnvironment(keep_trailing_newline=True)
    try:
        problems = list(_problems(environment.parse(template), values.keys()))
        filled = "" if problems else environment.from_string(template).render(**values)
    except TemplateSyntaxError as error:
        problems = [(error.lineno, str(error.message))]
    except Exception as error:  # a number of 5,000 digits, or 100 levels: Python has limits of its own
        problems = [(None, f"the template cannot be filled in ({type(error).__name__}: {str(error)[:200]})")]
    if problems:
        raise SlipsError(*problems)
    return filled


def _problems(tree: Any, declared: Set[str]) -> Iterator[Problem]:
    from jinja2.nodes import Node  # noqa: PLC0415 - see above

    for node in tree.find_all(Node):
        if problem := _problem(node, declared):
            yield node.lineno, problem


def _problem(node: Any, declared: Set[str]) -> str | None:
    kind, name = type(node).__name__, getattr(node, "name", None)
    if kind == "Name" and name not in declared:
        return f"`{name}` is not among the recipe's inputs"
    is_allowed = kind in _PARTS
    if kind == "Filter":
        is_allowed = name in _FILTERS and not (node.args or node.kwargs)
    if kind == "Compare":
        is_allowed = all(each.op in ("eq", "ne") for each in node.ops)
    return None if is_allowed else f"`{name or kind.lower()}` is not supported: {_ALLOWED}"
