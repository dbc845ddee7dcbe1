"""Text, and what is written as text: known so that it is refused by its own name, never handed to a decoder.

Playlists above all: a player of theirs would open the addresses in them.
"""

import codecs
import re

from shared.media.found import FileType

_LOOKED_AT = 1024

_MARKUP = (
    ("svg", "image/svg+xml", "SVG"),
    ("html", "text/html", "HTML"),
    ("smil", "application/smil", "SMIL"),
    ("MPD", "application/dash+xml", "DASH"),
    ("asx", "video/x-ms-asf", "ASX playlist"),
)
"""First element -> media type and name."""

_STARTS = (
    ("#EXTM3U", "application/vnd.apple.mpegurl", "M3U playlist"),
    ("[playlist]", "audio/x-scpls", "PLS playlist"),
    ("ffconcat", "text/x-ffconcat", "playlist of ffmpeg"),
    ("WEBVTT", "text/vtt", "WEBVTT"),
    ("%!PS", "application/postscript", "PostScript"),
    ("<!doctype html", "text/html", "HTML"),
)
"""What a text begins with, in any case of letters -> media type and name."""

_PROLOG = re.compile(r"<\?.*?\?>|<!--.*?-->|<!doctype[^>\[]*(?:\[.*?\]\s*)?>|\s+", re.DOTALL | re.IGNORECASE)
_ELEMENT = re.compile(r"<(?:[\w-]{1,40}:)?([\w-]{1,40})")
_WIDE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_BINARY_POSTSCRIPT = b"\xc5\xd0\xd3\xc6"


def known_text(head: bytes) -> FileType | None:
    """Return what kind of text it is, if it begins as one that has a name of its own."""
    if head.startswith(_BINARY_POSTSCRIPT):
        return FileType("application/postscript", "EPS")
    text = (_decoded(head) or head[:_LOOKED_AT].decode("latin-1")).lstrip("\ufeff \t\r\n")
    for start, media_type, name in _STARTS:
        if text[: len(start)].lower() == start.lower():
            return FileType(media_type, name)
    return _markup(text) if text.startswith("<") else _wide(head)


def any_text(head: bytes) -> FileType | None:
    """Return that it is text, if that is so."""
    return None if _decoded(head) is None else FileType("text/plain", "text")


def _markup(text: str) -> FileType | None:
    at = 0
    while prolog := _PROLOG.match(text, at):
        at = prolog.end()
    element = _ELEMENT.match(text, at)
    for name, media_type, called in _MARKUP:
        if element and element[1].lower() == name.lower():
            return FileType(media_type, called)
    return FileType("text/xml", "XML") if text.startswith("<?xml") else None


def _wide(head: bytes) -> FileType | None:
    """Return that it is text of 16 bits a letter, whose mark could also begin a frame of sound."""
    return any_text(head) if head.startswith(_WIDE_MARKS) else None


def _decoded(head: bytes) -> str | None:
    """Return the beginning as text; None if it is none."""
    start = head[:_LOOKED_AT]
    if start.startswith(_WIDE_MARKS):
        text = start.decode("utf-16", errors="ignore")
        return text if "".join(text.split()).isprintable() else None
    try:
        text = start.decode()
    except UnicodeDecodeError as error:
        # The cut may fall inside the last character.
        text = start[: error.start].decode() if error.start > _LOOKED_AT - 4 else "\0"
    return None if "\0" in text else text
