"""The part of a `.prompty` file below its front matter: sections of a conversation, with places for values."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from shared.recipes.slips import Problem, SlipsError, nearest
from shared.recipes.template import fill_in

_ROLES = ("system", "user", "assistant", "developer", "tool")
_MARKER = re.compile(r"\A#?\s*([^\W\d_]+)(?:\[.*|\s*):\Z")


@dataclass
class _Section:
    """What one side says: the lines below `user:` or another marker, which stands on `line`."""

    role: str
    line: int
    is_empty: bool = True


def _sections(body: str) -> list[_Section]:
    """The sections, as prompty tells them apart; what stands before the first is none."""
    found: list[_Section] = []
    for number, line in enumerate(body.split("\n"), start=1):
        if (role := _role(line)) in _ROLES:
            found.append(_Section(role, number))
        elif found:
            found[-1].is_empty &= not line.strip()
    return found


def turns(body: str) -> int:
    """How many times the user speaks."""
    return [each.role for each in _sections(body)].count("user")


def body_problems(body: str, values: Mapping[str, str]) -> Iterator[Problem]:
    """What is wrong with a body whose recipe declares these inputs, each with a value that it may have."""
    yield from _marker_problems(body)
    found = _sections(body)
    if "user" not in [each.role for each in found]:
        yield body.count("\n") + 1, "there is no `user:` section, so nothing would be asked"
    try:
        filled = _sections(fill_in(body, values))
    except SlipsError as error:
        yield from error.problems
        return
    if [each.role for each in filled] != [each.role for each in found]:
        yield None, "with its values filled in this has other sections; write `system:` and `user:` without templates"
        return
    for written, asked in zip(found, filled, strict=True):
        if asked.role == "user" and asked.is_empty:
            yield written.line, "this `user:` section is empty, so nothing would be asked"


def _marker_problems(body: str) -> Iterator[Problem]:
    for number, line in enumerate(body.split("\n"), start=1):
        role = _role(line)
        if role in _ROLES and "[" in line:
            yield number, f"a section has a name only: write `{role}:`"
        if role in _ROLES and role not in ("system", "user"):
            yield number, f"a recipe has `system:` and `user:` sections only, no `{role}:`"
        if role and role not in _ROLES and (meant := nearest(role, _ROLES, min_letters=4)):
            yield number, f"`{line.strip()[:40]}` begins no section: did you mean `{meant}:`?"


def _role(line: str) -> str:
    """The word of a line that holds nothing but a word, maybe something in brackets, and a colon; else nothing."""
    marker = _MARKER.match(line.strip())
    return marker[1].lower() if marker else ""
