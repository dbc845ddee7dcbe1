"""The usual form of a Markdown file: what was answered, then who said what, each escaped."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shared.recipes import formatted, plain
from shared.transcripts import Spoken

MAX_COLUMNS = 8
"""Of a table; objects with more fields are lists."""

_NOTHING = "\u2013"


def usual_markdown(title: str, answer: str | Mapping[str, Any] | None, transcript: Sequence[Spoken]) -> str:
    """The file: `answer` is text in Markdown, or an object of which each field has a heading."""
    blocks = [f"# {plain(title)}"]
    if isinstance(answer, str):
        blocks.append(formatted(answer))
    elif answer is not None:
        blocks.extend(_fields(answer))
    if transcript and answer is not None:
        blocks.append("## Transcript")
    blocks.extend(_line(each) for each in transcript)
    return "\n\n".join(filter(None, blocks)) + "\n"


def _line(said: Spoken) -> str:
    speaker = f"**{plain(said.speaker)}** " if said.speaker else ""
    return f"{speaker}({said.time}): {plain(said.text)}"


def _fields(answer: Mapping[str, Any]) -> Iterator[str]:
    for name, value in answer.items():
        yield f"## {plain(_title(name))}"
        yield _value(value)


def _title(name: str) -> str:
    words = name.replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:]


def _value(value: object) -> str:
    if value in (None, "", [], {}):
        return _NOTHING
    if isinstance(value, Mapping):
        return "\n".join(f"- {plain(_title(name))}: {plain(each)}" for name, each in value.items())
    if not isinstance(value, list):
        return plain(value)
    columns = list(dict.fromkeys(name for each in value if isinstance(each, Mapping) for name in each))
    if 0 < len(columns) <= MAX_COLUMNS and all(isinstance(each, Mapping) for each in value):
        return "\n".join(_table(columns, value))
    return "\n".join(f"- {plain(each)}" for each in value)


def _table(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield f"| {' | '.join(plain(_title(each)) for each in columns)} |"
    yield f"|{' --- |' * len(columns)}"
    for row in rows:
        yield f"| {' | '.join(plain(row.get(each)) or _NOTHING for each in columns)} |"
