"""A recipe's template for a Markdown file: what may stand in it, and how it is filled in.

It is the recipe's author's; what is filled in is a model's or a stranger's. So every value is escaped, and a template
holds nothing that can reach Python, or run without end (docs/decisions/files.md).
"""

import re
from collections.abc import Iterator, Mapping, Set
from typing import Any

from shared.recipes.slips import SlipsError, nearest

MAX_CHARACTERS = 8_388_608
"""Of a file that is made by a template: more than any answer has, and a bound for loops in loops."""

NAMES = ("data", "file", "inputs", "language", "recipe", "text", "transcript")
"""What a template can use: docs/recipes.md says what each is."""

FORMATTED = "formatted"
"""The filter for a text that is Markdown itself, as models write it: its form stays, what could do something goes."""

OF_TRANSCRIPT = ("speaker", "text", "time")
"""What each part of `transcript` has."""

_FILTERS = ("lower", "trim", "upper", FORMATTED)
_OF_LOOPS = ("first", "index", "last")
_PARTS = {
    *("Output", "TemplateData", "Name", "Const", "If", "And", "Or", "Not", "Compare", "Operand", "Filter"),
    *("For", "Getattr"),
}
_ALLOWED = (
    "a template for Markdown may hold `{{ value }}`, `{{ value.part }}`, the filters "
    + ", ".join(f"`{each}`" for each in _FILTERS)
    + ", `{% for each in value %}`, and `{% if %}`, `elif`, `else` with `==`, `!=`, `and`, `or`, `not`"
)
_MARKS = re.compile(r"[\\`*_\[\]<>&|~$]")
_AT_LINE_START = re.compile(r"^([ \t]*)([#+=:-]|\d{1,9}(?=[.)]))", re.MULTILINE)
_ACTIVE = re.compile(r"[\[\]<&$]|\\(?=[\[\]<&$])")
"""What makes a link, a picture, HTML or a formula, and what would take the escape off again."""


class Formatted(str):
    """Markdown that is harmless, and is written as it is."""

    __slots__ = ()


def plain(value: object) -> str:
    """The value as Markdown shows it letter by letter, on one line."""
    if isinstance(value, Formatted):
        return value
    text = "" if value is None else " ".join(_shown(value).split())
    return _AT_LINE_START.sub(_escaped_start, _MARKS.sub(r"\\\g<0>", text))


def formatted(value: object) -> Formatted:
    """The value as Markdown of its own, without links, pictures, HTML and formulas."""
    return Formatted(_ACTIVE.sub(r"\\\g<0>", "" if value is None else _shown(value)))


def _escaped_start(found: re.Match[str]) -> str:
    mark = found[2]
    return f"{found[1]}{mark}\\" if mark.isdigit() else f"{found[1]}\\{mark}"


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(_shown, value))
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {_shown(each)}" for name, each in value.items())
    return str(value)


def fill_in_markdown(template: str, values: Mapping[str, Any]) -> str:
    """The template with these values, which are plain data, each escaped.

    Raises:
        SlipsError: it is no such template, or what comes of it is too long.
    """
    from jinja2 import TemplateError  # noqa: PLC0415 - 11 ms of a cold start, for recipes that have a template

    environment = _environment()
    try:
        filled, length = [], 0
        for piece in environment.from_string(template).generate(values):
            filled.append(piece)
            length += len(piece)
            if length > MAX_CHARACTERS:
                raise SlipsError((None, f"the Markdown would have more than {MAX_CHARACTERS} characters"))
    except (TemplateError, RecursionError, ArithmeticError, TypeError, ValueError) as error:
        raise SlipsError((None, f"the template for Markdown cannot be filled in ({str(error)[:200]})")) from error
    return "".join(filled)


def check_markdown(template: str, fields: Set[str], inputs: Set[str]) -> Iterator[str]:
    """A sentence for each thing in a template that cannot be, for a recipe whose answer has these fields."""
    from jinja2 import TemplateError  # noqa: PLC0415 - see above

    try:
        tree = _environment().parse(template)
    except (TemplateError, RecursionError, ValueError) as error:
        yield f"the template for Markdown cannot be read: {str(error)[:200]}"
        return
    yield from dict.fromkeys(_problems(tree, {"data": fields, "inputs": inputs}, {}))


