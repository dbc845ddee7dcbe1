"""Routes: which folder of the input container belongs to which recipe.

Names are compared folder by folder, without regard to case; empty folders (`a//b`, `/a`) do not count. A folder holds
one variable or star, so that no name can take long.
"""

import re
from collections.abc import Set
from dataclasses import dataclass

_TOKEN = re.compile(r"(\{[A-Za-z_]\w{0,63}\}|\*\*|\*)", re.ASCII)


@dataclass(frozen=True)
class Route:
    """A pattern for paths, such as `translate/{language}/**`.

    `{name}` and `*` stand for one folder or file name or a part of one, `**` at the end for all that follows.

    Raises:
        ValueError: it is no such pattern; the message says what is wrong with it.
    """

    pattern: str

    def __post_init__(self) -> None:
        names = self.pattern.split("/")
        if any("**" in name for name in names[:-1]) or ("**" in names[-1] and names[-1] != "**"):
            raise ValueError("`**` may stand only at the end, in place of a folder")
        if len(set(self.variables)) < len(self.variables):
            raise ValueError("it names a variable twice")
        if any(len(_TOKEN.findall(name)) > 1 for name in names):
            raise ValueError("a folder may hold one variable or star")
        if set(_TOKEN.sub("", self.pattern)) & set("{}"):
            raise ValueError("a brace is never closed, or holds no plain name")
        if any(not name.strip(".") for name in names) or "\\" in self.pattern:
            raise ValueError(
                "it must be folders with one `/` between them, none at its beginning or end, and none `.` or `..`"
            )

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
        return [token[1:-1] for token in _TOKEN.findall(self.pattern) if token.startswith("{")]

    def match(self, path: str, optional: Set[str] = frozenset()) -> dict[str, str] | None:
        """The variables' values if the path matches (maybe none: `{}`), else None.

        A variable of `optional` that is a folder of its own may be missing, the last one first: then it has no value.
        """
        names, found = self.pattern.split("/"), "/".join(path_folders(path))
        may_be_missing = [name for name in names if name in {f"{{{each}}}" for each in optional}]
        while True:
            expression = "".join(map(_expression, _TOKEN.split("/".join(names))))
            if values := re.fullmatch(expression, found, re.IGNORECASE | re.DOTALL):
                return values.groupdict()
            if not may_be_missing:
                return None
            names.remove(may_be_missing.pop())


def path_folders(path: str) -> list[str]:
    """The folders of a path, and the name of its file at the end."""
    return [name for name in path.split("/") if name]


def _expression(part: str) -> str:
    if part == "**":
        return ".+"
    if part == "*":
        return "[^/]+"
    return f"(?P<{part[1:-1]}>[^/]+)" if _TOKEN.fullmatch(part) else re.escape(part)
