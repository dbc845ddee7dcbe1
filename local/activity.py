"""What a host's log tells of each file, in a line for people; `shared/observability/log.py` writes the events."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

MAX_NAME = 200
MAX_REASON = 300
"""Characters of a name and of a reason that a line shows."""

_BEGINNING = '{"event": '


def activity(line: str) -> str | None:
    """The line for people: a word for what happens, the file's name, and what there is to say of it.

    None where the log's line tells nothing of a file that people would want to know.
    """
    event = event_in(line) or {}
    name, known = event.get("name"), _EVENTS.get(str(event.get("event")))
    if known is None or not isinstance(name, str):
        return None
    word, reasons = known
    return _line(word, name, *reasons(event))


def event_in(line: str) -> dict[str, Any] | None:
    """The event that the app logged in this line, whatever the host wrote before it; None if there is none."""
    start = line.find(_BEGINNING)
    try:
        event = json.loads(line[start:]) if start >= 0 else None
    except (ValueError, RecursionError):
        return None
    return event if isinstance(event, dict) else None


def _line(word: str, name: str, *reasons: object) -> str:
    told = ", ".join(_harmless(reason, MAX_REASON) for reason in reasons if reason not in (None, ""))
    return f"{word:9} {_harmless(name, MAX_NAME)}" + (f"  ({told})" if told else "")


def _harmless(text: object, length: int) -> str:
    """In one line, and without what a terminal would obey."""
    shown = str(text)
    cut = shown if len(shown) <= length else f"{shown[: length - 1]}…"
    return "".join(each if each.isprintable() else "?" for each in cut)


def _tokens(event: Mapping[str, Any]) -> str | None:
    tokens = event.get("total_tokens")
    return f"{tokens} tokens" if isinstance(tokens, int) else None


def _seconds(event: Mapping[str, Any]) -> str | None:
    seconds = event.get("seconds")
    return f"{seconds:.1f} s" if isinstance(seconds, int | float) else None


def _wait(event: Mapping[str, Any]) -> str | None:
    seconds = event.get("seconds")
    if not isinstance(seconds, int | float):
        return None
    return f"for {seconds / 60:.0f} minutes" if seconds >= 120 else f"for {seconds:.0f} seconds"


type _Reasons = Callable[[Mapping[str, Any]], Sequence[object]]

_EVENTS: dict[str, tuple[str, _Reasons]] = {
    "blob.started": ("started", lambda event: [event.get("recipe")]),
    "blob.answered": ("answered", lambda event: [event.get("recipe"), _tokens(event), _seconds(event)]),
    "blob.rejected": ("error", lambda event: [event.get("cause"), "its document says what to do"]),
    "blob.deferred": ("waiting", lambda event: [_wait(event), event.get("why")]),
    "blob.not_written": ("waiting", lambda event: ["its document cannot be written", event.get("why")]),
    "blob.broke_down": ("failed", lambda event: [event.get("error"), "it is tried again; host.log has all of it"]),
    "blob.poisoned_once": ("failed", lambda _: ["several times; it is tried once more"]),
    "blob.reconciled": ("found", lambda _: ["it had been overlooked, and is queued now"]),
    "blob.overtaken": ("replaced", lambda _: ["the newer version is answered"]),
    "blob.gone": ("gone", lambda _: ["there is no such file, or no longer"]),
}
