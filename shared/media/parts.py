"""Parts of a file, fetched in a few pieces. Here stand the bounds of what a header can make Dropscribe read and do."""

from collections.abc import Awaitable, Callable

from shared.errors import StorageUnavailable

HEAD_BYTES = 65_536
"""The first piece, in bytes. It is all that most files need, so they cost one request."""

MAX_PIECE_BYTES = 524_288
"""A piece that begins where the last one ended, or soon after, is twice as large, up to this: one request still. One
piece is kept at a time."""

MAX_PIECES = 16
"""Together these are 7 MB. Photographs with a depth map hold some 3 MB of metadata before the picture begins."""

MAX_READS = 10_000
"""How many parts of a file are looked at; each costs about a microsecond. A GIF with a comment of 1 MB needs 4,000."""

type Fetch = Callable[[int, int], Awaitable[bytes]]
"""Returns the bytes from a position on, so many at most; fewer only where the file ends."""


class BrokenHeader(Exception):
    """The file is not what its first bytes promise. The message says why; it follows the word "but"."""


class LookedEnough(BrokenHeader):
    """A bound is reached: what the file is further on is not known."""


class FileParts:
    """Gives out parts of one file of `size` bytes, of which the first may be at hand.

    Every method raises `LookedEnough` where a bound is reached, and what the fetching raises.
    """

    def __init__(self, fetch: Fetch, size: int, head: bytes = b"") -> None:
        self.size = size
        self._fetch = fetch
        self._piece = head
        self._start = 0
        self._next_bytes = HEAD_BYTES
        self._pieces = 0
        self._reads = 0

    async def read(self, start: int, length: int) -> bytes:
        """Return `length` bytes from `start`, or fewer where the file ends."""
        self._reads += 1
        if self._reads > MAX_READS:
            raise LookedEnough("it has too many parts before the picture or sound begins")
        end = min(start + length, self.size)
        if start >= end:
            return b""
        if start < self._start or end > self._start + len(self._piece):
            await self._fetch_piece(start, length)
        return self._piece[start - self._start : end - self._start]

    async def read_exactly(self, start: int, length: int) -> bytes:
        """Return `length` bytes from `start`.

        Raises:
            BrokenHeader: the file ends before.
        """
        part = await self.read(start, length)
        if len(part) < length:
            raise BrokenHeader("it ends before the picture or sound begins")
        return part

    async def read_on(self, start: int, *, at_least: int, at_most: int) -> bytes:
        """Return what is at hand from `start` on: so many bytes at least, or all up to the end of the file."""
        if not await self.read(start, at_least):
            return b""
        begins = start - self._start
        return self._piece[begins : begins + at_most]

    async def _fetch_piece(self, start: int, length: int) -> None:
        if self._pieces == MAX_PIECES:
            raise LookedEnough("no picture or sound begins in the part that Dropscribe looks at")
        is_near = self._start <= start <= self._start + len(self._piece) + HEAD_BYTES
        wanted = max(length, self._next_bytes if is_near else HEAD_BYTES)
        piece = await self._fetch(start, wanted)
        if len(piece) != min(wanted, self.size - start):
            raise StorageUnavailable("Storage gave fewer or more bytes of the file than it says that there are.")
        self._piece, self._start, self._pieces = piece, start, self._pieces + 1
        self._next_bytes = min(2 * wanted, MAX_PIECE_BYTES)


def parts_of(content: bytes) -> FileParts:
    """Return the parts of bytes that are all at hand."""
    return FileParts(_fetch_nothing, len(content), content)


async def _fetch_nothing(start: int, length: int) -> bytes:
    raise AssertionError((start, length))
