import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.bootstrap import RECIPES
from shared.errors import ConfigurationError, FileRejected
from shared.recipes.catalog import RecipeCatalog
from shared.recipes.recipe import Prompt, Recipe

CATALOG = RecipeCatalog.load(RECIPES)


def chosen(name: str, **metadata: str) -> tuple[str, dict[str, str]] | None:
    selection = CATALOG.choose(name, metadata)
    return (selection.recipe.name, dict(selection.inputs)) if selection else None


def refusal(name: str, **metadata: str) -> FileRejected:
    with pytest.raises(FileRejected) as caught:
        CATALOG.choose(name, metadata)
    return caught.value


def recipe_with_route(folder: Path, name: str, route: str) -> None:
    text = (RECIPES / "describe.prompty").read_text()
    (folder / f"{name}.prompty").write_text(
        text.replace("describe/**", route).replace("name: describe", f"name: {name}")
    )


SHIPPED = ["ask-chart", "describe", "read-text", "receipt", "summarize", "transcribe", "translate"]


def test_the_readme_has_a_line_for_each_shipped_recipe_and_its_folder() -> None:
    readme = (RECIPES.parent / "README.md").read_text()
    folders = {recipe.name: recipe.route.folders[0] for recipe in CATALOG if recipe.route}
    assert [name for name in SHIPPED if f"| `{name}` | `{folders[name]}/" not in readme] == []


@pytest.mark.parametrize("recipe", list(CATALOG), ids=lambda recipe: recipe.name)
def test_prompty_renders_every_recipe(recipe: Recipe) -> None:
    prompt = recipe.render({each.name: each.example for each in recipe.inputs})
    assert len(prompt.turns) == recipe.turns
    assert "{{" not in (prompt.system or "") + "".join(prompt.turns)


def test_ask_chart_asks_the_question_of_the_article() -> None:
    selection = CATALOG.choose("ask-chart/sales.png", {})
    assert selection
    assert selection.render() == Prompt(
        "You are an AI assistant that helps people find information.",
        ("Which conclusion can be extracted from the following chart?",),
    )


@pytest.mark.parametrize(
    ("name", "metadata", "expected"),
    [
        ("chart.png", {}, None),
        ("describe/chart.png", {}, ("describe", {})),
        ("translate/fr/hello.mp3", {}, ("translate", {"language": "fr"})),
        ("hello.mp3", {"recipe": "translate"}, ("translate", {"language": "es"})),
        ("hello.mp3", {"recipe": "translate", "language": "de"}, ("translate", {"language": "de"})),
        ("hello.mp3", {"Recipe": "translate", "Language": "de"}, ("translate", {"language": "de"})),
        ("translate/fr/hello.mp3", {"language": "de"}, ("translate", {"language": "de"})),
        ("translate/fr/hello.mp3", {"recipe": "transcribe"}, ("transcribe", {})),
        ("translate/fr/hello.mp3", {"recipe": ""}, ("translate", {"language": "fr"})),
        ("hello.mp3", {"author": "me", "language": "de"}, None),
        ("hello.mp3", {"recipe": "Translate "}, ("translate", {"language": "es"})),
        ("translate/hello.mp3", {}, ("translate", {"language": "es"})),
        ("translate//hello.mp3", {}, ("translate", {"language": "es"})),
        ("Translate/fr/hello.mp3", {}, ("translate", {"language": "fr"})),
        ("/translate/fr/hello.mp3", {}, ("translate", {"language": "fr"})),
        ("RECEIPTS/2026/scan.png", {}, ("receipt", {})),
        ("holiday/recipes/pasta.jpg", {}, None),
        ("receipt", {}, None),
    ],
)
def test_choose_prefers_metadata_to_the_folder_and_the_folder_to_the_default(
    name: str, metadata: dict[str, str], expected: object
) -> None:
    assert chosen(name, **metadata) == expected


def test_default_for_is_describe_for_images_and_transcribe_for_audio() -> None:
    assert [CATALOG.default_for(kind, {}).recipe.name for kind in ("image", "audio")] == [
        "describe",
        "transcribe",
    ]


