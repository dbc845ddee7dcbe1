"""ffmpeg's command line, and what it means how it ended.

The format is always named, never guessed: a guess can take a file for a playlist, which makes ffmpeg open other files
and addresses. Of protocols it has only the open file that is handed to it; of decoders only those of sound.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Literal

from shared.conversion.process import MAX_TOLD, READ_BYTES, Ran
from shared.conversion.speech import RATE

MP3_KILOBITS = 32
"""The least at which no word was lost: docs/decisions/sound.md."""

_MP3_LEVEL = 7
"""Of LAME's effort, 0 to 9: less than its own choice, at which as many words are heard (docs/decisions/sound.md)."""

MP3_FRAME_SAMPLES = 576
MP3_FRAME_BYTES = MP3_FRAME_SAMPLES // 8 * MP3_KILOBITS * 1000 // RATE
"""Frames of MPEG 2, layer 3 (ISO/IEC 13818-3). At this rate all are of one length, so that they can be counted."""

MP3_DELAY_SAMPLES = 1105
"""By so much sound comes out of a decoder later than it went into LAME: 576 of the encoder, 529 of the decoder."""

DEMUXERS = {
    "aac": "aac",
    "aiff": "aiff",
    "amr": "amr",
    "au": "au",
    "avi": "avi",
    "caf": "caf",
    "flac": "flac",
    "mp2": "mp3",
    "mp3": "mp3",
    "mpeg": "mpeg",
    "mpegts": "mpegts",
    "ogg": "ogg",
    "opus": "ogg",
    "rf64": "wav",
    "w64": "w64",
    "wav": "wav",
    "wma": "asf",
    **dict.fromkeys(("3gp", "m4a", "mov", "mp4"), "mov"),
    **dict.fromkeys(("matroska", "mkv", "webm"), "matroska"),
}
"""The format of a file -> what reads it. None of these follows a reference to another file or address."""

NEEDS_A_FILE = frozenset({"aiff", "avi", "caf", "mov"})
"""What may have its index, or its header, behind the sound; all others are read from a pipe, while they come."""

DECODERS = (
    *("aac", "aac_latm", "ac3", "eac3", "alac", "amrnb", "amrwb", "ape", "dca", "evrc", "flac", "gsm", "gsm_ms"),
    *("mp1float", "mp1", "mp2float", "mp2", "mp3float", "mp3", "opus", "qcelp", "qdm2", "qdmc", "speex", "truehd"),
    *("truespeech", "tta", "vorbis", "wavpack", "wmalossless", "wmapro", "wmav1", "wmav2", "wmavoice"),
    *("adpcm_ima_qt", "adpcm_ima_wav", "adpcm_ms", "g722", "g723_1", "g726", "g726le", "ilbc"),
    *("adpcm_yamaha", "mace3", "mace6", "pcm_alaw", "pcm_bluray", "pcm_dvd", "pcm_f32be", "pcm_f32le", "pcm_f64be"),
    *("pcm_f64le", "pcm_mulaw", "pcm_s16be", "pcm_s16le", "pcm_s24be", "pcm_s24le", "pcm_s32be", "pcm_s32le"),
    *("pcm_s8", "pcm_u16be", "pcm_u16le", "pcm_u24be", "pcm_u24le", "pcm_u32be", "pcm_u32le", "pcm_u8"),
)
"""Of ffmpeg's 500 decoders the sixty of sound that people have: pictures beside the sound are not looked into."""


_WITHOUT_HUM = "highpass=f=120"
"""Hum of the mains, and samples that lie beside zero, hide what is spoken over them from the finder of speech."""

_IN_LARGE_PIECES = f"asetnsamples=n={READ_BYTES // 2}:p=0,aformat=sample_fmts=s16"
"""As much as is read at once: a pipe that gives out a frame at a time costs the worker ten times as much."""

_SIGNALLED = (123, 255)
"""How it ends where a signal asks it to, such as that of the limit on time: then not all came out."""


