"""What the header of a GIF tells (GIF89a, 15 to 26)."""

import contextlib

from shared.media.found import Picture
from shared.media.parts import HEAD_BYTES, BrokenHeader, FileParts, parts_of
from shared.media.pictures import NO_PICTURE


async def gif_header(file: FileParts) -> Picture:
    """Read the screen, and the first image, which may be larger: that is how much a decoder has to hold."""
    screen = await file.read_exactly(0, 13)
    at, is_animated = 13 + _colour_bytes(screen[10]), False
    while (block := await file.read_exactly(at, 1)) != b",":
        if block == b";":
            raise BrokenHeader(NO_PICTURE)
        if block == b"!":
            is_animated |= _is_of_animation(await file.read(at + 1, 13))
            at = await _behind_blocks(file, at + 2)
        else:
            at += 1  # decoders pass over stray bytes between two blocks
    image = await file.read_exactly(at + 1, 9)
    width, height = _reach(screen[6:8], image[0:2], image[4:6]), _reach(screen[8:10], image[2:4], image[6:8])
    is_animated = is_animated or await _has_more_images(file, at + 11 + _colour_bytes(image[8]))
    return Picture(width, height, not is_animated)


def _colour_bytes(flags: int) -> int:
    """Bytes of the table of colours that follows, as the flags before it say."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _is_of_animation(extension: bytes) -> bool:
    """Whether it says how often frames are repeated, or for how long the next one is shown."""
    return extension[2:10] in (b"NETSCAPE", b"ANIMEXTS") or (extension[:2] == b"\xf9\4" and extension[3:5] != b"\0\0")


async def _has_more_images(file: FileParts, at: int) -> bool:
    """Whether another image follows the one whose data begins there, as far as the bytes at hand tell."""
    rest = parts_of(await file.read_on(at, at_least=1, at_most=HEAD_BYTES))
    with contextlib.suppress(BrokenHeader):
        at = await _behind_blocks(rest, 0)
        while (block := await rest.read_exactly(at, 1)) != b";":
            if block == b",":
                return True
            at = await _behind_blocks(rest, at + 2) if block == b"!" else at + 1
    return False


async def _behind_blocks(file: FileParts, at: int) -> int:
    while length := (await file.read_exactly(at, 1))[0]:
        at += 1 + length
    return at + 1


def _reach(screen: bytes, offset: bytes, extent: bytes) -> int:
    return max(_little(screen), _little(offset) + _little(extent))


def _little(number: bytes) -> int:
    return int.from_bytes(number, "little")
