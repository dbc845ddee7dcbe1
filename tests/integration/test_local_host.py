"""The local host with an app made for the purpose, over a real storage emulator."""

import asyncio
import base64
import json
import re
import sys
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError
from azure.storage.blob.aio import BlobServiceClient, ContainerClient
from azure.storage.queue.aio import QueueClient, QueueServiceClient

from local.host import DIFFERENCES
from local.host.blob_trigger import BlobTriggers
from local.host.clients import Clients
from local.host.event_grid import EventGrid
from local.host.events import SCHEMAS, Schema
from local.host.schedule_monitor import ScheduleMonitor
from local.host.settings import HostSettings
from local.host.subscriptions import Delivery, subscriptions
from local.host.web import HostWeb
from local.host.worker import Function, Worker
from local.process import Child, NotStartedError
from shared.processing.incoming_events import FileEvents, file_events
from tests.conftest import eventually

pytestmark = pytest.mark.usefixtures("forked_hosts")

APP = Path(__file__).parents[1] / "apps" / "triggers"
FUNCTION = "Host.Functions.on_blob"
BY_WEBHOOK = Delivery()


@dataclass
class World:
    """A running host and its storage."""

    host: Child
    log: Path
    blobs: BlobServiceClient
    queues: QueueServiceClient
    watched: str

    async def put(self, name: str, container: str | None = None) -> None:
        blob = self.blobs.get_blob_client(container or self.watched, name)
        await blob.upload_blob(b"x", overwrite=True)

    async def seen(self, what: str) -> int:
        names = self.blobs.get_container_client("seen").list_blob_names(name_starts_with=what)
        try:
            return len([name async for name in names])
        except ResourceNotFoundError:
            return 0

    async def saw(self, what: str, times: int = 1) -> None:
        async def look() -> bool | None:
            return await self.seen(what) >= times or None

        await eventually(look)

    async def message(self, queue: str, containing: str = "") -> str:
        """Wait for a message, take it, and return its text."""

        async def look() -> str | None:
            try:
                async for message in self.queues.get_queue_client(queue).receive_messages(visibility_timeout=5):
                    text = base64.b64decode(message.content).decode()
                    if containing in text:
                        await self.queues.get_queue_client(queue).delete_message(message)
                        return text
            except ResourceNotFoundError:
                pass
            return None

        return await eventually(look)

    async def send(self, queue: str, content: str | bytes) -> None:
        client = self.queues.get_queue_client(queue)
        try:
            await client.create_queue()
        except ResourceExistsError:
            pass
        body = content.encode() if isinstance(content, str) else content
        await client.send_message(base64.b64encode(body).decode())

    async def said(self, words: str) -> str:
        """Wait until the host has written a line with these words."""

        async def look() -> str | None:
            return next((line for line in self.log.read_text().splitlines() if words in line), None)

        return await eventually(look)


