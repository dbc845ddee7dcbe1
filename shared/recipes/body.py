"""The part of a `.prompty` file below its front matter: sections of a conversation, with places for values."""

import re
from collections.abc import Iterator, Set

_SECTION = re.compile(r"^[ \t]*+(?:#[ \t]*+)?(system|user|assistant|developer|tool)(\[[^\]\n]*+\])?[ \t]*:[ \t]*$", re.I | re.M)
_PLACEHOLDER = re.compile(r"(?<!\{)\{\{\s*(\w+)\s*\}\}(?!\})", re.ASCII)
_TEMPLATE_SYNTAX = re.compile(r"\{[{%#]|[%#}]\}")

type Problems = Iterator[tuple[int, str]]
"""How many lines the body has before each problem, and what it is."""


def turns(body: str) -> int:
    """How many times the user speaks."""
    return [role for role, _ in _sections(body)].count("user")


def body_problems(body: str, declared: Set[str]) -> Problems:
    """What is wrong with a body whose recipe declares these inputs."""
    for role, offset in _sections(body):
        if role not in ("system", "user"):
            yield offset, f"a recipe has `system:` and `user:` sections only, no `{role}:`"
    if turns(body) == 0:
        yield 0, "there is no `user:` section, so nothing would be asked"
    # jinja2 is 11 ms of a cold start, and most recipes have nothing but words and `{{name}}`.
    is_plain = _TEMPLATE_SYNTAX.search(_PLACEHOLDER.sub("", body)) is None
    yield from _plain_problems(body, declared) if is_plain else _template_problems(body, declared)


def _sections(body: str) -> list[tuple[str, int]]:
    return [(found[1].lower(), _lines_before(body, found)) for found in _SECTION.finditer(body)]


def _plain_problems(body: str, declared: Set[str]) -> Problems:
    for found in _PLACEHOLDER.finditer(body):
        if found[1] not in declared:
            yield _lines_before(body, found), _undeclared(found[1])


def _template_problems(body: str, declared: Set[str]) -> Problems:
    import jinja2.meta  # noqa: PLC0415 - see body_problems

    try:
        tree = jinja2.Environment(autoescape=False).parse(body)  # noqa: S701 - a prompt is not a web page
    except jinja2.TemplateSyntaxError as error:
        yield error.lineno - 1, str(error.message)
        return
    unknown = jinja2.meta.find_undeclared_variables(tree) - declared
    for name in tree.find_all(jinja2.nodes.Name):
        if name.name in unknown:
            yield name.lineno - 1, _undeclared(name.name)


def _lines_before(body: str, found: re.Match[str]) -> int:
    return body.count("\n", 0, found.start())


def _undeclared(name: str) -> str:
    return f"`{name}` is not among the recipe's inputs"
