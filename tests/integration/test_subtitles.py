"""Subtitles are what players take for subtitles: ffmpeg, as one of them, reads what we write."""

import re
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import imageio_ffmpeg
import pytest

from shared.transcripts.segments import Segment
from shared.transcripts.subtitles import srt, vtt

SPOKEN = [
    Segment(0.5, 3, "Good morning, --> how are you?", "1"),
    Segment(3, 8.25, "<b>Fine</b>, thank you & yours. {\\an8} It is a long sentence that needs two lines.", "Ann <x>"),
    Segment(3700, 3701, "你好。"),
]


@pytest.mark.parametrize(("form", "write"), [("srt", srt), ("vtt", vtt)])
def test_ffmpeg_reads_each_subtitle_with_its_times_and_words(
    tmp_path: Path, form: str, write: Callable[[Sequence[Segment]], str]
) -> None:
    path = tmp_path / f"talk.{form}"
    path.write_text(write(SPOKEN), encoding="utf-8")
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "warning", "-i", str(path), "-f", "srt", "-"]
    done = subprocess.run(command, check=True, capture_output=True, timeout=60)
    assert done.stderr == b""
    read = done.stdout.decode()
    assert _times(read) == _times(write(SPOKEN).replace(".", ","))
    assert len(_times(read)) >= len(SPOKEN)
    assert all(words in read for words in ("how are you?", "two lines.", "你好。"))


def _times(subtitles: str) -> list[tuple[str, str]]:
    return re.findall(r"(\S+) --> (\S+)", subtitles)
