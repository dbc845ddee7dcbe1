"""Routes: which folder of the input container belongs to which recipe."""

import re
from dataclasses import dataclass

_VARIABLE = re.compile(r"\{(\w+)\}")
_TOKEN = re.compile(r"(\{\w+\}|\*\*|\*)")
_PATTERNS = {"**": ".+", "*": "[^/]+"}


@dataclass(frozen=True)
class Route:
    """A pattern for paths, such as `translate/{language}/**`.

    `{name}` and `*` stand for one folder or file name or a part of one, `**` at the end for all that follows.
    """

    pattern: str

    @property
    def prefix(self) -> str:
        """What stands before the first variable or star; the longer it is, the sooner the route is tried."""
        return _TOKEN.split(self.pattern, maxsplit=1)[0]

    @property
    def variables(self) -> list[str]:
        """The names in braces, in order."""
        return _VARIABLE.findall(self.pattern)

    def problem(self) -> str | None:
        """What is wrong with the pattern, or None."""
        if "**" in self.pattern.removesuffix("**"):
            return "`**` may stand only at the end"
        if len(set(self.variables)) < len(self.variables):
            return "it names a variable twice"
        rest = _TOKEN.sub("", self.pattern)
        return "a brace is never closed, or holds no plain name" if set(rest) & set("{}") else None

    def match(self, path: str) -> dict[str, str] | None:
        """The variables' values if the path matches (maybe none: `{}`), else None."""
        found = re.fullmatch("".join(map(_as_regex, _TOKEN.split(self.pattern))), path, re.DOTALL)
        return found.groupdict() if found else None


def _as_regex(token: str) -> str:
    variable = _VARIABLE.fullmatch(token)
    if variable:
        return f"(?P<{variable[1]}>[^/]+)"
    return _PATTERNS.get(token, re.escape(token))
