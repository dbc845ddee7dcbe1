"""How messages are taken from a queue, over a real storage emulator."""

import asyncio
import base64
import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from azure.core.exceptions import ResourceNotFoundError
from azure.storage.queue.aio import QueueClient

from local.host.queue_listener import QueueListener
from local.host.settings import QueueRules
from tests.conftest import eventually

RULES = QueueRules(batch_size=4, new_batch_threshold=2, max_tries=3, retry_after=0, max_pause=0.2, hidden_seconds=2)


@pytest.fixture
async def queue(azurite: str) -> AsyncIterator[QueueClient]:
    async with QueueClient.from_connection_string(azurite, f"queue-{uuid.uuid4().hex[:12]}") as client:
        await client.create_queue()
        yield client


@pytest.fixture
async def aside(azurite: str) -> AsyncIterator[QueueClient]:
    async with QueueClient.from_connection_string(azurite, f"aside-{uuid.uuid4().hex[:12]}") as client:
        yield client


async def never(_body: bytes, _message: Any) -> None:
    raise AssertionError("this must not be handled")


async def count(queue: QueueClient) -> int:
    return (await queue.get_queue_properties()).approximate_message_count or 0


async def test_a_message_that_is_no_base64_is_moved_as_it_is(queue: QueueClient, aside: QueueClient) -> None:
    async def moved() -> str | None:
        try:
            return next((each.content for each in await aside.peek_messages()), None)
        except ResourceNotFoundError:
            return None

    await queue.send_message("no base64!")
    listening = asyncio.create_task(QueueListener(queue, never, RULES, lambda _: aside, aside).listen())
    assert await eventually(moved, 20) == "no base64!"
    listening.cancel()
    assert await count(queue) == 0


@pytest.mark.parametrize("text", ["no base64!", "YQ=", "é"])
async def test_a_message_that_is_no_base64_is_dropped_where_it_has_no_place_to_go(
    queue: QueueClient, text: str
) -> None:
    async def gone() -> bool | None:
        return await count(queue) == 0 or None

    await queue.send_message(text)
    listening = asyncio.create_task(QueueListener(queue, never, RULES, None).listen())
    await eventually(gone, 20)
    listening.cancel()


async def test_a_function_that_outlasts_the_host_is_cancelled_and_its_message_given_back(
    queue: QueueClient, aside: QueueClient
) -> None:
    started, put_in_order = asyncio.Event(), asyncio.Event()

    async def handle(_body: bytes, _message: Any) -> None:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            put_in_order.set()

    await queue.send_message(base64.b64encode(b"endless").decode())
    listener = QueueListener(queue, handle, replace(RULES, hidden_seconds=600), lambda _: aside)
    listening = asyncio.create_task(listener.listen())
    await asyncio.wait_for(started.wait(), 20)
    listening.cancel()
    await listener.drain(0, 20)
    assert put_in_order.is_set()
    assert [each.dequeue_count for each in await queue.peek_messages()] == [1]


async def test_a_message_that_fails_in_a_poison_queue_stays_hidden_as_with_the_real_host(queue: QueueClient) -> None:
    failed = asyncio.Event()

    async def handle(_body: bytes, _message: Any) -> None:
        failed.set()
        raise ValueError

    await queue.send_message(base64.b64encode(b"bad").decode())
    listener = QueueListener(queue, handle, replace(RULES, hidden_seconds=600), None)
    listening = asyncio.create_task(listener.listen())
    await asyncio.wait_for(failed.wait(), 20)
    listening.cancel()
    await listener.drain(20)
    assert await queue.peek_messages() == []
    assert await count(queue) == 1


async def test_trouble_with_storage_ends_no_listener(queue: QueueClient, monkeypatch: pytest.MonkeyPatch) -> None:
    handled, calls = asyncio.Event(), 0
    receive = queue.receive_messages

    async def handle(_body: bytes, _message: Any) -> None:
        handled.set()

    def stumbling(**more: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise TimeoutError
        return receive(**more)

    monkeypatch.setattr(queue, "receive_messages", stumbling)
    await queue.send_message(base64.b64encode(b"a").decode())
    listening = asyncio.create_task(QueueListener(queue, handle, RULES, None).listen())
    await asyncio.wait_for(handled.wait(), 20)
    listening.cancel()


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
