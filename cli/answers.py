"""Answers on standard output: boxes for people, plain text in a pipe, or one line of JSON for each document."""

import json
import re
import sys

from rich.panel import Panel
from rich.text import Text

from cli import show
from cli.documents import Document
from cli.terminal import harmless, lead_nowhere, one_line, speaks_unicode


class Answers:
    """Writes the answer of each document, as soon as it is there.

    Attributes:
        is_read: false once nothing more can be written, as when the reader of the pipe has gone.
        has_failed: whether an error ended it, such as a full disk, and not a reader that has gone.
    """

    def __init__(
        self, *, as_json: bool = False, in_boxes: bool = True, several: bool = False, has_times: bool = False
    ) -> None:
        """`has_times` is whether a pipe, too, gets a transcript with its times, as a box has it."""
        self._as_json = as_json
        self._has_times = has_times
        self._in_boxes = in_boxes
        self._several = several
        self.is_read = True
        self.has_failed = False

    def write(self, document: Document) -> None:
        """Write one."""
        if self._as_json:
            self._print(json_line(document))
        elif not sys.stdout.isatty():
            self._write_text(document)
        elif self._in_boxes:
            show.console.print(_box(document))

    def write_unsaved(self, document: Document) -> None:
        """Write the whole of a document that could not be saved: it was paid for."""
        if not self._as_json:
            self._print(json_line(document))

    def _write_text(self, document: Document) -> None:
        if not document.is_ok:
            return  # standard error says why
        if self._several:  # as `head` and `tail` do
            self._print(f"==> {one_line(document.name)} <==")
        self._print(harmless(document.text_with_times if self._has_times else document.text))

    def _print(self, text: str) -> None:
        try:
            sys.stdout.write(text if text.endswith("\n") else f"{text}\n")
            sys.stdout.flush()
        except OSError as error:
            self.is_read = False
            self.has_failed = not isinstance(error, BrokenPipeError)
            if self.has_failed:
                show.problem(f"Standard output cannot be written: {error.strerror or error}")
            lead_nowhere(sys.stdout)


def json_line(document: Document) -> str:
    """The document on one line."""
    return one_line_of_json(document.fields)


def one_line_of_json(value: object) -> str:
    """A value on one line, with all that a terminal may obey escaped as JSON does it."""
    line = json.dumps(value, ensure_ascii=not speaks_unicode(sys.stdout), separators=(",", ":"))
    return re.sub(r"[^ -~]", lambda found: _escaped(found[0]), line)


def _escaped(character: str) -> str:
    return character if harmless(character) == character else json.dumps(character)[1:-1]


def _box(document: Document) -> Panel:
    view = document.view
    if document.is_ok:
        body = Text(harmless(document.text_with_times))
    else:
        error = view.error
        body = Text(harmless(f"{error.message}\n{error.next_step}" if error else "error"), style="red")
    title, subtitle = Text(one_line(document.name), style="bold"), Text(show.cost(document), style="dim")
    return Panel(body, title=title, subtitle=subtitle, title_align="left", subtitle_align="left")
