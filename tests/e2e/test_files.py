"""Every file ends in exactly one document: the whole app, from a drop into storage to the document."""

import json
from pathlib import Path

import jsonschema
import pytest

from tests import samples
from tests.corpus.ingredients import SIGN_WORDS
from tests.e2e.conftest import SIGN, App
from tests.support.made_media import picture, wav
from tests.support.wording import TOLERATED, share_missing, word_error_rate

CHART = samples.CHART.read_bytes()
HELLO = samples.HELLO.read_bytes()
BLANK = picture("PNG", size=(64, 64))
"""For tests that are not about words: words in a picture cost the model more, and speech most."""
SILENCE = wav(16_000)
"""For tests that are not about the answer either: it is refused before a model is asked."""
SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "result.schema.json").read_text())


async def test_an_image_ends_in_a_document_with_its_text_and_what_it_cost(app: App, folder: str) -> None:
    name = f"read-text/{folder}/chart.png"
    document = await app.answer(name, CHART)
    jsonschema.validate(document, SCHEMA)
    assert (document["status"], document["recipe"]["name"]) == ("ok", "read-text")
    assert share_missing(document["answer"]["text"], samples.WORDS_IN_CHART) <= TOLERATED
    assert document["usage"]["total_tokens"] > 0
    assert (document["input"]["media_type"], document["input"]["bytes"]) == ("image/png", len(CHART))
    assert await app.documents(f"read-text/{folder}/") == [f"{name}.json"]


async def test_a_recording_ends_in_a_document_with_its_words_and_what_it_cost(app: App, folder: str) -> None:
    document = await app.answer(f"{folder}/hello.mp3", HELLO)
    jsonschema.validate(document, SCHEMA)
    assert (document["status"], document["recipe"]["name"]) == ("ok", "transcribe")
    assert word_error_rate(document["answer"]["text"], samples.WORDS_IN_HELLO) <= TOLERATED
    assert document["usage"]["seconds"] == pytest.approx(1.8, abs=0.1)
    assert (document["input"]["kind"], document["input"]["seconds"]) == ("audio", 1.8)


async def test_a_recording_has_subtitles_beside_its_document(app: App, folder: str) -> None:
    name = f"subtitles/{folder}/hello.mp3"
    document = await app.answer(name, HELLO)
    assert await app.documents(f"subtitles/{folder}/") == [f"{name}.json", f"{name}.srt", f"{name}.vtt"]
    (said,) = document["answer"]["segments"]
    cue = (await app.beside(f"{name}.srt")).decode().splitlines()
    assert cue[1:3] == [f"00:00:00,000 --> 00:00:0{said['end']:.3f}".replace(".", ","), said["text"]]


@pytest.mark.parametrize("form", ["JPEG", "WEBP", "GIF"])
async def test_every_other_accepted_format_of_pictures_is_answered(app: App, folder: str, form: str) -> None:
    document = await app.answer(f"{folder}/picture", picture(form, size=(64, 64)))
    assert (document["status"], document["input"]["media_type"]) == ("ok", f"image/{form.lower()}")
    assert document["answer"]["text"]


async def test_the_bytes_decide_whatever_the_name_and_the_content_type_say(app: App, folder: str) -> None:
    document = await app.answer(f"{folder}/song.wav", BLANK, "audio/wav")
    assert (document["status"], document["input"]["media_type"]) == ("ok", "image/png")


async def test_metadata_chooses_the_recipe_and_its_inputs(app: App, folder: str) -> None:
    document = await app.answer(f"{folder}/silence.wav", SILENCE, recipe="translate", language="fr")
    assert (document["recipe"]["name"], document["recipe"]["inputs"]) == ("translate", {"language": "fr"})


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("letter.png", b"Dear Sir or Madam, this is no picture.", "unsupported_media"),
        ("report.pdf", b"%PDF-1.7\n1 0 obj", "damaged_media"),
        ("empty.png", b"", "empty_file"),
        ("broken.jpg", b"\xff\xd8\xff", "damaged_media"),
    ],
)
async def test_a_file_that_cannot_be_answered_ends_in_an_error_that_says_what_to_do(
    app: App, folder: str, name: str, content: bytes, code: str
) -> None:
    document = await app.answer(f"{folder}/{name}", content)
    jsonschema.validate(document, SCHEMA)
    assert (document["status"], document["error"]["code"]) == ("error", code)
    assert document["error"]["message"]
    assert document["error"]["next_step"]
    assert (document["answer"], document["usage"], document["model"]) == (None, None, None)
    assert await app.documents(f"{folder}/") == [f"{folder}/{name}.json"]


async def test_a_picture_over_the_models_limit_is_sent_smaller(app: App, folder: str) -> None:
    too_large = SIGN + bytes(20 * 1024 * 1024)
    document = await app.answer(f"read-text/{folder}/huge.png", too_large)
    assert (document["status"], document["input"]["bytes"]) == ("ok", len(too_large))
    assert SIGN_WORDS[0] in document["answer"]["text"]


@pytest.mark.parametrize("name", ["a name with spaces, ünïcødé 图表 😀, 50%20off, 100%, #?&+.png", "no ending"])
async def test_a_file_of_any_name_finds_its_document_beside_it(app: App, folder: str, name: str) -> None:
    document = await app.answer(f"{folder}/{name}", BLANK)
    assert (document["status"], document["input"]["name"]) == ("ok", f"{folder}/{name}")
    assert await app.documents(f"{folder}/") == [f"{folder}/{name}.json"]


async def test_the_same_content_under_two_names_ends_in_two_documents(app: App, folder: str) -> None:
    names = [f"{folder}/one.png", f"{folder}/other.png"]
    documents = [await app.answer(name, BLANK) for name in names]
    assert [document["input"]["name"] for document in documents] == names
    assert len({document["input"]["sha256"] for document in documents}) == 1
    assert await app.documents(f"{folder}/") == [f"{name}.json" for name in names]


async def test_the_same_file_dropped_twice_ends_in_one_document_for_its_latest_version(app: App, folder: str) -> None:
    name = f"{folder}/one.png"
    first = await app.answer(name, BLANK)
    second = await app.answer(name, BLANK)
    assert first["input"]["etag"] != second["input"]["etag"]
    assert first["input"]["sha256"] == second["input"]["sha256"]
    assert await app.documents(f"{folder}/") == [f"{name}.json"]


async def test_an_overwritten_file_ends_in_a_new_document_in_place_of_the_old(app: App, folder: str) -> None:
    name = f"{folder}/file"
    assert (await app.answer(name, b"not a picture yet"))["status"] == "error"
    document = await app.answer(name, BLANK)
    assert (document["status"], document["input"]["kind"]) == ("ok", "image")
    assert await app.documents(f"{folder}/") == [f"{name}.json"]
