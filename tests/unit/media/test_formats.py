"""Every format that is taken is known by its bytes, and told by the name by which it is read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import FileRejected
from shared.media.accepted import ACCEPTED
from shared.media.media import Media
from tests.support import made_containers as made
from tests.support import made_pictures as pictures
from tests.support.made_media import Stored, mp3, refusal, sniffed, tag, unhurried

IMAGES: dict[str, tuple[bytes, str, str]] = {
    "heic": (made.heif(b"heic", b"mif1", b"heic"), "image/heic", "heic"),
    "heif sequence": (made.heif(b"hevc", b"msf1", b"hevc"), "image/heic-sequence", "heic"),
    "avif": (made.heif(b"avif", b"mif1", codec=b"av1C"), "image/avif", "avif"),
    "tiff": (pictures.tiff(*pictures.SIZE_40_30), "image/tiff", "tiff"),
    "tiff, big-endian": (pictures.tiff(*pictures.SIZE_40_30, order=">"), "image/tiff", "tiff"),
    "BigTIFF": (pictures.tiff(*pictures.SIZE_40_30, is_big=True), "image/tiff", "tiff"),
    "BigTIFF, big-endian": (pictures.tiff(*pictures.SIZE_40_30, order=">", is_big=True), "image/tiff", "tiff"),
    "bmp": (pictures.bmp(), "image/bmp", "bmp"),
    "bmp of OS/2": (pictures.bmp(header_bytes=12), "image/bmp", "bmp"),
    "bmp, top row first": (pictures.bmp(40, -30, 124), "image/bmp", "bmp"),
    "jp2": (pictures.jp2(), "image/jp2", "jp2"),
    "jpx": (pictures.jp2(brand=b"jpx "), "image/jp2", "jp2"),
    "codestream": (pictures.codestream(), "image/j2c", "jp2"),
    "psd": (pictures.psd(), "image/vnd.adobe.photoshop", "psd"),
    "pdf": (b"%PDF-1.7\n1 0 obj", "application/pdf", "pdf"),
    "pdf behind junk": (b"\xff\0junk\n" * 140 + b"%PDF-1.4\n1 0 obj", "application/pdf", "pdf"),
}

RECORDINGS: dict[str, tuple[bytes, str, str]] = {
    "rf64": (made.rf64(32_000), "audio/x-rf64", "rf64"),
    "bw64": (made.rf64(32_000, mark=b"BW64"), "audio/x-rf64", "rf64"),
    "w64": (made.W64 + bytes(50), "audio/x-w64", "w64"),
    "aiff": (made.aiff(), "audio/aiff", "aiff"),
    "aifc": (made.aiff(codec=b"sowt"), "audio/aiff", "aiff"),
    "flac": (made.FLAC, "audio/flac", "flac"),
    "au": (made.AU, "audio/basic", "au"),
    "caf": (made.CAF, "audio/x-caf", "caf"),
    "amr": (b"#!AMR\n" + b"\x3c".ljust(32, b"\0") * 9, "audio/amr", "amr"),
    "amr-wb": (b"#!AMR-WB\n" + b"\x44".ljust(61, b"\0") * 9, "audio/amr-wb", "amr"),
    "aac": (made.AAC, "audio/aac", "aac"),
    "mp2": (made.MP2, "audio/mp2", "mp2"),
    "mp1": (made.MP1, "audio/mp1", "mp2"),
    "vorbis": (made.ogg(made.VORBIS), "audio/ogg", "ogg"),
    "opus": (made.ogg(made.OPUS), "audio/opus", "opus"),
    "flac in ogg": (made.ogg(b"\x7fFLAC\1\0\0\1" + made.FLAC), "audio/ogg", "ogg"),
    "speex": (made.ogg(b"Speex   1.2".ljust(80, b"\0")), "audio/ogg", "ogg"),
    "m4a": (made.film(b"M4A ", made.SOUND), "audio/mp4", "m4a"),
    "3gp of sound": (made.film(b"3gp4", made.track(b"soun", b"samr")), "audio/3gpp", "m4a"),
    "webm of sound": (made.matroska(b"webm", 2), "audio/webm", "webm"),
    "mka": (made.matroska(b"matroska", 2), "audio/x-matroska", "webm"),
    "wma": (made.asf(made.ASF_SOUND), "audio/x-ms-wma", "wma"),
}

FILMS: dict[str, tuple[bytes, str, str]] = {
    "mp4": (made.film(b"isom", made.PICTURES, made.SOUND), "video/mp4", "m4a"),
    "mov": (made.film(b"qt  ", made.PICTURES, made.SOUND), "video/quicktime", "m4a"),
    "3gp": (made.film(b"3gp5", made.SOUND, made.PICTURES), "video/3gpp", "m4a"),
    "webm": (made.matroska(b"webm", 1, 2), "video/webm", "webm"),
    "mkv": (made.matroska(b"matroska", 1, 2, 17), "video/x-matroska", "webm"),
    "avi": (made.avi(b"vids", b"auds"), "video/x-msvideo", "avi"),
    "wmv": (made.asf(made.ASF_PICTURES, made.ASF_SOUND), "video/x-ms-wmv", "wma"),
    "theora": (made.ogg(made.SKELETON, made.THEORA, made.VORBIS), "video/ogg", "ogg"),
    "mpeg": (made.MPEG, "video/mpeg", "mpeg"),
    "mpeg behind stuffing": (b"\xff" * 9 + made.MPEG + mp3(1), "video/mpeg", "mpeg"),
    "transport stream": (made.transport_stream(), "video/mp2t", "mpegts"),
    "m2ts": (made.transport_stream(192, before=4), "video/mp2t", "mpegts"),
}

EVERY = {**IMAGES, **RECORDINGS, **FILMS}


@pytest.mark.parametrize("name", IMAGES)
async def test_a_picture_of_a_format_that_no_model_takes_is_told_with_its_size(name: str) -> None:
    content, media_type, format_ = IMAGES[name]
    size, pages = (None, None) if format_ == "pdf" else ((40, 30), 1)
    if media_type in ("image/heic", "image/heic-sequence", "image/avif"):
        size = (512, 512)
    assert await sniffed(content) == Media("image", media_type, format_, None, False, size, pages)


async def test_an_icon_is_as_large_as_the_largest_of_its_pictures() -> None:
    assert await sniffed(pictures.ico(16, 0, 48)) == Media("image", "image/x-icon", "ico", None, False, (256, 256), 1)


@pytest.mark.parametrize("name", [*RECORDINGS, *FILMS])
async def test_sound_of_a_format_that_no_model_takes_is_told_by_what_holds_it(name: str) -> None:
    content, media_type, format_ = EVERY[name]
    media = await sniffed(content)
    assert (media.kind, media.media_type, media.format, media.is_plain) == ("audio", media_type, format_, False)
    assert (media.pixels, media.pages) == (None, None)


@pytest.mark.parametrize("name", EVERY)
async def test_every_format_is_told_by_one_piece_of_a_small_file(name: str) -> None:
    stored = Stored(EVERY[name][0])
    await stored.sniffed()
    assert len(stored.fetched) == 1


def test_every_type_that_is_taken_has_a_file_here() -> None:
    here = {media_type for _, media_type, _ in EVERY.values()}
    others = {"image/png", "image/jpeg", "image/webp", "image/gif", "image/x-icon", "audio/wav", "audio/mpeg"}
    assert here | others == set(ACCEPTED) - {"image/heif", "image/heif-sequence"}  # which test_iso.py has


@pytest.mark.parametrize(
    "before",
    [tag(2048), tag(300_000), tag(40) + tag(2048), bytes(731), tag(40) + bytes(731)],
    ids=["tag", "cover", "two tags", "zeros", "tag and zeros"],
)
@pytest.mark.parametrize("name", ["flac", "aac", "mp2", "mp1", "vorbis", "opus", "theora", "mpeg", "transport stream"])
async def test_sound_behind_a_tag_or_zeros_is_known_by_the_bytes_behind(before: bytes, name: str) -> None:
    """Of all formats these are the ones that ffmpeg reads so."""
    content, media_type, format_ = EVERY[name]
    media = await sniffed(before + content)
    assert (media.media_type, media.format) == (media_type, format_)


@pytest.mark.parametrize("name", ["m4a", "aiff", "rf64", "mkv", "wma", "amr", "avi"])
async def test_what_ffmpeg_does_not_read_behind_a_tag_is_refused_by_its_own_name(name: str) -> None:
    error = await refusal(tag(2048) + EVERY[name][0])
    assert error.code == "unsupported_media"
    assert "behind an ID3 tag" in error.message


@unhurried
@given(st.sampled_from([content for content, _, _ in EVERY.values()]), st.data())
async def test_every_format_cut_anywhere_is_told_or_refused(content: bytes, data: st.DataObject) -> None:
    length = data.draw(st.integers(0, len(content)))
    try:
        assert (await sniffed(content[:length])).media_type in ACCEPTED
    except FileRejected as error:
        assert error.next_step


@unhurried
@given(
    st.sampled_from([content for content, _, _ in EVERY.values()]),
    st.lists(st.tuples(st.integers(0, 700), st.sampled_from([0, 1, 0x7F, 0x80, 0xFF])), max_size=8),
)
async def test_every_format_with_wrong_bytes_is_told_or_refused(content: bytes, changes: list[tuple[int, int]]) -> None:
    broken = bytearray(content)
    for at, byte in changes:
        broken[at % len(broken)] = byte
    try:
        assert (await sniffed(bytes(broken))).media_type in ACCEPTED
    except FileRejected as error:
        assert error.next_step
