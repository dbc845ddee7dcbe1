"""The corpora themselves: the same bytes each time, good pictures that show their words, a manifest that names all.

What ffmpeg makes is looked at in `tests/integration/test_corpus_media.py`.
"""

import functools
import hashlib
import io
import json
import zlib
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image, ImageSequence

from tests.corpus.comparing import NEAR, difference, seen
from tests.corpus.good import GOOD, LARGE
from tests.corpus.good_pages import FRUITS
from tests.corpus.hostile import hostile
from tests.corpus.ingredients import OTHER_SIGN, sign
from tests.corpus.made import by_name, constant, either
from tests.corpus.manifest import file_name, write, write_manifest
from tests.corpus.mutations import SOURCES, mutation, mutations
from tests.corpus.writers.deflated import deflated_zeros

PORT = 4321
HOSTILE = hostile(PORT)

ELSEWHERE = (*LARGE, "words_on_page_3.tiff")
PLAIN = ("sign.png", "sign.jpg", "letter.pdf", "bomb_50000.png", "script.svg", "boxes_in_boxes.mp4", "empty.wav")
STILL = ("sign.bmp", "sign.gif", "twelve_pages.pdf", "voice.wav")
SHOWN = [
    name
    for name, made in GOOD.items()
    if made.kind == "image" and "42" in made.words and not name.endswith((".heic", ".pdf")) and name not in ELSEWHERE
]
PRINTED = [name for name in GOOD if name.endswith(".pdf")]


@functools.cache
def once(name: str) -> bytes:
    """What others make anew to compare."""
    return GOOD[name].content()


@pytest.mark.parametrize("name", SHOWN)
def test_a_good_picture_shows_its_words_upright(name: str) -> None:
    right = sign("HI 42", (256, 256), 80) if name.endswith(".ico") else sign()
    assert difference(seen(once(name)), right) < NEAR


def test_other_words_or_the_same_turned_are_told_apart() -> None:
    assert difference(seen(GOOD["sign.png"].content()), sign(OTHER_SIGN)) > NEAR
    assert difference(seen(GOOD["sign.png"].content()), sign().transpose(Image.Transpose.ROTATE_180)) > NEAR


@pytest.mark.parametrize("name", ["words_on_page_3.tiff", "three_pages.tiff"])
def test_pages_of_a_tiff_have_words_of_their_own(name: str) -> None:
    with Image.open(io.BytesIO(GOOD[name].content())) as pages:
        marked = [page.convert("L").getextrema()[0] == 0 for page in ImageSequence.Iterator(pages)]
    assert marked == [name != "words_on_page_3.tiff"] * 2 + [True]


@pytest.mark.parametrize("name", PRINTED)
def test_a_good_document_shows_something_dark_on_the_pages_that_have_words(name: str) -> None:
    document = pypdfium2.PdfDocument(once(name))
    document.init_forms()
    shown = [page.render(scale=0.5).to_pil().convert("L").getextrema()[0] < 128 for page in document]
    assert shown == ([False, True] if name == "only_on_page_2.pdf" else [True] * len(document))
    assert len(document) == {"twelve_pages.pdf": 12, "scanned.pdf": 2, "only_on_page_2.pdf": 2}.get(name, 1)


def test_each_page_of_the_long_document_has_its_own_word() -> None:
    document = pypdfium2.PdfDocument(GOOD["twelve_pages.pdf"].content())
    assert [page.get_textpage().get_text_range().strip() for page in document] == list(FRUITS)


@pytest.mark.parametrize("name", [*SHOWN, *PRINTED])
def test_a_good_file_has_the_same_bytes_each_time(name: str) -> None:
    assert GOOD[name].content() == once(name)


@pytest.mark.parametrize("name", PLAIN)
def test_the_corpora_are_the_same_each_time(name: str) -> None:
    first, second = (({**GOOD, **hostile(PORT)})[name].content() for _ in range(2))
    assert first == second


def test_no_name_stands_twice_in_all_corpora() -> None:
    names = [*GOOD, *HOSTILE, *(each.name for each in mutations(100))]
    assert len(set(names)) == len(names)
    assert all(0 < len(name) <= 1_000 and not name.endswith((".", "/")) and "/" not in name for name in names)


