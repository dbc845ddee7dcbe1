"""A slip in a folder or in metadata never leads to another task than was meant."""

import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.bootstrap import RECIPES
from shared.errors import FileRejected
from shared.recipes.catalog import RecipeCatalog
from shared.recipes.recipe import Recipe
from tests.unit.test_recipes import CATALOG, chosen, recipe_with_route, refusal


@pytest.mark.parametrize(
    ("name", "recipe"),
    [
        ("receipt/x.jpg", "receipt"),
        ("Receipt/2026/x.jpg", "receipt"),
        ("reciepts/x.jpg", "receipt"),
        ("transalte/fr/hello.mp3", "translate"),
        ("translate /fr/hello.mp3", "translate"),
        ("translates/hello.mp3", "translate"),
        ("summarise/hello.mp3", "summarize"),
        ("ask_chart/sales.png", "ask-chart"),
        ("readtext/page.png", "read-text"),
        ("/describe-/x.png", "describe"),
    ],
)
def test_a_folder_that_is_nearly_a_recipes_is_refused_with_the_one_that_was_meant(name: str, recipe: str) -> None:
    error = refusal(name)
    assert error.code == "unknown_recipe"
    assert f"probably the recipe {recipe} was meant, which has `" in error.message
    assert f"set its metadata `recipe` (here to {recipe})" in error.next_step


@pytest.mark.parametrize(
    "name", ["receipt.png", "reciepts.png", "holiday/receipt/x.jpg", "recipes/x.jpg", "2026/x.png", ""]
)
def test_other_folders_and_the_names_of_files_are_left_to_the_default(name: str) -> None:
    assert chosen(name) is None


def test_metadata_that_names_a_recipe_comes_before_any_folder() -> None:
    assert chosen("receipt/x.jpg", recipe="describe") == ("describe", {})


def test_folders_within_folders_are_compared_one_by_one(tmp_path: Path) -> None:
    shutil.copytree(RECIPES, tmp_path, dirs_exist_ok=True)
    recipe_with_route(tmp_path, "bills", "office/invoices/**")
    catalog = RecipeCatalog.load(tmp_path)
    assert catalog.choose("office/letters/x.png", {}) is None
    for name in ("office/invoice/x.png", "ofice/invoices/x.png", "bills/x.png", "bill/x.png"):
        with pytest.raises(FileRejected, match="probably the recipe bills was meant"):
            catalog.choose(name, {})


@pytest.mark.parametrize(
    ("metadata", "code", "meant"),
    [
        ({"recipie": "translate"}, "unknown_recipe", "`recipe` was probably meant"),
        ({"Receipe": " Translate"}, "unknown_recipe", "`recipe` was probably meant"),
        ({"recipe": "translate", "langauge": "fr"}, "invalid_input", "`language` was probably meant"),
        ({"recipe": "translate", "Languages": "fr"}, "invalid_input", "`language` was probably meant"),
        ({"recipe": "tanslate"}, "unknown_recipe", "`translate` was probably meant"),
    ],
)
def test_metadata_that_would_have_changed_the_answer_is_refused(
    metadata: dict[str, str], code: str, meant: str
) -> None:
    error = refusal("hello.mp3", **metadata)
    assert error.code == code
    assert meant in error.message


@pytest.mark.parametrize(
    ("name", "metadata", "about"),
    [
        ("translate/fr/hello.mp3", {"langauge": "de"}, ["'langauge'"]),
        ("hello.mp3", {"recipe": "translate", "language": "fr", "languages": "fr,de"}, ["'languages'"]),
        ("translate/fr/hello.mp3", {"recipes": "many"}, ["'recipes'"]),
        ("translate/fr/hello.mp3", {"author": "me", "hdi_isfolder": "false", "mtime": "1", "lang": "x"}, []),
        ("describe/x.png", {"language": "fr"}, []),
    ],
)
def test_metadata_that_changes_nothing_is_said_if_it_is_like_ours_and_passes_if_not(
    name: str, metadata: dict[str, str], about: list[str]
) -> None:
    selection = CATALOG.choose(name, metadata)
    assert selection
    assert len(selection.warnings) == len(about)
    assert all(word in warning for word, warning in zip(about, selection.warnings, strict=True))


def test_a_default_recipe_warns_of_metadata_too() -> None:
    assert "was `recipe` meant?" in CATALOG.default_for("image", {"recipie": "x"}).warnings[0]


@given(st.text(max_size=1024), st.dictionaries(st.text(max_size=200), st.text(max_size=200), max_size=5))
def test_every_name_and_metadata_is_chosen_for_left_to_the_default_or_refused(
    name: str, metadata: dict[str, str]
) -> None:
    try:
        selection = CATALOG.choose(name, metadata)
    except FileRejected as error:
        assert len(error.message) < 1000
        return
    assert selection is None or isinstance(selection.recipe, Recipe)
