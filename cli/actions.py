"""What the commands do. Each returns the exit code."""

import asyncio
import os
import shlex
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Never

from rich.text import Text

from cli import model, running_host, show
from cli.answering import alongside, answer
from cli.answers import Answers
from cli.causes import cause_of, standing_cause
from cli.delivery import Delivery, Options, Order, delivery_of, plan_delivery, skip_done
from cli.done import Asked
from cli.exits import FAILED, CommandFailedError
from cli.host_log import HostLog
from cli.own_stack import USUAL_PORTS, HostStoppedError, free_of, own_stack, told_at_once, until_stopped
from cli.storage import StorageClient, Waiting
from cli.targets import Targets
from cli.threads import in_background
from cli.uploads import Upload
from local import inbox
from local.activity import activity, event_in
from local.host import SELF
from local.offline_model import OFFLINE
from local.stack import APP
from local.stopping import stop_event
from shared.recipes import RecipeCatalog
from shared.results import document_name

DEMO = running_host.HOME / "demo"
SAMPLES = APP / "tests" / "samples"
DEMO_FILES = [
    Upload(SAMPLES / "chart.png", "chart.png"),
    Upload(SAMPLES / "hello_how_are_you.mp3", "subtitles/hello_how_are_you.mp3"),
]
DEMO_SECONDS = 180
HEARTBEAT_SECONDS = 1
LOG_NAME = "host.log"
MAX_TOLD = 10


async def run(order: Order, options: Options, catalog: RecipeCatalog) -> int:
    """Answer the files with a stack of our own."""
    model.require_endpoint(os.environ)
    asked = Asked(catalog, order.metadata, is_offline=model.is_offline(os.environ))
    order, delivery = plan_delivery(order, options)
    left = await skip_done(order, options, delivery, asked)
    waiting = await _run(left, delivery) if left.uploads else None
    if options.to:
        skipped = len(order.uploads) - len(left.uploads)
        saved = skipped + len(delivery.names) - delivery.unsaved
        show.note(f"{saved} of {len(order.uploads)} documents are in {options.to}")
    return delivery.code(waiting, strict=options.strict)


async def demo() -> int:
    """Answer the two samples; 0 only if both documents are ok."""
    model.require_endpoint(os.environ)
    targets = Targets.plan([each.name for each in DEMO_FILES], DEMO)
    delivery = Delivery(Answers(several=True, has_times=True), targets)
    waiting = await _run(Order(DEMO_FILES, {}, DEMO_SECONDS), delivery)
    show.note(f"The documents are in {DEMO}")
    for path in delivery.beside:
        show.note(f"Beside its document lies {path}")
    show.note(_where_the_inbox_is())
    return delivery.code(waiting, strict=True)


def _where_the_inbox_is() -> str:
    found = running_host.RunningHost.find()
    if found and found.inbox:
        return f"The inbox, a page for dropping and seeing files, is open at {found.inbox}"
    return f"The inbox, a page for dropping and seeing files: make host, then http://127.0.0.1:{USUAL_PORTS.inbox}"


async def drop(order: Order, options: Options, catalog: RecipeCatalog) -> int:
    """Have the files answered by the host that runs already."""
    found = _require_host()
    asked = Asked(catalog, order.metadata, is_offline=found.model in OFFLINE)
    order, delivery = plan_delivery(order, options)
    left = await skip_done(order, options, delivery, asked)
    waiting = await _drop(left, delivery, found) if left.uploads else None
    if options.to:
        show.note(f"The documents are in {options.to}, and in the container {found.output_container}")
    elif delivery.names:
        _tell_where(delivery.names, found)
    return delivery.code(waiting, strict=options.strict)


async def _drop(order: Order, delivery: Delivery, found: running_host.RunningHost) -> Waiting:
    log = HostLog.from_now_on(running_host.LOGS / LOG_NAME)
    if standing := standing_cause(log.earlier()):
        show.note(f"For earlier files: {standing.sentence}", style="yellow")
    async with alongside(_until_gone(found)):
        waiting = await answer(_client(found), order, delivery, log, one_shot=False)
    if waiting.missing:
        show.problem(f"They are answered when they can be; what the host says stands in {log.path}")
    return waiting


def _tell_where(names: Sequence[str], found: running_host.RunningHost) -> None:
    for name in names[:MAX_TOLD]:
        show.note(f"Document in the host's storage: {found.output_container}/{document_name(name)}", style="dim")
    # Behind `--` a name that begins with a hyphen is no option.
    name = f"-- {shlex.quote(names[0])}" if names[0].startswith("-") else shlex.quote(names[0])
    show.note(f"To get it as a file: dropscribe get --to DIR {name}", style="dim")


async def get(names: Sequence[str], options: Options) -> int:
    """Fetch the documents of files from the host that runs already."""
    found = _require_host()
    delivery = delivery_of(names, options)
    async with _client(found) as client:
        for name in names:
            if document := await client.document(name):
                show.document(document)
                delivery.take(document)
            else:
                show.problem(f"There is no document of {name} in the container {found.output_container}.")
    return FAILED if len(delivery.names) < len(names) else delivery.code(None, strict=options.strict)


def _require_host() -> running_host.RunningHost:
    found = running_host.RunningHost.find()
    if found is None:
        raise CommandFailedError(running_host.missing())
    return found


def _client(host: running_host.RunningHost) -> StorageClient:
    return StorageClient(host.storage, host.input_container, host.output_container)


async def host(*, any_ports: bool = False) -> int:
    """Keep a stack running, with storage that stays, until Ctrl-C."""
    model.require_endpoint(os.environ)
    if running_host.RunningHost.find():
        show.problem("A host is already running here; drop files into it with: dropscribe drop FILE")
        return 1
    ports = None if any_ports else free_of(USUAL_PORTS)
    stack_of_host = own_stack(running_host.LOGS, running_host.STORAGE, ports, _teller(), with_inbox=inbox.is_built())
    async with stack_of_host as stack:
        running_host.record(stack)
        show.host(stack, SELF)
        try:
            async with alongside(until_stopped(stack)):
                await stop_event().wait()
        finally:
            running_host.forget()
    return 0


def _teller() -> Callable[[str], None]:
    """What tells people a line for each file, and once what they must put right before others are answered."""
    causes = show.Causes()

    def tell(line: str) -> None:
        if shown := activity(line):
            show.console.print(Text(shown), soft_wrap=True)
        event = event_in(line)
        if event and (cause := cause_of(event)) and cause.is_ours:
            causes.tell(cause)

    return tell


async def _run(order: Order, delivery: Delivery) -> Waiting:
    await model.require_reachable(os.environ)
    show.note(f"Model: {model.described(os.environ)}")
    with tempfile.TemporaryDirectory(prefix="dropscribe-") as logs:
        async with own_stack(Path(logs)) as stack:
            client = StorageClient(stack.storage, stack.input_container, stack.output_container)
            with told_at_once():
                async with alongside(until_stopped(stack)):
                    return await answer(client, order, delivery, HostLog(Path(logs) / LOG_NAME), one_shot=True)


async def _until_gone(host: running_host.RunningHost) -> Never:
    while await in_background(host.answers):  # noqa: ASYNC110 - a process of its own, that sets no event of ours
        await asyncio.sleep(HEARTBEAT_SECONDS)
    raise HostStoppedError("The host has stopped. Start it again in another window: make host")
