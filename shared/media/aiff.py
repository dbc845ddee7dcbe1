"""How long an AIFF plays, by its format and the bytes that are really there (AIFF 1.3; AIFF-C draft of 1991)."""

from shared.media.found import Heard
from shared.media.parts import BrokenHeader, FileParts

_SAMPLES = (b"", b"NONE", b"twos", b"sowt", b"raw ", b"in24", b"in32", b"fl32", b"FL32", b"fl64", b"FL64")
"""Codecs that write down every sample in as many bytes as its bits take. None is named in a file that is no AIFF-C."""

_COMMON_BYTES = 18


async def aiff_header(file: FileParts) -> Heard:
    """Return how many seconds it plays; None where its header cannot tell for certain. No service takes it as it is.

    Raises:
        BrokenHeader: it has no format, or no sound.
    """
    common, sound, at = b"", 0, 12
    while not common or not sound:
        chunk = await file.read_exactly(at, 8)
        name, length = chunk[:4], int.from_bytes(chunk[4:])
        if name == b"COMM":
            common = await file.read_exactly(at + 8, max(_COMMON_BYTES, min(length, _COMMON_BYTES + 4)))
        elif name == b"SSND":
            there = file.size - at - 8
            sound = min(length or there, there) - 8  # who streams a recording writes 0
        at += 8 + length + length % 2
    return Heard(_seconds(common, sound))


def _seconds(common: bytes, sound: int) -> float | None:
    channels, frames, bits = (int.from_bytes(common[at:end]) for at, end in ((0, 2), (2, 6), (6, 8)))
    rate = _extended(common[8:18])
    if not channels or rate <= 0 or sound < 0:
        raise BrokenHeader("its header is damaged")
    frame_bytes = channels * -(-bits // 8)
    if common[18:] not in _SAMPLES or not frame_bytes:
        return None
    there = sound // frame_bytes
    return min(frames or there, there) / rate


def _extended(field: bytes) -> float:
    """Return the number of 80 bits (IEEE 754, extended); 0 if it is none that counts samples."""
    exponent = int.from_bytes(field[:2]) - 16383
    return int.from_bytes(field[2:]) * 2.0 ** (exponent - 63) if 0 <= exponent <= 32 else 0.0
