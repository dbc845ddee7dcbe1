"""Events that could not be delivered: Event Grid puts them into a container, from which their files are taken up."""

import logging
from collections.abc import Sequence
from typing import Protocol

from shared.errors import StorageUnavailable
from shared.observability import log_event
from shared.processing import Services, file_events, send_jobs

MAX_DEAD_LETTERS = 1_000
"""How many one run takes up, with some three requests for each; the others have their turn at the next."""

MAX_SECONDS = 60
"""How long one run takes them up: it must end at ten minutes, and has all files to look at too."""

MAX_FAILURES = 5
"""How many may fail in one run; each time takes seconds, and another run comes soon."""


class DeadLetterStore(Protocol):
    """Where they lie. Any call may raise `StorageUnavailable`."""

    async def list_dead_letters(self) -> Sequence[str]:
        """The names of the first thousand; none where there is no place for them, or we may not see it."""
        ...

    async def read_dead_letter(self, name: str) -> bytes | None:
        """What stands in one, and nothing where that is more than `bounds.MAX_JSON_BYTES`; None where it is gone."""
        ...

    async def delete_dead_letter(self, name: str) -> None:
        """Remove one, if it is still there."""
        ...


class DeadLetters:
    """Takes them up."""

    def __init__(self, services: Services, store: DeadLetterStore) -> None:
        self._with = services
        self._store = store

    async def take_up(self) -> int:
        """Queue the files of events that could not be delivered, and return how many. Raises nothing.

        First the messages, then the dead letter is deleted: a run that breaks down in between does no harm.
        """
        try:
            names = (await self._store.list_dead_letters())[:MAX_DEAD_LETTERS]
        except StorageUnavailable as error:
            log_event("dead_letters.not_listed", logging.WARNING, why=str(error))
            return 0
        queued = failures = 0
        end = self._with.clock.monotonic() + MAX_SECONDS
        for name in names:
            try:
                queued += await self._take_up(name)
            except StorageUnavailable as error:
                log_event("dead_letter.not_taken_up", logging.WARNING, why=str(error))
                failures += 1
            if failures == MAX_FAILURES or self._with.clock.monotonic() >= end:
                break
        if queued:
            log_event("dead_letters.taken_up", logging.WARNING, queued=queued)
        return queued

    async def _take_up(self, name: str) -> int:
        content = await self._store.read_dead_letter(name)
        if content is None:
            return 0
        if events := file_events(content):
            queued = await send_jobs(self._with, events, self._with.policy.first)
        else:
            log_event("message.unreadable", logging.ERROR, length=len(content))
            queued = 0
        await self._store.delete_dead_letter(name)
        return queued
