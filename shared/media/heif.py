"""Pictures in ISO media files: HEIC, AVIF and their relatives (ISO/IEC 23008-12; AV1 image file format, 1.1)."""

from collections.abc import Sequence

from shared.media.boxes import Box, box_at, inner_box
from shared.media.found import FileType, Obstacle, Picture
from shared.media.parts import FileParts

_BRANDS = {
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"), "HEVC"),
    **dict.fromkeys((b"avif", b"avis", b"avio", b"MA1A", b"MA1B"), "AV1"),
    **dict.fromkeys((b"avci", b"avcs"), "AVC"),
    **dict.fromkeys((b"vvic", b"vvis"), "VVC"),
    **dict.fromkeys((b"evbi", b"evbs"), "EVC"),
    **dict.fromkeys((b"j2ki", b"j2is"), "JPEG 2000"),
    **dict.fromkeys((b"jpeg", b"jpgs"), "JPEG"),
}
"""Brand -> how pictures of that brand are coded."""

_GENERIC = (b"mif1", b"mif2", b"mif3", b"msf1", b"miaf", b"MiHA", b"MiHB", b"MiHE", b"heif")
_SEQUENCES = {
    b"msf1": "image/heif-sequence",
    **dict.fromkeys((b"hevc", b"hevx", b"hevm", b"hevs"), "image/heic-sequence"),
}

PICTURE_BRANDS = frozenset((*_BRANDS, *_GENERIC))
"""Brands of files that begin as a picture does. What they hold, their boxes tell."""

_CODECS = {
    b"hvcC": "HEVC",
    b"av1C": "AV1",
    b"avcC": "AVC",
    b"vvcC": "VVC",
    b"evcC": "EVC",
    b"j2kH": "JPEG 2000",
    b"jpgC": "JPEG",
    b"uncC": "uncompressed samples",
}
"""How a picture is coded, by the box that says so."""

_SAVE_OTHERWISE = "Save it as JPEG or PNG and drop that."


async def picture_type(file: FileParts, meta: Box | None, brands: Sequence[bytes]) -> FileType:
    """Return what kind of picture it is: by its codec where its boxes tell it, else by its brands.

    What decodes it knows HEVC (pi-heif) and AV1 (Pillow).
    """
    codecs, picture = await _properties(file, meta) if meta else (set[str](), None)
    codecs = codecs or {_BRANDS[brand] for brand in brands if brand in _BRANDS} or {"HEVC"}
    if "HEVC" in codecs:
        return FileType(_heic_type(brands), "HEIC", picture=picture)
    if "AV1" in codecs:
        return FileType("image/avif", "AVIF", picture=picture)
    return FileType("image/heif", "HEIF", Obstacle(f"coded as {min(codecs)}", _SAVE_OTHERWISE))


def _heic_type(brands: Sequence[bytes]) -> str:
    if brands and brands[0] in _SEQUENCES:
        return _SEQUENCES[brands[0]]
    return "image/heic" if any(_BRANDS.get(brand) == "HEVC" for brand in brands) else "image/heif"


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
