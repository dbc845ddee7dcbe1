"""Routes: which folder of the input container belongs to which recipe.

Names are compared folder by folder, without regard to case; empty folders (`a//b`, `/a`) do not count. Nothing here is
matched by a regular expression made from a pattern, so that no name can take long.
"""

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

_VARIABLE = re.compile(r"\{([A-Za-z_]\w{0,63})\}", re.ASCII)
_TOKEN = re.compile(r"(\{[A-Za-z_]\w{0,63}\}|\*\*|\*)", re.ASCII)


@dataclass(frozen=True)
class Route:
    """A pattern for paths, such as `translate/{language}/**`.

    `{name}` and `*` stand for one folder or file name or a part of one, `**` at the end for all that follows.
    """

    pattern: str

    @property
    def prefix(self) -> str:
        """What stands before the first variable or star; the longer it is, the sooner the route is tried."""
        return _TOKEN.split(self.pattern, maxsplit=1)[0].casefold()

    @property
    def folders(self) -> list[str]:
        """The folders with which every path of the route begins."""
        return self.prefix.split("/")[:-1]

    @property
    def variables(self) -> list[str]:
        """The names in braces, in order."""
        return _VARIABLE.findall(self.pattern)

    def problem(self) -> str | None:
        """What is wrong with the pattern, or None."""
        names = self.pattern.split("/")
        if any("**" in name for name in names[:-1]) or ("**" in names[-1] and names[-1] != "**"):
            return "`**` may stand only at the end, in place of a folder"
        if len(set(self.variables)) < len(self.variables):
            return "it names a variable twice"
        if any(len(_TOKEN.findall(name)) > 1 for name in names):
            return "a folder may hold one variable or star"
        if set(_TOKEN.sub("", self.pattern)) & set("{}"):
            return "a brace is never closed, or holds no plain name"
        if any(not name.strip(".") for name in names) or "\\" in self.pattern:
            return "it must be folders with one `/` between them, none at its beginning or end, and none `.` or `..`"
        return None

    def match(self, path: str, optional: Set[str] = frozenset()) -> dict[str, str] | None:
        """The variables' values if the path matches (maybe none: `{}`), else None.

        A variable of `optional` that is a folder of its own may be missing, the last one first: then it has no value.
        """
        wanted, found = self.pattern.split("/"), path_folders(path)
        while True:
            values = _match(wanted, found)
            last = max((place for place, name in enumerate(wanted) if _name_of(name) in optional), default=None)
            if values is not None or last is None:
                return values
            del wanted[last]


def path_folders(path: str) -> list[str]:
    """The folders of a path, and the name of its file at the end."""
    return [name for name in path.split("/") if name]


def _name_of(part: str) -> str | None:
    variable = _VARIABLE.fullmatch(part)
    return variable[1] if variable else None


def _match(wanted: Sequence[str], found: Sequence[str]) -> dict[str, str] | None:
    if wanted[-1:] == ["**"]:
        if len(found) < len(wanted):
            return None
        wanted, found = wanted[:-1], found[: len(wanted) - 1]
    if len(wanted) != len(found):
        return None
    values: dict[str, str] = {}
    for pattern, name in zip(wanted, found, strict=True):
        part = _match_name(pattern, name)
        if part is None:
            return None
        values.update(part)
    return values


def _match_name(pattern: str, name: str) -> Mapping[str, str] | None:
    start, *rest = _TOKEN.split(pattern)
    if not rest:
        return {} if start.casefold() == name.casefold() else None
    token, end = rest
    middle = name[len(start) : len(name) - len(end)]
    fits = (
        name[: len(start)].casefold() == start.casefold() and name[len(name) - len(end) :].casefold() == end.casefold()
    )
    if not fits or not middle:
        return None
    variable = _name_of(token)
    return {variable: middle} if variable else {}
