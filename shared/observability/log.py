"""What is logged: the name of an event and a few fields, never a prompt, an answer or a secret."""

import json
import logging
import math
from collections.abc import Iterable
from itertools import islice

MAX_FIELD = 2_000
"""Characters of a field; a file's name has 1,024 at most."""

_MAX_ITEMS = 50
_MAX_DEPTH = 4
_MAX_NUMBER = 2.0**63  # what those who read the log can count to

log = logging.getLogger("dropscribe")


def log_event(event: str, level: int = logging.INFO, /, **fields: object) -> None:
    """Write one line of JSON; whatever the fields hold, it can be written, and nothing is raised."""
    log.log(level, json.dumps({"event": event, **_fields(fields.items(), _MAX_DEPTH)}, ensure_ascii=False))


def _fields(pairs: Iterable[tuple[object, object]], depth: int) -> dict[str, object]:
    return {_text(str(name)): _plain(value, depth - 1) for name, value in islice(pairs, _MAX_ITEMS)}


def _plain(value: object, depth: int) -> object:
    """The value as JSON can carry it: bounded, finite, and without the halves of characters."""
    match value:
        case int() | float():
            return value if -_MAX_NUMBER < value < _MAX_NUMBER and math.isfinite(value) else None
        case str():
            return _text(value)
        case dict() if depth:
            return _fields(value.items(), depth)
        case list() | tuple() if depth:
            return [_plain(each, depth - 1) for each in value[:_MAX_ITEMS]]
        case _:
            return None if value is None else type(value).__name__


def _text(text: str) -> str:
    cut = text if len(text) <= MAX_FIELD else f"{text[: MAX_FIELD - 1]}…"
    return cut.encode(errors="replace").decode()
