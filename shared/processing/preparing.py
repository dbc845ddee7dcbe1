"""From a file as it lies to what a model is asked about: pictures of its pages, or pieces of its sound."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import BinaryIO, Protocol

from shared.conversion import (
    Drawing,
    Drawn,
    PictureLimits,
    PictureTarget,
    Sound,
    SoundLimits,
    Span,
    cut,
    draw,
    listen,
    nameless_file,
)
from shared.errors import FileRejected
from shared.media import Media
from shared.models import Extent, MediaPart, PicturePreparation, Piece, Plan, SoundPreparation

MP3 = ("audio/mpeg", "mp3")
"""What sound is converted to."""

DAMAGED = "The recording is damaged or was cut, so some of it may be missing; what could be decoded was used."

MAX_AT_ONCE = 2
"""How many decoders run at once in a worker: each may take a gigabyte, and an instance has two (infra/main.bicep)."""

MIN_CUT_SECONDS = 20.0
"""A shorter piece is not made smaller: a model that does not understand it will not understand half of it either."""

_MORE_THAN_HALF = 0.6
"""How long each of two smaller pieces may be, so that the cut can lie in a silence near the middle."""


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
            InputNotFound, Conflict, StorageUnavailable: the file could not be read.
        """
        ...


@dataclass(frozen=True)
class Limits:
    """What a file may need.

    Attributes:
        max_file_bytes: of a file that is converted.
        max_pieces: how many requests a file may need for its first turn.
    """

    pictures: PictureLimits
    sound: SoundLimits
    max_file_bytes: int
    max_pieces: int


