"""The YAML at the head of a recipe, read so that nothing in it can surprise: every slip has a line and a sentence.

Nothing stands for something else in it: no aliases, which can make gigabytes of a page; no tags, which name Python's
types; no key twice. What it holds is plain text, numbers, lists and mappings of few levels.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

import yaml

from shared.recipes.slips import SlipsError

_MAX_CHARACTERS = 32_768
"""Of the front matter; the longest of ours has 1,300."""

_MAX_DEPTH = 20
"""Levels of lists and mappings."""

type KeyPath = tuple[int | str, ...]
"""The keys and numbers that lead to a value."""

_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
"""What no recipe may hold: controls but the line end and the tabulator, other line ends, and what is no character."""

_READ_DIFFERENTLY = re.compile("[?|>\ufeff]")
"""Where libyaml is lenient and PyYAML's own reader, which prompty uses and which takes 20 times as long, is not."""

_REFUSED = {
    "\t": "YAML has no tabulators; write blanks",  # prompty's reader takes some for blanks, and ours takes others
    "---": "prompty takes `---` for the end of the front matter; write something else",
    "+++": "prompty takes `+++` for the end of the front matter; write something else",
}

_YamlLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the fast one, where libyaml is there


class FrontMatter:
    """What the text says, and the line of each part of it.

    Raises:
        SlipsError: it is too long, no YAML, or holds what no recipe may hold.
    """

    def __init__(self, text: str) -> None:
        if len(text) > _MAX_CHARACTERS:
            raise SlipsError((1, f"the front matter has {len(text)} characters; {_MAX_CHARACTERS} are allowed"))
        for mark, problem in _REFUSED.items():
            if mark in text:
                raise SlipsError((text.count("\n", 0, text.index(mark)) + 1, problem))
        self._lines: dict[KeyPath, int] = {}
        self._loader = _YamlLoader(text)
        tree = _tree(text)
        self.data = self._value(tree, ()) if tree else None

    def __contains__(self, place: KeyPath) -> bool:
        return place in self._lines

    def line(self, *place: int | str) -> int:
        """The line of the file on which the key or value stands, or what is nearest above it."""
        while place and place not in self._lines:
            place = place[:-1]
        return self._lines.get(place, 1)

    def _value(self, node: yaml.Node, place: KeyPath) -> object:
        self._lines.setdefault(place, _line(node))
        if isinstance(node, yaml.MappingNode):
            return dict(self._pairs(node, place))
        if isinstance(node, yaml.SequenceNode):
            return [self._value(each, (*place, number)) for number, each in enumerate(node.value)]
        require_printable(node.value, _line(node))
        if "${" in node.value:  # prompty would put a file or a part of the environment in its place
            raise SlipsError((_line(node), "`${...}` is not supported in a recipe; write the value itself"))
        try:
            return self._loader.construct_object(node)
        except (yaml.YAMLError, ValueError, ArithmeticError, AttributeError, LookupError) as error:
            kind = node.tag.rpartition(":")[2]
            problem = f"`{node.value[:40]}` looks like YAML's {kind} and is none ({error}); put it between quotes"
            raise SlipsError((_line(node), problem)) from error

    def _pairs(self, node: yaml.MappingNode, place: KeyPath) -> Iterator[tuple[str, object]]:
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise SlipsError((_line(key), "a key must be a word"))
            if (*place, key.value) in self._lines:
                raise SlipsError((_line(key), f"the key `{key.value}` stands there twice"))
            self._lines[*place, key.value] = _line(key)
            yield key.value, self._value(value, (*place, key.value))


def require_printable(text: str, line: int = 1) -> None:
    """Make sure that a text, which begins on this line, has no character that no recipe may hold.

    Raises:
        SlipsError: it has one.
    """
    if found := _UNPRINTABLE.search(text):
        where = line + text.count("\n", 0, found.start())
        raise SlipsError((where, f"the character U+{ord(found[0]):04X} cannot be in a recipe"))


def _tree(text: str) -> yaml.Node | None:
    try:
        _require_plain(yaml.parse(text, Loader=_YamlLoader))
        if _READ_DIFFERENTLY.search(text):
            yaml.compose(text, Loader=yaml.SafeLoader)
        return yaml.compose(text, Loader=_YamlLoader)
    except yaml.YAMLError as error:
        mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", type(error).__name__)
        raise SlipsError((mark.line + 1 if mark else None, f"this is not YAML: {problem}")) from error


def _require_plain(events: Iterable[yaml.Event]) -> None:
    depth = 0
    for event in events:
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _MAX_DEPTH:
            raise SlipsError((_line(event), f"lists and mappings are nested more than {_MAX_DEPTH} deep"))
        if getattr(event, "anchor", None):
            raise SlipsError((_line(event), "a recipe has no anchors `&` and aliases `*`; write it out, or quote it"))
        if getattr(event, "tag", None):
            raise SlipsError((_line(event), "a recipe has no tags such as `!!str`; leave it out, or quote the value"))


def _line(part: Any) -> int:
    """The line of the file; what stands before the front matter is there as empty lines."""
    return int(part.start_mark.line) + 1
