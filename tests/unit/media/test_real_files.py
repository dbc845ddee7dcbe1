"""Files that ffmpeg wrote: each is told as what it is, and what is told opens by the demuxer of that name."""

import subprocess
from functools import cache
from pathlib import Path

import imageio_ffmpeg
import pytest

from tests import samples
from tests.support.made_media import refusal, sniffed, tag

SPEECH = str(samples.FOLDER / "train.wav")
SECONDS = 2.36
PCM = ("-ar", "16000", "-ac", "1")

SOUND: dict[str, tuple[str, str, str]] = {
    "mp3": ("-c:a libmp3lame -f mp3", "audio/mpeg", "mp3"),
    "m4a": ("-c:a aac -f ipod", "audio/mp4", "mov"),
    "m4a, index first": ("-c:a aac -movflags +faststart -f ipod", "audio/mp4", "mov"),
    "m4a in fragments": ("-c:a aac -movflags frag_keyframe+empty_moov -f mp4", "audio/mp4", "mov"),
    "alac": ("-c:a alac -f ipod", "audio/mp4", "mov"),
    "3gp": ("-c:a libopencore_amrnb -ar 8000 -ac 1 -f 3gp", "audio/3gpp", "mov"),
    "aac": ("-c:a aac -f adts", "audio/aac", "aac"),
    "vorbis": ("-c:a libvorbis -f ogg", "audio/ogg", "ogg"),
    "opus": ("-c:a libopus -f opus", "audio/opus", "ogg"),
    "flac in ogg": ("-c:a flac -f ogg", "audio/ogg", "ogg"),
    "flac": ("-f flac", "audio/flac", "flac"),
    "webm": ("-c:a libopus -f webm", "audio/webm", "matroska"),
    "mka": ("-c:a libvorbis -f matroska", "audio/x-matroska", "matroska"),
    "amr": ("-c:a libopencore_amrnb -ar 8000 -ac 1 -f amr", "audio/amr", "amr"),
    "aiff": ("-f aiff", "audio/aiff", "aiff"),
    "aifc": ("-c:a pcm_s16le -f aiff", "audio/aiff", "aiff"),
    "wma": ("-c:a wmav2 -f asf", "audio/x-ms-wma", "asf"),
    "caf": ("-c:a pcm_s16le -f caf", "audio/x-caf", "caf"),
    "au": ("-f au", "audio/basic", "au"),
    "mp2": ("-c:a mp2 -f mp2", "audio/mp2", "mp3"),
    "w64": ("-f w64", "audio/x-w64", "w64"),
    "rf64": ("-rf64 always -f wav", "audio/x-rf64", "wav"),
    "wav of 24 bits": ("-c:a pcm_s24le -f wav", "audio/wav", "wav"),
    "wav of floats": ("-c:a pcm_f32le -f wav", "audio/wav", "wav"),
    "wav of mu-law": ("-c:a pcm_mulaw -f wav", "audio/wav", "wav"),
    "wav of adpcm": ("-c:a adpcm_ms -f wav", "audio/wav", "wav"),
    "wav of six channels": ("-ac 6 -f wav", "audio/wav", "wav"),
    "transport stream": ("-c:a mp2 -f mpegts", "video/mp2t", "mpegts"),
    "program stream": ("-c:a mp2 -f mpeg", "video/mpeg", "mpeg"),
}

FILMS: dict[str, tuple[str, str, str]] = {
    "mp4": ("-c:v mpeg4 -f mp4", "-c:a aac", "video/mp4"),
    "mov": ("-c:v mpeg4 -f mov", "-c:a aac", "video/quicktime"),
    "3gp": ("-c:v mpeg4 -f 3gp", "-c:a aac", "video/3gpp"),
    "mkv": ("-c:v mpeg4 -f matroska", "-c:a aac", "video/x-matroska"),
    "webm": ("-c:v libvpx -f webm", "-c:a libopus", "video/webm"),
    "avi": ("-c:v mpeg4 -f avi", "-c:a mp2", "video/x-msvideo"),
    "wmv": ("-c:v wmv2 -f asf", "-c:a wmav2", "video/x-ms-wmv"),
    "ogv": ("-c:v libtheora -f ogg", "-c:a libvorbis", "video/ogg"),
}


def ffmpeg(*arguments: str) -> bytes:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", "-y", *arguments]
    return subprocess.run(command, check=True, capture_output=True).stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("real")


@cache
def recording(name: str, folder: Path) -> bytes:
    ffmpeg("-i", SPEECH, *SOUND[name][0].split(), str(folder / name))
    return (folder / name).read_bytes()


def film(name: str, folder: Path, *, is_silent: bool = False) -> bytes:
    pictures, sound, _ = FILMS[name]
    options = ["-an"] if is_silent else sound.split()
    drawn = ("-f", "lavfi", "-i", "testsrc=s=64x48:d=0.4:r=5")
    ffmpeg(*drawn, "-i", SPEECH, *pictures.split(), *options, "-shortest", str(folder / name))
    return (folder / name).read_bytes()


def heard(content: bytes, demuxer: str, folder: Path) -> float:
    """How many seconds ffmpeg hears by that demuxer."""
    (folder / "heard").write_bytes(content)
    pcm = ffmpeg("-f", demuxer, "-i", str(folder / "heard"), "-map", "0:a:0", "-f", "s16le", *PCM, "-")
    return len(pcm) / 32_000


@pytest.mark.parametrize("name", SOUND)
async def test_a_recording_that_ffmpeg_wrote_is_told_and_opens_by_its_demuxer(name: str, folder: Path) -> None:
    _, media_type, demuxer = SOUND[name]
    content = recording(name, folder)
    media = await sniffed(content)
    assert (media.kind, media.media_type, media.is_plain) == ("audio", media_type, name == "mp3")
    assert media.seconds in (None, 2.4)
    assert heard(content, demuxer, folder) == pytest.approx(SECONDS, abs=0.1)


@pytest.mark.parametrize("name", FILMS)
async def test_a_film_that_ffmpeg_wrote_is_told_and_a_silent_one_refused(name: str, folder: Path) -> None:
    media = await sniffed(film(name, folder))
    assert (media.kind, media.media_type) == ("audio", FILMS[name][2])
    assert "without sound" in (await refusal(film(name, folder, is_silent=True))).message


@pytest.mark.parametrize("name", ["flac", "vorbis", "aac", "mp2", "transport stream", "program stream"])
@pytest.mark.parametrize("before", [tag(2048), bytes(731)], ids=["tag", "zeros"])
async def test_what_is_taken_behind_a_tag_or_zeros_opens_so(name: str, before: bytes, folder: Path) -> None:
    content = before + recording(name, folder)
    assert (await sniffed(content)).media_type == SOUND[name][1]
    assert heard(content, SOUND[name][2], folder) == pytest.approx(SECONDS, abs=0.1)


@pytest.mark.parametrize("name", ["m4a", "webm", "amr", "aiff", "wma", "caf", "au", "rf64", "wav of mu-law"])
async def test_what_is_refused_behind_a_tag_does_not_open_so(name: str, folder: Path) -> None:
    content = tag(2048) + recording(name, folder)
    assert "behind an ID3 tag" in (await refusal(content)).message
    with pytest.raises(subprocess.CalledProcessError):
        heard(content, SOUND[name][2], folder)


async def test_bw64_which_ffmpeg_does_not_write_is_read_by_it(folder: Path) -> None:
    content = b"BW64" + recording("rf64", folder)[4:]
    assert (await sniffed(content)).seconds == 2.4
    assert heard(content, "wav", folder) == pytest.approx(SECONDS, abs=0.1)
