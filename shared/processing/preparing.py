"""From a file as it lies to what a model is asked about: pictures of its pages, or pieces of its sound."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from shared.errors import FileRejected
from shared.media import Media
from shared.models import Extent, PicturePreparation, Piece, Plan, SoundPreparation
from shared.processing.retry import RetryLater
from shared.settings import FileLimits

MAX_AT_ONCE = 2
"""How many decoders run at once in a worker: each may take a gigabyte, and an instance has two (infra/main.bicep)."""

MAX_WAIT = 30
"""Seconds that a file waits for a decoder here: what it waits it does not have for its conversion."""

COME_BACK_AFTER = 60
"""Seconds after which a file comes back that got no decoder."""


@dataclass(frozen=True)
class Prepared:
    """What a file turned out to be, and the pieces in which it is asked about.

    Attributes:
        warnings: what people should know of what was done to it.
    """

    media: Media
    pieces: tuple[Piece, ...]
    warnings: tuple[str, ...] = ()


class Preparer(Protocol):
    """Makes of a file what a model takes. Costs time, and no money."""

    def prepared(self, plan: Plan, extents: Sequence[Extent]) -> AbstractAsyncContextManager[Prepared]:
        """What the plan's preparation says; the content of the pieces can be read until this is left.

        Args:
            plan: which has a preparation.
            extents: the pieces in which an earlier attempt asked about the file; empty where there was none.

        Raises:
            FileRejected: no decoder opens the file, or it exceeds a limit.
            RetryLater: other files have all decoders for a while.
            InputNotFound, Conflict, StorageUnavailable: the file could not be read.
        """
        ...


class MediaPreparer:
    """Prepares with the decoders (implements `Preparer`), `MAX_AT_ONCE` files at a time."""

    def __init__(self, limits: FileLimits) -> None:
        self._limits = limits
        self._slots = asyncio.Semaphore(MAX_AT_ONCE)

    @asynccontextmanager
    async def prepared(self, plan: Plan, extents: Sequence[Extent]) -> AsyncIterator[Prepared]:
        """See `Preparer.prepared`."""
        from shared.conversion import nameless_file  # noqa: PLC0415 - no start needs a decoder, and few files do

        self._require_small_enough(plan.media.source.size)
        async with AsyncExitStack() as files:
            into = files.enter_context(nameless_file())
            async with self._decoder():
                prepared = await self._prepare(plan, extents, into)
            self._require_few_enough(prepared)
            yield prepared

    @asynccontextmanager
    async def _decoder(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(MAX_WAIT):
                await self._slots.acquire()
        except TimeoutError:
            raise RetryLater(COME_BACK_AFTER, "other files are being converted") from None
        try:
            yield
        finally:
            self._slots.release()

    async def _prepare(self, plan: Plan, extents: Sequence[Extent], into: BinaryIO) -> Prepared:
        from shared.processing.page_pieces import draw_pages  # noqa: PLC0415 - as above
        from shared.processing.sound_pieces import listen_to  # noqa: PLC0415

        match plan.preparation:
            case PicturePreparation() as wanted:
                return await draw_pages(plan.media, wanted, self._limits, into)
            case SoundPreparation() as wanted:
                return await listen_to(plan.media, wanted, self._limits, into, extents)
            case None:
                return Prepared(plan.media.media, (Piece(),))

    def _require_small_enough(self, size: int) -> None:
        if size > self._limits.max_file_bytes:
            raise FileRejected(
                "too_large",
                f"The file has {size / 1e6:.1f} MB; {self._limits.max_file_bytes / 1e6:.1f} are the most.",
                "Make it smaller, or raise the setting MAX_FILE_BYTES; then drop it again.",
            )

    def _require_few_enough(self, prepared: Prepared) -> None:
        pieces, limit = len(prepared.pieces), self._limits.max_pieces
        if pieces > limit:
            raise FileRejected(
                "too_long",
                f"The file would be asked about in {pieces} pieces; {limit} are the most.",
                "Cut it, or raise the setting MAX_PIECES; then drop it again.",
            )
