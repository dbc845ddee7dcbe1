"""What a Matroska or WEBM file is: a film or a recording (RFC 8794; RFC 9559)."""

from typing import NamedTuple

from shared.media.found import NO_SOUND, FileType
from shared.media.parts import BrokenHeader, FileParts

_EBML, _DOC_TYPE, _SEGMENT = 0x1A45DFA3, 0x4282, 0x18538067
_TRACKS, _CLUSTER, _TRACK, _TRACK_TYPE = 0x1654AE6B, 0x1F43B675, 0xAE, 0x83
_FILM, _SOUND = 1, 2
"""Types of tracks."""

_MAX_ID_BYTES, _MAX_LENGTH_BYTES = 4, 8


class Element(NamedTuple):
    """An element: its ID, and where in the file its content begins and ends."""

    id: int
    start: int
    end: int


async def look_into_matroska(file: FileParts, start: int) -> FileType:
    """Return which of the two it is, and whether it is a film, as its tracks say.

    Raises:
        BrokenHeader: it begins with nothing that can be read.
    """
    header = await _element_at(file, start, file.size)
    if header is None or header.id != _EBML:
        raise BrokenHeader("its header is damaged")
    doc_type = await _first_of(file, header, _DOC_TYPE)
    is_webm = doc_type and await file.read(doc_type.start, min(4, doc_type.end - doc_type.start)) == b"webm"
    subtype, name = ("webm", "WEBM") if is_webm else ("x-matroska", "Matroska")
    types = await _track_types(file, header.end)
    obstacle = NO_SOUND if types and _SOUND not in types else None
    return FileType(f"{'audio' if _FILM not in types and types else 'video'}/{subtype}", name, obstacle)


async def _track_types(file: FileParts, at: int) -> set[int]:
    """Return the types of all tracks; none where they do not stand before the sound, or are cut."""
    types = set[int]()
    segment = await _element_at(file, at, file.size)
    tracks = await _first_of(file, segment, _TRACKS) if segment and segment.id == _SEGMENT else None
    at = tracks.start if tracks else 0
    while tracks and (track := await _element_at(file, at, tracks.end)):
        kind = await _first_of(file, track, _TRACK_TYPE) if track.id == _TRACK else None
        if kind:
            types.add(int.from_bytes(await file.read(kind.start, min(8, kind.end - kind.start))))
        at = track.end
    return types if at < file.size else set()


async def _first_of(file: FileParts, outer: Element, id_: int) -> Element | None:
    at = outer.start
    while (inner := await _element_at(file, at, outer.end)) and inner.id not in (id_, _CLUSTER):
        at = inner.end
    return inner if inner and inner.id == id_ else None


async def _element_at(file: FileParts, at: int, end: int) -> Element | None:
    """Return the element that begins there; None if there is none. One of unknown length goes to `end`."""
    header = await file.read(at, _MAX_ID_BYTES + _MAX_LENGTH_BYTES) if at < end else b""
    id_bytes = _bytes_of_number(header)
    length_bytes = _bytes_of_number(header[id_bytes:])
    start = at + id_bytes + length_bytes
    if not 0 < id_bytes <= _MAX_ID_BYTES or not length_bytes or start > end:
        return None
    unknown = (1 << 7 * length_bytes) - 1
    length = int.from_bytes(header[id_bytes : id_bytes + length_bytes]) & unknown
    return Element(int.from_bytes(header[:id_bytes]), start, end if length == unknown else min(end, start + length))


def _bytes_of_number(data: bytes) -> int:
    """Return how many bytes the number takes with which the data begins; 0 if it is none (RFC 8794, 4)."""
    return 9 - data[0].bit_length() if data and data[0] else 0
