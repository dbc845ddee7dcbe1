"""Recordings of every kind, listened to once: how long they play, where there is speech, and an MP3 of all of it.

One run of ffmpeg makes samples and MP3. Of the samples only the stretches with speech are kept, so memory does not grow
with the length.
"""

import asyncio
import os
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass, field, replace
from typing import BinaryIO

from shared.conversion import ffmpeg, sound_refusals
from shared.conversion.content import content
from shared.conversion.ffmpeg import MP3_FRAME_BYTES, MP3_FRAME_SAMPLES, End, Reading, Track
from shared.conversion.process import Ran, Stalled, limited, run
from shared.conversion.samples import Samples, SoundLimits
from shared.conversion.speech import RATE, Span, SpeechFinder
from shared.conversion.temporary import (
    FilePart,
    copy_into,
    disk_is_full,
    nameless_file,
    processors_are_busy,
    storage_stalled,
)
from shared.media import MediaSource

__all__ = ["Sound", "SoundLimits", "Track", "listen"]

MIN_SECONDS = 0.05
"""Of a recording: what holds less was cut in its first frame."""

_FIRST_TRACK = Track()


@dataclass(frozen=True)
class Sound:
    """What was heard of a recording.

    Attributes:
        seconds: how long it plays: what was decoded, whatever its header says.
        speech: where there is speech, in order, with at least 0.3 seconds between two spans.
        audible: where there is speech, music or noise: what is not in `speech` does not sound like it.
        is_whole: False where the recording is damaged or cut, so that some of it may be missing.
        mp3: the open file with the MP3, if one was made.
    """

    seconds: float
    speech: tuple[Span, ...]
    audible: tuple[Span, ...] = ()
    is_whole: bool = True
    mp3: BinaryIO | None = field(default=None, repr=False, compare=False)

    @property
    def speech_seconds(self) -> float:
        """How many seconds of it are speech, with short pauses."""
        return sum(span.end - span.start for span in self.speech)

    def part(self, span: Span) -> FilePart:
        """Return the MP3 of a span; it may begin and end a tenth of a second outside of it.

        Raises:
            ValueError: no MP3 was made.
        """
        if self.mp3 is None:
            raise ValueError("There is no MP3 of this recording.")
        frames = os.fstat(self.mp3.fileno()).st_size // MP3_FRAME_BYTES
        first = max(0, _frame_at(span.start) - 1)  # what a frame plays depends on the one before
        behind = min(frames, _frame_at(span.end) + 1)
        return FilePart(self.mp3, first * MP3_FRAME_BYTES, max(0, behind - first) * MP3_FRAME_BYTES)


def _frame_at(seconds: float) -> int:
    return int(seconds * RATE + ffmpeg.MP3_DELAY_SAMPLES) // MP3_FRAME_SAMPLES


async def listen(
    source: MediaSource, format_: str, limits: SoundLimits, into: BinaryIO | None, track: Track = _FIRST_TRACK
) -> Sound:
    """Decode a recording to its end; tell how long it plays, and where there is speech.

    Args:
        source: its content.
        format_: what it was found to be, such as `m4a`.
        limits: how much may be spent on it.
        into: an empty open file for the MP3; None where none is needed.
        track: what is heard of it.

    Raises:
        FileRejected: it has no such track, cannot be decoded, or is over a limit.
        StorageUnavailable: its content did not come.
        Exception: whatever `source` raises.
    """
    demuxer = ffmpeg.DEMUXERS.get(format_)
    if demuxer is None:
        raise sound_refusals.unknown_format()
    async with AsyncExitStack() as exits:
        pieces = await exits.enter_async_context(aclosing(content(source.chunks(), demuxer)))
        if demuxer not in ffmpeg.NEEDS_A_FILE:
            return await _listen(pieces, Reading(demuxer, track), limits, into)
        if source.size > limits.max_disk_bytes:
            raise sound_refusals.file_too_large(source.size, limits.max_disk_bytes)
        copy = exits.enter_context(nameless_file())
        await copy_into(copy, pieces, limits.process.stall_seconds)
        left = replace(limits, max_disk_bytes=limits.max_disk_bytes - source.size)
        return await _listen(copy, Reading(demuxer, track), left, into)


async def _listen(
    feed: BinaryIO | AsyncGenerator[bytes], reading: Reading, limits: SoundLimits, into: BinaryIO | None
) -> Sound:
    finder = await asyncio.to_thread(SpeechFinder)  # what it imports takes a while, the first time
    samples = Samples(limits, finder, is_encoded=into is not None)
    end = ffmpeg.meaning(await _run(feed, reading, limits, into, samples))
    if end in _REFUSALS:
        raise _REFUSALS[end]()
    if samples.seconds < MIN_SECONDS:
        raise sound_refusals.damaged()
    if into is not None and os.fstat(into.fileno()).st_size < samples.least_encoded_bytes:
        raise disk_is_full()
    speech = samples.finder.spans()
    return Sound(samples.seconds, speech, samples.finder.sound(), end is End.WHOLE, into)


_REFUSALS = {
    End.NO_SOUND: sound_refusals.no_sound,
    End.UNKNOWN_CODEC: sound_refusals.unknown_codec,
    End.UNKNOWN_CHANNELS: sound_refusals.unknown_channels,
    End.STOPPED: sound_refusals.stopped,
}


async def _run(
    feed: BinaryIO | AsyncGenerator[bytes],
    reading: Reading,
    limits: SoundLimits,
    into: BinaryIO | None,
    samples: Samples,
) -> Ran:
    inherited = () if into is None else (into.fileno(),)
    is_file = not isinstance(feed, AsyncGenerator)
    arguments = ffmpeg.arguments(reading, is_file=is_file, mp3=inherited[0] if inherited else None)
    command = limited(limits.process, await ffmpeg.path(), arguments)
    try:
        return await run(command, limits.process, feed=feed, output=samples.take, inherited=inherited)
    except Stalled as error:
        if error.waited_for == "its input":
            raise storage_stalled() from error
        if error.waited_for == "a processor":
            raise processors_are_busy() from error
        raise sound_refusals.stalled(limits.process) from error
