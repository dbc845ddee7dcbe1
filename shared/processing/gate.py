"""Many calls at once, or one alone, so that a file that may break the worker takes no other with it. Limits no rate."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol


class Gate(Protocol):
    """What every call of a model passes through."""

    def enter(self, *, alone: bool) -> AbstractAsyncContextManager[None]:
        """Wait until the call may be made, and let it be counted while it is under way."""
        ...


class WorkerGate:
    """The calls of one worker process."""

    def __init__(self) -> None:
        self._changed = asyncio.Condition()
        self._under_way = 0
        self._is_wanted_alone = False

    @asynccontextmanager
    async def enter(self, *, alone: bool) -> AsyncIterator[None]:
        """See `Gate.enter`."""
        async with self._changed:
            await self._changed.wait_for(lambda: not self._is_wanted_alone)
            self._is_wanted_alone = alone
            try:
                await self._changed.wait_for(lambda: not alone or not self._under_way)
            except BaseException:
                await self._leave(alone=alone, was_counted=False)
                raise
            self._under_way += 1
        try:
            yield
        finally:
            async with self._changed:
                await self._leave(alone=alone, was_counted=True)

    async def _leave(self, *, alone: bool, was_counted: bool) -> None:
        self._under_way -= was_counted
        if alone:
            self._is_wanted_alone = False
        self._changed.notify_all()
