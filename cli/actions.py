"""What the commands do. Each returns the exit code."""

import asyncio
import os
import socket
import tempfile
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import astuple
from pathlib import Path
from typing import Any

from rich.text import Text

from cli import running_host, show
from cli.arguments import Drop
from cli.dropping import Document, Dropbox, DropFailedError
from cli.redriving import Place, Redrive, StorageNotUsableError, Wanted
from local.host import DIFFERENCES
from local.process import NotStartedError
from local.stack import APP, Ports, Stack, running
from local.stopping import stop_event
from shared.results.result import document_name

TIMED_OUT = 4
USUAL_PORTS = Ports(blob=10000, queue=10001, host=7071)
"""Where Azurite and the Functions host usually listen, and other tools look for them."""

DEMO = running_host.HOME / "demo"
SAMPLES = APP / "tests" / "samples"
DEMO_FILES = [Drop(SAMPLES / name, name) for name in ("chart.png", "hello_how_are_you.mp3")]
DEMO_SECONDS = 180
HEARTBEAT_SECONDS = 1


class HostStoppedError(Exception):
    """The host ended while documents were awaited."""


class NotSavedError(Exception):
    """Documents cannot be put where they are wanted."""


Failures = (NotStartedError, DropFailedError, HostStoppedError, NotSavedError, StorageNotUsableError)
"""What an action may raise; the messages are for people."""


async def run(drops: Sequence[Drop], to: Path, recipe: str | None, seconds: float) -> int:
    """Answer the files with a stack of our own, and put the documents into the folder `to`."""
    unsaved: list[Document] = []

    def save(document: Document) -> None:
        place = to / f"{document.drop.name}.json"
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(document.content)
        except OSError as error:
            unsaved.append(document)
            show.problem(f"The document of {document.drop.name} could not be saved: {error}")

    _require_folder(to)
    code, documents = await _run(drops, recipe, seconds, save)
    saved = len(documents) - len(unsaved)
    show.console.print(Text(f"{saved} of {len(drops)} documents are in {to}"), soft_wrap=True)
    return code or int(bool(unsaved))


def _require_folder(to: Path) -> None:
    """Make sure that documents can be put there, before anything is paid for."""
    try:
        to.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=to):
            pass
    except OSError as error:
        raise NotSavedError(f"Nothing can be saved in {to}: {error}") from error


async def demo() -> int:
    """Answer the two samples; 0 only if both documents are ok."""
    DEMO.mkdir(parents=True, exist_ok=True)

    def save(document: Document) -> None:
        (DEMO / f"{document.drop.name}.json").write_bytes(document.content)

    code, documents = await _run(DEMO_FILES, None, DEMO_SECONDS, save)
    for document in documents:
        show.answer(document, DEMO / f"{document.drop.name}.json")
    return code or int(any(document.fields["status"] != "ok" for document in documents))


async def drop(drops: Sequence[Drop], recipe: str | None, seconds: float) -> int:
    """Have the files answered by the host that runs already."""
    found = running_host.RunningHost.find()
    if found is None:
        show.problem("No host is running here. Start one in another window: make host")
        return 1
    box = Dropbox(found.storage, found.input_container, found.output_container)
    code, documents = await _unless(_gone(found), _answer(box, drops, recipe, seconds))
    if code == TIMED_OUT:
        show.problem(f"Why not stands in {running_host.LOGS / 'host.log'}")
    for document in documents:
        show.answer(document, f"{found.output_container}/{document_name(document.drop.name)}")
    return code


async def redrive(wanted: Wanted, storage: str | None, *, dry_run: bool) -> int:
    """Queue the files of error documents again."""
    place = _place(storage)
    if place is None:
        show.problem("Which storage? Name it with --storage, or set MEDIA_STORAGE.")
        return 1
    async with Redrive(place) as account:
        documents = await account.find(wanted)
        if dry_run:
            for document in documents:
                show.console.print(Text(f"{document.metadata.get('code', '')}  {document.name}"), soft_wrap=True)
            show.console.print(f"{len(documents)} files would be tried again")
            return 0
        with show.bar("Files", len(documents)) as advance:
            queued = await account.send_again(documents, advance)
    show.console.print(f"{queued} of {len(documents)} files are queued again")
    for error in account.faults:
        show.problem(error)
    if account.faults:
        show.problem("Put that right and run this again: those documents are still there.")
    return 1 if account.faults else 0


