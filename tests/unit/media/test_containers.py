"""What Matroska, OGG, AVI and ASF files hold: sound alone, a film, a silent one, or what is protected."""

import pytest

from tests.support.made_containers import (
    ASF_ENCRYPTION,
    ASF_PICTURES,
    ASF_SOUND,
    OPUS,
    SKELETON,
    THEORA,
    VORBIS,
    asf,
    avi,
    element,
    matroska,
    ogg,
    transport_stream,
)
from tests.support.made_media import Stored, format_or_code, refusal, sniffed


@pytest.mark.parametrize(
    "silent",
    [matroska(b"webm", 1), matroska(b"matroska", 1, 17), avi(b"vids"), asf(ASF_PICTURES), ogg(SKELETON, THEORA)],
    ids=["webm", "matroska", "avi", "asf", "ogg"],
)
async def test_a_film_without_sound_is_refused_before_it_is_fetched(silent: bytes) -> None:
    error = await refusal(silent)
    assert error.code == "unsupported_media"
    assert "without sound" in error.message


async def test_an_asf_file_that_is_protected_is_refused_before_it_is_fetched() -> None:
    assert "protected" in (await refusal(asf(ASF_SOUND, more=ASF_ENCRYPTION))).message


@pytest.mark.parametrize("is_endless", [True, False])
@pytest.mark.parametrize("length", [0, 70_000, 5_000_000])
async def test_the_tracks_of_matroska_are_found_behind_what_stands_before_them(length: int, is_endless: bool) -> None:
    stored = Stored(matroska(b"webm", 2, before=element(0x1941A469, bytes(length)), is_endless=is_endless))
    assert (await stored.sniffed()).media_type == "audio/webm"
    assert len(stored.fetched) <= 2


async def test_matroska_whose_tracks_stand_behind_its_sound_is_taken_as_a_film() -> None:
    content = element(0x1A45DFA3, element(0x4282, b"webm")) + element(0x18538067, element(0x1F43B675, bytes(40)))
    assert (await sniffed(content)).media_type == "video/webm"


async def test_matroska_that_was_cut_in_its_tracks_is_left_to_the_decoder() -> None:
    whole = matroska(b"webm", 1, 2)
    assert await format_or_code(whole[: whole.rindex(b"\xae")]) == "webm"


@pytest.mark.parametrize("content", [b"\x1aE\xdf\xa3", b"\x1aE\xdf\xa3\0" + bytes(30)], ids=["cut", "no length"])
async def test_matroska_without_a_header_is_damaged(content: bytes) -> None:
    assert await format_or_code(content) == "damaged_media"


@pytest.mark.parametrize(
    ("packets", "expected"),
    [
        ((OPUS,), "opus"),
        ((SKELETON, OPUS), "opus"),
        ((OPUS, VORBIS), "ogg"),
        ((SKELETON, VORBIS), "ogg"),
        ((OPUS, THEORA), "ogg"),
        ((SKELETON,), "damaged_media"),
        ((b"\0" * 40,), "damaged_media"),
        ((), "damaged_media"),
    ],
    ids=["opus", "with skeleton", "two", "vorbis", "film", "skeleton only", "unknown", "none"],
)
async def test_ogg_is_what_its_streams_are(packets: tuple[bytes, ...], expected: str) -> None:
    assert await format_or_code(ogg(*packets)) == expected


async def test_ogg_with_streams_without_end_is_looked_at_for_a_few() -> None:
    stored = Stored(ogg(*[SKELETON] * 100_000))
    assert await format_or_code(stored.content) == "damaged_media"


async def test_the_sound_of_an_avi_whose_header_is_longer_than_the_head_is_left_to_the_decoder() -> None:
    assert await format_or_code(avi(b"vids", b"txts" + bytes(70_000), b"auds")) == "avi"


async def test_three_packets_make_a_transport_stream_and_two_do_not() -> None:
    packets = transport_stream()
    assert await format_or_code(packets[: 3 * 188]) == "mpegts"
    assert await format_or_code(packets[: 2 * 188]) == "unsupported_media"
