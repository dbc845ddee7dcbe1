from pathlib import Path

import pytest

from shared.recipes.parser import RecipeProblemsError, read_recipe
from shared.recipes.recipe import ModelOptions
from shared.recipes.routes import Route

GOOD = """\
---
name: good
description: A recipe.
model:
  id: default
  options: {maxOutputTokens: 100, temperature: 0}
inputs:
  - {name: language, kind: string, default: es}
metadata:
  accepts: [audio]
  route: good/{language}/**
template: {format: {kind: jinja2}, parser: {kind: prompty}}
---
system:
You help.

user:
Say it in {{language}}.
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "recipes" / "good.prompty"
    path.parent.mkdir()
    path.write_text(text)
    return path


def problems(folder: Path, text: str) -> list[str]:
    with pytest.raises(RecipeProblemsError) as caught:
        read_recipe(write(folder, text))
    return caught.value.problems


def test_read_recipe_reads_every_part(tmp_path: Path) -> None:
    recipe = read_recipe(write(tmp_path, GOOD))
    assert (recipe.name, recipe.accepts, recipe.route, recipe.model, recipe.options) == (
        "good",
        frozenset({"audio"}),
        Route("good/{language}/**"),
        "default",
        ModelOptions.model_validate({"maxOutputTokens": 100, "temperature": 0}),
    )
    assert [(each.name, each.default) for each in recipe.inputs] == [("language", "es")]


def test_digest_changes_with_the_prompt(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)
    before = read_recipe(path).digest
    path.write_text(GOOD.replace("You help.", "You help a lot."))
    assert read_recipe(path).digest != before


def test_a_recipe_with_windows_line_ends_is_read_the_same(tmp_path: Path) -> None:
    path = write(tmp_path, "")
    path.write_bytes(GOOD.replace("\n", "\r\n").encode())
    assert read_recipe(path).render({"language": "fr"}).turns == ("Say it in fr.",)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("description:", "descripton:", "recipes/good.prompty:3: unknown key `descripton`"),
        ("temperature:", "temprature:", "recipes/good.prompty:6: unknown key `model.options.temprature`"),
        (
            "kind: string,",
            "kind: number,",
            "recipes/good.prompty:8: `inputs.0.kind`: Input should be 'string'",
        ),
        ("  accepts: [audio]\n", "", "recipes/good.prompty:9: `metadata.accepts` is missing"),
        ("[audio]", "[]", "recipes/good.prompty:10: `metadata.accepts`: List should have at least 1 item"),
        (
            "temperature: 0",
            "temperature: 9",
            "recipes/good.prompty:6: `model.options.temperature`: Input should be",
        ),
        (
            "name: good",
            "name: bad",
            "recipes/good.prompty: its name is `bad`; it must be the file's name, `good`",
        ),
        ("{{language}}", "{{tongue}}", "recipes/good.prompty:18: `tongue` is not among the recipe's inputs"),
        ("{{language}}", "{{language", "recipes/good.prompty:18: expected name or number"),
        (
            "{language}/**",
            "{tongue}/**",
            "recipes/good.prompty: the route's `tongue` is not among the recipe's inputs",
        ),
        (
            "/**",
            "/**/x",
            "recipes/good.prompty: the route `good/{language}/**/x`: `**` may stand only at the end",
        ),
        ("user:", "assistant:", "recipes/good.prompty:17: a recipe has `system:` and `user:` sections only"),
        ("user:\n", "", "recipes/good.prompty:14: there is no `user:` section, so nothing would be asked"),
        ("name: language", "name: recipe", "no input may be called `recipe`"),
        ("A recipe.", "A --- recipe.", "recipes/good.prompty:3: prompty takes `---` and `+++` for the end"),
        ("A recipe.", "${env:SECRET}", "recipes/good.prompty:3: `${...}` is not supported"),
        ("  accepts: [audio]", "  accepts: [audio", "recipes/good.prompty:11: this is not YAML"),
        ("---\nname", "name", "recipes/good.prompty:1: a recipe begins with front matter"),
        ("{{language}}", "{% if tongue %}x{% endif %}", "recipes/good.prompty:18: `tongue` is not among"),
        ("{{language}}", "{{ tongue | upper }}", "recipes/good.prompty:18: `tongue` is not among"),
        ("  accepts:", "  then: other\n  accepts:", "recipes/good.prompty: `then` names a model for the turns after"),
        ("  accepts:", "  send: pigeon\n  accepts:", "recipes/good.prompty:10: `metadata.send`: Input should be"),
        (
            "metadata:",
            "outputs:\n  - {name: a b, kind: string}\nmetadata:",
            "recipes/good.prompty:9: `outputs`: Value error, `a b` is no name for a field",
        ),
    ],
)
def test_each_slip_is_named_with_its_line(tmp_path: Path, old: str, new: str, expected: str) -> None:
    assert old in GOOD
    found = problems(tmp_path, GOOD.replace(old, new, 1))
    assert any(expected in problem for problem in found), found


@pytest.mark.parametrize(
    ("start", "problem"), [(b"\xff", "this is not UTF-8"), (b"\xef\xbb\xbf", "without a byte order mark")]
)
def test_a_recipe_must_be_plain_utf_8(tmp_path: Path, start: bytes, problem: str) -> None:
    path = write(tmp_path, "")
    path.write_bytes(start + GOOD.encode())
    with pytest.raises(RecipeProblemsError, match=problem):
        read_recipe(path)


def test_all_slips_of_a_file_are_named_at_once(tmp_path: Path) -> None:
    found = problems(tmp_path, GOOD.replace("name: good", "nane: good").replace("accepts", "takes"))
    assert [problem.split(": ", 1)[1] for problem in found] == [
        "`name` is missing",
        "`metadata.accepts` is missing",
        "unknown key `metadata.takes`",
        "unknown key `nane`",
    ]
