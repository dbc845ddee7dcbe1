"""Files as people have them, with an odd header: what opens elsewhere is answered, the rest is refused unpaid."""

import pytest

from tests import samples
from tests.corpus.good import GOOD
from tests.e2e.conftest import App
from tests.support.made_media import PAGES, picture, png_chunk, tag

TRAIN = samples.TRAIN.read_bytes()
DATA_SIZE = TRAIN.index(b"data") + 4
CHART = samples.CHART.read_bytes()


def claiming(length: int) -> bytes:
    return TRAIN[:DATA_SIZE] + length.to_bytes(4, "little") + TRAIN[DATA_SIZE + 4 :]


@pytest.mark.parametrize("length", [0xFFFFFFFF, 0, 31 * 60 * 32_000], ids=["streamed", "unfinished", "31 minutes"])
async def test_a_wav_whose_header_lies_is_heard(app: App, folder: str, length: int) -> None:
    document = await app.answer(f"{folder}/train.wav", claiming(length))
    assert (document["status"], document["input"]["seconds"]) == ("ok", 2.4)
    assert "train to the coast" in document["answer"]["text"]


@pytest.mark.parametrize(
    "before", [bytes(731), tag(300_000), tag(40) + tag(70_000)], ids=["zeros", "cover", "two tags"]
)
async def test_an_mp3_is_heard_behind_junk_and_tags(app: App, folder: str, before: bytes) -> None:
    document = await app.answer(f"{folder}/hello.mp3", before + samples.HELLO.read_bytes()[20:])
    assert (document["status"], document["input"]["seconds"]) == ("ok", 1.8)
    assert "you" in document["answer"]["text"]


@pytest.mark.parametrize("odd", [png_chunk(b"tEXt", b"Comment\0scanner", crc=1), png_chunk(b"iCCP", bytes(300_000))])
async def test_a_picture_with_a_damaged_chunk_beside_it_is_read(app: App, folder: str, odd: bytes) -> None:
    document = await app.answer(f"read-text/{folder}/chart.png", CHART[:33] + odd + CHART[33:])
    assert document["status"] == "ok"
    assert "Umbrellas" in document["answer"]["text"]


async def test_an_animated_png_is_answered_as_a_png(app: App, folder: str) -> None:
    document = await app.answer(f"{folder}/animated.png", picture("PNG", save_all=True, append_images=PAGES))
    assert (document["status"], document["input"]["media_type"]) == ("ok", "image/png")


@pytest.mark.parametrize(
    "name", ["behind_tag.flac", "index_at_end.m4a", "film.mov", "only_on_page_2.pdf", "turned.heic", "fax.tiff"]
)
async def test_what_no_model_takes_is_converted_and_its_words_come_out(app: App, folder: str, name: str) -> None:
    made = GOOD[name]
    path = f"read-text/{folder}/{name}" if made.kind == "image" else f"{folder}/{name}"
    document = await app.answer(path, made.content())
    assert document["status"] == "ok"
    assert [word for word in made.words if word.casefold() not in document["answer"]["text"].casefold()] == []