def _place(storage: str | None) -> Place | None:
    """Where the app of the environment works, in the order in which the app itself looks for that."""
    blobs, queues = (os.environ.get(f"MEDIA_STORAGE__{kind}ServiceUri") for kind in ("blob", "queue"))
    by_identity = blobs if queues else None
    found = running_host.RunningHost.find()
    given = storage or by_identity or os.environ.get("MEDIA_STORAGE") or blobs or (found.storage if found else None)
    if given is None:
        return None
    return Place(
        storage=given,
        queues=queues if given == blobs else None,
        input_container=os.environ.get("INPUT_CONTAINER") or "input",
        output_container=os.environ.get("OUTPUT_CONTAINER") or "output",
        deferred_queue=os.environ.get("DEFERRED_QUEUE") or "dropscribe-deferred",
    )


async def host() -> int:
    """Keep a stack running, with storage that stays, until Ctrl-C."""
    if running_host.RunningHost.find():
        show.problem("A host is already running here; drop files into it with: dropscribe drop FILE")
        return 1
    async with _stack(running_host.LOGS, running_host.STORAGE, _free(USUAL_PORTS)) as stack:
        running_host.record(stack)
        show.host(stack, DIFFERENCES)
        try:
            await _unless(_stopped(stack), stop_event().wait())
        finally:
            running_host.forget()
    return 0


async def _run(
    drops: Sequence[Drop], recipe: str | None, seconds: float, save: Callable[[Document], None]
) -> tuple[int, list[Document]]:
    with tempfile.TemporaryDirectory(prefix="dropscribe-") as logs:
        async with _stack(Path(logs)) as stack:
            box = Dropbox(stack.storage, stack.input_container, stack.output_container)
            code, documents = await _unless(_stopped(stack), _answer(box, drops, recipe, seconds, save))
            complaints = stack.host.last_lines(r" (WARNING|ERROR) ") if code == TIMED_OUT else ""
            if complaints:
                show.problem(f"What the host complained of:\n{complaints}")
            return code, documents


@asynccontextmanager
async def _stack(logs: Path, storage: Path | None = None, ports: Ports | None = None) -> AsyncIterator[Stack]:
    async with AsyncExitStack() as exits:
        with show.step("Starting storage, model and host"):
            stack = await exits.enter_async_context(running(logs, storage=storage, ports=ports))
        yield stack


async def _answer(
    box: Dropbox,
    drops: Sequence[Drop],
    recipe: str | None,
    seconds: float,
    save: Callable[[Document], None] = lambda _: None,
) -> tuple[int, list[Document]]:
    documents: list[Document] = []
    async with box:
        with show.progress(len(drops)) as arrived:

            def take(document: Document) -> None:
                save(document)
                documents.append(document)
                arrived(document)

            missing = await box.answer(drops, recipe, seconds, take)
    if missing:
        names = ", ".join(drop.name for drop in missing)
        show.problem(f"After {seconds:g} seconds there is no document yet for: {names}")
    return TIMED_OUT if missing else 0, documents


async def _unless[T](stopped: Coroutine[Any, Any, str], action: Coroutine[Any, Any, T]) -> T:
    """Await the action, but not longer than the host runs that it waits for."""
    acting, stopping = asyncio.create_task(action), asyncio.create_task(stopped)
    try:
        await asyncio.wait({acting, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if acting.done():
            return await acting
        raise HostStoppedError(await stopping)
    finally:
        acting.cancel()
        stopping.cancel()


async def _stopped(stack: Stack) -> str:
    await stack.host.wait()
    return f"The host has stopped. The last it said:\n{stack.host.last_lines()}"


async def _gone(host: running_host.RunningHost) -> str:
    while await asyncio.to_thread(host.answers):  # noqa: ASYNC110 - a process of its own, that sets no event of ours
        await asyncio.sleep(HEARTBEAT_SECONDS)
    return "The host has stopped. Start it again in another window: make host"


def _free(ports: Ports) -> Ports:
    """These ports, with 0 (any other) for each that somebody else holds."""
    return Ports(*(port if _is_free(port) else 0 for port in astuple(ports)))


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        if os.name != "nt":  # a port that its last owner has just left is free
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
