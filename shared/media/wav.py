"""How long a WAV plays, by its format and the bytes that are really there.

The size of the `data` chunk is only believed as far as there are bytes: a program that streams a recording does not
know it beforehand, and writes 0, 0xFFFFFFFF or the largest number that fits.
"""

from dataclasses import dataclass

from shared.media.parts import BrokenHeader, FileParts

_PCM, _ADPCM, _FLOAT, _A_LAW, _MU_LAW, _IMA_ADPCM, _GSM = 0x01, 0x02, 0x03, 0x06, 0x07, 0x11, 0x31
_EXTENSIBLE = 0xFFFE
_IN_BLOCKS = (_ADPCM, _IMA_ADPCM, _GSM)

MAX_CHANNELS = 1024
"""More than this no decoder takes (libsndfile's limit)."""


@dataclass(frozen=True)
class WavFormat:
    """How sound is written down: `samples_per_block` samples of each channel in `block_bytes` bytes.

    Attributes:
        rate: samples a second.
        block_bytes: 0 where the codec has no blocks of one size, so that bytes tell no length.
    """

    rate: int
    block_bytes: int
    samples_per_block: int = 1

    def seconds(self, length: int) -> float | None:
        """Seconds that `length` bytes play; None where that depends on what they hold."""
        if not self.block_bytes:
            return None
        return length / self.block_bytes * self.samples_per_block / self.rate


async def wav_seconds(file: FileParts) -> float | None:
    """Return how many seconds a WAV plays; None where its header cannot tell for certain.

    Raises:
        BrokenHeader: it has no format, or no sound behind it.
    """
    at, form = 12, None
    while True:
        chunk = await file.read_exactly(at, 8)
        name, length = chunk[:4], _number(chunk[4:])
        if name == b"data":
            break
        if name == b"fmt ":
            form = _parse_format(await file.read_exactly(at + 8, min(length, 40)))
        at += 8 + length + length % 2
    sound = await _sound_bytes(file, at + 8, length)
    if form is None or not sound:
        raise BrokenHeader("it holds no sound")
    return form.seconds(sound)


async def _sound_bytes(file: FileParts, at: int, claimed: int) -> int:
    there = max(0, file.size - at)
    if claimed:
        return min(claimed, there)
    behind = await file.read(at, 8)
    is_chunk = behind[:4].isascii() and behind[:4].decode("latin-1").isprintable() and _number(behind[4:]) < there
    return 0 if is_chunk else there


def _parse_format(fields: bytes) -> WavFormat:
    if len(fields) < 14:
        raise BrokenHeader("its header is damaged")
    codec, channels, rate = _number(fields[:2]), _number(fields[2:4]), _number(fields[4:8])
    block_bytes, bits = _number(fields[12:14]), _number(fields[14:16])
    if not 0 < channels <= MAX_CHANNELS or not rate:
        raise BrokenHeader("its header is damaged")
    if codec == _EXTENSIBLE:
        codec = _number(fields[24:26])
    if codec in _IN_BLOCKS:
        samples = _number(fields[18:20])
        return WavFormat(rate, block_bytes if samples else 0, samples)
    is_plain = codec in (_PCM, _FLOAT, _A_LAW, _MU_LAW) and block_bytes == channels * (-(-bits // 8))
    return WavFormat(rate, block_bytes if is_plain else 0)


def _number(field: bytes) -> int:
    return int.from_bytes(field, "little")
