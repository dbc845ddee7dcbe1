"""How long a WAV plays, by its format and the bytes that are really there; and RF64 and BW64, its relatives.

Those (ITU-R BS.2088) write the true size of `data` into a chunk before. That of the chunk itself is believed as far as
there are bytes: a program that streams a recording does not know it beforehand, and writes 0, 0xFFFFFFFF or the
largest number that fits.
"""

from dataclasses import dataclass

from shared.media.found import Heard
from shared.media.parts import BrokenHeader, FileParts

_PCM, _ADPCM, _FLOAT, _A_LAW, _MU_LAW, _IMA_ADPCM, _GSM = 0x01, 0x02, 0x03, 0x06, 0x07, 0x11, 0x31
_EXTENSIBLE = 0xFFFE
_IN_BLOCKS = (_ADPCM, _IMA_ADPCM, _GSM)
_SUBTYPE = bytes.fromhex("000000001000800000aa00389b71")
"""How the name of a codec goes on in WAVE_FORMAT_EXTENSIBLE; another end makes it another codec."""

_PLAIN_RATES = range(8_000, 48_001)
"""Samples a second that services take."""

_IS_LARGE = 0xFFFFFFFF
"""What stands in place of a size that is too large for its field, or is not known."""

MAX_CHANNELS = 1024
"""More than this no decoder takes (libsndfile's limit)."""


@dataclass(frozen=True)
class WavFormat:
    """How sound is written down: `samples_per_block` samples of each channel in `block_bytes` bytes.

    Attributes:
        rate: samples a second.
        block_bytes: 0 where the codec has no blocks of one size, so that bytes tell no length.
        is_plain: whether services are known to take it: others make noise of it, or refuse it.
    """

    rate: int
    block_bytes: int
    samples_per_block: int = 1
    is_plain: bool = False

    def seconds(self, length: int) -> float | None:
        """Seconds that `length` bytes play; None where that depends on what they hold."""
        if not self.block_bytes:
            return None
        return length / self.block_bytes * self.samples_per_block / self.rate


async def wav_header(file: FileParts) -> Heard:
    """Return how many seconds a WAV plays, None where its header cannot tell for certain; and if services take it.

    Raises:
        BrokenHeader: it has no format, or no sound behind it.
    """
    at, form, large = 12, None, 0
    while True:
        chunk = await file.read_exactly(at, 8)
        name, length = chunk[:4], _number(chunk[4:])
        if name == b"data":
            break
        if name == b"ds64":
            large = _number(await file.read_exactly(at + 16, 8))
        if name == b"fmt ":
            form = _parse_format(await file.read_exactly(at + 8, min(length, 40)))
        at += 8 + length + length % 2
    sound = await _sound_bytes(file, at + 8, large if large and length == _IS_LARGE else length)
    if form is None or not sound:
        raise BrokenHeader("it holds no sound")
    return Heard(form.seconds(sound), form.is_plain)


async def _sound_bytes(file: FileParts, at: int, claimed: int) -> int:
    there = max(0, file.size - at)
    if claimed:
        return min(claimed, there)
    behind = await file.read(at, 8)
    is_name = behind[:4].isascii() and behind[:4].decode("latin-1").isprintable()
    return 0 if is_name and _number(behind[4:]) < there else there


def _parse_format(fields: bytes) -> WavFormat:
    if len(fields) < 14:
        raise BrokenHeader("its header is damaged")
    codec, channels, block_bytes, bits, samples = (_number(fields[at : at + 2]) for at in (0, 2, 12, 14, 18))
    rate = _number(fields[4:8])
    if not 0 < channels <= MAX_CHANNELS or not rate:
        raise BrokenHeader("its header is damaged")
    is_known = codec == _PCM or fields[26:] == _SUBTYPE
    if codec == _EXTENSIBLE:
        codec = _number(fields[24:26])
    if codec in _IN_BLOCKS:
        return WavFormat(rate, block_bytes if samples else 0, samples)
    is_even = codec in (_PCM, _FLOAT, _A_LAW, _MU_LAW) and block_bytes == channels * (-(-bits // 8))
    is_plain = is_known and is_even and codec == _PCM and bits in (8, 16) and channels <= 2 and rate in _PLAIN_RATES
    return WavFormat(rate, block_bytes if is_even else 0, is_plain=is_plain)


def _number(field: bytes) -> int:
    return int.from_bytes(field, "little")
