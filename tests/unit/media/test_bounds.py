"""What a hostile file can make us do: a few requests, little memory, and time that grows no faster than the file."""

import contextlib
import os
import time
from collections.abc import Callable

import pytest

from shared.errors import FileRejected
from shared.media.parts import MAX_PIECE_BYTES, MAX_PIECES, MAX_READS, BrokenHeader, FileParts
from tests import samples
from tests.support.made_containers import OPUS, box, element, ftyp, heif, large_box, matroska, moov, ogg, track
from tests.support.made_media import Stored, chunk, format_or_code, frame, png_chunk, riff, segment, tag
from tests.support.made_pictures import exif, ico

CHART = samples.CHART.read_bytes()
GIF = b"GIF89a\1\0\1\0\0\0\0"

HOSTILE: dict[str, Callable[[int], bytes]] = {
    "ones": lambda size: b"\xff" * size,
    "headers of mp3": lambda size: b"\xff\xfb\x90\x40" * (size // 4),
    "headers of aac": lambda size: b"\xff\xf1\x50\x80\x01\0\0" * (size // 7),
    "two frames and a byte": lambda size: (frame() + frame() + b"\0") * (size // 193),
    "small frames": lambda size: (b"\xff\xf3\x14\xc0" + bytes(20)) * (size // 24),
    "tags": lambda size: tag(0) * (size // 10),
    "zeros and tags": lambda size: (b"\0" + tag(0)) * (size // 11),
    "zeros": bytes,
    "png chunks": lambda size: CHART[:33] + png_chunk(b"tEXt", b"") * (size // 12),
    "jpeg filling": lambda size: b"\xff\xd8" + b"\xff" * size,
    "jpeg stray": lambda size: b"\xff\xd8" + segment(0xE0, 0) + b"a" * size,
    "jpeg marks": lambda size: b"\xff\xd8" + b"\xff\xd0" * (size // 2),
    "gif zeros": lambda size: GIF + bytes(size),
    "gif comments": lambda size: GIF + b"!\xfe\0" * (size // 3),
    "webp chunks": lambda size: b"RIFF\0\0\0\0WEBP" + b"VP8X\0\0\0\0" * (size // 8),
    "jpeg exif": lambda size: b"\xff\xd8" + (b"\xff\xe1\0\x2eExif\0\0" + exif(1).ljust(38, b"\0")) * (size // 48),
    "webp exif": lambda size: riff(chunk(b"VP8X", b"\x08" + bytes(9)) + b"ALPH\0\0\0\0" * (size // 8), form=b"WEBP"),
    "gif blocks": lambda size: GIF + b",\0\0\0\0\1\0\1\0\0\2" + b"\1\0" * (size // 2),
    "icons": lambda size: ico(*[1] * 256) + bytes(size),
    "boxes": lambda size: ftyp(b"isom") + box(b"free") * (size // 8),
    "large boxes": lambda size: ftyp(b"isom") + large_box(b"free", b"") * (size // 16),
    "tracks": lambda size: ftyp(b"isom") + moov(*[track(b"vide")] * (size // len(track(b"vide")))),
    "sizes of a heic": lambda size: heif(b"heic", sizes=((1, 1),) * (size // 20)),
    "brands": lambda size: ftyp(b"isom", *[b"heic"] * (size // 4)),
    "elements": lambda size: matroska(b"webm", before=element(0xEC, b"") * (size // 9)),
    "tracks of matroska": lambda size: matroska(b"webm", *[1] * (size // 25)),
    "streams of ogg": lambda size: ogg(*[OPUS] * (size // 48)),
    "xml": lambda size: b"<?xml?>" * (size // 7),
    "comments": lambda size: b"<!--" * (size // 4),
    "pdf": lambda size: b"%PDF-" + b"%PDF-" * (size // 5),
    "aiff chunks": lambda size: b"FORM\0\0\0\0AIFF" + b"ANNO\0\0\0\0" * (size // 8),
    "wav chunks": lambda size: b"RIFF\0\0\0\0WAVE" + b"LIST\0\0\0\0" * (size // 8),
}


TRIES = 5
"""Others work on this machine: the least counts."""


async def _cpu(content: bytes) -> float:
    begun = time.process_time()
    await format_or_code(content)
    return time.process_time() - begun


@pytest.mark.parametrize("kind", HOSTILE)
async def test_four_times_the_bytes_take_no_more_than_some_four_times_the_time(kind: str) -> None:
    small, large = HOSTILE[kind](15_000), HOSTILE[kind](60_000)
    enough = 12 * min([await _cpu(small) for _ in range(TRIES)])
    for _ in range(TRIES):
        if await _cpu(large) < enough:
            return
    pytest.fail("the time grows faster than the file")


@pytest.mark.parametrize("kind", HOSTILE)
async def test_a_hostile_file_of_any_size_costs_no_more_than_the_bounds_say(kind: str) -> None:
    stored = Stored(HOSTILE[kind](10_000_000))
    with contextlib.suppress(FileRejected):
        await stored.sniffed()
    assert len(stored.fetched) <= MAX_PIECES
    assert max(length for _, length in stored.fetched) <= MAX_PIECE_BYTES


async def test_parts_are_given_out_as_they_lie_in_the_file() -> None:
    content = os.urandom(400_000)
    file = FileParts(Stored(content).fetch, len(content))
    for start, length in [(0, 10), (65_530, 10), (70_000, 300_000), (399_990, 50), (5, 5), (400_000, 1)]:
        assert await file.read(start, length) == content[start : start + length]


async def test_parts_are_given_out_ten_thousand_times_at_most() -> None:
    file = FileParts(Stored(b"content").fetch, 7)
    for _ in range(MAX_READS):
        await file.read(0, 1)
    with pytest.raises(BrokenHeader):
        await file.read(0, 1)


async def test_bytes_at_hand_are_read_again_only_if_they_are_too_few() -> None:
    stored = Stored(bytes(200_000))
    file = FileParts(stored.fetch, 200_000)
    assert len(await file.read_on(40_000, at_least=10_000, at_most=20_000)) == 20_000
    assert len(await file.read_on(100_000, at_least=5_000, at_most=20_000)) == 5_536
    assert stored.fetched == [(40_000, 65_536)]
    assert len(await file.read_on(100_000, at_least=6_000, at_most=20_000)) == 20_000
