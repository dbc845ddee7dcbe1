"""Recordings to samples, by ffmpeg in a process of its own."""

import asyncio

import imageio_ffmpeg
import numpy as np

from local.offline_model.question import Recording
from local.offline_model.refusal import Refusal

SAMPLE_RATE = 16_000
"""Samples a second, as the speech model wants them."""
MAX_SECONDS = 30 * 60

DEMUXERS = {"wav": "wav", "mp3": "mp3", "flac": "flac", "ogg": "ogg", "webm": "matroska"}
"""What ffmpeg calls each format. Others cannot be read from a pipe: their index may stand at the end."""

type Samples = np.ndarray[tuple[int], np.dtype[np.float32]]


async def decode(recording: Recording) -> Samples:
    """Decode to mono samples between -1 and 1, `SAMPLE_RATE` a second.

    Raises:
        Refusal: it is not what its format says.
    """
    if recording.format not in DEMUXERS:
        raise Refusal(400, "invalid_value", f"Unsupported audio format: {recording.format}.")
    process = await asyncio.create_subprocess_exec(
        *(imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", "-protocol_whitelist", "pipe"),
        *("-f", DEMUXERS[recording.format], "-i", "pipe:0", "-t", str(MAX_SECONDS)),
        *("-f", "f32le", "-ac", "1", "-ar", str(SAMPLE_RATE), "pipe:1"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    decoded, _ = await process.communicate(recording.data)
    if process.returncode or not decoded:
        raise Refusal(400, "invalid_audio", "The audio data could not be decoded.")
    return np.frombuffer(decoded, np.float32)
