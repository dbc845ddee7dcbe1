"""Recordings of every kind are heard to their end, and become an MP3 that can be taken apart."""

import array
import asyncio
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

from shared.conversion.ffmpeg import DEMUXERS, MP3_FRAME_BYTES
from shared.conversion.process import ProcessLimits
from shared.conversion.sound import Sound, listen
from shared.conversion.speech import Span
from shared.conversion.temporary import nameless_file
from shared.errors import StorageUnavailable
from shared.media.mpeg import frames_from
from tests import samples
from tests.support.made_media import chunk, riff, tag, wave_format
from tests.support.made_sound import (
    A_PICTURE,
    LIMITS,
    SPOKEN_SECONDS,
    StalledSource,
    heard,
    made,
    made_of,
    refusal,
    tones,
)
from tests.unit.fakes import MemorySource

WITH_PICTURE = (*A_PICTURE, "-i", str(samples.TRAIN))
AAC = ("-c:a", "aac")
WAV = samples.TRAIN.read_bytes()

KINDS = [
    ("wav", "a.wav", ("-c:a", "pcm_s24le")),
    ("wav", "a.wav", ("-c:a", "pcm_f32le", "-ac", "6", "-ar", "48000")),
    ("wav", "a.wav", ("-c:a", "pcm_mulaw", "-ar", "8000")),
    ("wav", "a.wav", ("-c:a", "pcm_alaw", "-ar", "8000")),
    ("wav", "a.wav", ("-c:a", "adpcm_ms")),
    ("rf64", "a.wav", ("-rf64", "always")),
    ("w64", "a.w64", ()),
    ("mp3", "a.mp3", ()),
    ("mp2", "a.mp2", ()),
    ("aac", "a.aac", ()),
    ("m4a", "a.m4a", AAC),
    ("m4a", "a.m4a", (*AAC, "-movflags", "+faststart")),
    ("m4a", "a.m4a", ("-c:a", "alac")),
    ("m4a", "a.mp4", (*AAC, "-movflags", "+frag_keyframe+empty_moov")),
    ("ogg", "a.ogg", ("-c:a", "libvorbis")),
    ("ogg", "a.ogg", ("-c:a", "flac")),
    ("opus", "a.opus", ()),
    ("flac", "a.flac", ()),
    ("webm", "a.webm", ("-c:a", "libopus")),
    ("amr", "a.amr", ("-ar", "8000", "-b:a", "12.2k")),
    ("aiff", "a.aiff", ()),
    ("wma", "a.wma", ()),
    ("caf", "a.caf", ("-c:a", "pcm_s16be")),
    ("caf", "a.caf", ("-c:a", "alac")),
    ("au", "a.au", ()),
]
FILMS = [
    ("mp4", "a.mp4", ("-c:v", "mpeg4", *AAC)),
    ("mov", "a.mov", ("-c:v", "mpeg4", "-c:a", "pcm_s16be")),
    ("3gp", "a.3gp", ("-c:v", "mpeg4", *AAC, "-ar", "16000")),
    ("mkv", "a.mkv", ("-c:v", "mpeg4", "-c:a", "ac3")),
    ("avi", "a.avi", ("-c:v", "mpeg4", "-c:a", "mp3")),
    ("mpegts", "a.ts", ("-c:v", "mpeg2video", *AAC)),
    ("mpeg", "a.mpg", ("-c:v", "mpeg2video", "-c:a", "mp2")),
]


@pytest.mark.parametrize(("format_", "name", "arguments"), KINDS, ids=str)
async def test_a_recording_of_every_kind_is_heard_to_its_end(format_: str, name: str, arguments: tuple[str]) -> None:
    sound = await heard(made(name, *arguments), format_)
    assert sound.seconds == pytest.approx(SPOKEN_SECONDS, abs=0.15)
    assert sound.speech_seconds > 1.9
    assert sound.is_whole


@pytest.mark.parametrize(("format_", "name", "arguments"), FILMS, ids=str)
async def test_a_film_is_heard_as_its_sound(format_: str, name: str, arguments: tuple[str]) -> None:
    sound = await heard(made_of(WITH_PICTURE, name, *arguments), format_)
    assert sound.seconds == pytest.approx(SPOKEN_SECONDS, abs=0.15)
    assert sound.speech_seconds > 1.9


def test_every_format_that_is_read_is_tried() -> None:
    tried = {format_ for format_, _, _ in [*KINDS, *FILMS]} | {"matroska"}
    assert tried == set(DEMUXERS)


async def test_the_mp3_is_made_of_frames_of_one_length_and_of_nothing_else() -> None:
    with nameless_file() as into:
        await listen(MemorySource(WAV), "wav", LIMITS, into)
        into.seek(0)
        mp3 = into.read()
    places = [at for at, _ in frames_from(mp3, 0)]
    assert places == list(range(0, len(mp3), MP3_FRAME_BYTES))


async def test_what_is_not_converted_is_heard_all_the_same() -> None:
    sound = await listen(MemorySource(samples.HELLO.read_bytes()), "mp3", LIMITS, None)
    assert sound.seconds == pytest.approx(1.7, abs=0.1)
    assert sound.speech
    with pytest.raises(ValueError, match="no MP3"):
        sound.part(Span(0, 1))


async def samples_of(sound: Sound, span: Span) -> "array.array[int]":
    """A part of a recording, decoded by whoever has nothing but that part."""
    mp3 = b"".join([piece async for piece in sound.part(span).chunks()])
    return array.array("h", made_of(("-f", "mp3", "-i", _stored(mp3)), "a.raw", "-f", "s16le"))


