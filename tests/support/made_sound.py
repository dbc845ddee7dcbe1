"""Recordings of our own, in any container that ffmpeg writes, and what Dropscribe hears of them."""

import asyncio
import functools
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import TemporaryDirectory

import imageio_ffmpeg
import pytest

from shared.conversion.sound import Sound, SoundLimits, listen
from shared.conversion.temporary import nameless_file
from shared.errors import FileRejected
from tests import samples
from tests.unit.fakes import MemorySource

SPOKEN_SECONDS = 2.36
"""How long `samples.TRAIN` plays."""

LIMITS = SoundLimits(max_seconds=3600, max_disk_bytes=100_000_000)
A_PICTURE = ("-f", "lavfi", "-i", "color=size=64x64:rate=5:duration=2")


@functools.cache
def made(name: str, *arguments: str, source: Path = samples.TRAIN) -> bytes:
    """What ffmpeg writes into a file of this name, from a recording and with these arguments."""
    return made_of(("-i", str(source)), name, *arguments)


def made_of(inputs: tuple[str, ...], name: str, *arguments: str) -> bytes:
    """What ffmpeg writes into a file of this name, from these inputs and with these arguments."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *inputs, *arguments, str(path)]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
        return path.read_bytes()


def tones(*parts: tuple[float, int], rate: int = 16_000) -> tuple[str, ...]:
    """An input that holds a tone for so many seconds, at so many per cent of the greatest loudness; then another."""
    graph = ";".join(
        f"sine=frequency=500:sample_rate={rate}:duration={seconds},volume={8 * loudness / 100}[p{number}]"
        for number, (seconds, loudness) in enumerate(parts)
    )
    labels = "".join(f"[p{number}]" for number in range(len(parts)))
    return ("-f", "lavfi", "-i", f"{graph};{labels}concat=n={len(parts)}:v=0:a=1")


async def heard(content: bytes, format_: str, limits: SoundLimits = LIMITS) -> Sound:
    """What is heard of a recording, when it is converted; its MP3 is gone."""
    with nameless_file() as into:
        return await listen(MemorySource(content, 65_536), format_, limits, into)


async def refusal(content: bytes, format_: str, limits: SoundLimits = LIMITS) -> FileRejected:
    with pytest.raises(FileRejected) as caught:
        await heard(content, format_, limits)
    assert caught.value.next_step
    return caught.value


class StalledSource(MemorySource):
    """Gives its content, and then nothing more, without an end."""

    async def chunks(self) -> AsyncIterator[bytes]:
        async for piece in super().chunks():
            yield piece
        await asyncio.Event().wait()
