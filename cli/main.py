"""The commands and their options; what they do stands in `actions.py`, `check/`, `redrive.py` and `doctor/`."""

import os
import sys
from collections.abc import Coroutine
from contextlib import ExitStack
from datetime import UTC, datetime
from importlib import metadata
from typing import TYPE_CHECKING, Annotated, Any, Never

import typer

from cli import options
from cli.exits import FAILED, INTERRUPTED, OK, CommandFailedError, run_to_the_end
from cli.options import (
    Again,
    AsJson,
    At,
    By,
    Files,
    Names,
    Quiet,
    RecipeName,
    Seconds,
    Settings,
    Storage,
    Strict,
    To,
    Wait,
)

if TYPE_CHECKING:
    from cli.delivery import Order
    from shared.recipes import RecipeCatalog

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,  # plain sentences, in every terminal and pipe
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(value: bool) -> None:
    if value:
        typer.echo(f"dropscribe {metadata.version('dropscribe')}")
        raise typer.Exit


@app.callback()
def dropscribe(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """Have images and recordings answered by a model, on this machine.

    Answers are written to standard output, all else to standard error. Exit codes: 0 done, 1 not all done, 2 the
    command line is wrong, 4 the time was up, 130 stopped by Ctrl-C. All of it stands in docs/cli.md.
    """


@app.command()
def run(
    files: Files,
    to: To = None,
    at: At = None,
    recipe: RecipeName = None,
    settings: Settings = [],  # noqa: B006 - typer copies it
    timeout: Seconds = 600,
    as_json: AsJson = False,
    quiet: Quiet = False,
    strict: Strict = False,
    again: Again = False,
) -> None:
    """Start everything, answer some files, and stop."""
    with ExitStack() as exits:
        order, catalog = _order(files, at, recipe, settings, timeout, exits, quiet=quiet)
        from cli import actions
        from cli.delivery import Options

        _finish(actions.run(order, Options(to, as_json, again, strict), catalog))


@app.command()
def drop(
    files: Files,
    to: To = None,
    at: At = None,
    recipe: RecipeName = None,
    settings: Settings = [],  # noqa: B006 - typer copies it
    timeout: Seconds = 600,
    as_json: AsJson = False,
    quiet: Quiet = False,
    strict: Strict = False,
    again: Again = False,
) -> None:
    """Drop files into a running host, and show their answers."""
    with ExitStack() as exits:
        order, catalog = _order(files, at, recipe, settings, timeout, exits, quiet=quiet)
        from cli import actions
        from cli.delivery import Options

        _finish(actions.drop(order, Options(to, as_json, again, strict), catalog))


@app.command()
def get(names: Names, to: To = None, as_json: AsJson = False, quiet: Quiet = False, strict: Strict = False) -> None:
    """Get documents of files that were dropped."""
    from cli import actions
    from cli.delivery import Options

    _be_quiet(quiet)
    _finish(actions.get(names, Options(to, as_json, strict=strict)))


@app.command()
def host(
    differences: Annotated[
        bool, typer.Option("--differences", help="Only say what differs from the Azure Functions host.")
    ] = False,
    any_ports: Annotated[
        bool,
        typer.Option("--any-ports", help="Listen at any free ports, instead of the usual ones where these are free."),
    ] = False,
) -> None:
    """Run the app on this machine until Ctrl-C."""
    from cli import actions
    from local.host import DIFFERENCES

    if differences:
        typer.echo(DIFFERENCES)
    else:
        _finish(actions.host(any_ports=any_ports), interrupted=OK)


@app.command("check")
def check_files(
    files: Files,
    at: At = None,
    recipe: RecipeName = None,
    settings: Settings = [],  # noqa: B006 - typer copies it
    as_json: Annotated[bool, typer.Option("--json", help="Print a list of JSON objects, one for each file.")] = False,
) -> None:
    """Say what would become of files, without asking a model."""
    with ExitStack() as exits:
        order, _ = _order(files, at, recipe, settings, 0, exits, quiet=False)
        from cli.check.command import check as look

        _finish(look(order, as_json=as_json))


@app.command()
def demo() -> None:
    """Drop a picture and a recording, and show the two documents."""
    from cli import actions

    _finish(actions.demo())


@app.command()
def redrive(
    code: Annotated[
        str | None,
        typer.Option(help=f"Only errors of this code: {', '.join(options.CODES)}.", callback=options.error_code),
    ] = None,
    since: Annotated[datetime | None, typer.Option(help="Only documents written since then (UTC).")] = None,
    prefix: Annotated[str, typer.Option(help="Only files whose names begin so.")] = "",
    storage: Storage = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say which files.")] = False,
) -> None:
    """Try files again that ended in an error: queue them, and remove their documents."""
    from cli.redrive import redrive as redrive_files
    from cli.redriving import RedriveFilter

    chosen = RedriveFilter(code, since.replace(tzinfo=UTC) if since else None, prefix)
    _finish(redrive_files(chosen, storage, dry_run=dry_run))


@app.command()
def usage(
    storage: Storage = None,
    since: Annotated[datetime | None, typer.Option(help="Only documents written since then (UTC).")] = None,
    by: Annotated[By, typer.Option(help="What makes a row of the table.")] = "day",
    as_json: Annotated[bool, typer.Option("--json", help="Print one object of JSON.")] = False,
) -> None:
    """Add up what the documents in storage cost: tokens, seconds of sound, and money."""
    from cli.usage.command import usage as add_up

    _finish(add_up(storage, since.replace(tzinfo=UTC) if since else None, by, as_json=as_json))


@app.command()
def models(
    against: Annotated[
        str | None,
        typer.Option(metavar="RESOURCE", help="Compare with what a Foundry resource has deployed, with your login."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one object of JSON.")] = False,
) -> None:
    """Say which models the settings name, what they take and cost, and until when they run."""
    from cli.models.command import models as tell

    _finish(tell(against, as_json=as_json))


@app.command()
def doctor(
    storage: Storage = None,
    wait: Wait = 300,
    keep: Annotated[bool, typer.Option("--keep", help="Leave the samples and their documents where they are.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print each line as JSON.")] = False,
) -> None:
    """Drop two samples into a running app, and say of each part whether it works, or what to do."""
    from cli.doctor.command import doctor as examine

    _finish(examine(storage, wait, keep=keep, as_json=as_json))


recipes = typer.Typer(rich_markup_mode=None, invoke_without_command=True)
app.add_typer(recipes, name="recipes")


@recipes.callback()
def list_recipes(context: typer.Context) -> None:
    """List the recipes, or check them."""
    if context.invoked_subcommand is None:
        from cli.recipes import listed

        sys.exit(listed(options.RECIPES))


@recipes.command()
def check(
    path: Annotated[
        str, typer.Argument(metavar="[FILE|FOLDER]", help="A recipe, or a folder of recipes; by default the app's own.")
    ] = str(options.RECIPES),
) -> None:
    """Check recipes, and say file and line of what is wrong."""
    from cli.recipes import checked

    sys.exit(checked(path))


def _order(
    files: list[str],
    at: str | None,
    recipe: str | None,
    settings: list[str],
    seconds: float,
    exits: ExitStack,
    *,
    quiet: bool,
) -> "tuple[Order, RecipeCatalog]":
    """What is asked for, checked as far as it can be before anything is started."""
    from cli import show
    from cli.metadata import check_metadata, parse_metadata
    from cli.recipes import load_catalog
    from cli.uploads import find_uploads

    _be_quiet(quiet)
    attached = parse_metadata(recipe, settings)
    found = find_uploads(files, at, exits)
    catalog = load_catalog(options.RECIPES)
    check_metadata(found.uploads, attached, catalog)
    if told := found.told():
        show.note(told, style="dim")
    from cli.delivery import Order

    return Order(found.uploads, attached, seconds), catalog


def _be_quiet(quiet: bool) -> None:
    from cli import show

    if quiet:
        show.be_quiet()


def _finish(action: Coroutine[Any, Any, int], *, interrupted: int = INTERRUPTED) -> Never:
    from cli import show
    from local.process import NotStartedError

    try:
        code = run_to_the_end(action, show.note, interrupted=interrupted)
    except (CommandFailedError, NotStartedError) as error:  # their messages are for people
        if str(error):
            show.problem(str(error))
        code = FAILED
    sys.exit(code)


def main() -> None:
    """Run the command line."""
    from cli.terminal import lead_nowhere, prepare_streams

    prepare_streams()
    for name in ("no_proxy", "NO_PROXY"):  # what runs on this machine is not behind a proxy
        os.environ[name] = ",".join(filter(None, [os.environ.get(name), "127.0.0.1", "localhost"]))
    try:
        app(prog_name="dropscribe")
    except OSError as error:  # a full disk under standard output, above all
        from cli import show

        lead_nowhere(sys.stdout)
        show.problem(f"This could not be done: {error}")
        sys.exit(FAILED)
