"""The content of a recording as its decoder wants it: without a foreign tag, and not protected against copying."""

import re
from collections.abc import AsyncGenerator, AsyncIterator

from shared.conversion import sound_refusals

_ASF_ENCRYPTION = (
    bytes.fromhex("fbb31122 23bdd211 b4b700a0 c955fc6e"),
    bytes.fromhex("14e68a29 2226174c b935dae0 7ee9289c"),
    bytes.fromhex("33850543 8169e649 9b74ad12 cb86d58c"),
)
"""Identifiers of the objects for content encryption, extended and advanced (ASF specification, 3.14, 3.15 and 3.16)."""

_ISO_ENTRY = re.compile(rb"stsd.{12}(?:enca|drms|aavd)", re.DOTALL)
"""A table of sample descriptions that begins with a protected one: ISO/IEC 14496-12 (8.12), iTunes, Audible."""

_MARKS = {"asf": tuple(re.compile(re.escape(mark)) for mark in _ASF_ENCRYPTION), "mov": (_ISO_ENTRY,)}
_MAX_MARK_BYTES = 20

_PASS_OVER_TAGS = ("aac", "flac", "mp3")
_TAG_HEADER_BYTES = 10
_HAS_FOOTER = 0x10


async def content(pieces: AsyncIterator[bytes], demuxer: str) -> AsyncGenerator[bytes]:
    """Yield a recording that comes in pieces, for the demuxer of that name.

    Raises:
        FileRejected: it is protected against copying. Without its key it would be decoded to noise.
        Exception: whatever `pieces` raises.
    """
    marks, before = _MARKS.get(demuxer, ()), b""
    async for piece in pieces if demuxer in _PASS_OVER_TAGS else _without_tags(pieces):
        if any(mark.search(before + piece) for mark in marks):
            raise sound_refusals.protected()
        before = (before + piece)[1 - _MAX_MARK_BYTES :]
        yield piece


async def _without_tags(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Leave out the ID3v2 tags at the beginning (https://id3.org/id3v2.4.0-structure, 3.1)."""
    held, left, is_behind = b"", 0, False
    async for piece in pieces:
        held, left = (held + piece)[left:], max(0, left - len(held + piece))
        while not (is_behind or left or len(held) < _TAG_HEADER_BYTES):
            length = _tag_bytes(held)
            held, left, is_behind = held[length:], max(0, length - len(held)), not length
        if is_behind:
            yield held
            held = b""
    if held:
        yield held


def _tag_bytes(start: bytes) -> int:
    """Return the length of the tag with which these bytes begin; 0 if they begin with none."""
    if not start.startswith(b"ID3") or any(byte & 0x80 for byte in start[6:10]):
        return 0
    length = start[6] << 21 | start[7] << 14 | start[8] << 7 | start[9]
    return length + _TAG_HEADER_BYTES * (2 if start[5] & _HAS_FOOTER else 1)