def _problems(node: Any, parts: Mapping[str, Set[str]], around: Mapping[str, Any]) -> Iterator[str]:
    """`around` are the variables of the loops around a node, each with what its loop is over."""
    kind = type(node).__name__
    if kind == "For":
        if problem := _problem_of_loop(node, around):
            yield problem
        inner = {**around, getattr(node.target, "name", ""): node.iter}
        yield from _problems(node.iter, parts, around)
        for each in (*node.body, *node.else_):
            yield from _problems(each, parts, inner)
        return
    if problem := _problem(node, kind, parts, around):
        yield problem
    for each in node.iter_child_nodes():
        yield from _problems(each, parts, around)


def _problem_of_loop(node: Any, around: Mapping[str, Any]) -> str | None:
    """A loop in a loop goes over a part of what the one around it is at: then all of them together end soon."""
    if type(node.target).__name__ != "Name" or node.test or node.recursive or node.target.name in (*NAMES, "loop"):
        return f"this `for` is not supported: {_ALLOWED}"
    base = node.iter
    while type(base).__name__ == "Getattr":
        base = base.node
    if type(base).__name__ != "Name":
        return f"this `for` is not supported: {_ALLOWED}"
    if around and base.name != list(around)[-1]:
        return f"a `for` within a `for` must be over a part of `{list(around)[-1]}`"
    return None


def _problem(node: Any, kind: str, parts: Mapping[str, Set[str]], around: Mapping[str, Any]) -> str | None:
    name = getattr(node, "name", None)
    if kind == "Template":
        return None
    if kind == "Name" and name not in (*NAMES, *around, *(["loop"] if around else [])):
        return _unknown(f"`{name}`", str(name), (*NAMES, *around))
    if kind == "Getattr" and type(node.node).__name__ == "Name":
        known = _OF_LOOPS if node.node.name == "loop" else parts.get(node.node.name)
        if getattr(around.get(node.node.name), "name", "") == "transcript":
            known = OF_TRANSCRIPT
        if known is not None and node.attr not in known:
            return _unknown(f"`{node.node.name}.{node.attr}`", node.attr, known)
    is_allowed = kind in _PARTS
    if kind == "Filter":
        is_allowed = name in _FILTERS and not (node.args or node.kwargs)
    if kind == "Compare":
        is_allowed = all(each.op in ("eq", "ne") for each in node.ops)
    return None if is_allowed else f"`{name or kind.lower()}` is not supported: {_ALLOWED}"


def _unknown(written: str, word: str, known: Any) -> str:
    if meant := nearest(word, known, min_letters=4):
        return f"the template for Markdown has {written}: did you mean `{meant}`?"
    return f"the template for Markdown has {written}: there are {', '.join(f'`{each}`' for each in sorted(known))}"


def _environment() -> Any:
    from jinja2 import ChainableUndefined  # noqa: PLC0415 - see above
    from jinja2.runtime import LoopContext  # noqa: PLC0415 - see above
    from jinja2.sandbox import ImmutableSandboxedEnvironment  # noqa: PLC0415 - see above

    class OfPlainData(ImmutableSandboxedEnvironment):
        """Sees the keys of mappings and nothing else: no attribute of any object."""

        def getattr(self, obj: Any, attribute: str) -> Any:
            if isinstance(obj, LoopContext) and attribute in _OF_LOOPS:
                return getattr(obj, attribute)
            if isinstance(obj, Mapping) and attribute in obj:
                return obj[attribute]
            return self.undefined(obj=obj, name=attribute)

    environment = OfPlainData(
        trim_blocks=True, lstrip_blocks=True, undefined=ChainableUndefined, finalize=plain, keep_trailing_newline=True
    )
    environment.filters[FORMATTED] = formatted
    return environment
