"""What kind of file it is: its bytes decide, never its name, and what stands behind a tag counts, not the tag."""

import asyncio
from dataclasses import dataclass, replace

from shared.media.mp3 import Sound
from shared.media.mpeg import find_stream
from shared.media.parts import HEAD_BYTES, FileParts
from shared.media.tags import end_of_tags

MIN_SEARCHED_BYTES = 16_384
"""At least so much is searched for the first frames of a recording, behind its tags."""


@dataclass(frozen=True)
class FileType:
    """What a file was found to be.

    Attributes:
        media_type: for example `audio/x-flac`.
        name: what people call it, for example `FLAC`.
        is_behind_tag: whether it begins with a tag that is not its own, which few readers of its format pass over.
        sound: its frames, if it is an MP3.
    """

    media_type: str
    name: str
    is_behind_tag: bool = False
    sound: Sound | None = None


_STREAMS = {
    0: ("audio/aac", "AAC"),
    1: ("audio/mp1", "MP1"),
    2: ("audio/mp2", "MP2"),
    3: ("audio/mpeg", "MP3"),
}
"""Layer of the frames -> media type and name. All but the last are told apart because players of MP3 refuse them."""

_AS_MODELS_CALL_IT = {
    "image/apng": ("image/png", "PNG"),
    "image/jpeg": ("image/jpeg", "JPEG"),
    "audio/x-wav": ("audio/wav", "WAV"),
}
"""What `filetype` names otherwise. An animated PNG is a PNG."""

_FEW_BYTES = ("audio/mpeg", "audio/aac")
"""What `filetype` tells by two or three bytes. Only frames in a row are such a recording."""

_LIKE_WAV = (b"RF64", b"BW64", b"RIFX")
"""How files begin that are like a WAV, are none, and are unknown to `filetype`."""

_VIDEO_STARTS = (b"\0\0\1\xba", b"\0\0\1\xb3")
"""A pack of an MPEG program stream, and a sequence of MPEG video (ISO/IEC 13818-1 and -2)."""


async def identify(file: FileParts) -> FileType | None:
    """Return what the file is, or what it begins as if no more of that is found; None if it is nothing known."""
    head = await file.read(0, HEAD_BYTES)
    guess = _guess(head)
    if guess and guess.media_type not in _FEW_BYTES:
        return guess
    start = await end_of_tags(file)
    return (start and await _behind_tags(file, start)) or await _find_recording(file, start) or _text(head) or guess


async def _behind_tags(file: FileParts, start: int) -> FileType | None:
    found = _guess(await _sound_from(file, start))
    if found and found.media_type.startswith("audio/") and found.media_type not in _FEW_BYTES:
        return replace(found, is_behind_tag=True)
    return None


async def _find_recording(file: FileParts, start: int) -> FileType | None:
    data = await _sound_from(file, start)
    stream = await asyncio.to_thread(find_stream, data, is_to_end=start + len(data) == file.size)
    if stream is None:
        return None
    at, first = stream
    if any(mark in data[:at] for mark in _VIDEO_STARTS):
        return FileType("video/mpeg", "MPEG video")
    media_type, name = _STREAMS[first.layer]
    return FileType(media_type, name, sound=Sound(start + at, first, data[at:]))


async def _sound_from(file: FileParts, start: int) -> bytes:
    return await file.read_on(start, at_least=MIN_SEARCHED_BYTES, at_most=HEAD_BYTES)


def _guess(head: bytes) -> FileType | None:
    import filetype  # noqa: PLC0415 - 15 ms that a refused empty file need not pay, nor a cold start

    found = filetype.guess(head)
    if found:
        return FileType(*_AS_MODELS_CALL_IT.get(found.mime, (found.mime, found.extension.upper())))
    if head[8:12] == b"WAVE" and head.startswith(_LIKE_WAV):
        name = head[:4].decode()
        return FileType(f"audio/x-{name.lower()}", name)
    if head[0:377:188] == b"GGG":
        return FileType("video/mp2t", "MPEG transport stream")
    return None


def _text(head: bytes) -> FileType | None:
    try:
        text = head[:1024].decode()
    except UnicodeDecodeError as error:
        # The cut may fall inside the last character.
        text = head[: error.start].decode() if error.start > 1020 else "\0"
    return None if "\0" in text else FileType("text/plain", "text")
