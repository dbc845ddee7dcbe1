"""What a file made of boxes is: a picture, a recording or a film, by its boxes where its brand lies or says nothing."""

import pytest

from tests.support.made_containers import (
    PICTURES,
    SOUND,
    box,
    film,
    ftyp,
    handler,
    heif,
    large_box,
    moov,
    track,
)
from tests.support.made_media import Stored, format_or_code, refusal, sniffed

HEVC = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1", b"mif2", b"miaf")


async def media_type_of(content: bytes) -> str:
    return (await sniffed(content)).media_type


@pytest.mark.parametrize("brand", HEVC)
async def test_a_picture_of_hevc_is_heic_whatever_its_brand(brand: bytes) -> None:
    for content in (heif(brand), heif(brand, b"mif1", b"heic", b"tmap"), heif(brand, codec=b"")):
        assert (await sniffed(content)).format == "heic"


@pytest.mark.parametrize("brand", [b"avif", b"avis", b"mif1", b"heic", b"isom", b"mp42"])
async def test_a_picture_of_av1_is_avif_whatever_its_brand(brand: bytes) -> None:
    assert await media_type_of(heif(brand, b"mif1", codec=b"av1C")) == "image/avif"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (heif(b"mif1"), "image/heif"),
        (heif(b"mif1", b"heic"), "image/heic"),
        (heif(b"msf1", b"hevc"), "image/heif-sequence"),
        (heif(b"mif1", b"avif", codec=b""), "image/avif"),
        (heif(b"heic", codec=b""), "image/heic"),
    ],
)
async def test_the_type_of_a_picture_follows_from_its_codec_and_its_brands(content: bytes, expected: str) -> None:
    assert await media_type_of(content) == expected


@pytest.mark.parametrize("brand", [b"isom", b"mp42", b"qt  ", b"none"])
async def test_a_picture_under_the_brand_of_a_film_is_known_by_its_boxes(brand: bytes) -> None:
    assert (await sniffed(heif(brand))).kind == "image"


@pytest.mark.parametrize("brand", [b"heic", b"mif1", b"avif"])
async def test_a_recording_under_the_brand_of_a_picture_is_known_by_its_boxes(brand: bytes) -> None:
    assert await media_type_of(film(brand, SOUND)) == "audio/mp4"


@pytest.mark.parametrize(("brand", "expected"), [(b"hevc", "heic"), (b"msf1", "heic"), (b"avis", "avif")])
async def test_a_sequence_of_pictures_without_a_still_one_is_a_picture(brand: bytes, expected: str) -> None:
    assert (await sniffed(film(brand, track(b"pict", b"hvc1")))).format == expected


async def test_a_photograph_with_a_film_inside_is_a_picture() -> None:
    assert (await sniffed(heif(b"heic", b"mif1") + moov(PICTURES, SOUND))).format == "heic"


async def test_a_film_with_a_picture_of_itself_is_a_film() -> None:
    poster = heif(b"mp42").removeprefix(ftyp(b"mp42"))
    assert await media_type_of(ftyp(b"mp42") + poster + moov(PICTURES, SOUND)) == "video/mp4"


async def test_a_film_with_tags_in_a_box_of_their_own_is_a_film() -> None:
    tags = box(b"meta", bytes(4) + handler(b"mdir"))
    assert await media_type_of(ftyp(b"mp42") + tags + moov(PICTURES, SOUND)) == "video/mp4"


@pytest.mark.parametrize(("codec", "name"), [(b"avcC", "AVC"), (b"vvcC", "VVC"), (b"j2kH", "JPEG 2000")])
async def test_a_picture_of_a_codec_that_nothing_here_decodes_is_refused_by_its_name(codec: bytes, name: str) -> None:
    error = await refusal(heif(b"mif1", codec=codec))
    assert error.code == "unsupported_media"
    assert f"HEIF (image/heif) coded as {name}" in error.message


async def test_the_brand_tells_the_codec_where_no_box_does() -> None:
    assert "coded as AVC" in (await refusal(heif(b"avci", codec=b""))).message


@pytest.mark.parametrize("first", [b"moov", b"mdat", b"wide", b"free", b"skip"])
async def test_an_old_film_without_a_brand_is_quicktime(first: bytes) -> None:
    content = moov(PICTURES, SOUND) if first == b"moov" else box(first, bytes(40)) + moov(PICTURES, SOUND)
    assert await media_type_of(content) == "video/quicktime"


