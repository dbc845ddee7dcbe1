"""A recording in the pieces in which a model is asked about it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import BinaryIO

from shared.conversion import ProcessLimits, Sound, SoundLimits, Span, Track, cut, listen
from shared.errors import FileRejected
from shared.media import Media
from shared.models import Extent, MediaPart, Piece, SoundPreparation
from shared.processing.preparing import Prepared
from shared.processing.unasked_sound import about_unasked
from shared.settings import FileLimits

MP3 = ("audio/mpeg", "mp3")
"""What sound is converted to."""

DAMAGED = "The recording is damaged or was cut, so some of it may be missing; what could be decoded was used."
ODD = "The recording may be damaged or cut: not all of it could be decoded. It was sent as it lies."

ELSEWHERE = {
    Track(is_mixed=False): (
        "Mixed to one channel, this recording has no speech, as where channels cancel each other. Its first channel"
        " alone was used."
    ),
    Track(number=1): "Nobody speaks in the first sound track of this recording. Its second sound track was used.",
}
"""Where speech is looked for in a recording that has none in its first track, mixed to one channel, and what the
document then says: one channel may be the other upside down, and recorders of screens write the microphone into a track
of its own."""

MAX_SECONDS_ELSEWHERE = 3600
"""A longer recording without speech is not heard again: it would keep a decoder from other files for too long."""
_SECONDS_TO_DECODE_ELSEWHERE = 10
"""For how long a decoder may compute for that, and `SECONDS_FOR_TWO`."""

SECONDS_FOR_TWO = 0.05
"""For how long a decoder may compute for two seconds of sound, which are 64 KiB of samples; 0.02 were measured
(bench/sound.py), on a busy machine."""

MIN_CUT_SECONDS = 20.0
"""A shorter piece is not made smaller: a model that does not understand it will not understand half of it either."""

_MORE_THAN_HALF = 0.6
"""How long each of two smaller pieces may be, so that the cut can lie in a silence near the middle."""


async def listen_to(
    file: MediaPart, wanted: SoundPreparation, limits: FileLimits, into: BinaryIO, extents: Sequence[Extent]
) -> Prepared:
    """Decode a recording, with its MP3 in `into`, and cut it, as an earlier attempt did where `extents` tell how.

    Raises what `Preparer.prepared` raises.
    """
    process = ProcessLimits(file_bytes=limits.max_disk_bytes, step_seconds=SECONDS_FOR_TWO)
    bounds = SoundLimits(limits.max_seconds, limits.max_disk_bytes, process, file.media.seconds)
    sound = await listen(file.source, file.media.format, bounds, into)
    if sound.speech or not wanted.needs_speech:
        return _Listened(file, wanted, sound).prepared(extents)
    for track, warning in ELSEWHERE.items() if sound.seconds <= MAX_SECONDS_ELSEWHERE else ():
        if elsewhere := await _speech_in(track, file, bounds, into):
            made = _Listened(file, replace(wanted, may_stay=False), elsewhere).prepared(extents)
            return replace(made, warnings=(warning, *made.warnings))
    raise _no_speech(sound)


async def _speech_in(track: Track, file: MediaPart, bounds: SoundLimits, into: BinaryIO) -> Sound | None:
    """What is heard there; None where nobody speaks, or the recording has no such track."""
    into.seek(0)
    into.truncate()
    process = replace(bounds.process, seconds=_SECONDS_TO_DECODE_ELSEWHERE)
    try:
        sound = await listen(file.source, file.media.format, replace(bounds, process=process), into, track)
    except FileRejected:
        return None
    return sound if sound.speech else None


@dataclass(frozen=True)
class _Listened:
    """A recording that was decoded, with what was heard in it."""

    file: MediaPart
    wanted: SoundPreparation
    sound: Sound

    def prepared(self, extents: Sequence[Extent]) -> Prepared:
        """The pieces in which it is asked about."""
        seconds = self._seconds
        media = replace(self.file.media, seconds=seconds, speech_seconds=round(self.sound.speech_seconds, 1))
        if self._is_short_enough and not extents:
            return Prepared(media, (self._whole(),), self._warnings(ODD if self.wanted.may_stay else DAMAGED))
        if not self.wanted.is_cut:
            raise _too_long(seconds, self.wanted.max_seconds or seconds)
        extents = extents or self._extents(0, self.sound.seconds, self.wanted.max_seconds or self.sound.seconds)
        warnings = (*self._warnings(DAMAGED), *about_unasked(self.sound, extents))
        return Prepared(media, tuple(map(self._piece, extents)), warnings)

    def _warnings(self, about_damage: str) -> tuple[str, ...]:
        return () if self.sound.is_whole else (about_damage,)

    @property
    def _seconds(self) -> float:
        """How long it plays, as the document says."""
        return round(self.sound.seconds, 1)

    @property
    def _is_short_enough(self) -> bool:
        return self.wanted.max_seconds is None or self.sound.seconds <= self.wanted.max_seconds

    def _whole(self) -> Piece:
        piece = self._piece(Extent(0, self._seconds))
        return replace(piece, media=()) if self.wanted.may_stay else piece

    def _extents(self, start: float, end: float, max_seconds: float) -> list[Extent]:
        """Where the seconds from `start` to `end` are cut."""
        speech = [Span(span.start - start, span.end - start) for span in _within(self.sound.speech, start, end)]
        pieces = cut(end - start, speech, max_seconds)
        return [
            Extent(round(start + each.start, 3), min(round(start + each.end, 3), self._seconds), overlaps=each.overlaps)
            for each in pieces
        ]

    def _piece(self, extent: Extent) -> Piece:
        assert extent.start is not None
        assert extent.end is not None
        seconds = extent.end - extent.start
        is_last = extent.end >= self._seconds  # what was rounded off is in it
        content = self.sound.part(Span(extent.start, self.sound.seconds if is_last else extent.end))
        if content.size > self.wanted.max_bytes:
            raise _too_long(self.sound.seconds, seconds)
        spoken = sum(span.end - span.start for span in _within(self.sound.speech, extent.start, extent.end))
        return Piece(
            (MediaPart(Media("audio", *MP3, seconds=seconds), content),),
            extent,
            spoken if self.wanted.needs_speech else None,
            partial(self._halves, extent.start, extent.end) if self.wanted.is_cut else None,
        )

    def _halves(self, start: float, end: float) -> list[Piece]:
        if end - start < MIN_CUT_SECONDS:
            return []
        return list(map(self._piece, self._extents(start, end, (end - start) * _MORE_THAN_HALF)))


def _within(speech: Sequence[Span], start: float, end: float) -> list[Span]:
    return [
        Span(max(start, span.start), min(end, span.end)) for span in speech if span.start < end and span.end > start
    ]


def _no_speech(sound: Sound) -> FileRejected:
    audible = sum(span.end - span.start for span in sound.audible)
    return FileRejected(
        "no_speech",
        f"No speech was heard in the {sound.seconds:.1f} seconds of this recording (two sound tracks at most),"
        f" so there is nothing to write down. {audible:.1f} seconds of it are music or noise.",
        "If somebody speaks in a further track, drop that by itself. If it holds something else to ask about, drop it"
        " into the folder of a recipe without `pieces: join`.",
    )


def _too_long(seconds: float, limit: float) -> FileRejected:
    return FileRejected(
        "too_long",
        f"The recording plays {seconds:.1f} seconds; the model takes {limit:.1f} at most.",
        "Write `pieces: join` into the recipe, name a model that takes longer ones, or cut it; then drop it again.",
    )
