"""Where answers and documents go, and which are there already."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from cli import show
from cli.answers import Answers
from cli.documents import Document
from cli.done import Asked, find_done
from cli.exits import FAILED, OK, TIMED_OUT, CommandFailedError
from cli.storage import Waiting
from cli.targets import Targets
from cli.threads import in_background
from cli.uploads import Upload


@dataclass(frozen=True)
class Order:
    """What is asked for: these files, with this metadata, within so many seconds."""

    uploads: Sequence[Upload]
    metadata: dict[str, str]
    seconds: float


@dataclass(frozen=True)
class Options:
    """How `run` and `drop` deliver.

    Attributes:
        to: the folder for the documents.
        as_json: whether standard output gets whole documents.
        again: whether files are asked that have their document in `to` already.
        strict: whether a document with an error is a failure.
    """

    to: Path | None = None
    as_json: bool = False
    again: bool = False
    strict: bool = False


class ReaderGoneError(CommandFailedError):
    """The reader of our standard output has gone, and nothing else would get the answers."""


@dataclass
class Delivery:
    """Where documents go: their answers to standard output, and they themselves into a folder, where one is named.

    Attributes:
        names: the files whose documents have been delivered.
        errors: how many of these held an error.
        unsaved: how many could not be saved.
        beside: the files that were saved beside documents.
    """

    answers: Answers
    targets: Targets | None = None
    names: list[str] = field(default_factory=list)
    beside: list[Path] = field(default_factory=list)
    errors: int = 0
    unsaved: int = 0

    def take(self, document: Document) -> None:
        """Deliver one.

        Raises:
            ReaderGoneError: it would reach neither a reader nor a folder.
        """
        self.names.append(document.name)
        self.errors += not document.is_ok
        self._save(document)
        self.answers.write(document)
        if self.targets is None and not self.answers.is_read:
            raise ReaderGoneError

    def _save(self, document: Document) -> None:
        try:
            if self.targets:
                self._save_files(document, self.targets)
                self.targets.save(document.name, document.lines)
        except OSError as error:
            self.unsaved += 1
            show.problem(f"The document of {document.name} could not be saved, so here it is: {error}")
            self.answers.write_unsaved(document)

    def _save_files(self, document: Document, targets: Targets) -> None:
        """Save the files beside a document, before it: where they are not all there, it is not there either."""
        for form, content in document.beside.items():
            targets.save(document.name, content, form)
            self.beside.append(targets.beside(document.name, form))
        if lost := [form for form in document.digests if form not in document.beside]:
            self.unsaved += 1
            told = " and ".join(lost)
            show.problem(f"{document.name}: its {told} is no longer in storage as the document says. Run it again.")

    def code(self, waiting: Waiting | None, *, strict: bool) -> int:
        """The exit code when all is done."""
        if waiting and waiting.missing:
            return TIMED_OUT
        failed = self.unsaved or self.answers.has_failed or (waiting and waiting.failed) or (strict and self.errors)
        return FAILED if failed else OK


def plan_delivery(order: Order, options: Options) -> tuple[Order, Delivery]:
    """Find a place for each document, and leave the documents of earlier runs out of what is asked for.

    Raises:
        NotSavedError: there is no place for one of them.
    """
    delivery = delivery_of([upload.name for upload in order.uploads], options)
    if delivery.targets is None:
        return order, delivery
    earlier = {_absolute(path) for path in delivery.targets.all_paths}
    uploads = [upload for upload in order.uploads if _absolute(upload.path) not in earlier]
    if left_out := len(order.uploads) - len(uploads):
        show.note(f"Left out: {left_out} documents of earlier runs.", style="dim")
    return replace(order, uploads=uploads), delivery


def _absolute(path: Path) -> Path:
    """The absolute path without links in its folders; a link at its end is kept."""
    return path.parent.resolve() / path.name


def delivery_of(names: Sequence[str], options: Options) -> Delivery:
    """Find a place for each document.

    Raises:
        NotSavedError: there is none for one of them.
    """
    targets = Targets.plan(names, options.to) if options.to else None
    answers = Answers(as_json=options.as_json, in_boxes=targets is None, several=len(names) > 1)
    return Delivery(answers, targets)


async def skip_done(order: Order, options: Options, delivery: Delivery, asked: Asked) -> Order:
    """What is left to be asked for; the answers that are there already are delivered."""
    if options.again or delivery.targets is None:
        return order
    targets = delivery.targets
    done = await in_background(lambda: find_done(order.uploads, targets, asked))
    for document in done:
        delivery.answers.write(document)
    if done:
        show.note(f"{len(done)} of {len(order.uploads)} skipped: answered already, in {options.to} (--again asks anew)")
    names = {document.name for document in done}
    return replace(order, uploads=[each for each in order.uploads if each.name not in names])
