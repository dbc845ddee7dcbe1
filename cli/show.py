"""What people see on standard error while a command works; standard output is for answers (`answers.py`)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.text import Text

from cli.terminal import Screen, harmless, one_line, speaks_unicode

if TYPE_CHECKING:  # a wrong command line is told without the second that these take
    from cli.causes import Cause
    from cli.documents import Document
    from local.stack import Stack

console = Screen(highlight=False)
people = Screen(stderr=True, highlight=False)
_quiet = False


def be_quiet() -> None:
    """Show nothing but problems from now on."""
    global _quiet  # noqa: PLW0603 - there is one terminal
    _quiet = True


def note(what: str, style: str = "") -> None:
    """Say something that is good to know."""
    if not _quiet:
        people.print(Text(harmless(what), style=style), soft_wrap=True)


def problem(what: str) -> None:
    """Say what went wrong."""
    people.print(Text(harmless(what), style="red"), soft_wrap=True)


@contextmanager
def step(what: str) -> Iterator[None]:
    """Say what goes on while it goes on; where no terminal is, in a line of its own."""
    if people.is_terminal and not _quiet:
        with people.status(f"{what} …", spinner=_spinner()):
            yield
    else:
        note(f"{what} …")
        yield


class Causes:
    """Says why files wait; of many that wait for the same, once."""

    def __init__(self) -> None:
        self._told: set[str] = set()

    def tell(self, cause: "Cause") -> None:
        """Say it, unless it has been said."""
        if cause.key not in self._told:
            self._told.add(cause.key)
            note(f"{cause.sentence} Next try at {_next_try(cause)}.", style="yellow")


class Waiting:
    """A bar that fills while documents arrive, with a line for each, and for each cause why others do not."""

    def __init__(self, bar: Progress, total: int) -> None:
        self._bar = bar
        self._task = bar.add_task("", total=total)
        self._causes = Causes()

    def advance(self) -> None:
        """One more file has its document, or will not get one."""
        self._bar.advance(self._task)

    def cause(self, cause: "Cause") -> None:
        """Say why a file waits; the bar shows until when."""
        self._causes.tell(cause)
        self._bar.update(self._task, description=f"next try at {_next_try(cause)}")

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Leave the terminal to what is printed meanwhile."""
        self._bar.stop()
        yield
        self._bar.start()


@contextmanager
def waiting(total: int) -> Iterator[Waiting]:
    """A bar for as many documents."""
    columns = (
        SpinnerColumn(_spinner()),
        TextColumn("Documents"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}", style="yellow", markup=False),
    )
    with _progress(*columns) as bar:
        yield Waiting(bar, total)


@contextmanager
def bar(what: str, total: int) -> Iterator[Callable[[], None]]:
    """A bar that fills with each call of what this yields."""
    with _progress(TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()) as shown:
        task = shown.add_task("", total=total)
        yield lambda: shown.advance(task)


def document(arrived: "Document") -> None:
    """A line for a document, and one for each of its warnings; with `--quiet` only if it holds an error."""
    name = one_line(arrived.name)
    if not arrived.is_ok:
        error = arrived.view.error
        said = f"{error.message} {error.next_step}" if error else ""
        people.print(Text.assemble(("error  ", "red"), name, f"  {one_line(said)}"), soft_wrap=True)
    elif not _quiet:
        people.print(Text.assemble(("ok     ", "green"), name, (f"  {cost(arrived)}", "dim")), soft_wrap=True)
    if arrived.is_ok and not arrived.text.strip():
        note("       the answer is empty", style="yellow")
    for warning in arrived.view.warnings:
        note(f"       warning: {one_line(warning)}", style="dim")


def host(stack: "Stack", differences: str) -> None:
    """Say where a host runs and how to use it."""
    lines = (
        differences,
        "",
        f"Inbox      {stack.inbox or 'not built: python3 scripts/dev.py web'}",
        f"Model      {stack.model}",
        f"Input      {stack.blobs}/{stack.input_container}",
        f"Output     {stack.blobs}/{stack.output_container}",
        f"Storage    {stack.storage}",
        f"Logs       {stack.logs}",
        "",
        "Drop a file, in another window:   python3 scripts/dev.py drop tests/samples/chart.png",
        "or with any tool that knows Azure storage, by the connection string above.",
        "Stop with Ctrl-C.",
    )
    console.print(Text("\n".join(lines)), soft_wrap=True)


def cost(answered: "Document") -> str:
    """By which recipe, and what it cost."""
    view = answered.view
    parts = [view.recipe.name] if view.recipe else []
    if usage := view.usage:
        if usage.seconds is not None:
            parts.append(f"{usage.seconds:g} seconds of sound")
        if usage.total_tokens is not None:
            parts.append(usage.tokens)
        parts.append(f"{view.timing.model_seconds} s")
    return one_line(", ".join(parts)) or "nothing was paid for"


def _progress(*columns: SpinnerColumn | TextColumn | BarColumn | MofNCompleteColumn | TimeElapsedColumn) -> Progress:
    # Standard output is for answers: it may lead into a pipe while the bar moves.
    is_shown = people.is_terminal and not _quiet
    return Progress(*columns, console=people, transient=True, disable=not is_shown, redirect_stdout=False)


def _next_try(cause: "Cause") -> str:
    return f"{datetime.now().astimezone() + timedelta(seconds=cause.seconds):%H:%M:%S}"


def _spinner() -> str:
    return "dots" if speaks_unicode(people.file) else "line"
