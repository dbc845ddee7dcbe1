"""Recordings to samples, by ffmpeg in a process of its own."""

import asyncio
import tempfile
from pathlib import Path

import imageio_ffmpeg
import numpy as np

from local.offline_model.question import Recording
from local.offline_model.refusal import Refusal

SAMPLE_RATE = 16_000
"""Samples a second, as the speech model wants them."""
MAX_SECONDS = 30 * 60

DEMUXERS = {
    **{"wav": "wav", "mp3": "mp3", "flac": "flac", "ogg": "ogg", "webm": "matroska"},
    **dict.fromkeys(("m4a", "mp4"), "mov"),
}
"""What ffmpeg calls each format."""

type Samples = np.ndarray[tuple[int], np.dtype[np.float32]]


async def decode(recording: Recording) -> Samples:
    """Decode to mono samples between -1 and 1, `SAMPLE_RATE` a second.

    Raises:
        Refusal: it is not what its format says.
    """
    if recording.format not in DEMUXERS:
        raise Refusal(400, "invalid_value", f"Unsupported audio format: {recording.format}.")
    demuxer = DEMUXERS[recording.format]
    if demuxer == "mov":  # its index may stand at the end, where it cannot be found in a pipe
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "recording"
            await asyncio.to_thread(file.write_bytes, recording.data)
            decoded = await _run(demuxer, str(file), "file,pipe", b"")
    else:
        decoded = await _run(demuxer, "pipe:0", "pipe", recording.data)
    if not decoded:
        raise Refusal(400, "invalid_audio", "The audio data could not be decoded.")
    return np.frombuffer(decoded, np.float32)


async def _run(demuxer: str, place: str, protocols: str, sent: bytes) -> bytes:
    """The samples of what lies at a place, or is sent; none where ffmpeg fails."""
    process = await asyncio.create_subprocess_exec(
        *(imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", "-protocol_whitelist", protocols),
        *("-f", demuxer, "-i", place, "-t", str(MAX_SECONDS)),
        *("-f", "f32le", "-ac", "1", "-ar", str(SAMPLE_RATE), "pipe:1"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    decoded, _ = await process.communicate(sent)
    return b"" if process.returncode else decoded
