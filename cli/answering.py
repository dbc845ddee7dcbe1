"""Having files answered: upload, wait, deliver, and say meanwhile why one waits."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from cli import show
from cli.causes import cause_of
from cli.delivery import Delivery, Order
from cli.documents import Document
from cli.exits import CommandFailedError
from cli.host_log import HostLog
from cli.storage import StorageClient, Waiting

_ANSWERED = ("blob.answered", "blob.rejected")

MAX_NAMES = 10
"""How many names are told before the rest is counted."""


class ModelRefusesError(CommandFailedError):
    """No model answers before a person has put something right; the message says what."""


async def answer(client: StorageClient, order: Order, delivery: Delivery, log: HostLog, *, one_shot: bool) -> Waiting:
    """Have the files answered, and deliver their documents. Says which got none, and why.

    Raises:
        ModelRefusesError: for a `one_shot`, the model refuses us, or cannot be reached.
        StorageLostError, ReaderGoneError.
    """
    with show.waiting(len(order.uploads)) as bar:

        def arrived(document: Document) -> None:
            bar.advance()
            show.document(document)
            with bar.aside():
                delivery.take(document)

        names = {upload.name for upload in order.uploads}
        async with client, alongside(_watch(log, names, bar, client, one_shot=one_shot)):
            waiting = await client.answer(order.uploads, order.metadata, order.seconds, arrived)
    _tell_unanswered(waiting, order.seconds)
    return waiting


async def _watch(log: HostLog, names: set[str], bar: show.Waiting, client: StorageClient, *, one_shot: bool) -> None:
    """Follow the log: which files are answered, and why others wait; one shot ends where nothing comes of waiting."""
    async for event in log.events():
        if event["event"] in _ANSWERED:
            client.expect(str(event.get("name")))
        cause = cause_of(event)
        if cause is None or cause.name not in names:
            continue
        if cause.is_ours and one_shot:
            raise ModelRefusesError(cause.sentence)
        bar.cause(cause)


def _tell_unanswered(waiting: Waiting, seconds: float) -> None:
    for upload, why in waiting.failed[:MAX_NAMES]:
        show.problem(f"{upload.name}: {why}.")
    if len(waiting.failed) > MAX_NAMES:
        show.problem(f"… and {len(waiting.failed) - MAX_NAMES} more like that.")
    if waiting.missing:
        names = [upload.name for upload in waiting.missing]
        more = f" and {len(names) - MAX_NAMES} more" if len(names) > MAX_NAMES else ""
        told = ", ".join(names[:MAX_NAMES])
        show.problem(f"After {seconds:g} seconds there is no document yet for: {told}{more}")


@asynccontextmanager
async def alongside(watch: Coroutine[Any, Any, Any]) -> AsyncIterator[None]:
    """Run the block, and end it if the watch raises; at the end of the block the watch is cancelled.

    Raises:
        CommandFailedError: what the watch raised, or the block.
    """
    try:
        async with asyncio.TaskGroup() as group:
            watching = group.create_task(watch)
            yield
            watching.cancel()
    except* CommandFailedError as errors:
        raise _first(errors) from None


def _first(errors: ExceptionGroup[CommandFailedError]) -> CommandFailedError:
    error: Exception = errors
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    assert isinstance(error, CommandFailedError)
    return error
