"""The commands and their options; what they do stands in `actions.py`."""

import asyncio
import os
import sys
from collections.abc import Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from cli import actions
from cli.arguments import drops, recipe_name
from cli.redriving import CODES, Wanted, error_code

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

Files = Annotated[list[Path], typer.Argument(metavar="FILE...", help="Files; a folder stands for all that is in it.")]
RecipeName = Annotated[
    str | None,
    typer.Option(help="The recipe for these files, instead of the one that fits.", callback=recipe_name),
]
Seconds = Annotated[float, typer.Option(min=1, help="How many seconds to wait for all documents together.")]


@app.command()
def run(
    files: Files,
    to: Annotated[Path, typer.Option(help="The folder for the documents.")],
    recipe: RecipeName = None,
    timeout: Seconds = 600,
) -> None:
    """Start everything, answer some files, and stop.

    Exits with 0 if every file got a document, ok or error, and with 4 if the time ran out.
    """
    _finish(actions.run(drops(files), to, recipe, timeout))


@app.command()
def drop(
    files: Files,
    at: Annotated[str | None, typer.Option("--as", help="The path in storage; its folders choose the recipe.")] = None,
    recipe: RecipeName = None,
    timeout: Seconds = 600,
) -> None:
    """Drop files into a running host (`make host`), and show their documents.

    Exits with 0 if every file got a document, ok or error, and with 4 if the time ran out.
    """
    _finish(actions.drop(drops(files, at), recipe, timeout))


@app.command()
def host() -> None:
    """Run the app on this machine until Ctrl-C."""
    _finish(actions.host())


@app.command()
def demo() -> None:
    """Drop a picture and a recording, and show the two documents."""
    _finish(actions.demo())


@app.command()
def redrive(
    code: Annotated[
        str | None, typer.Option(help=f"Only errors of this code: {', '.join(CODES)}.", callback=error_code)
    ] = None,
    since: Annotated[datetime | None, typer.Option(help="Only documents written since then (UTC).")] = None,
    prefix: Annotated[str, typer.Option(help="Only files whose names begin so.")] = "",
    storage: Annotated[
        str | None,
        typer.Option(
            help="A connection string, or the address of a blob service, for Entra ID. By default that of"
            " MEDIA_STORAGE__blobServiceUri and MEDIA_STORAGE__queueServiceUri, or of MEDIA_STORAGE, else of the host"
            " that runs here."
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say which files.")] = False,
) -> None:
    """Try files again that ended in an error: queue them, and remove their documents."""
    wanted = Wanted(code, since.replace(tzinfo=UTC) if since else None, prefix)
    _finish(actions.redrive(wanted, storage, dry_run=dry_run))


def _finish(action: Coroutine[Any, Any, int]) -> None:
    try:
        code = asyncio.run(action)
    except actions.Failures as error:
        typer.secho(str(error), err=True, fg="red")
        code = 1
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)


def main() -> None:
    """The entry point of `dropscribe`."""
    for name in ("no_proxy", "NO_PROXY"):  # what runs on this machine is not behind a proxy
        os.environ[name] = ",".join(filter(None, [os.environ.get(name), "127.0.0.1", "localhost"]))
    app()
