"""Deployments that are to be left alone for a while, known to all instances."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from shared.processing.clock import Clock

FRESH_SECONDS = 5
"""How long what was read is believed; so much later another instance learns of a pause."""


class CooldownStore(Protocol):
    """Where it is written. Any call may raise `StorageUnavailable`."""

    async def read_cooldown(self, deployment: str) -> datetime | None:
        """Until when this deployment is not to be asked."""
        ...

    async def write_cooldown(self, deployment: str, until: datetime) -> None:
        """Have it not asked until then, or for longer where a longer cooldown stands."""
        ...


@dataclass(frozen=True)
class _Known:
    until: datetime | None
    read: datetime


class Cooldowns:
    """One instance's view of them."""

    def __init__(self, store: CooldownStore, clock: Clock, fresh: float = FRESH_SECONDS) -> None:
        self._store = store
        self._clock = clock
        self._fresh = timedelta(seconds=fresh)
        self._known: dict[str, _Known] = {}

    async def seconds_until_available(self, deployment: str) -> float:
        """Seconds until it may be asked; 0 where it may be now."""
        known = self._known.get(deployment)
        if known is None or self._clock.now() - known.read > self._fresh:
            known = _Known(await self._store.read_cooldown(deployment), self._clock.now())
            self._known[deployment] = known
        return max(0.0, (known.until - self._clock.now()).total_seconds()) if known.until else 0.0

    async def cool_down(self, deployment: str, seconds: float) -> None:
        """Leave it alone for so long, unless a longer cooldown stands."""
        self._known.pop(deployment, None)  # what others wrote in the last seconds counts too
        if await self.seconds_until_available(deployment) < seconds:
            until = self._clock.now() + timedelta(seconds=seconds)
            self._known[deployment] = _Known(until, self._clock.now())
            await self._store.write_cooldown(deployment, until)
