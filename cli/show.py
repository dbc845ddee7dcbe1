"""What people see: progress while it works, then the answers."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.panel import Panel
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.text import Text

from cli.dropping import Document
from local.stack import Stack

console = Console(highlight=False)


@contextmanager
def step(what: str) -> Iterator[None]:
    """Say what goes on while it goes on; where nobody watches, in a line of its own."""
    if console.is_terminal:
        with console.status(f"{what} …"):
            yield
    else:
        console.print(f"{what} …")
        yield


@contextmanager
def progress(total: int) -> Iterator[Callable[[Document], None]]:
    """A bar that fills, with a line for each document that is reported to what this yields."""
    columns = (
        SpinnerColumn(),
        TextColumn("Documents"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=total)

        def arrived(document: Document) -> None:
            bar.advance(task)
            bar.print(_line(document), soft_wrap=True)

        yield arrived


@contextmanager
def bar(what: str, total: int) -> Iterator[Callable[[], None]]:
    """A bar that fills with each call of what this yields."""
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as shown:
        task = shown.add_task("", total=total)
        yield lambda: shown.advance(task)


def problem(what: str) -> None:
    """Say what went wrong."""
    console.print(Text(what, style="red"), soft_wrap=True)


def host(stack: Stack, differences: str) -> None:
    """Say where a host runs and how to use it."""
    lines = (
        differences,
        "",
        f"Model      {stack.model}",
        f"Input      {stack.blobs}/{stack.input_container}",
        f"Output     {stack.blobs}/{stack.output_container}",
        f"Storage    {stack.storage}",
        f"Logs       {stack.logs}",
        "",
        "Drop a file, in another window:   python scripts/dev.py drop tests/samples/chart.png",
        "or with any tool that knows Azure storage, by the connection string above.",
        "Stop with Ctrl-C.",
    )
    console.print(Text("\n".join(lines)), soft_wrap=True)


def answer(document: Document, place: Path | str) -> None:
    """Print a whole document for people: the answer, or why there is none, and what it cost."""
    fields = document.fields
    if fields["status"] == "ok":
        body = Text(fields["answer"]["text"])
    else:
        body = Text(f"{fields['error']['message']}\n{fields['error']['next_step']}", style="red")
    title, subtitle = Text(fields["input"]["name"], style="bold"), Text(_cost(fields), style="dim")
    console.print(Panel(body, title=title, subtitle=subtitle, title_align="left", subtitle_align="left"))
    console.print(Text(f"  {place}", style="dim"), soft_wrap=True)


def _line(document: Document) -> Text:
    fields = document.fields
    if fields["status"] == "ok":
        return Text.assemble(("ok     ", "green"), document.drop.name, (f"  {_cost(fields)}", "dim"))
    return Text.assemble(("error  ", "red"), document.drop.name, f"  {fields['error']['message']}")


def _cost(fields: Mapping[str, Any]) -> str:
    recipe, usage = fields["recipe"], fields["usage"]
    parts = [recipe["name"]] if recipe else []
    if usage:
        counts = f"{usage['total_tokens']} tokens ({usage['prompt_tokens']} in, {usage['completion_tokens']} out)"
        parts += [counts, f"{fields['timing']['model_seconds']} s"]
    return ", ".join(parts) or "nothing was paid for"
