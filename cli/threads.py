"""Calls that may take long, in threads for which no exit waits."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future


async def in_background[T](call: Callable[[], T]) -> T:
    """What the call returns, or raises. If we stop waiting, it ends by itself, and no exit waits for it.

    `asyncio.to_thread` would keep the process until the call has ended, such as a look-up of a host's name.
    """
    result: Future[T] = Future()
    result.set_running_or_notify_cancel()

    def work() -> None:
        try:
            result.set_result(call())
        except BaseException as error:  # raised anew where it is awaited
            result.set_exception(error)

    threading.Thread(target=work, daemon=True).start()
    return await asyncio.wrap_future(result)
