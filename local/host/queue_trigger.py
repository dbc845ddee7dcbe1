"""Queue triggers, and queue outputs."""

from datetime import datetime
from typing import Any

from azure.storage.queue import QueueMessage
from azure.storage.queue.aio import QueueClient

from local.host.clients import Clients, send
from local.host.protos import TypedData
from local.host.queue_listener import QueueListener
from local.host.settings import HostSettings, resolve
from local.host.worker import Function, Worker, typed


class QueueTrigger:
    """A function that starts when a message lands."""

    def __init__(self, worker: Worker, settings: HostSettings, clients: Clients, function: Function) -> None:
        self._worker = worker
        self._clients = clients
        self._function = function
        queue = self._queue(function.trigger)
        poison = None if queue.queue_name.endswith("-poison") else self._poison_queue
        undecodable = poison(b"") if poison else None
        self.listener = QueueListener(queue, self._handle, settings.queues, poison, undecodable)

    async def _handle(self, body: bytes, message: QueueMessage) -> None:
        text = body.decode(errors="replace")  # as .NET does
        outputs = await self._worker.invoke(self._function, typed(text), _metadata(text, message))
        for binding in self._function.bindings:
            if binding["name"] in outputs:
                await send(self._queue(binding), _content(outputs[binding["name"]]))

    def _queue(self, binding: dict[str, Any]) -> QueueClient:
        return self._clients.queues(binding["connection"]).get_queue_client(resolve(binding["queueName"]))

    def _poison_queue(self, _body: bytes) -> QueueClient:
        name = resolve(self._function.trigger["queueName"])
        return self._clients.queues(self._function.trigger["connection"]).get_queue_client(f"{name}-poison")


def _content(data: TypedData) -> bytes:
    value = next(iter(vars(data).values()))
    return value if isinstance(value, bytes) else str(value).encode()


def _metadata(text: str, message: QueueMessage) -> dict[str, Any]:
    return {
        "QueueTrigger": text,
        "Id": message.id,
        "DequeueCount": message.dequeue_count,
        "PopReceipt": message.pop_receipt,
        "InsertionTime": _iso(message.inserted_on),
        "ExpirationTime": _iso(message.expires_on),
        "NextVisibleTime": _iso(message.next_visible_on),
    }


def _iso(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""
