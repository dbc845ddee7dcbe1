"""How far an app has come: which files have the document of their newest version."""

import asyncio
import time
from dataclasses import dataclass, field

from bench.under_load.documents import documents_of
from bench.under_load.emulators import Emulators
from bench.under_load.offer import Offer
from bench.under_load.plan import Load
from bench.under_load.quota import Quota

LOOK_EVERY = 1.0


@dataclass
class Progress:
    """Reads each document once, soon after its version was paid for: listing them all would be a load of its own."""

    load: Load
    storage: Emulators
    quota: Quota
    offer: Offer
    moved: float = field(default_factory=time.monotonic)
    _confirmed: dict[str, int] = field(default_factory=dict)
    _paid: int = 0

    async def follow(self) -> None:
        """Look on for ever."""
        while True:
            await self._look()
            await asyncio.sleep(LOOK_EVERY)

    async def until_done(self) -> bool:
        """Wait until every file has its document, or nothing moves any more; return which. `moved` is then when."""
        deadline = time.monotonic() + self.load.max_seconds
        while len(self._confirmed) < self.load.files or any(self._missing()):
            if time.monotonic() > min(deadline, self.moved + self.load.still_seconds):
                return False
            await asyncio.sleep(LOOK_EVERY / 4)
        return True

    async def until_at_rest(self) -> None:
        """Wait until no message is left, or their number no longer changes."""
        before, changed = await self.storage.waiting(), time.monotonic()
        while before.total() and time.monotonic() < changed + self.load.still_seconds:
            await asyncio.sleep(LOOK_EVERY)
            now = await self.storage.waiting()
            if now != before:
                before, changed = now, time.monotonic()

    def _missing(self) -> list[str]:
        return [name for name in self.offer.versions if self._confirmed.get(name) != self.offer.newest(name)]

    async def _look(self) -> None:
        versions = self.quota.versions
        paid = [name for name in self._missing() if self.offer.newest(name) in versions]
        for name, document in (await documents_of(paid, self.storage)).items():
            if document.is_about(newest := self.offer.newest(name), self.offer.etags[name]):
                self._confirmed[name] = newest
                self.moved = time.monotonic()
        if self._paid != (paid_now := sum(map(len, self.quota.calls.values()))):
            self._paid, self.moved = paid_now, time.monotonic()