@pytest.fixture(scope="module")
async def world(forked_hosts: None, azurite: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    watched = f"watched-{uuid.uuid4().hex[:8]}"
    log = tmp_path_factory.mktemp("host") / "host.log"
    async with (
        BlobServiceClient.from_connection_string(azurite) as blobs,
        QueueServiceClient.from_connection_string(azurite) as queues,
    ):
        await blobs.create_container(watched)
        host = await start(azurite, watched, log)
        yield World(host, log, blobs, queues, watched)
        await host.stop()


async def start(azurite: str, watched: str, log: Path, app: Path = APP, port: str = "0", **more: str) -> Child:
    return await Child.start(
        "The host",
        [sys.executable, "-m", "local.host", str(app), "--port", port],
        environ={"AzureWebJobsStorage": azurite, "WATCHED": watched, "AzureWebJobs.never.Disabled": "true", **more},
        log=log,
        ready=[r"The host is ready at (?P<address>\S+)"],
    )


async def test_the_host_says_in_one_line_that_it_is_a_local_host(world: World) -> None:
    assert await world.said("This is Dropscribe's local host, not the Azure Functions host")
    assert await world.said("on_blob: blobTrigger")
    assert "Event Grid is played" not in world.log.read_text()


async def test_the_host_says_what_differs_when_it_is_asked(tmp_path: Path) -> None:
    command, last = [sys.executable, "-m", "local.host", "--differences"], re.escape(DIFFERENCES.splitlines()[-1])
    child = await Child.start("The host", command, log=tmp_path / "told", ready=[last])
    assert await child.wait() == 0
    await child.stop()
    assert (tmp_path / "told").read_text() == f"{DIFFERENCES}\n"


async def test_a_new_blob_starts_its_function_once(world: World) -> None:
    await world.put("new.png")
    await world.saw(f"blob/{world.watched}/new.png")
    await world.put("after.png")
    await world.saw(f"blob/{world.watched}/after.png")
    assert await world.seen(f"blob/{world.watched}/new.png") == 1


async def test_an_overwritten_blob_starts_it_again(world: World) -> None:
    await world.put("twice.png")
    await world.saw(f"blob/{world.watched}/twice.png")
    await world.put("twice.png")
    await world.saw(f"blob/{world.watched}/twice.png", times=2)


async def test_a_blob_that_fails_is_tried_as_often_as_host_json_says_and_is_then_poison(world: World) -> None:
    await world.put("fails.png")
    poison = json.loads(await world.message("webjobs-blobtrigger-poison", "fails.png"))
    assert await world.seen(f"blob/{world.watched}/fails.png") == 3
    etag = (await world.blobs.get_blob_client(world.watched, "fails.png").get_blob_properties()).etag
    assert poison == {
        "Type": "BlobTrigger",
        "FunctionId": FUNCTION,
        "BlobType": "BlockBlob",
        "ContainerName": world.watched,
        "BlobName": "fails.png",
        "ETag": etag,
    }
    assert await world.said("cannot take fails.png")


async def test_a_disabled_function_is_not_started(world: World) -> None:
    assert await world.said("function never is disabled")
    await world.saw("timer/", times=2)
    assert await world.seen("never") == 0


async def test_a_function_that_hangs_is_cancelled_after_the_timeout_of_host_json(world: World) -> None:
    await world.put("hangs.png")
    assert "hangs.png" in await world.message("webjobs-blobtrigger-poison", "hangs.png")


async def test_a_message_starts_its_function_and_its_output_is_sent(world: World) -> None:
    await world.send("questions", "how are you")
    assert await world.message("answers") == "how are you (try 1)"


async def test_bytes_of_a_message_that_are_no_text_come_as_replacement_characters(world: World) -> None:
    await world.send("questions", b"caf\xe9")
    assert await world.message("answers") == "caf\ufffd (try 1)"


async def test_a_message_that_fails_is_poison_after_its_tries(world: World) -> None:
    await world.send("questions", "fail")
    assert await world.message("questions-poison") == "fail"


async def test_a_timer_starts_its_function_at_its_times(world: World) -> None:
    await world.saw("timer/False", times=2)


async def test_a_time_that_passed_while_no_host_ran_is_made_up_for_at_start(azurite: str, tmp_path: Path) -> None:
    (tmp_path / "host.json").write_text("{}")
    (tmp_path / "function_app.py").write_text(ONCE_A_YEAR)
    host_id = f"host-{uuid.uuid4().hex[:8]}"
    log = tmp_path / "host.log"
    async with BlobServiceClient.from_connection_string(azurite) as blobs:
        monitor = ScheduleMonitor(blobs, host_id, "once_a_year")
        await monitor.note(datetime(2020, 1, 1, tzinfo=UTC))
        host = await start(azurite, "watched", log, tmp_path, AzureFunctionsWebHost__hostid=host_id)

        async def is_done() -> bool | None:
            due = await monitor.next()
            return (due is not None and due > datetime.now(UTC)) or None

        await eventually(is_done)
        await host.stop()
    assert "past due: True" in log.read_text()


@pytest.mark.parametrize(
    "kept", ["{", "[]", "{}", '{"Next": 3}', '{"Next": "soon"}', "[" * 100_000], ids=lambda text: text[:20]
)
async def test_an_unreadable_status_of_a_timer_raises_a_value_error(azurite: str, kept: str) -> None:
    async with BlobServiceClient.from_connection_string(azurite) as blobs:
        monitor = ScheduleMonitor(blobs, f"host-{uuid.uuid4().hex[:8]}", "timer")
        await monitor.note(datetime(2020, 1, 1, tzinfo=UTC))
        await monitor._status.upload_blob(kept, overwrite=True)
        with pytest.raises(ValueError, match="."):
            await monitor.next()


ONCE_A_YEAR = """
import logging
import azure.functions as func
app = func.FunctionApp()

@app.timer_trigger(arg_name="timer", schedule="0 0 0 1 1 *")
def once_a_year(timer: func.TimerRequest) -> None:
    logging.info("past due: %s", timer.past_due)
"""


HTTP = """
import azure.functions as func
app = func.FunctionApp()
@app.route(route="hello")
def hello(req: func.HttpRequest) -> str: return "hello"
"""

ON_QUEUE = """
import azure.functions as func
app = func.FunctionApp()
@app.queue_trigger(arg_name="message", queue_name="a-queue", connection="WRONG")
def on_queue(message: func.QueueMessage) -> None: pass
"""


@pytest.mark.parametrize(
    ("host_json", "app", "sentence"),
    [
        ("{}", "raise ValueError('a setting is missing')", "ValueError: a setting is missing"),
        ("{}", HTTP, "hello: the local host has no httpTrigger."),
        (
            "{}",
            ON_QUEUE,
            "The setting WRONG holds no connection string: Connection string is either blank or malformed.",
        ),
        ("{", "", "{folder}/host.json cannot be read as JSON: "),
    ],
)
async def test_a_host_that_cannot_start_says_why_in_one_sentence(
    azurite: str, tmp_path: Path, host_json: str, app: str, sentence: str
) -> None:
    (tmp_path / "host.json").write_text(host_json)
    (tmp_path / "function_app.py").write_text(app)
    with pytest.raises(NotStartedError) as caught:
        await start(azurite, "watched", tmp_path / "host.log", tmp_path, WRONG="nonsense")
    assert str(caught.value).startswith(sentence.replace("{folder}", str(tmp_path)))
    assert "Traceback" not in str(caught.value)


async def test_a_port_that_is_taken_stops_the_host_with_a_sentence(world: World, azurite: str) -> None:
    port = world.host.said["address"].rpartition(":")[2]
    with pytest.raises(NotStartedError, match=rf"^It cannot listen at port {port}: .* Choose another with --port\.$"):
        await start(azurite, "watched", world.log.with_name("second.log"), port=port)


STUBBORN = """
import asyncio, logging, threading
import azure.functions as func
app = func.FunctionApp()

@app.queue_trigger(arg_name="message", queue_name="%QUEUE%", connection="AzureWebJobsStorage")
async def waits(message: func.QueueMessage) -> None:
    logging.info("waits for ever")
    try:
        await asyncio.Event().wait()
    finally:
        logging.info("puts things in order")

@app.queue_trigger(arg_name="message", queue_name="%QUEUE%-2", connection="AzureWebJobsStorage")
def blocks(message: func.QueueMessage) -> None:
    logging.info("blocks a thread for ever")
    threading.Event().wait()
"""


async def test_a_host_that_is_told_to_stop_waits_for_no_function(world: World, azurite: str, tmp_path: Path) -> None:
    """It cancels what can be cancelled and gives its message back; a thread is left behind."""
    (tmp_path / "host.json").write_text("{}")
    (tmp_path / "function_app.py").write_text(STUBBORN)
    queue = f"queue-{uuid.uuid4().hex[:8]}"
    for name in (queue, f"{queue}-2"):
        await world.send(name, "go on")
    host = await start(azurite, "watched", tmp_path / "host.log", tmp_path, QUEUE=queue)
    busy = World(host, tmp_path / "host.log", world.blobs, world.queues, "watched")
    for words in ("waits for ever", "blocks a thread for ever"):
        await busy.said(words)
    await host.stop(60)
    assert host.exit_code == 0
    assert host.last_lines("puts things in order")
    assert [each.dequeue_count for each in await world.queues.get_queue_client(queue).peek_messages()] == [1]


@dataclass
class Webhook:
    """One that does not answer its first requests."""

    silent: int = 0
    asked: int = 0
    heard: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.asked += 1
        if self.asked > self.silent:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n")
            self.heard.set()


@asynccontextmanager
async def watching(webhook: Webhook, delivery: Delivery = BY_WEBHOOK) -> AsyncIterator[asyncio.Task[None]]:
    """Event Grid, as it is played for the function `on_blob`."""
    clients, server = Clients(), await asyncio.start_server(webhook.take, "127.0.0.1", 0)
    trigger = {"type": "blobTrigger", "path": "%WATCHED%/x", "connection": "AzureWebJobsStorage"}
    address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/?code=a"
    functions = [Function("1", "on_blob", (trigger,))]
    task = asyncio.create_task(EventGrid(clients, [*subscriptions(functions, clients, address, delivery)]).watch())
    yield task
    task.cancel()
    await clients.close()
    server.close()


@pytest.fixture
async def watched(azurite: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[ContainerClient]:
    name = f"watched-{uuid.uuid4().hex[:8]}"
    monkeypatch.setenv("WATCHED", name)
    monkeypatch.setenv("AzureWebJobsStorage", azurite)
    async with ContainerClient.from_connection_string(azurite, name) as container:
        await container.create_container()
        yield container


async def test_a_webhook_that_is_silent_ends_no_watch_and_gets_its_event_later(
    watched: ContainerClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("local.host.event_grid.DELIVERY_SECONDS", 0.3)
    await watched.upload_blob("heard.png", b"x")
    webhook = Webhook(silent=1)
    async with watching(webhook) as watch:
        await asyncio.wait_for(webhook.heard.wait(), 60)
        assert not watch.done()


async def test_a_name_that_the_emulator_cannot_list_is_told_once_and_what_to_do_about_it(
    watched: ContainerClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def told() -> bool | None:
        return "cannot list (U+FFFE, say): remove that file" in caplog.text or None

    monkeypatch.setattr("local.host.event_grid.SCAN_SECONDS", 0.01)
    await watched.upload_blob("x\ufffey.png", b"x")
    webhook = Webhook()
    async with watching(webhook):
        await eventually(told)
        await watched.delete_blob("x\ufffey.png")
        await watched.upload_blob("heard.png", b"x")
        await asyncio.wait_for(webhook.heard.wait(), 60)
    assert caplog.text.count("the scan for on_blob failed") == 1


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"\xff",
        b"[" * 100_000,
        b"[{}]",
        b"[1]",
        b'{"data": 1}',
        b'[{"data": {"url": "http://a.example/b"}}]',
    ],
)
async def test_the_webhook_refuses_a_body_that_is_no_event(
    body: bytes, azurite: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AzureWebJobsStorage", azurite)
    clients = Clients()
    blobs = BlobTriggers(Worker(tmp_path, None), HostSettings.load(APP), clients, [])
    web = HostWeb(blobs, "host-id")
    webhook = web.webhook(await web.start(0))
    async with aiohttp.ClientSession() as session:
        headers = {"Content-Type": "application/json"}
        posted = await session.post(f"{webhook}&functionName={FUNCTION}", data=body, headers=headers)
        assert (posted.status, (await posted.text())[:28]) == (400, "This is no event of Event Gr")
    await web.stop()
    await clients.close()


@dataclass
class Accepting:
    """Stands for the blob triggers behind the webhook."""

    events: list[tuple[str, Any]] = field(default_factory=list)

    async def accept(self, function_name: str, event: Any) -> None:
        self.events.append((function_name, event))


@pytest.mark.parametrize(
    ("kind", "code", "status", "answer", "accepted"),
    [
        ("Notification", None, 202, "", 1),
        ("Notification", "guess", 401, "", 0),
        ("Notification", "é", 401, "", 0),
        ("Notification", "%FF", 401, "", 0),
        ("SubscriptionValidation", None, 200, '{"validationResponse": "v-1"}', 0),
    ],
)
async def test_the_webhook_takes_events_with_its_key_and_answers_the_handshake(
    kind: str, code: str | None, status: int, answer: str, accepted: int
) -> None:
    blobs = Accepting()
    web = HostWeb(blobs, "host-id")  # type: ignore[arg-type]
    webhook = web.webhook(await web.start(0))
    address = f"{webhook.split('code=')[0]}code={code}" if code else webhook
    async with aiohttp.ClientSession() as session:
        events, headers = [{"data": {"validationCode": "v-1"}}], {"aeg-event-type": kind}
        posted = await session.post(f"{address}&functionName={FUNCTION}", json=events, headers=headers)
        assert (posted.status, await posted.text(), len(blobs.events)) == (status, answer, accepted)
    await web.stop()


@pytest.mark.parametrize("in_array", [False, True])
@pytest.mark.parametrize("schema", SCHEMAS)
async def test_an_event_in_the_queue_names_its_file_in_each_schema_and_form(
    watched: ContainerClient, azurite: str, schema: Schema, in_array: bool
) -> None:
    name = f"events-{uuid.uuid4().hex[:8]}"
    delivery = Delivery(queue=name, schema=schema, in_array=in_array, is_refused=True)
    async with QueueClient.from_connection_string(azurite, name) as queue, watching(Webhook(), delivery):
        await queue.create_queue()
        await watched.upload_blob("a/b.png", b"")

        async def arrived() -> str | None:
            messages = await queue.peek_messages()
            return messages[0].content if messages else None

        message = base64.b64decode(await eventually(arrived))
    assert isinstance(json.loads(message), list) == in_array
    assert file_events(message) == FileEvents(((watched.container_name, "a/b.png"),), 0)
