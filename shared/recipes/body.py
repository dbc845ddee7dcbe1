"""The part of a `.prompty` file below its front matter: sections of a conversation, with places for values."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from shared.recipes.spelling import nearest
from shared.recipes.template import TemplateSlipError, fill_in_template, template_problems

_PLACEHOLDER = re.compile(r"(?<!\{)\{\{[ \t]{0,20}(\w{1,64})[ \t]{0,20}\}\}(?!\})", re.ASCII)
_TEMPLATE_SYNTAX = re.compile(r"\{[{%#]|[%#}]\}")
_ROLES = ("system", "user", "assistant", "developer", "tool")

type Problems = Iterator[tuple[int, str]]
"""How many lines the body has before each problem, and what it is."""


@dataclass
class Section:
    """What one side says: the lines below `user:` or another marker.

    Attributes:
        marker: as it stands there.
        line: how many lines the body has before it.
    """

    role: str
    marker: str
    line: int
    lines: list[str] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is said."""
        return not "".join(self.lines).strip()


def sections(body: str) -> list[Section]:
    """The sections, as prompty tells them apart; what stands before the first is none."""
    found: list[Section] = []
    for number, line in enumerate(body.split("\n")):
        if (role := _role(line)) in _ROLES:
            found.append(Section(role, line.strip(), number))
        elif found:
            found[-1].lines.append(line)
    return found


def turns(body: str) -> int:
    """How many times the user speaks."""
    return [each.role for each in sections(body)].count("user")


def body_problems(body: str, values: Mapping[str, str]) -> Problems:
    """What is wrong with a body whose recipe declares these inputs, each with a value that it may have."""
    problems = [*_section_problems(body), *_template_slips(body, values)]
    yield from problems or _problems_when_filled(body, values)


def _section_problems(body: str) -> Problems:
    found = sections(body)
    for each in found:
        if each.role not in ("system", "user"):
            yield each.line, f"a recipe has `system:` and `user:` sections only, no `{each.role}:`"
        if "[" in each.marker:
            yield each.line, f"a section has a name only: write `{each.role}:`"
        if each.role == "user" and each.is_empty:
            yield each.line, "this `user:` section is empty, so nothing would be asked"
    if "user" not in [each.role for each in found]:
        yield 0, "there is no `user:` section, so nothing would be asked"
    for number, line in enumerate(body.split("\n")):
        role = _role(line)
        meant = nearest(role, _ROLES, min_letters=4) if role and role not in _ROLES else None
        if meant:
            yield number, f"`{line.strip()[:40]}` begins no section: did you mean `{meant}:`?"


def _role(line: str) -> str:
    """The word of a line that holds nothing but a word, maybe something in brackets, and a colon; else nothing."""
    text = line.strip().removeprefix("#").strip()
    word = text[:-1].rstrip().partition("[")[0].lower() if text.endswith(":") else ""
    return word if word.isalpha() else ""


def _is_plain(body: str) -> bool:
    # jinja2 is 11 ms of a cold start, and most recipes have nothing but words and `{{name}}`.
    return _TEMPLATE_SYNTAX.search(_PLACEHOLDER.sub("", body)) is None


def _template_slips(body: str, values: Mapping[str, str]) -> Problems:
    if not _is_plain(body):
        yield from template_problems(body, values.keys())
        return
    for found in _PLACEHOLDER.finditer(body):
        if found[1] not in values:
            yield body.count("\n", 0, found.start()), f"`{found[1]}` is not among the recipe's inputs"


def _problems_when_filled(body: str, values: Mapping[str, str]) -> Problems:
    try:
        filled = _filled(body, values)
    except TemplateSlipError as error:
        yield 0, str(error)
        return
    expected, found = sections(body), sections(filled)
    if [each.role for each in found] != [each.role for each in expected]:
        yield 0, "with its values filled in this has other sections: `system:` and `user:` must stand there as they are"
    elif empty := next((each for each in found if each.role == "user" and each.is_empty), None):
        yield expected[found.index(empty)].line, "with its values filled in this `user:` section is empty"


def _filled(body: str, values: Mapping[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda found: values[found[1]], body) if _is_plain(body) else fill_in_template(body, values)
