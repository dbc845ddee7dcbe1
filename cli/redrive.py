"""What `redrive` does. It returns the exit code."""

import os

from rich.text import Text

from cli import show
from cli.exits import FAILED, OK
from cli.redriving import Redrive, RedriveFilter, RedriveTarget
from cli.running_host import RunningHost, missing


async def redrive(chosen: RedriveFilter, storage: str | None, *, dry_run: bool) -> int:
    """Queue the files of error documents again."""
    target = target_of_app(storage)
    if target is None:
        show.problem(f"Which storage? Name it with --storage, or set MEDIA_STORAGE. {missing()}")
        return FAILED
    async with Redrive(target) as account:
        documents = await account.find(chosen)
        if dry_run:
            for document in documents:
                show.console.print(Text(f"{document.metadata.get('code', '')}  {document.name}"), soft_wrap=True)
            show.console.print(f"{len(documents)} files would be tried again")
            return OK
        with show.bar("Files", len(documents)) as advance:
            queued = await account.send_again(documents, advance)
    show.console.print(f"{queued} of {len(documents)} files are queued again")
    for problem in account.problems:
        show.problem(problem)
    if account.problems:
        show.problem("Put that right and run this again: those documents are still there.")
    return FAILED if account.problems else OK


def target_of_app(storage: str | None) -> RedriveTarget | None:
    """The storage of the app that the environment describes, in the order in which the app itself looks for that."""
    blobs, queues = (os.environ.get(f"MEDIA_STORAGE__{kind}ServiceUri") for kind in ("blob", "queue"))
    by_identity = blobs if queues else None
    found = RunningHost.find()
    given = storage or by_identity or os.environ.get("MEDIA_STORAGE") or blobs or (found.storage if found else None)
    if given is None:
        return None
    return RedriveTarget(
        storage=given,
        queues=queues if given == blobs else None,
        input_container=os.environ.get("INPUT_CONTAINER") or "input",
        output_container=os.environ.get("OUTPUT_CONTAINER") or "output",
        deferred_queue=os.environ.get("DEFERRED_QUEUE") or "dropscribe-deferred",
    )
