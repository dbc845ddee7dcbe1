"""What `redrive` does. It returns the exit code."""

import os

from rich.text import Text

from cli import show
from cli.exits import FAILED, OK
from cli.redriving import Place, Redrive, Wanted
from cli.running_host import RunningHost


async def redrive(wanted: Wanted, storage: str | None, *, dry_run: bool) -> int:
    """Queue the files of error documents again."""
    place = place_of_app(storage)
    if place is None:
        show.problem("Which storage? Name it with --storage, or set MEDIA_STORAGE.")
        return FAILED
    async with Redrive(place) as account:
        documents = await account.find(wanted)
        if dry_run:
            for document in documents:
                show.console.print(Text(f"{document.metadata.get('code', '')}  {document.name}"), soft_wrap=True)
            show.console.print(f"{len(documents)} files would be tried again")
            return OK
        with show.bar("Files", len(documents)) as advance:
            queued = await account.send_again(documents, advance)
    show.console.print(f"{queued} of {len(documents)} files are queued again")
    for error in account.faults:
        show.problem(error)
    if account.faults:
        show.problem("Put that right and run this again: those documents are still there.")
    return FAILED if account.faults else OK


def place_of_app(storage: str | None) -> Place | None:
    """Where the app of the environment works, in the order in which the app itself looks for that."""
    blobs, queues = (os.environ.get(f"MEDIA_STORAGE__{kind}ServiceUri") for kind in ("blob", "queue"))
    by_identity = blobs if queues else None
    found = RunningHost.find()
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
