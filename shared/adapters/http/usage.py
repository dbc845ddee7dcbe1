"""What a service counted, checked: names and counts, and groups of counts; what is neither is left out.

A count that cannot be right is not known, which is null, and never 0.
"""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from shared.bounds import identifier

MAX_COUNT = 2**53
"""The largest whole number that every reader of JSON keeps exactly."""

MAX_COUNTS = 100
MAX_DEPTH = 4

_OURS = ("calls", "deployment", "tier")
"""Names under which the document's usage has something of our own."""


def counts_in(usage: Any) -> dict[str, Any] | None:
    """The counts that a service sent, under the names that came; None where it sent none."""
    return dict(_counts(usage, MAX_DEPTH)) or None if isinstance(usage, dict) else None


def _counts(usage: Mapping[str, Any], depth: int) -> Iterator[tuple[str, Any]]:
    for name, value in islice(usage.items(), MAX_COUNTS):
        if identifier(name) is None or name in _OURS:
            continue
        if name.endswith("details"):
            if isinstance(value, dict) and depth > 1:
                yield name, dict(_counts(value, depth - 1))
        elif value is None or type(value) is int or (isinstance(value, float) and value.is_integer()):
            yield name, int(value) if value is not None and 0 <= value <= MAX_COUNT else None
