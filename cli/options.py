"""What stands behind the options of the commands: their types, and what is checked before anything is started."""

import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal, get_args

import typer

from shared.errors import ErrorCode

RECIPES = Path(__file__).resolve().parent.parent / "recipes"
CODES: tuple[str, ...] = tuple(sorted(get_args(ErrorCode.__value__)))
"""Every code that an error document can have."""
_MAX_SECONDS = 7 * 86_400


def _recipe_name(value: str | None) -> str | None:
    if value is not None and not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,63}", value):
        raise typer.BadParameter(f"{value[:100]!r} is no recipe's name: small letters, digits, _ and - only.")
    return value


def error_code(value: str | None) -> str | None:
    """A code that an error document can have.

    Raises:
        typer.BadParameter: there is none of this name.
    """
    if value is not None and value not in CODES:
        raise typer.BadParameter(f"{value[:100]!r} is no error code; there are: {', '.join(CODES)}.")
    return value


def _recipe_names(incomplete: str) -> Iterator[str]:
    """For the shell's completion."""
    return (path.stem for path in sorted(RECIPES.glob("*.prompty")) if path.stem.startswith(incomplete))


def _seconds(value: float) -> float:
    if not math.isfinite(value) or not 1 <= value <= _MAX_SECONDS:
        raise typer.BadParameter(f"it must be from 1 to {_MAX_SECONDS} seconds.")
    return value


Files = Annotated[
    list[str],
    typer.Argument(
        metavar="FILE...",
        help="Files and folders. A folder stands for all that is in it, under the folder's name (photos), or without it"
        " (photos/). - is standard input, and needs --as.",
    ),
]
Names = Annotated[
    list[str], typer.Argument(metavar="NAME...", help="Files, by the names under which they were dropped.")
]
To = Annotated[Path | None, typer.Option("--to", metavar="DIR", help="Save the documents in this folder.")]
At = Annotated[
    str | None,
    typer.Option("--as", metavar="NAME", help="The name in storage; its folders choose the recipe. NAME/ is a folder."),
]
RecipeName = Annotated[
    str | None,
    typer.Option(
        "--recipe",
        metavar="NAME",
        help="The recipe for these files, instead of the one that fits.",
        callback=_recipe_name,
        autocompletion=_recipe_names,
    ),
]
Settings = Annotated[
    list[str],
    typer.Option("--set", metavar="KEY=VALUE", help="A value for an input of the recipe; may be given several times."),
]
Seconds = Annotated[
    float,
    typer.Option("--timeout", metavar="SECONDS", help="How long to wait for all documents.", callback=_seconds),
]
Wait = Annotated[
    float,
    typer.Option("--wait", metavar="SECONDS", help="How long to wait for the documents.", callback=_seconds),
]
By = Literal["day", "recipe", "model"]
Storage = Annotated[
    str | None,
    typer.Option(
        help="A connection string, or the address of a blob service, for Entra ID. By default that of"
        " MEDIA_STORAGE__blobServiceUri and MEDIA_STORAGE__queueServiceUri, or of MEDIA_STORAGE, else of the host that"
        " runs here."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print each document as one line of JSON.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but what goes wrong.")]
Strict = Annotated[bool, typer.Option("--strict", help="Exit with 1 if any document holds an error.")]
Again = Annotated[bool, typer.Option("--again", help="Ask for files too that have their document in --to already.")]
