"""Pictures that a model takes, made of any file of pictures or pages."""

import asyncio
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from shared.conversion.process import ProcessLimits, Stalled, run
from shared.conversion.refusals import crashed, refusal, stalled
from shared.conversion.task import LENGTH_BYTES, Entry, Task
from shared.conversion.temporary import FilePart, processors_are_busy

_DRAWING = Path(__file__).with_name("drawing.py")

MAX_CONTENTS_BYTES = 1_000_000
"""Of the table of contents that is read: ten thousand pages need no more."""


@dataclass(frozen=True)
class PictureTarget:
    """What the model takes.

    Attributes:
        formats: of `jpeg`, `png`, `webp`, `gif`.
        max_bytes: of each picture.
        max_side: pixels of the longer side that are of use to the model.
    """

    formats: tuple[str, ...]
    max_bytes: int
    max_side: int


@dataclass(frozen=True)
class PictureLimits:
    """What one file may take.

    Attributes:
        max_pixels: of a picture that is decoded; setting MAX_PIXELS.
        max_pages: of a file; setting MAX_PAGES.
        process: of the process that decodes.
    """

    max_pixels: int
    max_pages: int
    process: ProcessLimits


@dataclass(frozen=True)
class Drawn:
    """One picture that was made.

    Attributes:
        media_type: for example `image/png`.
        format: its name in the model's API.
        page: 1 for the first.
        original: width and height, turned upright, before it was scaled down. A page of a PDF has no pixels of its own:
            it is told to have been scaled down only where small print is no longer legible.
    """

    content: FilePart
    media_type: str
    format: str
    width: int
    height: int
    page: int
    original: tuple[int, int]


@dataclass(frozen=True)
class Drawing:
    """The pictures that were made, in the order of pages, but for damaged ones. `pages` is how many the file has."""

    pictures: tuple[Drawn, ...]
    pages: int


async def draw(
    content: BinaryIO,
    format_: str,
    target: PictureTarget,
    limits: PictureLimits,
    into: BinaryIO,
    *,
    is_first_only: bool = False,
) -> Drawing:
    """Draw a file as pictures that the model takes, in a process of its own.

    Args:
        content: a nameless file; it is read from its start.
        format_: what sniffing found: `heic`, `avif`, `tiff`, `bmp`, `jp2`, `png`, `psd`, `gif`, `webp`, `jpeg`, `ico`
            or `pdf`.
        target: what the model takes.
        limits: what this file may take.
        into: a nameless file, behind whose end the pictures are written.
        is_first_only: whether to draw only the first page, however many there are.

    Raises:
        FileRejected: `damaged_media`, `too_large` or `unsupported_media`.
        StorageUnavailable: this machine is too busy now.
    """
    names = list(target.formats)
    task = Task(format_, names, target.max_bytes, target.max_side, limits.max_pixels, limits.max_pages, is_first_only)
    start = into.seek(0, os.SEEK_END)
    try:
        ran = await run(_command(task, limits.process), limits.process, feed=content, output=into)
    except Stalled as error:
        if error.waited_for == "a processor":
            raise processors_are_busy() from None
        raise stalled(format_, limits.process) from None
    if 0 < ran.code < 256:
        # Not the file's doing: whatever a decoder raises is told in the table of contents.
        raise RuntimeError(f"The process that draws pictures ended with {ran.code}.")
    try:
        told = await asyncio.to_thread(_take_contents, into, start)
        if "refused" not in told:
            return _drawing(told, into, start, task)
        rejected = refusal(told["refused"], int(told["figure"]), task)
    except (ValueError, TypeError, KeyError):
        raise crashed(ran.code, format_, limits.process) from None
    raise rejected


def _command(task: Task, limits: ProcessLimits) -> list[str]:
    spec = {
        "task": task._asdict(),
        "limits": [limits.memory_bytes, limits.cpu_seconds, limits.file_bytes],
        "libraries": [path for path in sys.path if path],
    }
    return [sys.executable, "-I", "-S", str(_DRAWING), json.dumps(spec)]


def _take_contents(into: BinaryIO, start: int) -> dict[str, Any]:
    """Read the table of contents, and cut it off.

    Raises:
        ValueError, TypeError: there is none.
    """
    end = into.seek(0, os.SEEK_END) - LENGTH_BYTES
    into.seek(max(start, end))
    length = int.from_bytes(into.read(LENGTH_BYTES))
    if end < start or not 0 < length <= min(end - start, MAX_CONTENTS_BYTES):
        raise ValueError("no table of contents")
    into.seek(end - length)
    told = json.loads(into.read(length))
    if not isinstance(told, dict):
        raise TypeError("no table of contents")
    into.truncate(end - length)
    return {**told, "end": end - length}


def _drawing(told: dict[str, Any], into: BinaryIO, start: int, task: Task) -> Drawing:
    """What a process told that read a stranger's bytes: believed only as far as it can be true."""
    entries = [Entry(*each) for each in told["pictures"]]
    at, page = start, 0
    for entry in entries:
        is_number = all(type(each) is int and each > 0 for each in entry._replace(start=1, format=1))  # type: ignore[arg-type]
        if not is_number or entry.start != at or entry.page <= page or entry.format not in task.formats:
            raise ValueError("a picture that cannot be")
        at, page = at + entry.size, entry.page
    is_whole = at == told["end"] and 0 < page <= told["pages"] and len(entries) <= task.max_pages
    if not is_whole:
        raise ValueError("pictures that cannot be")
    return Drawing(tuple(_drawn(entry, into) for entry in entries), int(told["pages"]))


def _drawn(entry: Entry, into: BinaryIO) -> Drawn:
    content = FilePart(into, entry.start, entry.size)
    original = entry.original_width, entry.original_height
    return Drawn(content, f"image/{entry.format}", entry.format, entry.width, entry.height, entry.page, original)
