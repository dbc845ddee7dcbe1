"""The two ways in which Event Grid delivers events here: to the host's webhook, and into a queue."""

import json
import logging
import uuid
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp
from azure.core.exceptions import ResourceNotFoundError

from local.host.clients import Clients, in_base64
from local.host.events import Schema, dead_letter, in_schema
from local.host.worker import Function

DEAD_LETTERS = "events-deadletter"
REFUSED = (400, 401, 403, 413)
"""What the real one takes for a refusal for good: it tries no more (its documentation, "Delivery and retry")."""

log = logging.getLogger("host.event_grid")


@dataclass(frozen=True)
class Delivery:
    """How events are delivered.

    Attributes:
        is_played: whether this host plays Event Grid at all, or another process does.
        queue: the queue into which they are delivered too; empty where they are not.
        schema: of the events in the queue.
        in_array: whether each stands in an array there.
        is_refused: whether the webhook refuses all with 401, as that of a host which is just starting may.
    """

    is_played: bool = True
    queue: str = ""
    schema: Schema = "EventGridSchema"
    in_array: bool = False
    is_refused: bool = False


@dataclass(frozen=True)
class Subscription(ABC):
    """What is told of each new blob in the container of a path."""

    name: str
    connection: str
    path: str
    clients: Clients

    @abstractmethod
    async def deliver(self, event: dict[str, Any], session: aiohttp.ClientSession) -> None:
        """Deliver an event, in the Event Grid schema. Whatever this raises, it is to be tried again."""


@dataclass(frozen=True)
class ToWebhook(Subscription):
    """To the address of the host's webhook, for a function."""

    address: str

    async def deliver(self, event: dict[str, Any], session: aiohttp.ClientSession) -> None:
        """See `Subscription.deliver`; an event that is refused becomes a dead letter where there is a place for it."""
        headers = {"aeg-event-type": "Notification"}
        async with session.post(self.address, json=[event], headers=headers) as response:
            if response.status in REFUSED:
                log.warning("an event for %s was refused with %d, and is not tried again", self.name, response.status)
                await self._leave_dead_letter(event, response.status)
            else:
                response.raise_for_status()

    async def _leave_dead_letter(self, event: dict[str, Any], status: int) -> None:
        place = self.clients.blobs(self.connection).get_container_client(DEAD_LETTERS)
        name = f"local/{self.name.upper()}/{uuid.uuid4()}.json"
        try:
            await place.upload_blob(name, json.dumps(dead_letter(event, status)))
        except ResourceNotFoundError:
            log.info("there is no container %s, so the event is dropped", DEAD_LETTERS)


@dataclass(frozen=True)
class ToQueue(Subscription):
    """Into a queue of the account in which the blobs lie, in base64. Its name is the queue's. It makes none."""

    schema: Schema
    in_array: bool

    async def deliver(self, event: dict[str, Any], session: aiohttp.ClientSession) -> None:  # noqa: ARG002 - the other way's
        """See `Subscription.deliver`."""
        queue = self.clients.queues(self.connection).get_queue_client(self.name)
        told = in_schema(event, self.schema)
        await queue.send_message(in_base64(json.dumps([told] if self.in_array else told).encode()))


def subscriptions(
    functions: Sequence[Function], clients: Clients, webhook: str, delivery: Delivery
) -> Iterator[Subscription]:
    """One for each function on blobs; and one that goes into the queue, for the container of the first of them."""
    for function in functions:
        place = function.trigger["connection"], function.trigger["path"], clients
        yield ToWebhook(function.name, *place, f"{webhook}&functionName={function.host_name}")
    if functions and delivery.queue:
        place = functions[0].trigger["connection"], functions[0].trigger["path"], clients
        yield ToQueue(delivery.queue, *place, delivery.schema, delivery.in_array)
