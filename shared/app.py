"""The app: its settings, recipes and models, checked; and what its triggers call."""

import logging
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from shared.models import Deployments
from shared.observability import log_event, redacted_errors
from shared.processing import EventReceiver, Job, Processor, RetryPolicy, file_events, job_of
from shared.recipes import RecipeCatalog
from shared.recovery import DeadLetters, PoisonHandler, Reconciler, tell_retirements
from shared.settings import Settings


@dataclass(frozen=True)
class Running:
    """What works on files, while the clients are open."""

    processor: Processor
    receiver: EventReceiver
    poison: PoisonHandler
    reconciler: Reconciler
    dead_letters: DeadLetters


@dataclass
class App:
    """What is known at start; the clients are made when the first file comes (by `opening`)."""

    settings: Settings
    recipes: RecipeCatalog
    deployments: Deployments
    opening: Callable[["App"], AsyncGenerator[Running]] = field(repr=False)
    policy: RetryPolicy = field(default_factory=RetryPolicy)
    _lifetime: AsyncGenerator[Running] | None = field(default=None, repr=False)
    _running: Running | None = field(default=None, repr=False)

    async def process(self, container: str, name: str) -> None:
        """Take a file that has landed to its document (see `Processor.process`)."""
        with redacted_errors():
            await (await self._work()).processor.process(container, name, is_new=True)

    async def receive(self, message: bytes) -> None:
        """Take the events of files that have landed (see `EventReceiver.receive`)."""
        if events := _known(file_events(message), message):
            with redacted_errors():
                await (await self._work()).receiver.receive(events)

    async def resume(self, message: bytes, *, is_first_try: bool = False) -> None:
        """Take up a file that waited (see `Processor.take_up`)."""
        if read := _known(job_of(message, self.settings.input_container), message):
            with redacted_errors():
                await (await self._work()).processor.take_up(*read, is_first_try=is_first_try)

    async def settle_poison(self, message: bytes) -> None:
        """Settle a message that the host gave up on: one of its own about a blob, or one of ours."""
        if read := _known(job_of(message, self.settings.input_container), message):
            with redacted_errors():
                await (await self._work()).poison.settle(*read)

    async def settle_event_poison(self, message: bytes) -> None:
        """Settle a message with events that the host gave up on, as it would one about each of their files."""
        if events := _known(file_events(message), message):
            with redacted_errors():
                poison = (await self._work()).poison
                for container, name in events.files:
                    await poison.settle(container, Job(name=name))

    async def reconcile(self) -> None:
        """Queue files again that no worker has (see `DeadLetters.take_up` and `Reconciler.reconcile`)."""
        with redacted_errors():
            tell_retirements(self.deployments, datetime.now(UTC))
            running = await self._work()
            await running.dead_letters.take_up()
            await running.reconciler.reconcile()

    async def close(self) -> None:
        """Close the clients, where the loop lives on; they come back with the next file."""
        lifetime, self._lifetime, self._running = self._lifetime, None, None
        if lifetime:
            await lifetime.aclose()

    async def _work(self) -> Running:
        if self._running is None:
            # Nothing tells a function that its worker stops, but a loop that ends closes the async
            # generators that it has started: so the clients live in one.
            self._lifetime = self.opening(self)
            self._running = await anext(self._lifetime)
        return self._running


def _known[T](read: T | None, message: bytes) -> T | None:
    """What was read in a message, which is let go if that is nothing: no worker can ever do anything with it."""
    if read is None:
        log_event("message.unreadable", logging.ERROR, length=len(message))
    return read
