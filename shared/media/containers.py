"""What AVI and ASF files hold, by the descriptions of their streams, which stand at the start."""

import re

from shared.media.found import NO_SOUND, PROTECTED, FileType
from shared.media.parts import HEAD_BYTES, FileParts

_AVI_SOUND = re.compile(rb"strh.{4}auds", re.DOTALL)
_AVI_LIST_START = 12

_ASF_SOUND = bytes.fromhex("409e69f84d5bcf11a8fd00805f5c442b")
_ASF_FILM = bytes.fromhex("c0ef19bc4d5bcf11a8fd00805f5c442b")
"""Stream types (ASF, 10.4): as a GUID is stored, in three little-endian fields and eight bytes."""
_ASF_ENCRYPTED = (
    bytes.fromhex("fbb3112223bdd211b4b700a0c955fc6e"),
    bytes.fromhex("14e68a292226174cb935dae07ee9289c"),
)
"""Content encryption objects, simple and extended (ASF, 3.14 and 3.15)."""


async def look_into_avi(file: FileParts, start: int) -> FileType:
    """Return the film, and whether its header names any sound."""
    head = await file.read_on(start, at_least=1, at_most=HEAD_BYTES)
    header_end = _AVI_LIST_START + 8 + int.from_bytes(head[16:20], "little")
    is_silent = header_end <= len(head) and not _AVI_SOUND.search(head, 0, header_end)
    return FileType("video/x-msvideo", "AVI", NO_SOUND if is_silent else None)


async def look_into_asf(file: FileParts, start: int) -> FileType:
    """Return whether it is a film or a recording, and whether its header names any sound."""
    head = await file.read_on(start, at_least=1, at_most=HEAD_BYTES)
    length = int.from_bytes(head[16:24], "little")
    header = head[:length]
    obstacle = None
    if any(mark in header for mark in _ASF_ENCRYPTED):
        obstacle = PROTECTED
    elif length <= len(head) and _ASF_SOUND not in header:
        obstacle = NO_SOUND
    if _ASF_FILM in header:
        return FileType("video/x-ms-wmv", "WMV", obstacle)
    return FileType("audio/x-ms-wma", "WMA", obstacle)
