"""A stack of our own: started with a word to people, and watched."""

import os
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import astuple
from pathlib import Path
from typing import Never

from cli import show
from cli.exits import CommandFailedError
from local.stack import Ports, Stack, running

USUAL_PORTS = Ports(blob=10000, queue=10001, host=7071, inbox=7070)
"""Where Azurite and the Functions host usually listen, and other tools look for them."""


class HostStoppedError(CommandFailedError):
    """The host ended while documents were awaited."""


@asynccontextmanager
async def own_stack(
    logs: Path,
    storage: Path | None = None,
    ports: Ports | None = None,
    heard: Callable[[str], None] | None = None,
    *,
    with_inbox: bool = False,
) -> AsyncIterator[Stack]:
    """A running stack; see `local.stack.running`."""
    async with AsyncExitStack() as exits:
        with show.step("Starting storage, model and host"):
            started = running(logs, storage=storage, ports=ports, heard=heard, with_inbox=with_inbox)
            stack = await exits.enter_async_context(started)
        yield stack


@contextmanager
def told_at_once() -> Iterator[None]:
    """Say why the block failed before the stack is stopped, which may take a moment.

    Raises:
        CommandFailedError: without a message, because that has been said.
    """
    try:
        yield
    except CommandFailedError as error:
        if str(error):
            show.problem(str(error))
        raise CommandFailedError from error


async def until_stopped(stack: Stack) -> Never:
    """Wait until one of its processes ends by itself.

    Raises:
        HostStoppedError: it has.
    """
    raise HostStoppedError(await stack.stopped())


def free_of(ports: Ports) -> Ports:
    """These ports, with 0 (any other) for each that another program holds."""
    return Ports(*(port if _is_free(port) else 0 for port in astuple(ports)))


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        if os.name != "nt":  # a port that its last owner has just left is free
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
