"""A request's body with files in it that never lie in memory as a whole."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Sequence
from typing import Self

from shared.media import MediaSource


class StreamedBody(ABC):
    """What goes over the network: the pieces, with a source between each two: always one piece more than sources.

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
        self.length = sum(map(len, pieces)) + sum(self._carried_length(source.size) for source in sources)
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
                async for carried in self._carried(source):
                    yield carried
            except Exception as error:
                self.error = error
                raise
        self.is_sent = True
        yield self._pieces[-1]

    @staticmethod
    @abstractmethod
    def _carried_length(size: int) -> int:
        """How long a file of `size` bytes is as it goes over the network, in bytes."""

    @staticmethod
    @abstractmethod
    def _carried(source: MediaSource) -> AsyncIterator[bytes]:
        """A file as it goes over the network, in slices: each is held until it is sent."""