def _stored(content: bytes) -> str:
    with tempfile.NamedTemporaryFile(delete=False) as file:
        file.write(content)
    return file.name


async def test_a_part_holds_the_sound_of_its_span_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    content = made_of(tones((20, 0), (2, 80), (20, 0)), "a.flac")
    with nameless_file() as into:
        sound = await listen(MemorySource(content, 65_536), "flac", LIMITS, into)
        inside, before, behind = [
            await samples_of(sound, span) for span in (Span(20.1, 21.9), Span(18, 19.9), Span(22.1, 25))
        ]
    assert len(inside) / 16_000 == pytest.approx(1.8, abs=0.15)
    assert [max(part) > 10_000 for part in (inside, before, behind)] == [True, False, False]
    assert min(max(inside[at : at + 160]) for at in range(2000, len(inside) - 1000, 160)) > 10_000


async def test_the_parts_of_all_pieces_hold_every_frame() -> None:
    with nameless_file() as into:
        sound = await listen(MemorySource(WAV), "wav", LIMITS, into)
        whole = sound.part(Span(0, sound.seconds)).size
        cut = [sound.part(Span(start, start + 0.5)).size for start in (0, 0.5, 1, 1.5, 2)]
        assert whole == into.seek(0, 2) // MP3_FRAME_BYTES * MP3_FRAME_BYTES
    assert whole <= sum(cut) <= whole + 5 * 4 * MP3_FRAME_BYTES


@pytest.mark.parametrize("format_", ["wav", "m4a"])
async def test_a_recording_over_the_limit_is_refused_with_the_limit_and_its_setting(format_: str) -> None:
    content = WAV if format_ == "wav" else made("a.m4a", *AAC)
    error = await refusal(content, format_, replace(LIMITS, max_seconds=1))
    assert (error.code, "more than 1 seconds" in error.message, "MAX_SECONDS" in error.message) == (
        "too_long",
        True,
        True,
    )


async def test_a_recording_that_was_cut_to_the_limit_is_heard() -> None:
    assert (await heard(made("a.m4a", *AAC), "m4a", replace(LIMITS, max_seconds=SPOKEN_SECONDS))).is_whole


@pytest.mark.parametrize(("format_", "left"), [("m4a", 1000), ("m4a", 19_000), ("wav", 5000)])
async def test_no_more_lies_on_the_disk_than_the_setting_says(format_: str, left: int) -> None:
    content = WAV if format_ == "wav" else made("a.m4a", *AAC)
    error = await refusal(content, format_, replace(LIMITS, max_disk_bytes=left))
    assert error.code == "too_large"
    assert "MAX_DISK_BYTES" in error.message


async def test_a_silent_film_holds_no_sound() -> None:
    error = await refusal(made_of(A_PICTURE, "a.mp4", "-c:v", "mpeg4"), "mp4")
    assert error.code == "unsupported_media"
    assert "holds no sound" in error.message


@pytest.mark.parametrize(
    ("form", "words"),
    [
        (wave_format(codec=0x9999), "cannot read"),
        (wave_format(bits=64), "cannot read"),
        (wave_format(channels=9), "mix"),
    ],
)
async def test_sound_that_cannot_be_decoded_is_told_as_that(form: bytes, words: str) -> None:
    error = await refusal(riff(form, chunk(b"data", bytes(36_000))), "wav")
    assert error.code == "unsupported_media"
    assert words in error.message


@pytest.mark.parametrize(("format_", "name"), [("wav", "a.wav"), ("flac", "a.flac"), ("aiff", "a.aiff")])
@pytest.mark.parametrize("tags", [tag(0), tag(1) + tag(3000)], ids=["one", "two"])
@pytest.mark.parametrize("piece", [7, 100_000])
async def test_tags_before_a_recording_are_passed_over(format_: str, name: str, tags: bytes, piece: int) -> None:
    tagged = MemorySource(tags + made(name, "-t", "0.25"), piece)
    with nameless_file() as into:
        assert (await listen(tagged, format_, LIMITS, into)).seconds == 0.25


async def test_a_recording_with_a_cover_is_heard() -> None:
    files = ("-i", str(samples.TRAIN), "-i", str(samples.CHART))
    cover = ("-map", "0", "-map", "1", "-c:v", "png", "-disposition:v", "attached_pic")
    content = made_of(files, "a.m4a", *AAC, *cover)
    assert (await heard(content, "m4a")).is_whole


async def test_a_format_that_is_not_known_is_refused() -> None:
    assert (await refusal(WAV, "midi")).code == "unsupported_media"


@pytest.mark.parametrize("format_", ["wav", "m4a"])
async def test_storage_that_stops_in_the_middle_is_not_held_against_the_file(format_: str) -> None:
    hasty = replace(LIMITS, process=ProcessLimits(stall_seconds=0.5))
    with nameless_file() as into, pytest.raises(StorageUnavailable):
        await listen(StalledSource(WAV[:30_000]), format_, hasty, into)  # less than a pipe takes unread


def files_in(folder: Path) -> list[Path]:
    return list(folder.iterdir())


async def test_nothing_is_left_where_a_file_lay_for_a_while(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = made("a.m4a", *AAC)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    listening = asyncio.create_task(heard(content, "m4a"))
    await asyncio.sleep(0)
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    await heard(content, "m4a")
    assert files_in(tmp_path) == []


@pytest.mark.parametrize("under", ["dcshift=0.1", "aeval=val(0)+0.05*sin(100*PI*t)"], ids=["offset", "hum"])
async def test_speech_over_a_hum_or_beside_zero_is_found(under: str) -> None:
    content = made("a.wav", "-af", f"volume=0.3,{under}")
    assert (await heard(content, "wav")).speech_seconds > 1.9
