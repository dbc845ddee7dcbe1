"""A document or a picture as pictures that a model takes, page by page."""

from collections.abc import Sequence
from dataclasses import replace
from typing import BinaryIO

from shared.conversion import (
    Drawing,
    Drawn,
    PictureLimits,
    PictureTarget,
    ProcessLimits,
    copy_into,
    draw,
    nameless_file,
)
from shared.media import Media
from shared.models import Extent, MediaPart, PicturePreparation, Piece
from shared.processing.preparing import Prepared
from shared.settings import FileLimits

MAX_REDUCTION = 2.5
"""More than photographs and scans lose on their way to 4,096 pixels, and less than long screenshots. Not measured."""


async def draw_pages(file: MediaPart, wanted: PicturePreparation, limits: FileLimits, into: BinaryIO) -> Prepared:
    """Make a picture of each page, in `into`. Raises what `Preparer.prepared` raises."""
    target = PictureTarget(wanted.formats, wanted.max_bytes, wanted.max_side)
    bounds = PictureLimits(limits.max_pixels, limits.max_pages, ProcessLimits(file_bytes=limits.max_disk_bytes))
    is_first_only = wanted.pages == "first"
    with nameless_file() as content:
        await copy_into(content, file.source.chunks(), bounds.process.stall_seconds)
        drawing = await draw(content, file.media.format, target, bounds, into, is_first_only=is_first_only)
    return _of_pages(file, wanted, drawing)


def _of_pages(file: MediaPart, wanted: PicturePreparation, drawing: Drawing) -> Prepared:
    media = replace(file.media, pages=drawing.pages)
    groups = _groups(drawing.pictures, 1 if wanted.pages == "each" else wanted.max_images, wanted.max_bytes)
    warnings = [warning for drawn in drawing.pictures if (warning := _about_scaling(drawn, drawing.pages))]
    last = drawing.pages
    if wanted.in_one_request and len(groups) > 1:
        last = groups[1][0].page - 1
        groups = groups[:1]
        warnings.append(f"The file has {drawing.pages} pages, of which the first {last} were looked at.")
    if wanted.pages != "first":
        warnings += _about_damage(drawing, last)
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
    parts = [MediaPart(_media_of(drawn), drawn.content, "inline", file.detail) for drawn in pictures]
    extent = Extent(first_page=pictures[0].page, last_page=pictures[-1].page) if is_paged else Extent()
    return Piece(tuple(parts), extent)


def _media_of(drawn: Drawn) -> Media:
    return Media("image", drawn.media_type, drawn.format, pixels=(drawn.width, drawn.height))


def _about_damage(drawing: Drawing, last: int) -> list[str]:
    drawn = {each.page for each in drawing.pictures}
    missing = [str(page) for page in range(1, last + 1) if page not in drawn]
    if not missing:
        return []
    what = f"Page {missing[0]} is" if len(missing) == 1 else f"The pages {', '.join(missing)} are"
    return [f"{what} damaged and cannot be drawn, so nothing was asked about that part of the file."]


def _about_scaling(drawn: Drawn, pages: int) -> str | None:
    if (drawn.width, drawn.height) == drawn.original:
        return None
    what = f"Page {drawn.page}" if pages > 1 else "The picture"
    width, height = drawn.original
    told = f"{what} was scaled down from {width} x {height} to {drawn.width} x {drawn.height} pixels."
    is_legible = width <= MAX_REDUCTION * drawn.width
    return told if is_legible else f"{told} Small print in it may be lost: if you need it, cut it into parts."