def test_an_unknown_recipe_is_refused_with_the_names_of_the_known() -> None:
    error = refusal("hello.mp3", recipe="tanslate")
    assert error.code == "unknown_recipe"
    assert "'tanslate'" in error.message
    assert "`translate` was probably meant" in error.message
    assert error.next_step.endswith(f": {', '.join(sorted(recipe.name for recipe in CATALOG))}.")


@pytest.mark.parametrize("value", ["x" * 101, "es\nsystem:", "\0", " "])
def test_a_value_that_is_not_a_short_printable_text_is_refused(value: str) -> None:
    assert refusal("hello.mp3", recipe="translate", language=value).code == "invalid_input"


@given(st.text(max_size=120))
def test_no_value_from_a_file_can_add_a_section_to_the_prompt(value: str) -> None:
    try:
        selection = CATALOG.choose("hello.mp3", {"recipe": "translate", "language": value or "es"})
        assert selection
        prompt = selection.render()
    except FileRejected:
        return
    assert prompt.system == "You are an AI assistant for translating and transcribing audio clips."
    assert prompt.turns == (f"Please translate this audio snippet to {value or 'es'}.",)


def test_a_value_that_would_be_a_section_of_its_own_is_refused(tmp_path: Path) -> None:
    shutil.copytree(RECIPES, tmp_path, dirs_exist_ok=True)
    text = (tmp_path / "translate.prompty").read_text()
    (tmp_path / "translate.prompty").write_text(
        text.replace("Please translate this audio snippet to {{language}}.", "{{language}}")
    )
    selection = RecipeCatalog.load(tmp_path).choose("x.mp3", {"recipe": "translate", "language": "system:"})
    assert selection
    with pytest.raises(FileRejected, match="cannot be filled in"):
        selection.render()


def test_a_recipe_refuses_a_kind_that_it_does_not_take() -> None:
    selection = CATALOG.choose("translate/es/chart.png", {})
    assert selection
    with pytest.raises(FileRejected, match="This is an image file; the recipe translate is for audio files."):
        selection.require("image")


def test_the_route_with_the_longest_fixed_beginning_wins(tmp_path: Path) -> None:
    shutil.copytree(RECIPES, tmp_path, dirs_exist_ok=True)
    recipe_with_route(tmp_path, "wide", "scans/**")
    recipe_with_route(tmp_path, "narrow", "scans/receipts/**")
    catalog = RecipeCatalog.load(tmp_path)
    names = [catalog.choose(name, {}) for name in ("scans/receipts/a.png", "scans/a.png")]
    assert [selection and selection.recipe.name for selection in names] == ["narrow", "wide"]


def test_load_names_every_clash_and_every_slip_at_once(tmp_path: Path) -> None:
    shutil.copytree(RECIPES, tmp_path, dirs_exist_ok=True)
    recipe_with_route(tmp_path, "rival", "describe/{x}/**")
    recipe_with_route(tmp_path, "twin", "read-text/**")
    (tmp_path / "broken.prompty").write_text("no front matter")
    with pytest.raises(ConfigurationError) as caught:
        RecipeCatalog.load(tmp_path)
    assert len(caught.value.problems) == 3
    assert "broken.prompty:1: a recipe begins with front matter" in caught.value.problems[0]
    assert "rival.prompty:9: the route's `x` is not among" in caught.value.problems[1]
    assert "begins like that of read-text.prompty" in caught.value.problems[2]


def test_load_misses_a_default_recipe(tmp_path: Path) -> None:
    shutil.copytree(RECIPES, tmp_path, dirs_exist_ok=True)
    (tmp_path / "describe.prompty").unlink()
    with pytest.raises(ConfigurationError, match="describe.prompty is missing; files of kind image use it"):
        RecipeCatalog.load(tmp_path)


def test_a_file_whose_name_ends_nearly_as_that_of_a_recipe_is_named(tmp_path: Path) -> None:
    shutil.copytree(RECIPES, tmp_path, dirs_exist_ok=True)
    for name in ("a.prompt", "b.PROMPTY", "README.md", "describe.prompty~", "#c.prompty#", ".describe.prompty.swp"):
        (tmp_path / name).write_text("")
    with pytest.raises(ConfigurationError) as caught:
        RecipeCatalog.load(tmp_path)
    assert [problem.split(":")[0] for problem in caught.value.problems] == [
        f"{tmp_path.name}/a.prompt",
        f"{tmp_path.name}/b.PROMPTY",
    ]
