"""Pictures in ISO media files: HEIC, AVIF and their relatives (ISO/IEC 23008-12; AV1 image file format, 1.1)."""

from collections.abc import Collection

from shared.media.boxes import Box, box_at, inner_box
from shared.media.found import FileType, Obstacle, Picture
from shared.media.parts import FileParts

_HEIC = (b"heic", b"heix", b"heim", b"heis")
_HEIC_SEQUENCES = (b"hevc", b"hevx", b"hevm", b"hevs")
_AVIF = (b"avif", b"avis", b"avio", b"MA1A", b"MA1B")
_GENERIC = (b"mif1", b"mif2", b"mif3", b"miaf", b"MiHA", b"MiHB", b"MiHE", b"heif")
_OTHER = (b"avci", b"avcs", b"vvic", b"vvis", b"evbi", b"evbs", b"j2ki", b"j2is", b"jpeg", b"jpgs")

PICTURE_BRANDS = frozenset((*_HEIC, *_HEIC_SEQUENCES, *_AVIF, *_GENERIC, *_OTHER, b"msf1"))
"""Brands of files that begin as a picture does. What they hold, their boxes tell."""

_CODECS = {
    b"hvcC": "HEVC",
    b"av1C": "AV1",
    b"avcC": "AVC",
    b"vvcC": "VVC",
    b"evcC": "EVC",
    b"j2kH": "JPEG 2000",
    b"uncC": "uncompressed samples",
}
"""How a picture is coded, by the box that says so."""


async def picture_type(file: FileParts, meta: Box | None, brands: Collection[bytes]) -> FileType:
    """Return what kind of picture it is: by its codec where its boxes tell it, else by its brands."""
    codecs, picture = await _properties(file, meta) if meta else (set[str](), None)
    if "HEVC" in codecs or (not codecs and not any(brand in _AVIF for brand in brands)):
        return FileType(_heic_type(brands), "HEIC", picture=picture)
    if "AV1" in codecs or not codecs:
        return FileType("image/avif", "AVIF", picture=picture)
    return FileType("image/heif", "HEIF", Obstacle(f"coded as {min(codecs)}", "Save it as JPEG or PNG and drop that."))


def _heic_type(brands: Collection[bytes]) -> str:
    major = next(iter(brands), b"")
    if major in _HEIC_SEQUENCES:
        return "image/heic-sequence"
    if major == b"msf1":
        return "image/heif-sequence"
    return "image/heic" if any(brand in _HEIC for brand in brands) else "image/heif"


async def _properties(file: FileParts, meta: Box) -> tuple[set[str], Picture | None]:
    """Return the codecs of all pictures in the file, and the largest of them; that is hardly ever not the main one.

    Tiles, thumbnails, depth maps are smaller. As it is a bound that has to hold, no other is asked for.
    """
    codecs, sides = set[str](), []
    content = await inner_box(file, Box(meta.kind, meta.start + 4, meta.end), b"iprp", b"ipco")
    at = content.start if content else 0
    while content and (box := await box_at(file, at, content.end)):
        if box.kind == b"ispe":
            size = await file.read_exactly(box.start + 4, 8)
            sides.append((int.from_bytes(size[:4]), int.from_bytes(size[4:])))
        elif box.kind in _CODECS:
            codecs.add(_CODECS[box.kind])
        at = box.end
    largest = max(sides, key=lambda size: size[0] * size[1], default=None)
    return codecs, largest and Picture(*largest)
