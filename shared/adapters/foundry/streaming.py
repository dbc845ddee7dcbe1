"""A JSON body with base64 in it that never lies in memory as a whole.

The SDKs' own way holds 6 to 10 times the file; here a chunk is read, encoded and sent, then the next.
"""

import json
import secrets
from collections.abc import AsyncIterator
from typing import Any

import pybase64

from shared.adapters.http import StreamedBody
from shared.media import MediaSource

SLICE_BYTES = 96 * 1024
"""How much is encoded at once. A multiple of three. Larger slices cost memory: each is held until it is sent."""


class Placeholders:
    """Places in a JSON document that are to be filled with the base64 of a file.

    Each is marked by a random string, which the author of a prompt cannot foresee.
    """

    def __init__(self) -> None:
        self.sources: list[MediaSource] = []
        self._nonce = secrets.token_hex(16)

    def mark(self, source: MediaSource) -> str:
        """Return the text to put where the base64 of `source` is to stand."""
        self.sources.append(source)
        return f"{self._nonce}{len(self.sources) - 1}."

    def split(self, document: Any) -> list[bytes]:
        """Serialize the document, cut at the marks: always one piece more than there are sources."""
        text = json.dumps(document, separators=(",", ":"), ensure_ascii=False)
        pieces = []
        for number in range(len(self.sources)):
            piece, text = text.split(f"{self._nonce}{number}.", 1)
            pieces.append(piece.encode())
        return [*pieces, text.encode()]


class Base64Body(StreamedBody):
    """A body that carries its files as base64."""

    @staticmethod
    def _carried_length(size: int) -> int:
        return (size + 2) // 3 * 4

    @staticmethod
    async def _carried(source: MediaSource) -> AsyncIterator[bytes]:
        rest = b""
        async for chunk in source.chunks():
            joined = rest + chunk if rest else chunk
            whole = len(joined) - len(joined) % 3
            for start in range(0, whole, SLICE_BYTES):
                yield pybase64.b64encode(memoryview(joined)[start : min(start + SLICE_BYTES, whole)])
            rest = joined[whole:]
        yield pybase64.b64encode(rest)
