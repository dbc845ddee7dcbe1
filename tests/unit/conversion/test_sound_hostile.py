"""Recordings that are broken, or were made to do harm: each ends in a refusal, or in what there is of it."""

import asyncio
import functools
import random
import struct
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from shared.conversion.ffmpeg import DEMUXERS
from shared.conversion.process import ProcessLimits
from shared.errors import FileRejected, StorageUnavailable
from tests.support.made_sound import LIMITS, SPOKEN_SECONDS, heard, made, made_of, refusal

AAC = ("-c:a", "aac")
ONE_OF_EACH = sorted({demuxer: format_ for format_, demuxer in DEMUXERS.items()}.values())
HASTY = replace(LIMITS, process=ProcessLimits(cpu_seconds=20))


class Listener:
    """A place that hostile files name; it notes whether anybody comes."""

    def __init__(self) -> None:
        self.visits = 0
        self.port = 0

    async def open(self) -> asyncio.Server:
        server = await asyncio.start_server(self._visit, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        return server

    def _visit(self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.visits += 1
        writer.close()


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    listener = Listener()
    async with await listener.open():
        yield listener


def playlists(address: str) -> dict[str, bytes]:
    """Lists of files that name an address, or a file of this machine."""
    hls = f"#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n{address}/a.ts\n#EXTINF:5,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"
    dash = (
        '<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT5S"><Period>'
        f'<AdaptationSet mimeType="audio/mp4"><Representation id="a" bandwidth="1"><BaseURL>{address}/a.m4a</BaseURL>'
        "</Representation></AdaptationSet></Period></MPD>"
    )
    return {
        "hls": hls.encode(),
        "hls behind a tag": b"ID3\x03\0\0\0\0\0\0" + hls.encode(),
        "concat": f"ffconcat version 1.0\nfile '{address}/a.wav'\nfile '/etc/passwd'\n".encode(),
        "dash": dash.encode(),
        "sdp": f"v=0\nc=IN IP4 127.0.0.1\nm=audio {address.rpartition(':')[2]} RTP/AVP 0\n".encode(),
        "data": b"#EXTM3U\n#EXTINF:5,\ndata:audio/wav;base64,UklGRg==\n#EXT-X-ENDLIST\n",
    }


@pytest.mark.parametrize("format_", ONE_OF_EACH)
async def test_a_list_of_other_files_is_never_followed(format_: str, listener: Listener) -> None:
    lists = playlists(f"http://127.0.0.1:{listener.port}").values()
    for error in await asyncio.gather(*(refusal(content * 3, format_, HASTY) for content in lists)):
        assert error.code in ("damaged_media", "unsupported_media")
    assert listener.visits == 0


def box(name: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I", len(body) + 8) + name + body


def with_reference(movie: bytes, entry: bytes) -> bytes:
    """The film with its media said to lie elsewhere: as much is taken from a `free` box as the reference is longer."""
    own = box(b"dref", bytes(4), struct.pack(">I", 1), box(b"url ", b"\0\0\0\1"))
    assert movie.count(own) == 1
    longer = movie.replace(own, box(b"dref", bytes(4), struct.pack(">I", 1), entry))
    grown = len(longer) - len(movie)
    for name in (b"moov", b"trak", b"mdia", b"minf", b"dinf"):
        at = longer.index(name) - 4
        longer = longer[:at] + struct.pack(">I", struct.unpack_from(">I", longer, at)[0] + grown) + longer[at + 4 :]
    return longer


@pytest.mark.parametrize("kind", ["url", "alis"])
async def test_a_film_whose_sound_lies_elsewhere_does_not_lead_there(kind: str, listener: Listener) -> None:
    place = f"http://127.0.0.1:{listener.port}/a.raw".encode()
    path = b"/etc/passwd"
    alias = bytes(150) + struct.pack(">hH", 2, len(path)) + path + bytes(len(path) % 2) + struct.pack(">hh", -1, 0)
    entry = box(b"url ", bytes(4), place + b"\0") if kind == "url" else box(b"alis", bytes(4), alias)
    movie = with_reference(made("a.mov", "-c:a", "pcm_s16be"), entry)
    try:
        sound = await heard(movie, "mov", HASTY)
        assert sound.seconds < SPOKEN_SECONDS + 1
    except FileRejected as error:
        assert error.code == "damaged_media"
    assert listener.visits == 0


@pytest.mark.parametrize("format_", ONE_OF_EACH)
@pytest.mark.parametrize("content", [bytes(100_000), b"\xff" * 100_000, random.Random(1).randbytes(100_000), b"x", b""])
async def test_what_is_no_recording_is_refused_whatever_it_was_taken_for(format_: str, content: bytes) -> None:
    try:
        assert (await heard(content, format_, HASTY)).seconds > 0
    except FileRejected as error:
        assert error.code in ("damaged_media", "unsupported_media")


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
async def test_a_recording_whose_index_was_cut_off_is_refused(part: float) -> None:
    content = made("a.m4a", *AAC)
    assert (await refusal(content[: int(len(content) * part)], "m4a")).code == "damaged_media"


@pytest.mark.parametrize(
    ("format_", "name", "arguments"),
    [
        ("m4a", "a.m4a", (*AAC, "-movflags", "+faststart")),
        ("ogg", "a.ogg", ("-c:a", "libvorbis")),
        ("flac", "a.flac", ()),
        ("mp3", "a.mp3", ()),
        ("wav", "a.wav", ()),
        ("webm", "a.webm", ("-c:a", "libopus")),
        ("wma", "a.wma", ()),
    ],
)
async def test_a_recording_that_was_cut_is_heard_as_far_as_it_goes(
    format_: str, name: str, arguments: tuple[str, ...]
) -> None:
    content = made(name, *arguments)
    sound = await heard(content[: len(content) * 2 // 3], format_)
    assert 0.8 < sound.seconds < 2.0
    assert sound.speech


async def test_a_hole_in_a_recording_is_told() -> None:
    content = bytearray(made("a.flac"))
    content[20_000:24_000] = bytes(4000)
    sound = await heard(bytes(content), "flac")
    assert not sound.is_whole


@functools.cache
def silence() -> bytes:
    """A quarter of an hour in few bytes."""
    fast = ("-frame_size", "65535", "-compression_level", "0")
    return made_of(("-f", "lavfi", "-i", "anullsrc=r=8000:cl=mono"), "a.flac", *fast, "-t", "900")


async def test_a_long_recording_in_few_bytes_is_refused_as_too_long() -> None:
    content = silence()
    assert len(content) < 20_000
    assert (await refusal(content, "flac", replace(LIMITS, max_seconds=60))).code == "too_long"


async def test_a_film_of_a_thousand_tracks_ends_in_bounded_time() -> None:
    many = [argument for _ in range(1000) for argument in ("-map", "0:a")]
    content = made("a.mov", *many, "-c:a", "copy", "-t", "0.1")
    try:
        assert (await heard(content, "mov", HASTY)).seconds < 1
    except FileRejected as error:
        assert error.code in ("damaged_media", "unsupported_media")


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (ProcessLimits(memory_bytes=150_000_000), "damaged_media"),
        (ProcessLimits(seconds=0.01, step_seconds=0, least_share=0), "too_large"),
    ],
)
async def test_a_recording_that_takes_too_much_is_refused(limits: ProcessLimits, code: str) -> None:
    assert (await refusal(silence(), "flac", replace(LIMITS, process=limits))).code == code


async def test_a_decoder_that_hardly_got_a_processor_does_not_end_the_recording() -> None:
    busy = replace(LIMITS, process=ProcessLimits(seconds=0.01, step_seconds=0, least_share=100))
    with pytest.raises(StorageUnavailable):
        await heard(silence(), "flac", busy)


async def test_a_protected_recording_is_told_as_that() -> None:
    key = ("-encryption_scheme", "cenc-aes-ctr", "-encryption_key", "00" * 16, "-encryption_kid", "11" * 16)
    error = await refusal(made("a.mp4", *AAC, *key), "m4a")
    assert error.code == "unsupported_media"
    assert "protected" in error.message


async def test_a_protected_wma_is_told_as_that() -> None:
    content = made("a.wma")
    encryption = bytes.fromhex("fbb3112223bdd211b4b700a0c955fc6e") + struct.pack("<Q", 40) + bytes(16)
    error = await refusal(content[:30] + encryption + content[30:], "wma")
    assert "protected" in error.message
    assert await heard(content, "wma")


async def test_a_refusal_quotes_nothing_of_the_file(listener: Listener) -> None:
    error = await refusal(b"RIFF\x10\0\0\0WAVEsecret-word" * 10, "wav")
    assert "secret" not in error.message + error.next_step
