"""What kind of file it is: its bytes decide, never its name, and what stands behind a tag counts, not the tag."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from shared.media.accepted import ACCEPTED
from shared.media.containers import look_into_asf, look_into_avi
from shared.media.found import BEHIND_TAG, FileType
from shared.media.iso import look_into_iso
from shared.media.matroska import look_into_matroska
from shared.media.mp3 import Sound
from shared.media.mpeg import find_stream
from shared.media.ogg import look_into_ogg
from shared.media.parts import HEAD_BYTES, FileParts, LookedEnough
from shared.media.signatures import known_start
from shared.media.stills import look_into_tiff
from shared.media.tags import end_of_tags, tag_bytes
from shared.media.texts import any_text

MIN_SEARCHED_BYTES = 16_384
"""At least so much is searched for the first frames of a recording, behind its tags."""

_STREAMS = {
    0: ("audio/aac", "AAC"),
    1: ("audio/mp1", "MP1"),
    2: ("audio/mp2", "MP2"),
    3: ("audio/mpeg", "MP3"),
}
"""Layer of the frames -> media type and name."""

_READ_ANYWHERE = ("audio/flac", "audio/ogg", "video/mpeg", "video/mp2t")
"""What ffmpeg finds behind a tag of ID3 or zeros, besides frames of MPEG and AAC: it was tried with all formats."""

_OWN_ZEROS = 2
"""With so many zeros a program stream begins itself."""

_FILMS = {
    b"\0\0\1\xba": FileType("video/mpeg", "MPEG"),
    b"\0\0\1\xb3": FileType("video/mpv", "MPEG video without sound"),
}
"""A pack of an MPEG program stream, and a sequence of MPEG video (ISO/IEC 13818-1 and -2), by how they begin."""

_INSIDE: dict[str, Callable[[FileParts, int], Awaitable[FileType]]] = {
    "video/mp4": look_into_iso,
    "video/x-matroska": look_into_matroska,
    "audio/ogg": look_into_ogg,
    "video/x-msvideo": look_into_avi,
    "audio/x-ms-wma": look_into_asf,
    "image/tiff": look_into_tiff,
}
"""Media type of what may hold one thing or another -> what tells which."""


async def identify(file: FileParts) -> FileType | None:
    """Return what the file begins as; None if it is nothing known."""
    head = await file.read(0, HEAD_BYTES)
    if found := known_start(head):
        return found
    start = await end_of_tags(file)
    return await _behind_tags(file, start) or await _find_recording(file, start) or _named(head)


async def look_inside(file: FileParts, found: FileType) -> FileType:
    """Return what the file holds, where it begins as something that may hold one thing or another.

    Raises:
        BrokenHeader: it holds nothing that can be found.
    """
    look = None if found.obstacle else _INSIDE.get(found.media_type)
    try:
        return await look(file, found.start) if look else found
    except LookedEnough:
        return found  # what decodes it will tell


async def _behind_tags(file: FileParts, start: int) -> FileType | None:
    data = await _sound_from(file, start)
    zeros = len(data) - len(data.lstrip(b"\0"))
    for skipped in {zeros, max(0, zeros - _OWN_ZEROS)} if start or zeros else ():
        found = known_start(data[skipped:])
        if found and found.media_type in _READ_ANYWHERE:
            return replace(found, start=start + skipped)
    found = known_start(data) if start else None
    is_named = found and ACCEPTED.get(found.media_type, ("audio",))[0] == "audio"
    return replace(found, obstacle=BEHIND_TAG) if found and is_named else None


async def _find_recording(file: FileParts, start: int) -> FileType | None:
    data = await _sound_from(file, start)
    stream = await asyncio.to_thread(find_stream, data, is_to_end=start + len(data) == file.size)
    if stream is None:
        return None
    at, first = stream
    for mark, film in _FILMS.items():
        if mark in data[:at]:
            return film
    media_type, name = _STREAMS[first.layer]
    return FileType(media_type, name, sound=Sound(start + at, first, data[at:]))


async def _sound_from(file: FileParts, start: int) -> bytes:
    return await file.read_on(start, at_least=MIN_SEARCHED_BYTES, at_most=HEAD_BYTES)


def _named(head: bytes) -> FileType | None:
    """Return what to call a file that is nothing that is taken, or what it begins as, if no more of that is found."""
    if text := any_text(head):
        return text
    if tag_bytes(head) or head.startswith((b"\xff\xfb", b"\xff\xf3", b"\xff\xe3")):
        return FileType("audio/mpeg", "MP3")
    if head.startswith((b"\xff\xf1", b"\xff\xf9")):
        return FileType("audio/aac", "AAC")
    return _refused(head)


def _refused(head: bytes) -> FileType | None:
    import filetype  # noqa: PLC0415 - 15 ms that only a refused file has to pay

    found = filetype.guess(head)
    # It takes two bytes for a picture, where more were found not to fit.
    return FileType(found.mime, found.extension.upper()) if found and found.mime not in ACCEPTED else None
