"""How messages are taken from a queue, over a real storage emulator."""

import asyncio
import base64
import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest
from azure.storage.queue.aio import QueueClient

from local.host.queue_listener import QueueListener
from local.host.settings import QueueRules
from tests.conftest import eventually

RULES = QueueRules(
    batch_size=4, new_batch_threshold=2, most_tries=3, retry_after=0, longest_pause=0.2, hidden_seconds=2
)


@pytest.fixture
async def queue(azurite: str) -> AsyncIterator[QueueClient]:
    async with QueueClient.from_connection_string(azurite, f"queue-{uuid.uuid4().hex[:12]}") as client:
        await client.create_queue()
        yield client


async def test_a_message_whose_function_takes_long_is_kept_from_others_and_handled_once(
    queue: QueueClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The listener goes on looking all the while, so a message that came to light again would be taken."""
    handled: list[bytes] = []
    renewed = asyncio.Event()
    renewals = 0
    update = queue.update_message

    async def counted(*arguments: Any, **more: Any) -> Any:
        nonlocal renewals
        renewals += 1
        if renewals == 3:
            renewed.set()  # half as long again as the message would have been hidden
        return await update(*arguments, **more)

    async def handle(body: bytes, _: Any) -> None:
        handled.append(body)
        await renewed.wait()

    async def empty() -> bool | None:
        return (await queue.get_queue_properties()).approximate_message_count == 0 or None

    monkeypatch.setattr(queue, "update_message", counted)
    await queue.send_message(base64.b64encode(b"slow").decode())
    listening = asyncio.create_task(QueueListener(queue, handle, RULES, None).listen())
    await asyncio.wait_for(renewed.wait(), 20)
    await eventually(empty, 20)
    listening.cancel()
    assert handled == [b"slow"]