@pytest.mark.parametrize("brand", [b"M4A ", b"M4B ", b"mp42", b"isom", b"dash", b"iso6", b"F4A "])
async def test_a_recording_of_any_brand_is_one(brand: bytes) -> None:
    assert await media_type_of(film(brand, SOUND)) == "audio/mp4"


async def test_the_pictures_of_chapters_make_no_film_of_an_audio_book() -> None:
    assert await media_type_of(film(b"M4B ", SOUND, track(b"vide", b"jpeg"))) == "audio/mp4"


@pytest.mark.parametrize("sound_bytes", [0, 1000, 60_000, 200_000, 30_000_000])
async def test_an_index_at_the_end_costs_one_more_request_at_any_size(sound_bytes: int) -> None:
    for sound in (box(b"mdat", bytes(sound_bytes)), large_box(b"mdat", bytes(sound_bytes))):
        stored = Stored(ftyp(b"M4A ") + box(b"free") + sound + moov(SOUND))
        assert (await stored.sniffed()).format == "m4a"
        assert len(stored.fetched) <= 2


async def test_the_sound_behind_a_long_track_of_pictures_is_found() -> None:
    pictures = box(b"trak", box(b"mdia", handler(b"vide") + box(b"minf", bytes(3_000_000))))
    stored = Stored(ftyp(b"isom") + moov(pictures, SOUND) + box(b"mdat", bytes(500_000)))
    assert (await stored.sniffed()).media_type == "video/mp4"
    assert len(stored.fetched) <= 3


async def test_sound_in_an_index_that_is_too_long_to_be_looked_through_is_left_to_the_decoder() -> None:
    far = [box(b"trak", box(b"free", bytes(200_000)) + box(b"mdia", handler(b"vide"))) for _ in range(40)]
    stored = Stored(ftyp(b"isom") + moov(*far, SOUND))
    assert (await stored.sniffed()).kind == "audio"


async def test_a_film_without_sound_is_refused_before_it_is_fetched() -> None:
    error = await refusal(film(b"isom", PICTURES))
    assert error.code == "unsupported_media"
    assert "without sound" in error.message
    assert "sound" in error.next_step


@pytest.mark.parametrize("codec", [b"enca", b"drms", b"aavd"])
async def test_a_recording_that_is_encrypted_is_refused_before_it_is_fetched(codec: bytes) -> None:
    error = await refusal(film(b"M4A ", track(b"soun", codec)))
    assert error.code == "unsupported_media"
    assert "protected" in error.message


async def test_one_track_of_sound_that_is_not_encrypted_is_enough() -> None:
    assert await format_or_code(film(b"isom", track(b"soun", b"enca"), SOUND)) == "m4a"


@pytest.mark.parametrize(
    "content",
    [
        ftyp(b"M4A ")[:12],
        ftyp(b"M4A "),
        ftyp(b"heic"),
        film(b"M4A ", SOUND)[:60],
        ftyp(b"M4A ") + box(b"mdat", bytes(50), claims=5_000_000),
        ftyp(b"M4A ") + box(b"mdat", bytes(50), claims=0),
        ftyp(b"M4A ") + box(b"mdat", bytes(50), claims=4),
        ftyp(b"iso5") + box(b"moof", bytes(50)) + box(b"mdat", bytes(50)),
        heif(b"heic")[:150],
    ],
    ids=[
        "12 bytes",
        "brand",
        "brand of a picture",
        "cut",
        "cut in its sound",
        "endless",
        "lie",
        "fragment",
        "cut picture",
    ],
)
async def test_a_file_that_lost_its_index_is_damaged(content: bytes) -> None:
    assert await format_or_code(content) == "damaged_media"


async def test_an_index_that_is_cut_is_left_to_the_decoder() -> None:
    content = ftyp(b"isom") + moov(PICTURES, SOUND)
    assert await format_or_code(content[: -len(SOUND)]) == "m4a"


async def test_a_picture_is_as_large_as_the_largest_in_the_file() -> None:
    tiled = heif(b"heic", sizes=((512, 512), (4032, 3024), (320, 240)))
    assert (await sniffed(tiled)).pixels == (4032, 3024)
    assert (await sniffed(heif(b"heic", sizes=()))).pixels is None


async def test_words_about_boxes_are_text() -> None:
    for words in (b"The ftyp box comes first. ", b"Get free beer, they said.", b"and mdat holds samples"):
        assert "text/plain" in (await refusal(words * 20)).message