@dataclass(frozen=True)
class Track:
    """What is heard of a recording: by default its first sound track, mixed to one channel.

    Attributes:
        number: 0 for the first sound track.
        is_mixed: whether all its channels are mixed; else only the first is heard.
    """

    number: int = 0
    is_mixed: bool = True


@dataclass(frozen=True)
class Reading:
    """How a file is read: by which of the values of `DEMUXERS`, and what is heard of it."""

    demuxer: str
    track: Track = Track()


class End(Enum):
    """What became of a run."""

    WHOLE = auto()
    """All of it was read, and nothing was wrong with it."""
    DAMAGED = auto()
    """Something was wrong with it; what came out is what there is."""
    NO_SOUND = auto()
    UNKNOWN_CODEC = auto()
    UNKNOWN_CHANNELS = auto()
    STOPPED = auto()
    """It crashed, or a limit on memory, time or disk ended it."""


_REASONS = {
    "matches no streams": End.NO_SOUND,
    "no decoder found": End.UNKNOWN_CODEC,
    "while opening decoder": End.UNKNOWN_CODEC,
    "Rematrix is needed": End.UNKNOWN_CHANNELS,
}


async def path() -> str:
    """Return the path of the program.

    Raises:
        RuntimeError: there is none.
    """
    return await asyncio.to_thread(_find)  # takes a tenth of a second, the first time


def _find() -> str:
    from imageio_ffmpeg import get_ffmpeg_exe  # noqa: PLC0415 - few files need it

    found: str = get_ffmpeg_exe()
    return found


def arguments(reading: Reading, *, is_file: bool, mp3: int | None) -> Sequence[str]:
    """Return the arguments that turn standard input into samples on standard output.

    Args:
        reading: how the file is read.
        is_file: whether standard input is a file, in which it may jump, or a pipe.
        mp3: the number of an open file into which an MP3 is written beside that.
    """
    protocol: Literal["fd", "pipe"] = "fd" if is_file else "pipe"
    track = reading.track
    channel = "" if track.is_mixed else "pan=mono|c0=c0,"
    # Floats are what the decoders of most recordings give out and what LAME takes.
    one = f"[0:a:{track.number}]{channel}aformat=sample_fmts=fltp:sample_rates={RATE}:channel_layouts=mono"
    samples = f"{_WITHOUT_HUM},{_IN_LARGE_PIECES}[samples]"
    graph = f"{one},{samples}" if mp3 is None else f"{one},asplit[all][encoded];[all]{samples}"
    return [
        *("-nostdin", "-hide_banner", "-loglevel", "repeat+error", "-filter_complex_threads", "1"),
        *("-protocol_whitelist", protocol, "-codec_whitelist", ",".join(DECODERS), "-threads", "1"),
        *("-vn", "-sn", "-dn", "-f", reading.demuxer, "-i", f"{protocol}:"),
        *("-filter_complex", graph),
        *("-map", "[samples]", "-f", "s16le", "pipe:1"),
        *([] if mp3 is None else _mp3(mp3)),
    ]


def _mp3(number: int) -> Sequence[str]:
    """Frames that need no other, of one length, and nothing but frames."""
    return [
        *("-map", "[encoded]", "-map_metadata", "-1", "-map_chapters", "-1", "-c:a", "libmp3lame"),
        *("-b:a", f"{MP3_KILOBITS}k", "-compression_level", str(_MP3_LEVEL), "-reservoir", "0"),
        *("-write_xing", "0", "-id3v2_version", "0"),
        *("-f", "mp3", f"pipe:{number}"),
    ]


def meaning(ran: Ran) -> End:
    """Tell what became of a run. What ffmpeg quotes of the file decides at most which refusal it is."""
    if ran.code < 0 or ran.code in _SIGNALLED:
        return End.STOPPED
    for words, end in _REASONS.items() if ran.code else ():
        if words in ran.told:
            return end
    return End.DAMAGED if ran.code or _errors(ran.told) else End.WHOLE


def _errors(told: str) -> list[str]:
    """What is left when what it says of the decoders that it must not use is taken away; the first line may be cut."""
    lines = told.splitlines()[len(told) >= MAX_TOLD :]
    return [line for line in lines if "not on whitelist" not in line]
