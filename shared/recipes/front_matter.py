"""The YAML at the head of a recipe, read so that nothing in it can surprise: every slip has a line and a sentence.

Nothing stands for something else in it: no aliases, which can make gigabytes of a page; no tags, which name Python's
types; no key twice. What it holds is plain text, numbers, lists and mappings of few levels.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

MAX_CHARACTERS = 32_768
"""Of the front matter; the longest of ours has 1,300."""

MAX_DEPTH = 20
"""Levels of lists and mappings."""

FIRST_LINE = 2
"""Of the front matter, in the file; the first holds `---`."""

UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
"""What no recipe may hold: controls but the line end and the tabulator, other line ends, and what is no character."""

_READ_DIFFERENTLY = re.compile("[?|>\ufeff]")
"""Where libyaml is lenient and PyYAML's own reader, which prompty uses and which takes 20 times as long, is not."""

_YamlLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the fast one, where libyaml is there

type Problem = tuple[int | None, str]
"""A line of the file (None: the file as a whole), and what is wrong there."""


class SlipsError(Exception):
    """What is wrong with a text."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__(*self.problems)


@dataclass
class FrontMatter:
    """What the text says, and the line of each part of it."""

    data: object
    _tree: yaml.Node | None = field(repr=False)

    def line(self, *place: int | str) -> int:
        """The line of the file on which the key or value stands, or what is nearest above it."""
        node, line = self._tree, self._tree.start_mark.line if self._tree else 0
        for step in place:
            if isinstance(node, yaml.MappingNode):
                found = next((pair for pair in node.value if pair[0].value == step), None)
                if found is None:
                    break
                line, node = found[0].start_mark.line, found[1]
            elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
                node = node.value[step]
                line = node.start_mark.line
        return int(line) + FIRST_LINE


def read_front_matter(text: str) -> FrontMatter:
    """Read what stands between the two lines of `---`.

    Raises:
        SlipsError: it is too long, no YAML, or holds what no recipe may hold.
    """
    if len(text) > MAX_CHARACTERS:
        raise SlipsError([(1, f"the front matter has {len(text)} characters; {MAX_CHARACTERS} are allowed")])
    if (tabulator := text.find("\t")) >= 0:  # prompty's reader takes some for blanks, and ours takes others
        where = text.count("\n", 0, tabulator) + FIRST_LINE
        raise SlipsError([(where, "YAML has no tabulators; write blanks")])
    loader = _YamlLoader(text)
    try:
        _require_plain(yaml.parse(text, Loader=_YamlLoader))
        tree = loader.get_single_node()
        if _READ_DIFFERENTLY.search(text):
            yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + FIRST_LINE if error.problem_mark else None
        raise SlipsError([(line, f"this is not YAML: {error.problem}")]) from error
    except yaml.YAMLError as error:
        raise SlipsError([(None, f"this is not YAML ({type(error).__name__})")]) from error
    problems: list[Problem] = []
    data = _value(tree, loader, problems) if tree else None
    if problems:
        raise SlipsError(problems)
    return FrontMatter(data, tree)


def _require_plain(events: Iterable[yaml.Event]) -> None:
    depth = 0
    for event in events:
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        line = event.start_mark.line + FIRST_LINE if event.start_mark else None
        if depth > MAX_DEPTH:
            raise SlipsError([(line, f"lists and mappings are nested more than {MAX_DEPTH} deep")])
        if getattr(event, "anchor", None):
            raise SlipsError([(line, "a recipe has no anchors `&` and aliases `*`; write the value out, or quote it")])
        if getattr(event, "tag", None):
            raise SlipsError([(line, "a recipe has no tags such as `!!str`; leave it out, or quote the value")])


def _value(node: yaml.Node, loader: Any, problems: list[Problem]) -> object:
    if isinstance(node, yaml.MappingNode):
        return dict(_pairs(node, loader, problems))
    if isinstance(node, yaml.SequenceNode):
        return [_value(each, loader, problems) for each in node.value]
    problems.extend((node.start_mark.line + FIRST_LINE, problem) for problem in _text_problems(node.value))
    try:
        return loader.construct_object(node)
    except (yaml.YAMLError, ValueError, ArithmeticError, AttributeError, LookupError) as error:
        kind = node.tag.rpartition(":")[2]
        problem = f"`{node.value[:40]}` looks like YAML's {kind} and is none ({error}); put it between quotes"
        problems.append((node.start_mark.line + FIRST_LINE, problem))
        return None


def _pairs(node: yaml.MappingNode, loader: Any, problems: list[Problem]) -> Iterator[tuple[str, object]]:
    seen: set[str] = set()
    for key, value in node.value:
        line = key.start_mark.line + FIRST_LINE
        if not isinstance(key, yaml.ScalarNode):
            problems.append((line, "a key must be a word"))
            continue
        if key.value in seen:
            problems.append((line, f"the key `{key.value}` stands there twice"))
        seen.add(key.value)
        yield key.value, _value(value, loader, problems)


def _text_problems(text: str) -> Iterator[str]:
    """What an escape of YAML can bring in, whatever it looks like in the file."""
    if "${" in text:  # prompty would put a file or a part of the environment in its place
        yield "`${...}` is not supported in a recipe; write the value itself"
    if found := UNPRINTABLE.search(text):
        yield f"the character U+{ord(found[0]):04X} cannot be in a recipe"
