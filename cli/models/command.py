"""What `models` does. It returns the exit code."""

import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

import typer
from rich.table import Table
from rich.text import Text

from cli import model, show
from cli.answers import one_line_of_json
from cli.check.command import loaded_app
from cli.exits import FAILED, OK
from cli.models.resource import Deployed, deployed_in, differences, is_missing, resource_name
from cli.models.told import fields, row
from cli.terminal import one_line
from cli.threads import in_background
from shared.models import Deployment

_COLUMNS = ("alias", "deployment", "takes", "answers", "price", "until")


async def models(against: str | None, *, as_json: bool) -> int:
    """Tell of the models; 1 where the settings name one that the resource has not deployed, or none there.

    Raises:
        CommandFailedError: the settings are wrong, or the resource cannot be looked at.
    """
    model.require_endpoint(os.environ)
    resource = resource_name(against) if against else ""
    app = await in_background(lambda: loaded_app(os.environ))
    ours = list(app.deployments)
    theirs = await deployed_in(resource, os.environ.get("AZURE_SUBSCRIPTION_ID", "")) if resource else []
    there = [each for each in ours if each.endpoint.host.lower().startswith(f"{resource.lower()}.")]
    said = list(differences(there, theirs, resource, datetime.now(UTC).date())) if resource else []
    if as_json:
        _print(one_line_of_json(_json(ours, theirs, said) if resource else {"models": list(map(fields, ours))}))
    else:
        _tell(ours, resource, theirs, said)
    return FAILED if resource and is_missing(there, theirs) else OK


def _json(ours: Sequence[Deployment], theirs: Sequence[Deployed], said: Sequence[str]) -> dict[str, object]:
    deployed = [each.fields for each in theirs]
    return {"models": list(map(fields, ours)), "deployed": deployed, "differences": list(said)}


def _tell(ours: Sequence[Deployment], resource: str, theirs: Sequence[Deployed], said: Sequence[str]) -> None:
    rows = [[one_line(cell) for cell in row(each)] for each in ours]
    if sys.stdout.isatty():
        table = Table(*_COLUMNS, box=None, pad_edge=False)
        for each in rows:
            table.add_row(*map(Text, each))
        show.console.print(table)
    else:
        for each in rows:
            typer.echo("\t".join(each))
    show.note("Prices are US dollars for a million tokens, or for an hour of sound.", style="dim")
    if resource:
        show.note(f"{resource} has deployed:")
        for deployed in theirs:
            _print(f"  {deployed.told}")
        for sentence in said:
            show.note(sentence, style="yellow")


def _print(text: str) -> None:
    show.console.print(Text(text), soft_wrap=True)
