"""What takes seconds to load is loaded once, in a thread, while the server already listens."""

import asyncio
from collections.abc import Callable


class Loaded[T]:
    """Something that is loaded when it is first asked for."""

    def __init__(self, load: Callable[[], T]) -> None:
        self._load = load
        self._loading: asyncio.Task[T] | None = None

    async def get(self) -> T:
        """Return it as soon as it is loaded. Raises what loading it raises, each time."""
        if self._loading is None:
            self._loading = asyncio.create_task(asyncio.to_thread(self._load))
        return await asyncio.shield(self._loading)  # a caller that stops waiting does not stop the others
