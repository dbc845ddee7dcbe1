"""A service that answers what no service should: nothing of it may cost more than the call, or get anywhere else."""

import asyncio
import gzip
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from azure.core.credentials import AzureKeyCredential

from shared.adapters.foundry.client import FoundryModel
from shared.adapters.http.transport import KEEPALIVE_SECONDS
from shared.bounds import MAX_JSON_BYTES
from shared.errors import (
    AnswerUnusable,
    DropscribeError,
    ModelUnavailable,
)
from shared.media.media import Media
from shared.models.chat import ChatAnswer, ChatRequest, MediaPart, Message, TextPart
from shared.recipes.recipe import ModelOptions
from tests.integration.loopback import COMPLETION
from tests.planted import KEY
from tests.unit.fakes import MemorySource, deployed

type Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

PICTURE = MediaPart(Media("image", "image/png", "png"), MemorySource(b"x" * 3000))
QUESTION = ChatRequest([Message("user", [TextPart("What?"), PICTURE])], ModelOptions())
GOOD = json.dumps(COMPLETION).encode()


async def read_request(reader: asyncio.StreamReader) -> None:
    """Read a request to its end."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    length = next(line.partition(":")[2] for line in head.split("\r\n") if line.startswith("content-length:"))
    await reader.readexactly(int(length))


def reply(body: bytes, *headers: bytes, status: bytes = b"200 OK") -> bytes:
    lines = [b"HTTP/1.1 " + status, b"Content-Length: %d" % len(body), *headers]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


@asynccontextmanager
async def talking(talk: Talk, *, listens: bool = True) -> AsyncIterator[FoundryModel]:
    """A model behind a server that says over each connection what it likes."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if listens:
                await read_request(reader)
            await talk(reader, writer)
            await writer.drain()
        except ConnectionError:
            pass  # the client has had enough
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    model = FoundryModel(deployed(at=f"http://127.0.0.1:{port}/models"), AzureKeyCredential(KEY))
    try:
        yield model
    finally:
        await model.close()
        server.close()


async def answer_to(content: bytes) -> ChatAnswer | DropscribeError:
    """What becomes of a reply that is sent as it is."""

    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(content)

    async with talking(talk) as model:
        try:
            return await model.complete(QUESTION)
        except DropscribeError as error:
            return error


@pytest.mark.parametrize(("status", "why"), [(b"200 OK", "longer than any answer"), (b"500 Oops", "answered 500")])
async def test_no_more_of_an_endless_reply_is_read_than_an_answer_can_have(status: bytes, why: str) -> None:
    written = 0
    over = asyncio.Event()

    async def endless(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal written
        writer.write(b"HTTP/1.1 " + status + b"\r\nConnection: close\r\n\r\n")
        try:
            while True:
                writer.write(b" " * 65_536)
                await writer.drain()
                written += 65_536
        finally:
            over.set()

    async with talking(endless) as model:
        with pytest.raises(ModelUnavailable, match=why):
            await model.complete(QUESTION)
        await over.wait()
    assert written < 8 * MAX_JSON_BYTES  # what the system's own buffers take


async def test_a_reply_that_is_compressed_unasked_is_not_unpacked() -> None:
    bomb = gzip.compress(GOOD + b" " * 50_000_000)
    error = await answer_to(reply(bomb, b"Content-Encoding: gzip"))
    assert isinstance(error, AnswerUnusable)
    assert "it is compressed" in str(error)


async def test_a_second_reply_that_comes_late_is_taken_for_no_other_files_answer() -> None:
    late = json.dumps({**COMPLETION, "choices": [{"message": {"content": "LATE, NOT MINE"}}]}).encode()
    connections = 0
    again = asyncio.Event()

    async def twice(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        writer.write(reply(GOOD, b"Connection: keep-alive"))
        await writer.drain()
        writer.write(reply(late))
        again.set()
        await reader.read()

    async with talking(twice) as model:
        for _ in range(3):
            assert (await model.complete(QUESTION)).text == "Hola."
            await again.wait()
    assert connections == 3


def timer_of(writer: asyncio.StreamWriter) -> str:
    """The timer at the other end of a connection, as Linux shows it: `kind:when`, in hundredths of a second."""
    theirs, ours = (f":{writer.get_extra_info(name)[1]:04X}" for name in ("peername", "sockname"))
    connections = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()]
    return next(each[5] for each in connections if each[1].endswith(theirs) and each[2].endswith(ours))


@pytest.mark.skipif(sys.platform != "linux", reason="Only Linux shows the timers of a connection.")
async def test_a_silent_connection_is_kept_alive_while_a_model_thinks() -> None:
    timers: list[str] = []

    async def thinking(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        timers.append(timer_of(writer))
        writer.write(reply(GOOD))

    async with talking(thinking) as model:
        await model.complete(QUESTION)
    (timer,) = timers
    kind, hundredths = timer.split(":")
    assert kind == "02", "no keep-alive timer runs"
    assert int(hundredths, 16) / 100 <= KEEPALIVE_SECONDS


@pytest.mark.parametrize("reply", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + GOOD])
async def test_a_connection_that_breaks_after_the_request_may_have_been_billed(reply: bytes) -> None:
    error = await answer_to(reply)
    assert isinstance(error, AnswerUnusable)
    assert "broke before its answer was whole" in str(error)


async def test_a_connection_that_breaks_before_the_request_is_sent_was_not_billed() -> None:
    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()

    large = MediaPart(Media("image", "image/png", "png"), MemorySource(bytes(19_000_000), 1_000_000))
    async with talking(hang_up, listens=False) as model:
        with pytest.raises(ModelUnavailable) as caught:
            await model.complete(ChatRequest([Message("user", [large])], ModelOptions()))
    assert not caught.value.asked_at_most_thrice
