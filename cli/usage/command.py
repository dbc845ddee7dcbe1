"""What `usage` does. It returns the exit code."""

import sys
from contextlib import AsyncExitStack, aclosing
from datetime import datetime

import typer
from rich.table import Table
from rich.text import Text

from cli import show
from cli.answers import one_line_of_json
from cli.exits import FAILED, OK
from cli.redrive import target_of_app
from cli.redriving import open_clients
from cli.terminal import one_line, speaks_unicode
from cli.usage.listing import list_labels
from cli.usage.totals import By, Total, Usage

BAR = 20
_COLUMNS = ("documents", "errors", "tokens", "minutes", "dollars", "unknown")
_PLAIN = {"minutes": "seconds"}
"""What stands in a pipe, as in JSON: there figures are for programs."""


async def usage(storage: str | None, since: datetime | None, by: By, *, as_json: bool) -> int:
    """Add up what the documents in storage cost.

    Raises:
        CommandFailedError: they cannot be listed.
    """
    target = target_of_app(storage)
    if target is None:
        show.problem("Which storage? Name it with --storage, or set MEDIA_STORAGE.")
        return FAILED
    found = Usage(by, since)
    async with AsyncExitStack() as exits:
        blobs, _ = open_clients(target, exits)
        with show.step("Adding up what the documents cost"):
            async with aclosing(list_labels(blobs.get_container_client(target.output_container))) as listed:
                async for labels in listed:
                    found.add(labels)
    _tell(found, as_json=as_json)
    return OK


def _tell(found: Usage, *, as_json: bool) -> None:
    rows = [(name, total) for name, total in found.sorted_rows()]
    if as_json:
        told = [{found.by: name, **total.told} for name, total in rows]
        show.console.print(
            Text(one_line_of_json({"by": found.by, "rows": told, "total": found.all.told})), soft_wrap=True
        )
    elif not sys.stdout.isatty():
        typer.echo("\t".join([found.by, *(_PLAIN.get(name, name) for name in _COLUMNS)]))
        for name, total in [*rows, ("total", found.all)]:
            typer.echo("\t".join([one_line(name), *_figures(total)]))
    else:
        show.console.print(_table(found, rows))
    if found.all.unknown and not as_json:
        show.note(
            f"Of {found.all.unknown} documents the cost is not known: earlier versions did not note it, the service did"
            " not count, or the model has no price (`dropscribe models` says which; MODEL_PRICES sets one).",
            style="yellow",
        )


def _table(found: Usage, rows: list[tuple[str, Total]]) -> Table:
    """A table with a bar for each row: its part of the money, or of the tokens where no money is known."""
    table = Table(found.by, box=None, pad_edge=False, show_footer=len(rows) > 1)
    table.columns[0].footer = "total"
    for name, sum_ in zip(_COLUMNS, _cells(found.all), strict=True):
        table.add_column(name, justify="right", footer=sum_)
    table.add_column("")
    sizes = [float(total.dollars) if found.all.dollars else float(total.tokens) for _, total in rows]
    largest = max(sizes, default=0) or 1
    full = "█" if speaks_unicode(show.console.file) else "#"
    for (name, total), size in zip(rows, sizes, strict=True):
        table.add_row(Text(one_line(name)), *_cells(total), Text(full * round(BAR * size / largest), style="green"))
    return table


def _cells(total: Total) -> list[str]:
    dollars = "-" if total.unknown == total.documents else f"{total.dollars:,.4f}"
    minutes = f"{total.seconds / 60:,.1f}"
    return [f"{total.documents:,}", f"{total.errors:,}", f"{total.tokens:,}", minutes, dollars, f"{total.unknown:,}"]


def _figures(total: Total) -> list[str]:
    """As a program reads them."""
    dollars = "-" if total.unknown == total.documents else f"{total.dollars:.6f}"
    return [
        *map(str, (total.documents, total.errors, total.tokens, f"{total.seconds:.1f}")),
        dollars,
        f"{total.unknown}",
    ]
