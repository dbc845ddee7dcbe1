"""Files as people have them, with an odd header: what opens elsewhere is answered, the rest is refused unpaid."""

from collections.abc import Callable

import pytest
from PIL import Image

from tests import samples
from tests.corpus.good import GOOD
from tests.corpus.ingredients import SIGN as WORDS
from tests.corpus.ingredients import SIGN_WORDS, SPOKEN_WORDS, saved, sign
from tests.corpus.photographs import heic
from tests.corpus.writers import heif
from tests.corpus.writers.pdf import Page, pdf, text
from tests.e2e.conftest import SIGN, SMALL, App
from tests.support.made_media import picture, png_chunk, tag

TRAIN = samples.TRAIN.read_bytes()
DATA_SIZE = TRAIN.index(b"data") + 4
SMALL_PAGE = (0, 0, 144, 144)
"""In points."""
DAMAGED = png_chunk(b"tEXt", b"Comment\0scanner", crc=1) + png_chunk(b"iCCP", bytes(300_000))
CONVERTED: dict[str, Callable[[], bytes]] = {
    "only_on_page_2.pdf": lambda: pdf(
        [Page(b"", box=SMALL_PAGE), Page(text([WORDS], points=20, left=20, top=60), box=SMALL_PAGE)]
    ),
    "turned.heic": lambda: heic(heif.turned(3), picture=sign(WORDS, *SMALL).transpose(Image.Transpose.ROTATE_90)),
    "fax.tiff": lambda: saved(sign(WORDS, *SMALL).convert("1"), "TIFF", compression="group4"),
}
"""One for each library that decodes; the corpora have the others."""


def claiming(length: int) -> bytes:
    return TRAIN[:DATA_SIZE] + length.to_bytes(4, "little") + TRAIN[DATA_SIZE + 4 :]


async def test_a_wav_whose_header_lies_is_heard(app: App, folder: str) -> None:
    document = await app.answer(f"{folder}/unfinished.wav", claiming(0))
    assert (document["status"], document["input"]["seconds"]) == ("ok", 2.4)
    assert "train to the coast" in document["answer"]["text"]


async def test_an_mp3_is_heard_behind_junk_and_tags(app: App, folder: str) -> None:
    content = bytes(9) + tag(40) + tag(70_000) + samples.HELLO.read_bytes()[20:]
    document = await app.answer(f"{folder}/hello.mp3", content)
    assert (document["status"], document["input"]["seconds"]) == ("ok", 1.8)
    assert "you" in document["answer"]["text"]


async def test_a_picture_with_damaged_chunks_beside_it_is_read(app: App, folder: str) -> None:
    document = await app.answer(f"read-text/{folder}/scan.png", SIGN[:33] + DAMAGED + SIGN[33:])
    assert document["status"] == "ok"
    assert SIGN_WORDS[0] in document["answer"]["text"]


async def test_an_animated_png_is_answered_as_a_png(app: App, folder: str) -> None:
    content = picture("PNG", size=(64, 64), save_all=True, append_images=[Image.new("RGB", (64, 64), "red")])
    document = await app.answer(f"{folder}/animated.png", content)
    assert (document["status"], document["input"]["media_type"]) == ("ok", "image/png")


@pytest.mark.parametrize("name", CONVERTED)
async def test_a_picture_that_no_model_takes_is_converted_and_its_words_come_out(
    app: App, folder: str, name: str
) -> None:
    document = await app.answer(f"read-text/{folder}/{name}", CONVERTED[name]())
    assert document["status"] == "ok"
    assert [word for word in SIGN_WORDS if word not in document["answer"]["text"]] == []


async def test_sound_that_no_model_takes_is_converted_and_its_words_come_out(app: App, folder: str) -> None:
    document = await app.answer(f"{folder}/behind_tag.flac", GOOD["behind_tag.flac"].content())
    assert document["status"] == "ok"
    assert [word for word in SPOKEN_WORDS if word not in document["answer"]["text"].casefold()] == []
