"""What the headers of the pictures tell that no model takes as they are: TIFF, BMP, ICO, PSD, JPEG 2000.

Their size is read, so that one of too many pixels is refused before it is fetched. Whether they are whole, and what
they hold, is for what decodes them to say.
"""

from shared.media.boxes import inner_box, whole
from shared.media.exif import first_directory
from shared.media.found import FileType, Picture
from shared.media.parts import BrokenHeader, FileParts
from shared.media.pictures import BAD_HEADER

_SUBFILE, _WIDTH, _HEIGHT, _DNG = 254, 256, 257, 50706
"""Tags of a TIFF (TIFF 6.0, 8; DNG 1.7)."""
_IS_THUMBNAIL = 1
_BMP_OLD_HEADER_BYTES = 12


async def look_into_tiff(file: FileParts, start: int) -> FileType:
    """Read the first directory, which may stand at the end of the file.

    What a camera writes down as its sensor saw it is a TIFF too, of which the first picture is a thumbnail. Answers to
    that would be wrong, and nobody would see why.
    """
    is_raw = await file.read(start + 8, 2) == b"CR"
    directory = await first_directory(file, start, file.size)
    numbers = directory.numbers
    if is_raw or _DNG in numbers or numbers.get(_SUBFILE, 0) & _IS_THUMBNAIL:
        return FileType("image/x-raw", "camera raw")
    picture = Picture(numbers.get(_WIDTH, 0), numbers.get(_HEIGHT, 0), pages=None if directory.is_followed else 1)
    return FileType("image/tiff", "TIFF", picture=picture)


async def bmp_header(file: FileParts) -> Picture:
    """Read the bitmap header. A picture that begins with its topmost row has a negative height."""
    header = await file.read_exactly(0, 26)
    if header[14] == _BMP_OLD_HEADER_BYTES:
        return Picture(_little(header[18:20]), _little(header[20:22]))
    width, height = (int.from_bytes(header[at : at + 4], "little", signed=True) for at in (18, 22))
    return Picture(max(0, width), abs(height))


async def ico_header(file: FileParts) -> Picture:
    """Read the largest of the sizes that the directory names; 0 stands for 256."""
    count = _little((await file.read_exactly(0, 6))[4:])
    table = await file.read_exactly(6, 16 * count)
    sides = [(table[at] or 256, table[at + 1] or 256) for at in range(0, len(table), 16)]
    return Picture(*max(sides))


async def psd_header(file: FileParts) -> Picture:
    """Read the size of the flat picture (Adobe Photoshop file formats, file header)."""
    header = await file.read_exactly(0, 26)
    return Picture(int.from_bytes(header[18:22]), int.from_bytes(header[14:18]))


async def jp2_header(file: FileParts) -> Picture:
    """Read `ihdr` of a JP2 (T.800, I.5.3.1), or SIZ of a codestream (A.5.1)."""
    if (await file.read_exactly(0, 4)).startswith(b"\xff\x4f"):
        size = await file.read_exactly(8, 16)
        (right, bottom), (left, top) = _two(size[:8]), _two(size[8:])
        return Picture(max(0, right - left), max(0, bottom - top))
    header = await inner_box(file, whole(file), b"jp2h", b"ihdr")
    if header is None:
        raise BrokenHeader(BAD_HEADER)
    height, width = _two(await file.read_exactly(header.start, 8))
    return Picture(width, height)


def _two(field: bytes) -> tuple[int, int]:
    return int.from_bytes(field[:4]), int.from_bytes(field[4:])


def _little(number: bytes) -> int:
    return int.from_bytes(number, "little")
