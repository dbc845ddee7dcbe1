"""PDF (ISO 32000), object by object: numbers of objects count from 1, and the first is the catalogue."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

A4 = (0, 0, 595, 842)
"""In points, of which 72 are an inch."""

_PADDING = bytes.fromhex("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a")
"""Fills up passwords (ISO 32000-1, 7.6.3.3)."""
_FILE_ID = b"sixteen bytes id"


def stream(content: bytes, entries: bytes = b"") -> bytes:
    """A stream as an object."""
    return b"<</Length %d %b>>\nstream\n%b\nendstream" % (len(content), entries, content)


def text(lines: Sequence[str], points: float = 60, left: int = 60, top: int = 700) -> bytes:
    """What a page says, in Helvetica, which every reader has."""
    parts = b"".join(b"(%b) Tj T* " % line.encode().replace(b"(", b"\\(").replace(b")", b"\\)") for line in lines)
    return b"BT /F1 %g Tf %g TL %d %d Td %bET" % (points, points * 1.5, left, top, parts)


@dataclass(frozen=True)
class Page:
    """A page: what it draws, and more entries of its dictionary."""

    draws: bytes
    entries: bytes = b""
    box: Sequence[float] = A4


def pdf(
    pages: Sequence[Page], *more: bytes, catalog: bytes = b"", resources: bytes = b"", password: bytes | None = None
) -> bytes:
    """A document with these pages. `more` are further objects, of which the first has the number `number_of_more`.

    With a password it is locked, and opens by itself if that is empty.
    """
    kids = b" ".join(b"%d 0 R" % (4 + 2 * number) for number in range(len(pages)))
    objects = [
        b"<</Type /Catalog /Pages 2 0 R %b>>" % catalog,
        b"<</Type /Pages /Count %d /Kids [%b]>>" % (len(pages), kids),
        b"<</Type /Font /Subtype /Type1 /BaseFont /Helvetica>>",
    ]
    lock = None if password is None else _Lock(password)
    for page in pages:
        number = len(objects) + 1
        drawn = lock.closed(page.draws, number + 1) if lock else page.draws
        corners = b" ".join(b"%g" % each for each in page.box)
        used = b"/Resources <</Font <</F1 3 0 R>> %b>>" % resources
        shown = b"/MediaBox [%b] %b /Contents %d 0 R %b" % (corners, used, number + 1, page.entries)
        objects += [b"<</Type /Page /Parent 2 0 R %b>>" % shown, stream(drawn)]
    return of_objects([*objects, *more], lock.entries if lock else b"")


def number_of_more(pages: int) -> int:
    """The number of the first further object of a document with so many pages."""
    return 4 + 2 * pages


def of_objects(objects: Sequence[bytes], trailer: bytes = b"", version: bytes = b"1.7") -> bytes:
    """A document with these objects, their table, and more entries of the trailer."""
    body, places = b"%%PDF-%b\n" % version, []
    for number, each in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%b\nendobj\n" % (number, each)
    table = b"0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(objects) + 1
    end = b"trailer\n<</Size %d /Root 1 0 R %b>>\nstartxref\n%d\n%%%%EOF\n" % (count, trailer, len(body))
    return body + b"xref\n0 %d\n%b" % (count, table) + end


class _Lock:
    """The oldest way to lock a document: RC4 with 40 bits (7.6.3, revision 2). All readers know it."""

    def __init__(self, password: bytes) -> None:
        padded = (password + _PADDING)[:32]
        owner = _rc4(_digest(padded)[:5], padded)
        permissions = -4
        told = padded + owner + permissions.to_bytes(4, "little", signed=True) + _FILE_ID
        self._key = _digest(told)[:5]
        numbers = b"/Filter /Standard /V 1 /R 2 /P %d" % permissions
        keys = b"/O <%b> /U <%b>" % (owner.hex().encode(), _rc4(self._key, _PADDING).hex().encode())
        identity = _FILE_ID.hex().encode()
        self.entries = b"/Encrypt <<%b %b>> /ID [<%b> <%b>]" % (numbers, keys, identity, identity)

    def closed(self, content: bytes, number: int) -> bytes:
        """The content of the stream with that number, locked."""
        return _rc4(_digest(self._key + number.to_bytes(3, "little") + b"\0\0")[:10], content)


def _digest(content: bytes) -> bytes:
    return hashlib.md5(content, usedforsecurity=False).digest()


def _rc4(key: bytes, content: bytes) -> bytes:
    state, swap = list(range(256)), 0
    for at in range(256):
        swap = (swap + state[at] + key[at % len(key)]) % 256
        state[at], state[swap] = state[swap], state[at]
    out, swap = bytearray(), 0
    for place, byte in enumerate(content, start=1):
        at = place % 256
        swap = (swap + state[at]) % 256
        state[at], state[swap] = state[swap], state[at]
        out.append(byte ^ state[(state[at] + state[swap]) % 256])
    return bytes(out)
