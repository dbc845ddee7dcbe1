"""What comes out of a recording: counted, held to the limits, and searched for speech while it comes."""

import math
from dataclasses import dataclass, field

from shared.conversion import sound_refusals
from shared.conversion.ffmpeg import MP3_FRAME_BYTES, MP3_FRAME_SAMPLES
from shared.conversion.process import ProcessLimits
from shared.conversion.speech import RATE, SpeechFinder

_SAMPLE_BYTES_A_SECOND = 2 * RATE
_MP3_BYTES_A_SECOND = MP3_FRAME_BYTES * RATE / MP3_FRAME_SAMPLES

_PADDING_SECONDS = 1
"""Encoders add a little silence; a recording that was cut to the limit is not to be refused for that."""


@dataclass(frozen=True)
class SoundLimits:
    """How much may be spent on one recording.

    Attributes:
        max_seconds: how long it may play; the setting MAX_SECONDS.
        max_disk_bytes: of all that lies on the disk for it at one time; the setting MAX_DISK_BYTES.
        process: of the run of ffmpeg.
        told_seconds: how long its header says that it plays, for the words of a refusal; None where it says nothing.
    """

    max_seconds: float
    max_disk_bytes: int
    process: ProcessLimits = field(default_factory=ProcessLimits)
    told_seconds: float | None = None


class Samples:
    """Counts what comes out, holds it to the limits, and looks for speech in it."""

    def __init__(self, limits: SoundLimits, finder: SpeechFinder, *, is_encoded: bool) -> None:
        self.finder = finder
        self._limits = limits
        self._max_bytes = (limits.max_seconds + _PADDING_SECONDS) * _SAMPLE_BYTES_A_SECOND
        disk_bytes = min(limits.max_disk_bytes, limits.process.file_bytes)
        self._max_encoded_bytes = disk_bytes if is_encoded else math.inf
        self._bytes = 0

    @property
    def seconds(self) -> float:
        """How long what came out plays."""
        return self._bytes / _SAMPLE_BYTES_A_SECOND

    @property
    def least_encoded_bytes(self) -> float:
        """How much MP3 there must be of it."""
        return (self.seconds - _PADDING_SECONDS) * _MP3_BYTES_A_SECOND

    def take(self, piece: bytes) -> None:
        """Take what comes next.

        Raises:
            FileRejected: it is more than a limit allows.
        """
        self._bytes += len(piece)
        if self._bytes > self._max_bytes:
            raise sound_refusals.too_long(self._limits.max_seconds, self._limits.told_seconds)
        if self.seconds * _MP3_BYTES_A_SECOND > self._max_encoded_bytes:
            raise sound_refusals.mp3_too_large(int(self._max_encoded_bytes))
        self.finder.take(piece)
