from pathlib import Path
from urllib.parse import unquote

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from cli.metadata import check_metadata, in_header, parse_metadata
from cli.options import RECIPES
from cli.uploads import Upload
from shared.recipes.catalog import RecipeCatalog

CATALOG = RecipeCatalog.load(RECIPES)


def check(name: str, recipe: str | None, *settings: str) -> None:
    check_metadata([Upload(Path(name), name)], parse_metadata(recipe, settings), CATALOG)


def test_a_recipe_and_the_values_of_its_inputs_become_metadata() -> None:
    assert parse_metadata("translate", ["Language=fr=x"]) == {"recipe": "translate", "language": "fr=x"}


@pytest.mark.parametrize("setting", ["language", "=fr", "two words=x", "recipe=translate", "naïve=x", "a\nb=c"])
def test_a_setting_of_another_form_is_refused(setting: str) -> None:
    with pytest.raises(typer.BadParameter, match="--set"):
        parse_metadata(None, [setting])


def test_a_setting_that_is_given_twice_is_refused() -> None:
    with pytest.raises(typer.BadParameter, match="twice"):
        parse_metadata(None, ["language=fr", "LANGUAGE=es"])


@pytest.mark.parametrize(
    ("name", "recipe", "settings", "words"),
    [
        ("x.mp3", "trnslate", [], "Did you mean translate?"),
        ("x.mp3", "translate", ["langauge=fr"], "`language` was probably meant"),
        ("translate/fr/x.mp3", None, ["langauge=fr"], "Did you mean language?"),
        ("x.mp3", "transcribe", ["language=fr"], "has no input `language`"),
        ("x.mp3", None, ["language=fr"], "by the recipe transcribe, which has no input `language`, nor any other"),
        ("x.mp3", None, ["language=fr"], "`language` is an input of translate: add --recipe translate."),
        ("x.unknown", None, ["language=fr"], "by the recipe describe or transcribe, which"),
        ("x.mp3", "translate", [f"language={'x' * 101}"], "100 printable characters"),
    ],
)
def test_metadata_that_no_recipe_would_heed_is_refused_before_anything_is_uploaded(
    name: str, recipe: str | None, settings: list[str], words: str
) -> None:
    with pytest.raises(typer.BadParameter, match=words.replace("?", r"\?")):
        check(name, recipe, *settings)


def test_values_for_inputs_of_the_recipe_of_each_file_pass() -> None:
    check("x.mp3", "translate", "language=fr")
    check("translate/es/x.mp3", None, "language=fr")
    check("x.mp3", None)


@given(st.text(max_size=50))
def test_a_value_travels_in_a_header_and_comes_out_as_it_was(value: str) -> None:
    value = value.encode(errors="replace").decode()
    sent = in_header(value)
    assert sent.isascii()
    assert sent == sent.strip()
    assert unquote(sent) == value


def test_a_plain_value_travels_as_it_is() -> None:
    assert in_header("Brazilian Portuguese") == "Brazilian Portuguese"
