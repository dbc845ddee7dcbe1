"""`dropscribe recipes`: which recipes there are, and what is wrong with one. Needs no stack."""

import sys
from pathlib import Path

import typer
from rich.table import Table
from rich.text import Text

from cli import show
from cli.exits import FAILED, OK
from cli.terminal import one_line
from cli.uploads import refused
from shared.errors import ConfigurationError
from shared.recipes import DEFAULTS, Recipe, RecipeCatalog, RecipeProblemsError, read_recipe

_COLUMNS = ("name", "folder", "files", "inputs", "description")


def load_catalog(folder: Path) -> RecipeCatalog:
    """The app's recipes, which the host would load too.

    Raises:
        typer.Exit: one of them is wrong; what is wrong has been said.
    """
    try:
        return RecipeCatalog.load(folder)
    except ConfigurationError as error:
        show.problem(str(error))
        raise typer.Exit(FAILED) from None


def listed(folder: Path) -> int:
    """List the recipes in the folder: a table for people, lines with tabs in a pipe."""
    rows = [_row(recipe) for recipe in load_catalog(folder)]
    if not sys.stdout.isatty():
        for row in rows:
            typer.echo("\t".join(row))
        return OK
    table = Table(*_COLUMNS, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*map(Text, row))
    show.console.print(table)
    return OK


def checked(argument: str) -> int:
    """Check a recipe, or all in a folder, and say what is wrong, with file and line."""
    path = Path(argument)
    if not path.exists():
        raise refused(f"{argument} does not exist.")
    problems, count = _problems(path)
    for problem in problems:
        typer.echo(one_line(problem))
    if problems:
        return FAILED
    show.note(f"{count} recipes are in order." if count != 1 else "The recipe is in order.")
    return OK


def _problems(path: Path) -> tuple[list[str], int]:
    if not path.is_dir():
        return _problems_of(path), 1
    files = sorted(path.glob("*.prompty"))
    if not files:
        return [f"{path}: there is no .prompty file here."], 0
    try:
        RecipeCatalog.load(path)
    except ConfigurationError as error:
        return list(error.problems), len(files)
    return [], len(files)


def _problems_of(path: Path) -> list[str]:
    try:
        read_recipe(path)
    except RecipeProblemsError as error:
        return list(error.problems)
    return []


def _row(recipe: Recipe) -> list[str]:
    inputs = [each.name if each.default is None else f"{each.name}={each.default}" for each in recipe.inputs]
    defaults = [f"every other {kind} file" for kind, name in DEFAULTS.items() if name == recipe.name]
    folders = [*([recipe.route.pattern] if recipe.route else []), *defaults]
    row = (
        recipe.name,
        ", ".join(folders) or "-",
        ", ".join(sorted(recipe.accepts)),
        ", ".join(inputs) or "-",
        recipe.description or "-",
    )
    return list(map(one_line, row))
