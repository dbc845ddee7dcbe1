"""What an ISO media file is: a picture, a recording, or a film (ISO/IEC 14496-12; QuickTime file format).

Its brand says so, and may lie or say nothing. So its boxes are looked at: where its pictures are described (`meta`), or
its tracks (`moov`, mostly at the end of the file).
"""

from dataclasses import dataclass, field

from shared.media.boxes import Box, box_at, inner_box
from shared.media.found import NO_SOUND, PROTECTED, FileType
from shared.media.heif import PICTURE_BRANDS, picture_type
from shared.media.parts import BrokenHeader, FileParts

_RECORDINGS = (b"M4A ", b"M4B ", b"M4P ", b"F4A ", b"F4B ")
"""Brands of recordings. They may hold pictures of their chapters, in a track like that of a film."""

_ENCRYPTED = (b"enca", b"drms", b"aavd")
"""Names that stand in place of a codec's where the sound is encrypted: by CENC, FairPlay, Audible."""

_NO_INDEX = "the index of what it holds is missing: it was cut, or its recording never ended"


@dataclass
class _Tracks:
    """The handlers of the tracks of a film, and the codecs of its sound; none where they are not known."""

    handlers: set[bytes] = field(default_factory=set)
    codecs: set[bytes] = field(default_factory=set)

    @property
    def are_of_film(self) -> bool:
        """Whether it plays: one that is a picture in motion only has pictures in its tracks (`pict`)."""
        return not self.handlers or bool(self.handlers & {b"vide", b"soun"})


async def look_into_iso(file: FileParts, start: int) -> FileType:
    """Return what kind of ISO media file it is.

    Raises:
        BrokenHeader: it has no index, so that nothing in it can be found.
    """
    brands, pictures, at = list[bytes](), None, start
    while box := await box_at(file, at, file.size):
        if box.kind == b"ftyp":
            brands = await _read_brands(file, box)
        elif box.kind == b"meta" and await _handler(file, Box(b"meta", box.start + 4, box.end)) == b"pict":
            pictures = box
            if brands and brands[0] in PICTURE_BRANDS:
                break
        elif box.kind == b"moov":
            tracks = _Tracks() if box.is_cut else await _read_tracks(file, box)
            if tracks.are_of_film:
                return _film(brands, tracks)
            break
        at = box.end
    if pictures or box:
        return await picture_type(file, pictures, brands)
    raise BrokenHeader(_NO_INDEX)


async def _read_brands(file: FileParts, box: Box) -> list[bytes]:
    """Return the major brand, then those with which the file is compatible."""
    content = await file.read(box.start, min(box.end - box.start, 1024))
    return [content[:4], *(content[at : at + 4] for at in range(8, len(content), 4))]


async def _read_tracks(file: FileParts, moov: Box) -> _Tracks:
    tracks, at = _Tracks(), moov.start
    while box := await box_at(file, at, moov.end):
        media = await inner_box(file, box, b"mdia") if box.kind == b"trak" else None
        if media:
            await _read_track(file, media, tracks)
        at = box.end
    return tracks


async def _read_track(file: FileParts, media: Box, tracks: _Tracks) -> None:
    handler = await _handler(file, media)
    tracks.handlers.add(handler)
    if handler == b"soun" and (samples := await inner_box(file, media, b"minf", b"stbl", b"stsd")):
        tracks.codecs.add((await file.read(samples.start + 8, 8))[4:])


async def _handler(file: FileParts, box: Box) -> bytes:
    """Return what handles the content of a box: `soun`, `vide`, `pict`."""
    inner = await inner_box(file, box, b"hdlr")
    return await file.read(inner.start + 8, 4) if inner else b""


def _film(brands: list[bytes], tracks: _Tracks) -> FileType:
    major = brands[0] if brands else b"qt  "
    is_film = b"vide" in tracks.handlers and major not in _RECORDINGS
    obstacle = None
    if tracks.handlers and b"soun" not in tracks.handlers:
        obstacle = NO_SOUND
    elif tracks.codecs and tracks.codecs.issubset(_ENCRYPTED):
        obstacle = PROTECTED
    if major == b"qt  ":
        return FileType("video/quicktime", "QuickTime", obstacle)
    if major.startswith((b"3gp", b"3g2", b"3gg", b"3gr", b"3gs", b"3ge")):
        return FileType("video/3gpp" if is_film else "audio/3gpp", "3GP", obstacle)
    return FileType("video/mp4" if is_film else "audio/mp4", "MP4" if is_film else "M4A", obstacle)
