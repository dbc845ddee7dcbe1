import shutil
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.bootstrap import RECIPES
from shared.errors import ConfigurationError, FileRejected
from shared.recipes.catalog import RecipeCatalog, RecipeSelection
from shared.recipes.recipe import Prompt, Recipe

CATALOG = RecipeCatalog.load(RECIPES)
SHIPPED = [
    *("ask-chart", "describe", "minutes", "read-text", "receipt", "subtitles", "summarize", "transcribe", "translate")
]


def selected(name: str, **metadata: str) -> RecipeSelection:
    return CATALOG.choose(name, metadata) or CATALOG.default_for("audio", metadata)


def refusal(name: str, **metadata: str) -> FileRejected:
    with pytest.raises(FileRejected) as caught:
        selected(name, **metadata)
    return caught.value


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The shipped recipes, to be changed."""
    shutil.copytree(RECIPES, tmp_path, dirs_exist_ok=True)
    return tmp_path


def add(folder: Path, name: str, route: str) -> None:
    text = (RECIPES / "describe.prompty").read_text()
    (folder / f"{name}.prompty").write_text(
        text.replace("describe/**", route).replace("name: describe", f"name: {name}")
    )


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
    assert selected("ask-chart/sales.png").render() == Prompt(
        "You are an AI assistant that helps people find information.",
        ("Which conclusion can be extracted from the following chart?",),
    )


@pytest.mark.parametrize(
    ("name", "metadata", "recipe", "inputs"),
    [
        ("RECEIPTS/2026/scan.png", {}, "receipt", {}),
        ("receipt/x.jpg", {"recipe": "describe"}, "describe", {}),
        ("translate/fr/hello.mp3", {}, "translate", {"language": "fr"}),
        ("translate//hello.mp3", {}, "translate", {"language": "es"}),
        ("translate/fr/hello.mp3", {"language": "de"}, "translate", {"language": "de"}),
        ("translate/fr/hello.mp3", {"recipe": "transcribe"}, "transcribe", {}),
        ("translate/fr/hello.mp3", {"recipe": ""}, "translate", {"language": "fr"}),
        ("hello.mp3", {"recipe": "Translate "}, "translate", {"language": "es"}),
        ("hello.mp3", {"Recipe": "translate", "Language": "de"}, "translate", {"language": "de"}),
    ],
)
def test_choose_prefers_metadata_to_the_folder(
    name: str, metadata: dict[str, str], recipe: str, inputs: dict[str, str]
) -> None:
    selection = CATALOG.choose(name, metadata)
    assert selection
    assert (selection.recipe.name, selection.inputs) == (recipe, inputs)


@pytest.mark.parametrize(
    "name",
    [
        *("chart.png", "holiday/recipes/pasta.jpg", "receipt", "receipt.png", "reciepts.png", "holiday/receipt/x.jpg"),
        *("recipes/x.jpg", "2026/x.png", ""),
    ],
)
def test_other_folders_and_the_names_of_files_are_left_to_the_default(name: str) -> None:
    metadata = {"author": "me", "language": "de"}
    assert CATALOG.choose(name, metadata) is None
    assert [CATALOG.default_for(kind, metadata).recipe.name for kind in ("image", "audio")] == [
        "describe",
        "transcribe",
    ]


def test_an_unknown_recipe_is_refused_with_the_names_of_the_known() -> None:
    error = refusal("hello.mp3", recipe="tanslate")
    assert (error.code, "'tanslate'" in error.message) == ("unknown_recipe", True)
    assert "`translate` was probably meant" in error.message
    assert error.next_step.endswith(f": {', '.join(sorted(recipe.name for recipe in CATALOG))}.")


@given(st.text(max_size=120))
@example("es\nsystem:")
@example("x" * 101)
def test_no_value_from_a_file_can_add_a_section_to_the_prompt(value: str) -> None:
    try:
        prompt = selected("hello.mp3", recipe="translate", language=value or "es").render()
    except FileRejected as error:
        assert error.code == "invalid_input"
        return
    assert prompt.system == "You are an AI assistant for translating and transcribing audio clips."
    assert prompt.turns == (f"Please translate this audio snippet to {value or 'es'}.",)


def test_a_value_that_is_missing_or_would_be_a_section_of_its_own_is_refused(folder: Path) -> None:
    path = folder / "translate.prompty"
    text = path.read_text().replace("Please translate this audio snippet to {{language}}.", "{{language}}")
    path.write_text(text.replace("default: es", "description: Which."))
    catalog = RecipeCatalog.load(folder)
    selection = catalog.choose("x.mp3", {"recipe": "translate", "language": "system:"})
    assert selection
    with pytest.raises(FileRejected, match="cannot be filled in"):
        selection.render()
    with pytest.raises(FileRejected, match="needs a value for `language`"):
        catalog.choose("x.mp3", {"recipe": "translate"})


def test_a_recipe_refuses_a_kind_that_it_does_not_take() -> None:
    selection = selected("translate/es/chart.png")
    selection.require("audio")
    with pytest.raises(FileRejected, match="This is an image file; the recipe translate is for audio files."):
        selection.require("image")


def test_the_route_with_the_longest_fixed_beginning_wins(folder: Path) -> None:
    add(folder, "wide", "scans/**")
    add(folder, "narrow", "scans/receipts/**")
    catalog = RecipeCatalog.load(folder)
    names = [catalog.choose(name, {}) for name in ("scans/receipts/a.png", "scans/a.png")]
    assert [selection and selection.recipe.name for selection in names] == ["narrow", "wide"]


def problems(folder: Path) -> tuple[str, ...]:
    with pytest.raises(ConfigurationError) as caught:
        RecipeCatalog.load(folder)
    return caught.value.problems


def test_load_names_every_clash_and_every_slip_at_once(folder: Path) -> None:
    add(folder, "rival", "describe/{x}/**")
    add(folder, "twin", "read-text/**")
    (folder / "broken.prompty").write_text("no front matter")
    for name in ("a.prompt", "b.PROMPTY", "README.md", "describe.prompty~", "#c.prompty#", ".describe.prompty.swp"):
        (folder / name).write_text("")
    expected = [
        "a.prompt: the name of a recipe must end in `.prompty`",
        "b.PROMPTY: the name of a recipe must end in `.prompty`",
        "broken.prompty:1: a recipe begins with front matter",
        "rival.prompty:9: the route's `x` is not among",
        "twin.prompty:9: its route `read-text/**` begins like that of read-text.prompty",
    ]
    for problem, start in zip(problems(folder), expected, strict=True):
        assert problem.startswith(f"{folder.name}/{start}")


def test_load_misses_a_default_recipe(folder: Path) -> None:
    (folder / "describe.prompty").unlink()
    assert problems(folder) == (f"{folder}: describe.prompty is missing; files of kind image use it by default.",)


@pytest.mark.parametrize(
    ("name", "recipe"),
    [
        ("receipt/x.jpg", "receipt"),
        ("reciepts/x.jpg", "receipt"),
        ("transalte/fr/hello.mp3", "translate"),
        ("translate /fr/hello.mp3", "translate"),
        ("ask_chart/sales.png", "ask-chart"),
        ("/describe-/x.png", "describe"),
    ],
)
def test_a_folder_that_is_nearly_a_recipes_is_refused_with_the_one_that_was_meant(name: str, recipe: str) -> None:
    error = refusal(name)
    assert error.code == "unknown_recipe"
    assert f"probably the recipe {recipe} was meant, which has `" in error.message
    assert f"set its metadata `recipe` (here to {recipe})" in error.next_step


def test_folders_within_folders_are_compared_one_by_one(folder: Path) -> None:
    add(folder, "bills", "office/invoices/**")
    catalog = RecipeCatalog.load(folder)
    assert catalog.choose("office/letters/x.png", {}) is None
    for name in ("office/invoice/x.png", "ofice/invoices/x.png", "bills/x.png", "bill/x.png"):
        with pytest.raises(FileRejected, match="probably the recipe bills was meant"):
            catalog.choose(name, {})


@pytest.mark.parametrize(
    ("metadata", "code", "meant"),
    [
        ({"recipie": "translate"}, "unknown_recipe", "recipe"),
        ({"recipe": "translate", "langauge": "fr"}, "invalid_input", "language"),
    ],
)
def test_metadata_that_would_have_changed_the_answer_is_refused(
    metadata: dict[str, str], code: str, meant: str
) -> None:
    error = refusal("hello.mp3", **metadata)
    assert error.code == code
    assert f"`{meant}` was probably meant" in error.message


@pytest.mark.parametrize(
    ("name", "metadata", "about"),
    [
        ("hello.mp3", {"recipie": "x"}, "'recipie'"),
        ("translate/fr/hello.mp3", {"langauge": "de"}, "'langauge'"),
        ("translate/fr/hello.mp3", {"recipes": "many"}, "'recipes'"),
        ("translate/fr/hello.mp3", {"recipe": "describe", "recipie": "translate"}, "'recipie'"),
        ("hello.mp3", {"recipe": "translate", "language": "fr", "languages": "fr,de"}, "'languages'"),
        ("translate/fr/hello.mp3", {"author": "me", "hdi_isfolder": "false", "mtime": "1", "lang": "x"}, None),
        ("describe/x.png", {"language": "fr"}, None),
    ],
)
def test_metadata_that_changes_nothing_is_said_if_it_is_like_ours_and_passes_if_not(
    name: str, metadata: dict[str, str], about: str | None
) -> None:
    warnings = selected(name, **metadata).warnings
    assert len(warnings) == (1 if about else 0)
    assert not about or about in warnings[0]


@given(st.text(max_size=1024), st.dictionaries(st.text(max_size=200), st.text(max_size=200), max_size=5))
def test_every_name_and_metadata_is_chosen_for_left_to_the_default_or_refused(
    name: str, metadata: dict[str, str]
) -> None:
    try:
        selection = CATALOG.choose(name, metadata) or CATALOG.default_for("audio", metadata)
    except FileRejected as error:
        assert len(error.message) < 1000
        return
    assert selection.recipe in CATALOG
