"""The local host with an app made for the purpose, over a real storage emulator."""

import base64
import json
import sys
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError
from azure.storage.blob.aio import BlobServiceClient
from azure.storage.queue.aio import QueueServiceClient

from local.host.schedule_monitor import ScheduleMonitor
from local.host.web import HostWeb
from local.process import Child, NotStartedError
from tests.conftest import eventually

APP = Path(__file__).parents[1] / "apps" / "triggers"
FUNCTION = "Host.Functions.on_blob"


@dataclass
class World:
    """A running host and its storage."""

    host: Child
    log: Path
    blobs: BlobServiceClient
    queues: QueueServiceClient
    door: str

    async def put(self, name: str, container: str | None = None) -> None:
        blob = self.blobs.get_blob_client(container or self.door, name)
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

    async def send(self, queue: str, text: str) -> None:
        client = self.queues.get_queue_client(queue)
        try:
            await client.create_queue()
        except ResourceExistsError:
            pass
        await client.send_message(base64.b64encode(text.encode()).decode())

    async def said(self, words: str) -> str:
        """Wait until the host has written a line with these words."""

        async def look() -> str | None:
            return next((line for line in self.log.read_text().splitlines() if words in line), None)

        return await eventually(look)


@pytest.fixture(scope="module")
async def world(azurite: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    door = f"door-{uuid.uuid4().hex[:8]}"
    log = tmp_path_factory.mktemp("host") / "host.log"
    async with (
        BlobServiceClient.from_connection_string(azurite) as blobs,
        QueueServiceClient.from_connection_string(azurite) as queues,
    ):
        await blobs.create_container(door)
        host = await start(azurite, door, log)
        yield World(host, log, blobs, queues, door)
        await host.stop()


async def start(azurite: str, door: str, log: Path, app: Path = APP, **more: str) -> Child:
    return await Child.start(
        "The host",
        [sys.executable, "-m", "local.host", str(app)],
        environ={"AzureWebJobsStorage": azurite, "DOOR": door, "AzureWebJobs.never.Disabled": "true", **more},
        log=log,
        ready=[r"The host is ready at (?P<address>\S+)"],
    )


async def test_it_says_that_it_is_a_local_host_and_what_differs(world: World) -> None:
    assert await world.said("This is Dropscribe's local host, not the Azure Functions host. What differs:")
    assert await world.said("on_blob: blobTrigger")


async def test_a_new_blob_starts_its_function_once(world: World) -> None:
    await world.put("new.png")
    await world.saw(f"blob/{world.door}/new.png")
    await world.put("after.png")
    await world.saw(f"blob/{world.door}/after.png")
    assert await world.seen(f"blob/{world.door}/new.png") == 1


async def test_an_overwritten_blob_starts_it_again(world: World) -> None:
    await world.put("twice.png")
    await world.saw(f"blob/{world.door}/twice.png")
    await world.put("twice.png")
    await world.saw(f"blob/{world.door}/twice.png", times=2)


async def test_a_blob_that_fails_is_tried_as_often_as_host_json_says_and_is_then_poison(world: World) -> None:
    await world.put("fails.png")
    poison = json.loads(await world.message("webjobs-blobtrigger-poison", "fails.png"))
    assert await world.seen(f"blob/{world.door}/fails.png") == 3
    etag = (await world.blobs.get_blob_client(world.door, "fails.png").get_blob_properties()).etag
    assert poison == {
        "Type": "BlobTrigger",
        "FunctionId": FUNCTION,
        "BlobType": "BlockBlob",
        "ContainerName": world.door,
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
        host = await start(azurite, "door", log, tmp_path, AzureFunctionsWebHost__hostid=host_id)

        async def is_done() -> bool | None:
            due = await monitor.next()
            return (due is not None and due > datetime.now(UTC)) or None

        await eventually(is_done)
        await host.stop()
    assert "past due: True" in log.read_text()


ONCE_A_YEAR = """
import logging
import azure.functions as func
app = func.FunctionApp()

@app.timer_trigger(arg_name="timer", schedule="0 0 0 1 1 *")
def once_a_year(timer: func.TimerRequest) -> None:
    logging.info("past due: %s", timer.past_due)
"""


async def test_an_app_that_refuses_to_load_stops_the_host_with_its_own_words(azurite: str, tmp_path: Path) -> None:
    (tmp_path / "host.json").write_text("{}")
    (tmp_path / "function_app.py").write_text("raise ValueError('a setting is missing')")
    with pytest.raises(NotStartedError, match="The host stops: ValueError: a setting is missing"):
        await start(azurite, "door", tmp_path / "host.log", tmp_path)


async def test_a_trigger_that_it_does_not_have_stops_the_host(azurite: str, tmp_path: Path) -> None:
    (tmp_path / "host.json").write_text("{}")
    (tmp_path / "function_app.py").write_text(
        "import azure.functions as func\n"
        "app = func.FunctionApp()\n"
        "@app.route(route='hello')\n"
        "def hello(req: func.HttpRequest) -> str: return 'hello'\n"
    )
    with pytest.raises(NotStartedError, match="hello: the local host has no httpTrigger"):
        await start(azurite, "door", tmp_path / "host.log", tmp_path)


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
