"""Takes messages from a queue as the storage extension does: batches, renewal, retries, poison."""

import asyncio
import base64
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from azure.core.exceptions import AzureError, ResourceNotFoundError
from azure.storage.queue import QueueMessage
from azure.storage.queue.aio import QueueClient

from local.host.clients import send, send_text
from local.host.settings import QueueRules

FIRST_PAUSE = 0.1

log = logging.getLogger("host.queue")

type Handle = Callable[[bytes, QueueMessage], Awaitable[None]]


class HostStopsError(Exception):
    """The error of a function that did not end before the host."""


class QueueListener:
    """Runs `handle` for each message; a message whose handling raises is tried again, then poison.

    A message that is no base64 goes to the queue `undecodable` as it is; where there is none, it is dropped.
    """

    def __init__(
        self,
        queue: QueueClient,
        handle: Handle,
        rules: QueueRules,
        poison: Callable[[bytes], QueueClient] | None,
        undecodable: QueueClient | None = None,
    ) -> None:
        self._queue = queue
        self._handle = handle
        self._rules = rules
        self._poison = poison
        self._undecodable = undecodable
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
                task = asyncio.create_task(self._take(message))
                self._running.add(task)
                task.add_done_callback(self._running.discard)
            if messages:
                pause = FIRST_PAUSE
                await self._wait_for_room()
            else:
                pause = FIRST_PAUSE if await self._woken_within(pause) else min(pause * 2, self._rules.max_pause)

    async def drain(self, seconds: float, cancel_seconds: float = 5) -> None:
        """Let what is running end, for some seconds at most; then cancel it, and wait for that likewise."""
        if not self._running:
            return
        _, late = await asyncio.wait(self._running, timeout=seconds)
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late, timeout=cancel_seconds)

    async def _receive(self) -> list[QueueMessage]:
        size = self._rules.batch_size
        try:
            pages = self._queue.receive_messages(
                messages_per_page=size, max_messages=size, visibility_timeout=self._rules.hidden_seconds
            )
            return [message async for message in pages]
        except ResourceNotFoundError:
            return []  # no message was ever put into it
        except Exception as error:  # whatever storage does, the host goes on
            log.warning("cannot look into the queue %s: %s", self._queue.queue_name, type(error).__name__)
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

    async def _take(self, message: QueueMessage) -> None:
        try:
            await self._process(message)
        except Exception as error:  # it stays hidden for a while, and comes back
            log.warning("cannot settle a message of %s: %s", self._queue.queue_name, type(error).__name__)

    async def _process(self, message: QueueMessage) -> None:
        try:
            body = base64.b64decode("".join(message.content.split()), validate=True)
        except ValueError:
            await self._set_aside(message)
            return
        if (message.dequeue_count or 0) > self._rules.max_tries:
            await self._give_up(message, body)  # its last try killed the host before it could be counted
            return
        try:
            async with self._hidden(message):
                await self._handle(body, message)
        except asyncio.CancelledError:
            # As the real host: what did not end before it counts as a try that failed.
            await self._failed(message, body, HostStopsError("the host stops"))
        except Exception as error:  # to the host, all errors are alike
            await self._failed(message, body, error)
        else:
            await self._delete(message)

    async def _set_aside(self, message: QueueMessage) -> None:
        place = f"moved to {self._undecodable.queue_name}" if self._undecodable else "dropped"
        log.error("a message of %s is not base64; it is %s", self._queue.queue_name, place)
        if self._undecodable:
            await send_text(self._undecodable, message.content)
        await self._delete(message)

    async def _failed(self, message: QueueMessage, body: bytes, error: Exception) -> None:
        tries = message.dequeue_count or 0
        log.error("try %d of %d failed: %s", tries, self._rules.max_tries, getattr(error, "stack_trace", error))
        if self._poison is None:
            return  # it stays hidden for a while, as with the real host: at once it would only fail again
        if tries >= self._rules.max_tries:
            await self._give_up(message, body)
            return
        await self._queue.update_message(message, visibility_timeout=int(self._rules.retry_after))
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
        except AzureError as error:
            log.warning("cannot renew a message: %s", type(error).__name__)
        else:
            message.pop_receipt = renewed.pop_receipt

    async def _give_up(self, message: QueueMessage, body: bytes) -> None:
        if self._poison is None:
            return  # a poison queue has none of its own: the message stays, and comes back
        queue = self._poison(body)
        words = "Message has reached MaxDequeueCount of %d. Moving message to queue '%s'."
        log.error(words, self._rules.max_tries, queue.queue_name)
        await send(queue, body)
        await self._delete(message)

    async def _delete(self, message: QueueMessage) -> None:
        try:
            await self._queue.delete_message(message)
        except AzureError as error:
            log.warning("cannot delete a message: %s", type(error).__name__)
