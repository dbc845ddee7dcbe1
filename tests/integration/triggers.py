"""The app's triggers, served by the local host's listeners: in this process, or in one of its own that may be killed.

What is put off goes to one queue, and the host takes what is due from another: between them the tests are the time.
"""

import asyncio
import json
import logging
import os
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from azure.storage.queue import QueueMessage
from azure.storage.queue.aio import QueueClient, QueueServiceClient

from local.host import queue_listener
from local.host.queue_listener import QueueListener
from local.host.settings import QueueRules
from local.stopping import stop_event
from shared import bootstrap
from shared.adapters.http import transport
from shared.adapters.storage import clients as storage_clients
from shared.app import App
from shared.processing.retry import RetryPolicy
from tests.integration.identity import Identity

HURRY = RetryPolicy(here=0.05, first=0.01, max_wait=0.02, complete=0, breaker=0.01, overdue=0)
"""Waits of no time. The claim of a worker that broke down ends when the tests let a day pass."""
HOST_TRIES = 5
RULES = QueueRules(batch_size=16, new_batch_threshold=8, max_tries=HOST_TRIES, retry_after=0, max_pause=1)
DRAIN_SECONDS = 10  # as the local host
PAUSE_SECONDS = 0.3
"""Between two looks into an empty queue: what comes meanwhile is told to the listener, but for what was hidden."""
LOOPBACK: dict[str, Any] = {"use_env_settings": False}
"""Else aiohttp looks for proxies, and in a thread for a `.netrc`, at each request."""


@contextmanager
def hurried(**storage: object) -> Iterator[None]:
    """Clients try again at once, identities do not ask Entra ID, and the host looks seldom.

    `storage` are options of storage's clients.
    """
    at_once = dict.fromkeys(("initial_backoff", "increment_base", "random_jitter_range"), 0)
    max_seconds = storage.get("read_timeout", transport.READ_SECONDS)
    with ExitStack() as exits:
        exits.enter_context(mock.patch.dict(storage_clients._OPTIONS, {**at_once, **LOOPBACK, **storage}))
        exits.enter_context(mock.patch.object(transport, "READ_SECONDS", max_seconds))
        exits.enter_context(mock.patch.object(bootstrap, "entra_id", return_value=Identity()))
        exits.enter_context(mock.patch.object(queue_listener, "FIRST_PAUSE", PAUSE_SECONDS))
        yield


@asynccontextmanager
async def listening(environ: Mapping[str, str], policy: RetryPolicy | None = HURRY) -> AsyncIterator[None]:
    """The app, which takes events, files that are due, and poison until the end of the block."""
    app = bootstrap.load(environ, Path(environ["RECIPES"]), policy=policy)
    async with QueueServiceClient.from_connection_string(environ["HOST_STORAGE"], **storage_clients._OPTIONS) as queues:
        listeners = list(_listeners(app, queues, environ))
        tasks = [asyncio.create_task(listener.listen()) for listener in listeners]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*(listener.drain(DRAIN_SECONDS) for listener in listeners))
            await asyncio.gather(*tasks, return_exceptions=True)
            await app.close()


def _listeners(app: App, queues: QueueServiceClient, environ: Mapping[str, str]) -> Iterator[QueueListener]:
    async def event(body: bytes, _: QueueMessage) -> None:
        message = json.loads(body)
        await app.process(message["ContainerName"], message["BlobName"])

    async def heard(body: bytes, _: QueueMessage) -> None:
        await app.receive(body)

    async def due(body: bytes, message: QueueMessage) -> None:
        await app.resume(body, is_first_try=message.dequeue_count == 1)

    async def poison(body: bytes, _: QueueMessage) -> None:
        await app.settle_poison(body)

    async def heard_poison(body: bytes, _: QueueMessage) -> None:
        await app.settle_event_poison(body)

    functions = {"EVENTS": (event, poison), "HEARD": (heard, heard_poison), "DUE": (due, poison)}
    for name, (trigger, settle) in ((environ[each], of) for each, of in functions.items() if each in environ):
        poisoned = queues.get_queue_client(f"{name}-poison")
        listener = QueueListener(poisoned, settle, RULES, None)
        yield QueueListener(queues.get_queue_client(name), trigger, RULES, _waking(listener, poisoned))
        yield listener


def _waking(listener: QueueListener, queue: QueueClient) -> Callable[[bytes], QueueClient]:
    def poison_queue(_body: bytes) -> QueueClient:
        listener.wake()
        return queue

    return poison_queue


def run(is_ready: Callable[[], None]) -> None:
    """Listen until told to stop, as the whole of a process, whose environment says where everything is."""
    logging.basicConfig(level=logging.DEBUG, stream=sys.stdout)
    certificate = os.environ.get("STORAGE_CERTIFICATE")
    with hurried(**({"connection_verify": certificate} if certificate else {})):
        asyncio.run(_until_stopped(is_ready))


async def _until_stopped(is_ready: Callable[[], None]) -> None:
    stop = stop_event()
    async with listening(os.environ):
        is_ready()
        await stop.wait()