class MediaPreparer:
    """Prepares with the decoders (implements `Preparer`), `MAX_AT_ONCE` files at a time."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._slots = asyncio.Semaphore(MAX_AT_ONCE)

    @asynccontextmanager
    async def prepared(self, plan: Plan, extents: Sequence[Extent]) -> AsyncIterator[Prepared]:
        """See `Preparer.prepared`."""
        self._require_small_enough(plan.media.source.size)
        async with AsyncExitStack() as files:
            into = files.enter_context(nameless_file())
            async with self._slots:
                match plan.preparation:
                    case PicturePreparation() as wanted:
                        prepared = await self._pages(plan.media, wanted, into)
                    case SoundPreparation() as wanted:
                        prepared = await self._sound(plan.media, wanted, into, extents)
                    case None:
                        prepared = Prepared(plan.media.media, (Piece(),))
            self._require_few_enough(prepared)
            yield prepared

    async def _pages(self, file: MediaPart, wanted: PicturePreparation, into: BinaryIO) -> Prepared:
        target = PictureTarget(wanted.formats, wanted.max_bytes, wanted.max_side)
        with nameless_file() as content:
            async for chunk in file.source.chunks():
                await asyncio.to_thread(content.write, chunk)
            content.seek(0)
            is_first_only = wanted.pages == "first"
            drawing = await draw(
                content, file.media.format, target, self._limits.pictures, into, is_first_only=is_first_only
            )
        return _of_pages(file, wanted, drawing)

    async def _sound(
        self, file: MediaPart, wanted: SoundPreparation, into: BinaryIO, extents: Sequence[Extent]
    ) -> Prepared:
        sound = await listen(file.source, file.media.format, self._limits.sound, into)
        return _Listened(file, wanted, sound).prepared(extents)

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


def _of_pages(file: MediaPart, wanted: PicturePreparation, drawing: Drawing) -> Prepared:
    media = replace(file.media, pages=drawing.pages)
    groups = _groups(drawing.pictures, 1 if wanted.pages == "each" else wanted.max_images, wanted.max_bytes)
    warnings = [warning for drawn in drawing.pictures if (warning := _about_scaling(drawn, drawing.pages))]
    if wanted.in_one_request:
        groups = groups[:1]
    if (asked := sum(map(len, groups))) < drawing.pages and wanted.pages != "first":
        warnings.append(f"The file has {drawing.pages} pages, of which the first {asked} were looked at.")
    is_paged = drawing.pages > 1
    return Prepared(media, tuple(_page_piece(file, group, is_paged=is_paged) for group in groups), tuple(warnings))


def _groups(pictures: Sequence[Drawn], max_images: int, max_bytes: int) -> list[list[Drawn]]:
    """The pictures that go together: so many, and so many bytes, at most."""
    groups: list[list[Drawn]] = []
    for drawn in pictures:
        last = groups[-1] if groups else []
        if not last or len(last) == max_images or sum(each.content.size for each in [*last, drawn]) > max_bytes:
            groups.append([drawn])
        else:
            last.append(drawn)
    return groups


def _page_piece(file: MediaPart, pictures: Sequence[Drawn], *, is_paged: bool) -> Piece:
    parts = [
        MediaPart(Media("image", drawn.media_type, drawn.format), drawn.content, "inline", file.detail)
        for drawn in pictures
    ]
    extent = Extent(first_page=pictures[0].page, last_page=pictures[-1].page) if is_paged else Extent()
    return Piece(tuple(parts), extent)


def _about_scaling(drawn: Drawn, pages: int) -> str | None:
    if (drawn.width, drawn.height) == drawn.original:
        return None
    what = f"Page {drawn.page}" if pages > 1 else "The picture"
    width, height = drawn.original
    return f"{what} was scaled down from {width} x {height} to {drawn.width} x {drawn.height} pixels."


@dataclass(frozen=True)
class _Listened:
    """A recording that was decoded, with what was heard in it."""

    file: MediaPart
    wanted: SoundPreparation
    sound: Sound

    def prepared(self, extents: Sequence[Extent]) -> Prepared:
        """The pieces in which it is asked about."""
        if self.wanted.needs_speech and not self.sound.speech:
            raise _no_speech(self.sound.seconds)
        seconds, speech = round(self.sound.seconds, 1), round(self.sound.speech_seconds, 1)
        media = replace(self.file.media, seconds=seconds, speech_seconds=speech)
        warnings = () if self.sound.is_whole else (DAMAGED,)
        if self._is_short_enough and not extents:
            return Prepared(media, (self._whole(),), warnings)
        if not self.wanted.is_cut:
            raise _too_long(seconds, self.wanted.max_seconds or seconds)
        extents = extents or self._extents(0, self.sound.seconds, self.wanted.max_seconds or self.sound.seconds)
        return Prepared(media, tuple(map(self._piece, extents)), warnings)

    @property
    def _is_short_enough(self) -> bool:
        return self.wanted.max_seconds is None or self.sound.seconds <= self.wanted.max_seconds

    def _whole(self) -> Piece:
        piece = self._piece(Extent(0, round(self.sound.seconds, 1)))
        return replace(piece, media=()) if self.wanted.may_stay else piece

    def _extents(self, start: float, end: float, max_seconds: float) -> list[Extent]:
        """Where the seconds from `start` to `end` are cut."""
        speech = [Span(span.start - start, span.end - start) for span in _within(self.sound.speech, start, end)]
        pieces = cut(end - start, speech, max_seconds)
        return [Extent(start + each.start, start + each.end, overlaps=each.overlaps) for each in pieces]

    def _piece(self, extent: Extent) -> Piece:
        assert extent.start is not None
        assert extent.end is not None
        seconds = extent.end - extent.start
        content = self.sound.part(Span(extent.start, extent.end))
        if content.size > self.wanted.max_bytes:
            raise _too_long(self.sound.seconds, seconds)
        spoken = sum(span.end - span.start for span in _within(self.sound.speech, extent.start, extent.end))
        return Piece(
            (MediaPart(Media("audio", *MP3, seconds=seconds), content),),
            extent,
            spoken if self.wanted.needs_speech else None,
            partial(self._halves, extent.start, extent.end) if self.wanted.is_cut else None,
        )

    def _halves(self, start: float, end: float) -> list[Piece]:
        if end - start < MIN_CUT_SECONDS:
            return []
        return list(map(self._piece, self._extents(start, end, (end - start) * _MORE_THAN_HALF)))


def _within(speech: Sequence[Span], start: float, end: float) -> list[Span]:
    return [
        Span(max(start, span.start), min(end, span.end)) for span in speech if span.start < end and span.end > start
    ]


def _no_speech(seconds: float) -> FileRejected:
    return FileRejected(
        "no_speech",
        f"Nobody speaks in this recording of {seconds:.1f} seconds, so there is nothing to write down.",
        "If it holds something else to ask about, drop it into the folder of a recipe without `pieces: join`.",
    )


def _too_long(seconds: float, limit: float) -> FileRejected:
    return FileRejected(
        "too_long",
        f"The recording plays {seconds:.1f} seconds; the model takes {limit:.1f} at most.",
        "Write `pieces: join` into the recipe, name a model that takes longer ones, or cut it; then drop it again.",
    )
