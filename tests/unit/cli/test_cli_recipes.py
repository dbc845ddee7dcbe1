from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from cli.options import RECIPES
from shared.recipes.catalog import RecipeCatalog

runner = CliRunner()


def test_every_recipe_is_listed_with_folder_kinds_inputs_and_description() -> None:
    done = runner.invoke(app, ["recipes"])
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    assert [row[0] for row in rows] == sorted(each.name for each in RecipeCatalog.load(RECIPES))
    assert ["translate", "translate/{language}/**", "audio", "language=es"] in [row[:4] for row in rows]
    assert all(len(row) == 5 and len(row[4]) > 10 for row in rows)


def test_the_apps_own_recipes_are_in_order() -> None:
    done = runner.invoke(app, ["recipes", "check"])
    assert (done.exit_code, done.stdout) == (0, "")


@pytest.fixture
def slip(tmp_path: Path) -> Path:
    """A recipe with a slip on its third line."""
    path = tmp_path / "drafts" / "mine.prompty"
    path.parent.mkdir()
    text = (RECIPES / "describe.prompty").read_text().replace("name: describe", "name: mine\nflavour: sweet")
    path.write_text(text)
    return path


def test_a_slip_in_a_recipe_is_told_with_file_and_line(slip: Path) -> None:
    for path in (slip, slip.parent):
        done = runner.invoke(app, ["recipes", "check", str(path)])
        assert (done.exit_code, "mine.prompty:3: unknown key `flavour`" in done.stdout) == (1, True)


def test_a_good_recipe_of_ones_own_is_in_order(slip: Path) -> None:
    slip.write_text("".join(line for line in slip.read_text().splitlines(True) if "flavour" not in line))
    done = runner.invoke(app, ["recipes", "check", str(slip)])
    assert (done.exit_code, done.stdout) == (0, "")


def test_a_folder_without_recipes_is_told(tmp_path: Path) -> None:
    done = runner.invoke(app, ["recipes", "check", str(tmp_path)])
    assert (done.exit_code, "there is no .prompty file" in done.stdout) == (1, True)


def test_a_recipe_that_is_not_there_is_a_wrong_command_line(tmp_path: Path) -> None:
    done = runner.invoke(app, ["recipes", "check", str(tmp_path / "nothing.prompty")])
    assert (done.exit_code, "does not exist" in done.stderr) == (2, True)
