from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.conversion.content import content
from shared.errors import FileRejected
from tests.support.made_media import tag
from tests.unit.fakes import MemorySource

ENCRYPTED = b"stsd" + bytes(8) + b"\0\0\0\x60" + b"enca"


async def read(whole: bytes, demuxer: str, piece: int) -> bytes:
    return b"".join([each async for each in content(MemorySource(whole, piece).chunks(), demuxer)])


@given(st.binary(max_size=200), st.integers(1, 60), st.sampled_from(["wav", "mov", "asf", "mp3"]))
async def test_what_is_no_tag_goes_through_unchanged(whole: bytes, piece: int, demuxer: str) -> None:
    whole = b"x" + whole
    assert await read(whole, demuxer, piece) == whole


@given(st.lists(st.integers(0, 300), max_size=3), st.binary(min_size=10, max_size=100), st.integers(1, 500))
async def test_tags_are_left_out_however_the_pieces_fall(tags: list[int], sound: bytes, piece: int) -> None:
    before = b"".join(map(tag, tags))
    assert await read(before + b"RIFF" + sound, "wav", piece) == b"RIFF" + sound
    assert await read(before + b"RIFF" + sound, "mp3", piece) == before + b"RIFF" + sound


@given(st.binary(max_size=100), st.binary(max_size=100), st.integers(1, 60))
async def test_a_mark_of_protection_is_found_however_the_pieces_fall(before: bytes, behind: bytes, piece: int) -> None:
    with pytest.raises(FileRejected, match="protected"):
        await read(b"ftyp" + before + ENCRYPTED + behind, "mov", piece)
    assert await read(b"ftyp" + before + ENCRYPTED + behind, "matroska", piece)


async def test_a_tag_that_claims_more_than_there_is_leaves_nothing() -> None:
    assert await read(tag(b"", claims=5000) + b"RIFF", "wav", 7) == b""


async def test_the_content_is_read_no_further_than_is_asked_for() -> None:
    given: list[int] = []

    async def pieces() -> AsyncIterator[bytes]:
        for number in range(3):
            given.append(number)
            yield b"piece"

    async for _ in content(pieces(), "aac"):
        break
    assert given == [0]
