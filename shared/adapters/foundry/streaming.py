"""A JSON body with base64 in it that never lies in memory as a whole.

The SDKs' own way holds 6 to 10 times the file; here a chunk is read, encoded and sent, then the next.
"""

import json
import secrets
from collections.abc import AsyncIterator, Sequence
from typing import Any, Self

import pybase64

from shared.media.files import MediaSource

SLICE_BYTES = 96 * 1024
"""How much is encoded at once. A multiple of three. Larger slices cost memory: each is held until it is sent."""


class Placeholders:
    """Places in a JSON document that are to be filled with the base64 of a file.

    Each is marked by a random string, which nobody who writes a prompt can foresee.
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


class StreamedBody:
    """What goes over the wire: the pieces, with the base64 of a source between each two.

    It can be iterated again, from the start, so a client may send it twice.

    Attributes:
        length: the exact `Content-Length`, in bytes.
        error: what the source raised, if reading it failed; a client library would pass that off as
            trouble with the network.
        is_sent: whether all of it was handed over; of a request that broke off before nothing is billed.
    """

    def __init__(self, pieces: Sequence[bytes], sources: Sequence[MediaSource]) -> None:
        self._pieces = pieces
        self._sources = sources
        self.length = sum(map(len, pieces)) + sum((source.size + 2) // 3 * 4 for source in sources)
        self.error: Exception | None = None
        self.is_sent = False

    def __deepcopy__(self, memo: object) -> Self:
        # azure-core copies every request deeply before it sends it; our sources hold open clients.
        return self

    async def __aiter__(self) -> AsyncIterator[bytes]:
        self.is_sent = False
        for piece, source in zip(self._pieces, self._sources, strict=False):
            yield piece
            try:
                async for encoded in _base64_of(source):
                    yield encoded
            except Exception as error:
                self.error = error
                raise
        self.is_sent = True
        yield self._pieces[-1]


async def _base64_of(source: MediaSource) -> AsyncIterator[bytes]:
    rest = b""
    async for chunk in source.chunks():
        joined = rest + chunk if rest else chunk
        whole = len(joined) - len(joined) % 3
        for start in range(0, whole, SLICE_BYTES):
            yield pybase64.b64encode(memoryview(joined)[start : min(start + SLICE_BYTES, whole)])
        rest = joined[whole:]
    yield pybase64.b64encode(rest)