def test_two_files_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        by_name([either("a.png", constant(b""))], [either("a.png", constant(b"x"))])


def test_every_kind_of_the_issue_is_among_the_good_ones_and_each_has_words() -> None:
    endings = {name.rpartition(".")[2] for name in GOOD}
    pictures = {"heic", "avif", "tiff", "tif", "bmp", "jp2", "j2k", "png", "psd", "gif", "webp", "jpg", "ico", "pdf"}
    sounds = {"m4a", "ogg", "opus", "flac", "webm", "amr", "aiff", "wma", "caf", "mp4", "mov", "mkv", "avi", "3gp"}
    assert pictures | sounds | {"aac", "au", "mp2", "mp3", "wav"} <= endings
    assert all(made.words and made.kind and made.expected == "ok" for made in GOOD.values())


def test_there_are_hundreds_of_hostile_files_and_each_error_has_its_codes() -> None:
    assert len(HOSTILE) > 500
    assert all(bool(made.codes) == (made.expected == "error") for made in HOSTILE.values())
    assert all(made.words or made.kind is None for made in HOSTILE.values())


def test_what_would_be_fetched_lies_at_the_port_that_was_given() -> None:
    luring = [made for name, made in HOSTILE.items() if name.startswith(("playlist.", "script.svg", "sends_a_form"))]
    with_port = [made for made in luring if str(PORT).encode() in made.content()]
    assert len(with_port) > 20
    others = hostile(PORT + 1)
    assert not [made for made in with_port if str(PORT).encode() in others[made.name].content()]


def test_the_manifest_names_each_file_with_its_bytes_and_what_is_right(tmp_path: Path) -> None:
    files = [*(GOOD[name] for name in PLAIN[:3]), *(HOSTILE[name] for name in PLAIN[3:]), HOSTILE["two\nlines.png"]]
    write_manifest(tmp_path / "manifest.json", {"some": write(tmp_path / "some", files)})
    (told,) = json.loads((tmp_path / "manifest.json").read_text()).values()
    assert set(told) == {made.name for made in files}
    for made in files:
        content = (tmp_path / told[made.name]["file"]).read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (
            told[made.name]["bytes"],
            told[made.name]["sha256"],
        )
        assert (told[made.name]["expected"], told[made.name]["codes"]) == (made.expected, sorted(made.codes))
        assert told[made.name]["words"] == list(made.words)


def test_names_of_files_differ_where_names_of_blobs_do() -> None:
    names = [file_name(name) for name in [*GOOD, *HOSTILE]]
    assert len({name.casefold() for name in names}) == len(names)
    assert all(len(name.encode()) <= 250 for name in names)


@pytest.fixture
def of_still_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Mutations come of nothing that ffmpeg makes."""
    monkeypatch.setattr("tests.corpus.mutations.SOURCES", STILL)


@pytest.mark.usefixtures("of_still_pictures")
def test_a_mutation_is_told_by_its_number_alone() -> None:
    made = {each.name: each.content() for each in mutations(60)}
    assert all(mutation(number).content() == made[mutation(number).name] for number in (59, 0, 17, 18))
    assert [each.name for each in mutations(3, first=7)] == [mutation(number).name for number in (7, 8, 9)]


@pytest.mark.usefixtures("of_still_pictures")
def test_mutations_differ_from_each_other_and_from_what_they_come_of() -> None:
    made = [each.content() for each in mutations(60)]
    assert len(set(made)) > 55
    assert len({*made} - {GOOD[name].content() for name in STILL}) > 50


def test_mutations_come_of_every_format() -> None:
    endings = {each.name.rpartition(".")[2] for each in mutations(1_000)}
    assert endings == {name.rpartition(".")[2] for name in SOURCES}


@pytest.mark.parametrize("count", [1, 1 << 20, 5_000_000])
def test_deflated_zeros_are_a_whole_stream_of_whole_mebibytes(count: int) -> None:
    assert zlib.decompress(deflated_zeros(count)) == bytes(-(-count // 2**20) * 2**20)
