"""How long an MP3 plays, where that is certain.

A header tells a bit rate. Where that varies, a length by it is a guess: 41 minutes instead of 11 for a recording that
begins with silence. So a length is told only where the frames were counted, or the encoder wrote it down and the file
has the bytes that it wrote of, or frames all over it and up to its end lie where a constant bit rate puts them.
"""

from dataclasses import dataclass
from itertools import islice

from shared.media.mpeg import FRAMES_IN_A_ROW, Frame, frames_from, is_end_of_sound, parse_frame
from shared.media.parts import FileParts

TAIL_BYTES = 65_536
"""How much of the end is looked at. A larger tag behind the sound leaves the length unknown."""

MAX_FRAME_BYTES = 1_441
"""A frame of 320 kbit/s at 32 kHz, with a byte of padding."""

_PROBE_BYTES = (FRAMES_IN_A_ROW + 1) * MAX_FRAME_BYTES

_PROBED = (0.27, 0.52, 0.74)
"""Parts of the sound at which frames are looked for, besides its beginning and its end. Uneven, because silence often
lies evenly: at the start, in the middle, at the end."""

_OFF_GRID = 2
"""How many bytes a frame of a constant bit rate may lie beside its place: padding comes by whole bytes."""

_MIN_THERE, _MAX_THERE = 0.99, 1.1
"""How many of the bytes that an encoder wrote of must be there, and how many may: a tag may stand behind them."""


@dataclass(frozen=True)
class Sound:
    """The frames of a file.

    Attributes:
        start: where in the file the first one lies.
        first: its header.
        known: the bytes from there on that are at hand.
    """

    start: int
    first: Frame
    known: bytes

    @property
    def frame_bytes(self) -> float:
        """The bytes of a frame, on average, if all have the bit rate of the first."""
        return self.first.samples / 8 * self.first.bitrate / self.first.rate

    @property
    def min_frame_bytes(self) -> float:
        """The bytes of the shortest frame that such a stream may have: 32 kbit/s in MPEG 1, else 8."""
        return self.first.samples / 8 * (32_000 if self.first.samples == 1152 else 8_000) / self.first.rate

    def is_constant(self, data: bytes) -> bool:
        """Whether all the frames with which these bytes begin have the bit rate of the first."""
        return all(self.is_like(frame) for _, frame in frames_from(data, 0))

    def is_like(self, frame: Frame) -> bool:
        """Whether a frame belongs to the same stream, at the bit rate of the first."""
        return (frame.stream, frame.bitrate) == (self.first.stream, self.first.bitrate)

    def seconds(self, frames: int) -> float:
        """Seconds that so many frames play."""
        return frames * self.first.samples / self.first.rate

    def from_second_frame(self) -> "Sound | None":
        """The same without the first frame; None if there is no second."""
        second = parse_frame(self.known, self.first.length)
        return second and Sound(self.start + self.first.length, second, self.known[self.first.length :])


async def mp3_seconds(file: FileParts, sound: Sound) -> float | None:
    """Return how many seconds the sound plays; None where that is not certain."""
    claim = _read_claim(sound)
    is_whole = sound.start + len(sound.known) == file.size
    if claim and not is_whole and claim.is_true_of(file.size - sound.start, sound.min_frame_bytes):
        return sound.seconds(claim.frames)
    heard = sound.from_second_frame() if claim else sound  # the first holds the claim, and no sound
    if heard is None:
        return None
    return _counted(heard) if is_whole else await _at_constant_bitrate(file, heard)


@dataclass(frozen=True)
class Claim:
    """What an encoder wrote into the first frame: how many frames follow, and their bytes; 0 where it did not say."""

    frames: int = 0
    length: int = 0

    def is_true_of(self, there: int, min_frame_bytes: float) -> bool:
        """Whether that fits a file with so many bytes of sound. One that was cut or joined has others."""
        if not self.length * _MIN_THERE <= there <= self.length * _MAX_THERE:
            return False
        return self.frames * min_frame_bytes <= self.length <= self.frames * MAX_FRAME_BYTES


def _read_claim(sound: Sound) -> Claim | None:
    start = sound.known[:64]
    if (at := start.find(b"VBRI")) >= 0:
        return Claim(frames=int.from_bytes(start[at + 14 : at + 18]), length=int.from_bytes(start[at + 10 : at + 14]))
    if (at := max(start.find(b"Xing"), start.find(b"Info"))) < 0:
        return None
    has_both = start[at + 7 : at + 8] and start[at + 7] & 3 == 3
    fields = start[at + 8 : at + 16] if has_both else b""
    return Claim(frames=int.from_bytes(fields[:4]), length=int.from_bytes(fields[4:]))


def _counted(sound: Sound) -> float | None:
    frames = list(frames_from(sound.known, 0))
    at, last = frames[-1]
    return sound.seconds(len(frames)) if is_end_of_sound(sound.known, at + last.length) else None


async def _at_constant_bitrate(file: FileParts, sound: Sound) -> float | None:
    if not sound.is_constant(sound.known):
        return None
    length = file.size - sound.start
    for part in _PROBED:
        if not await _on_grid(file, sound, sound.start + int(part * length), _PROBE_BYTES):
            return None
    return await _counted_from_tail(file, sound)


async def _counted_from_tail(file: FileParts, sound: Sound) -> float | None:
    found = await _on_grid(file, sound, file.size - TAIL_BYTES, TAIL_BYTES + MAX_FRAME_BYTES)
    if not found:
        return None
    number, tail = found
    frames = list(frames_from(tail, 0))
    at, last = frames[-1]
    is_certain = sound.is_constant(tail) and is_end_of_sound(tail, at + last.length)
    return sound.seconds(number + len(frames)) if is_certain else None


async def _on_grid(file: FileParts, sound: Sound, place: int, length: int) -> tuple[int, bytes] | None:
    """Return the number of the frame that a constant bit rate puts near a place, and the bytes from it on.

    None if no such frame is there.
    """
    number = max(1, int((place - sound.start) / sound.frame_bytes))
    data = await file.read(sound.start + round(number * sound.frame_bytes) - _OFF_GRID, length)
    for at in range(2 * _OFF_GRID + 1):
        row = [frame for _, frame in islice(frames_from(data, at), FRAMES_IN_A_ROW)]
        if len(row) == FRAMES_IN_A_ROW and all(map(sound.is_like, row)):
            return number, data[at:]
    return None
