import io
import json
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.panel import Panel
from rich.text import Text

from cli.answers import json_line
from cli.documents import Document
from cli.terminal import MAX_LINE, Screen, harmless, one_line

DIRECTIONS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
HOSTILE = st.text(st.one_of(st.characters(), st.sampled_from("\x1b\x9b\x07\r\x00\x7f\x85\u2028" + DIRECTIONS)))


def dangers(text: str) -> set[str]:
    """What no terminal may get."""
    return {
        each
        for each in text
        if (unicodedata.category(each) in ("Cc", "Cs") and each not in "\n\t") or each in DIRECTIONS
    }


@given(HOSTILE)
def test_harmless_text_holds_nothing_that_a_terminal_obeys(text: str) -> None:
    assert dangers(harmless(text)) == set()


@given(HOSTILE)
def test_one_line_is_one_line_and_short(text: str) -> None:
    line = one_line(text)
    assert (dangers(line), "\n" in line, len(line) <= MAX_LINE + 1) == (set(), False, True)


@given(HOSTILE)
def test_a_screen_shows_only_harmless_text(text: str) -> None:
    shown = io.StringIO()
    screen = Screen(file=shown, width=60)
    screen.print(Panel(Text(text), title=Text(text)))
    screen.print(text, markup=False, soft_wrap=True)
    assert dangers(shown.getvalue()) == set()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b]52;c;aGk=\x1b\\", "\\x1b]52;c;aGk=\\x1b\\"),
        ("\x9b2J", "\\x9b2J"),
        ("user\u202egnp.exe", "user\\u202egnp.exe"),
        ("one\r\ntwo\rthree", "one\ntwo\\rthree"),
        ("\ufeffa\U000e0041", "\\ufeffa\\U000e0041"),
    ],
)
def test_control_characters_are_shown_in_letters(text: str, shown: str) -> None:
    assert harmless(text) == shown


@pytest.mark.parametrize(
    "text",
    ["¿Cómo estás?\n\tok", "日本語\u3000です", "1\u202f234 €", "\u0645\u06cc\u200c\u0634\u0648\u062f", "👩\u200d👧 🇫🇷"],
)
def test_the_letters_of_all_scripts_stay_as_they_are(text: str) -> None:
    assert harmless(text) == text


@given(HOSTILE)
def test_a_document_as_a_line_of_json_is_harmless_and_keeps_its_text(text: str) -> None:
    text = text.encode(errors="replace").decode()
    line = json_line(document_of(text))
    assert (dangers(line), "\n" in line, json.loads(line)["answer"]["text"]) == (set(), False, text)


def test_a_document_on_a_terminal_without_unicode_is_ascii(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding="latin-1"))
    line = json_line(document_of("日本語 👩"))
    assert (line.isascii(), json.loads(line)["answer"]["text"]) == (True, "日本語 👩")


def document_of(text: str) -> Document:
    """A document whose answer is this text."""
    fields = {"status": "ok", "input": {"name": "a", "etag": "1"}, "answer": {"text": text}}
    document = Document.parse("a", json.dumps(fields).encode())
    assert document
    return document
