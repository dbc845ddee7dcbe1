"""The app: its settings, recipes and models, checked; and what its triggers call."""

import logging
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field

from shared.models import Deployments
from shared.observability import log_event, redacted_faults
from shared.processing import Job, Processor, RetryPolicy, job_of
from shared.recipes import RecipeCatalog
from shared.recovery import PoisonHandler, Reconciler
from shared.settings import Settings


@dataclass(frozen=True)
class Running:
    """What works on files, while the clients are open."""

    processor: Processor
    poison: PoisonHandler
    reconciler: Reconciler


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
        with redacted_faults():
            await (await self._work()).processor.process(container, name, is_new=True)

    async def resume(self, message: bytes) -> None:
        """Take up a file that waited."""
        if read := self._read(message):
            with redacted_faults():
                await (await self._work()).processor.process(read[0], read[1].name)

    async def settle_poison(self, message: bytes) -> None:
        """Settle a message that the host gave up on: one of its own about a blob, or one of ours."""
        if read := self._read(message):
            with redacted_faults():
                await (await self._work()).poison.settle(*read)

    async def reconcile(self) -> None:
        """Queue files again that no worker has (see `Reconciler.reconcile`)."""
        with redacted_faults():
            await (await self._work()).reconciler.reconcile()

    def _read(self, message: bytes) -> tuple[str, Job] | None:
        read = job_of(message, self.settings.input_container)
        if read is None:  # no worker can ever do anything with it
            log_event("message.unreadable", logging.ERROR, length=len(message))
        return read

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
