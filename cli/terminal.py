"""What may reach a terminal: text made harmless, on streams that can write it."""

import codecs
import io
import os
import sys
import unicodedata
from collections.abc import Iterable
from typing import IO, TextIO

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

MAX_LINE = 500
"""Characters of a stranger's text that are shown on one line."""

_JOINERS = "\u200c\u200d"  # scripts of Persia and India need them, and emoji; no terminal obeys them
_PLAIN = {"…": "..."}


def harmless(text: str) -> str:
    r"""The text with everything that a terminal may obey, or hide, written as an escape in letters, such as `\x1b`.

    Printable characters, blanks of all scripts, newlines and tabs stay as they are. Controls (C0, C1), direction
    controls, tags, line separators, lone surrogates and unassigned characters become escapes.
    """
    return "".join(each if _passes(each) else _escape(each) for each in text.replace("\r\n", "\n"))


def one_line(text: str) -> str:
    """The text made harmless, on one line, and cut to `MAX_LINE` characters."""
    line = harmless(text[: MAX_LINE + 1]).replace("\n", "\\n").replace("\t", " ")
    return line if len(line) <= MAX_LINE else f"{line[:MAX_LINE]}…"


def _passes(character: str) -> bool:
    return character.isprintable() or character in "\n\t" or character in _JOINERS or _is_blank(character)


def _is_blank(character: str) -> bool:
    return unicodedata.category(character) == "Zs"


def _escape(text: str) -> str:
    return text.encode("unicode_escape").decode()


class Screen(Console):
    """A console whose text is harmless, whatever prints it, and which is silent once its reader has gone."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """See `Console.render`; the text of every segment is made harmless."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(harmless(segment.text), segment.style)

    def on_broken_pipe(self) -> None:
        """The reader has gone: say nothing more."""
        self.quiet = True
        lead_nowhere(self.file)


def lead_nowhere(stream: object) -> None:
    """Send what is still written to a broken pipe, at exit too, to the null device."""
    if isinstance(stream, io.TextIOWrapper):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def prepare_streams() -> None:
    """Let standard output and error write every text, whatever characters the terminal has."""
    codecs.register_error("plain", _in_plain_characters)
    sys.stdout = sys.stdout or _nowhere()  # there is none where it was closed before we started
    sys.stderr = sys.stderr or _nowhere()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="plain")


def _nowhere() -> TextIO:
    return os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")


def speaks_unicode(stream: IO[str]) -> bool:
    """Whether the stream can write every character."""
    return (getattr(stream, "encoding", None) or "").lower().startswith("utf")


def _in_plain_characters(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    missing = error.object[error.start : error.end]
    return "".join(_PLAIN.get(each) or _escape(each) for each in missing), error.end
