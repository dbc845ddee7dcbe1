"""What the process that draws is asked, and how it ends early. Both sides know it; it imports next to nothing."""

import json
from typing import NamedTuple


class Task(NamedTuple):
    """What is to be drawn.

    Attributes:
        format: of the file, as sniffing names it.
        formats: of the pictures to be made, which the model takes.
        max_bytes: of each picture that is made.
        max_side: pixels of its longer side.
        max_pixels: of a picture that is decoded.
        max_pages: of the file.
        is_first_only: whether the first page is enough, however many there are.
    """

    format: str
    formats: list[str]
    max_bytes: int
    max_side: int
    max_pixels: int
    max_pages: int
    is_first_only: bool


class Refused(Exception):
    """The file cannot be drawn.

    Attributes:
        reason: a word that `refusals.py` has a sentence for.
        figure: the number that the sentence names; 0 where it names none.
    """

    def __init__(self, reason: str, figure: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.figure = figure


class Entry(NamedTuple):
    """One picture in the table of contents. `start` is its first byte; it reaches to the start of the next."""

    start: int
    size: int
    format: str
    width: int
    height: int
    page: int
    original_width: int
    original_height: int


LENGTH_BYTES = 8
"""The table of contents ends with its own length, in so many bytes."""


DONE = b"\x06"
"""What goes to the error output for each picture that is done: a byte that stands in no message."""


def as_contents(told: dict[str, object]) -> bytes:
    """The table of contents as it stands behind the pictures."""
    text = json.dumps(told).encode()
    return text + len(text).to_bytes(LENGTH_BYTES)
