"""Takes messages from a queue as the storage extension does: batches, renewal, retries, poison."""

import asyncio
import base64
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from azure.core.exceptions import AzureError, ResourceNotFoundError
from azure.storage.queue import QueueMessage
from azure.storage.queue.aio import QueueClient

from local.host.clients import send
from local.host.settings import QueueRules

FIRST_PAUSE = 0.1

log = logging.getLogger("host.queue")

type Handle = Callable[[bytes, QueueMessage], Awaitable[None]]


class QueueListener:
    """Runs `handle` for each message; a message whose handling raises is tried again, then poison."""

    def __init__(
        self,
        queue: QueueClient,
        handle: Handle,
        rules: QueueRules,
        poison: Callable[[bytes], QueueClient] | None,
    ) -> None:
        self._queue = queue
        self._handle = handle
        self._rules = rules
        self._poison = poison
        self._running: set[asyncio.Task[None]] = set()
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Look at the queue at once, because something was put into it."""
        self._woken.set()

    async def listen(self) -> None:
        """Take messages until cancelled."""
        pause = FIRST_PAUSE
        while True:
            messages = await self._receive()
            for message in messages:
                task = asyncio.create_task(self._process(message))
                self._running.add(task)
                task.add_done_callback(self._running.discard)
            if messages:
                pause = FIRST_PAUSE
                await self._wait_for_room()
            else:
                pause = FIRST_PAUSE if await self._woken_within(pause) else min(pause * 2, self._rules.longest_pause)

    async def drain(self, seconds: float) -> None:
        """Let what is running end, for some seconds at most; then cancel it."""
        if self._running:
            _, late = await asyncio.wait(self._running, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _receive(self) -> list[QueueMessage]:
        size = self._rules.batch_size
        try:
            pages = self._queue.receive_messages(
                messages_per_page=size, max_messages=size, visibility_timeout=self._rules.hidden_seconds
            )
            return [message async for message in pages]
        except ResourceNotFoundError:
            return []  # nobody has put anything into it yet
        except AzureError as fault:
            log.warning("cannot look into the queue %s: %s", self._queue.queue_name, type(fault).__name__)
            return []

    async def _woken_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        except TimeoutError:
            return False
        self._woken.clear()
        return True

    async def _wait_for_room(self) -> None:
        while len(self._running) > self._rules.new_batch_threshold:
            await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)

    async def _process(self, message: QueueMessage) -> None:
        body = base64.b64decode(message.content)
        if (message.dequeue_count or 0) > self._rules.most_tries:
            await self._give_up(message, body)  # its last try killed the host before it could be counted
            return
        try:
            async with self._hidden(message):
                await self._handle(body, message)
        except Exception as fault:  # to the host, one fault is like another
            await self._failed(message, body, fault)
        else:
            await self._delete(message)

    async def _failed(self, message: QueueMessage, body: bytes, fault: Exception) -> None:
        tries = message.dequeue_count or 0
        log.error("try %d of %d failed: %s", tries, self._rules.most_tries, getattr(fault, "stack_trace", fault))
        if tries >= self._rules.most_tries:
            await self._give_up(message, body)
            return
        try:
            await self._queue.update_message(message, visibility_timeout=int(self._rules.retry_after))
        except AzureError as trouble:
            log.warning("cannot give a message back: %s", type(trouble).__name__)
        self.wake()

    @asynccontextmanager
    async def _hidden(self, message: QueueMessage) -> AsyncIterator[None]:
        """Keep a message from others. At the end no renewal is under way: it would make our receipt a stale one."""
        done = asyncio.Event()
        renewing = asyncio.create_task(self._renew_until(done, message))
        try:
            yield
        finally:
            done.set()
            await renewing

    async def _renew_until(self, done: asyncio.Event, message: QueueMessage) -> None:
        while not done.is_set():
            try:
                async with asyncio.timeout(self._rules.hidden_seconds / 2):
                    await done.wait()
            except TimeoutError:
                await self._hide_again(message)

    async def _hide_again(self, message: QueueMessage) -> None:
        try:
            renewed = await self._queue.update_message(message, visibility_timeout=self._rules.hidden_seconds)
        except AzureError as fault:
            log.warning("cannot renew a message: %s", type(fault).__name__)
        else:
            message.pop_receipt = renewed.pop_receipt

    async def _give_up(self, message: QueueMessage, body: bytes) -> None:
        if self._poison is None:
            return  # a poison queue has none of its own: the message stays, and comes back
        queue = self._poison(body)
        words = "Message has reached MaxDequeueCount of %d. Moving message to queue '%s'."
        log.error(words, self._rules.most_tries, queue.queue_name)
        await send(queue, body)
        await self._delete(message)

    async def _delete(self, message: QueueMessage) -> None:
        try:
            await self._queue.delete_message(message)
        except AzureError as fault:
            log.warning("cannot delete a message: %s", type(fault).__name__)
