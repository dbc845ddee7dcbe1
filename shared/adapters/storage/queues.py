"""Queues: work that waits (implements `JobQueue`), and events (implements `EventPublisher`)."""

import base64
import contextlib
import json
import logging
from typing import TYPE_CHECKING

from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError

from shared.adapters.storage.clients import translated
from shared.errors import StorageRefused
from shared.observability import log_event
from shared.processing import Job
from shared.results import Result, cloud_event

if TYPE_CHECKING:
    from azure.storage.queue.aio import QueueClient, QueueServiceClient

MAX_WAIT = 604_800
"""Seconds for which a message can be hidden (Azure's limit); whatever waits longer looks again in between."""

FOR_EVER = -1

NOT_TAKEN = (400, 413)
"""The statuses of a message that storage would not take however often it is sent."""


class StorageJobQueue:
    """The queue of work that waits; the host takes from it when its time has come."""

    def __init__(self, service: "QueueServiceClient", name: str) -> None:
        self._queue = service.get_queue_client(name)

    async def send(self, job: Job, seconds: float) -> None:
        """See `JobQueue.send`."""
        hidden = min(MAX_WAIT - 1, max(0, round(seconds)))
        await _send(self._queue, job.model_dump_json(exclude_defaults=True), hidden)


class StorageEventQueue:
    """The queue that the next step of a workflow reads."""

    def __init__(self, service: "QueueServiceClient", name: str, *, output: str) -> None:
        self._queue = service.get_queue_client(name)
        self._output = output

    async def publish(self, outcome: Result) -> None:
        """See `EventPublisher.publish`."""
        event = cloud_event(outcome, output=self._output)
        try:
            await _send(self._queue, json.dumps(event), 0)
        except StorageRefused as error:
            if error.status not in NOT_TAKEN:
                raise
            log_event("event.not_sent", logging.ERROR, name=outcome.input.name, code=error.code)


async def _send(queue: "QueueClient", text: str, hidden: int) -> None:
    """In base64, as the host expects it; a queue that is not there yet is made."""
    content = base64.b64encode(text.encode()).decode()
    with translated():
        try:
            await queue.send_message(content, visibility_timeout=hidden, time_to_live=FOR_EVER)
        except ResourceNotFoundError:
            with contextlib.suppress(ResourceExistsError):
                await queue.create_queue()
            await queue.send_message(content, visibility_timeout=hidden, time_to_live=FOR_EVER)
