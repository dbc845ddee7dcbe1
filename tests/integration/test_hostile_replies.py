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

from shared.adapters.foundry import client as foundry_client
from shared.adapters.foundry.client import FoundryModel
from shared.adapters.foundry.transport import KEEPALIVE_SECONDS
from shared.bounds import MAX_JSON_BYTES, MAX_JSON_SEPARATORS
from shared.errors import (
    AnswerUnusable,
    DropscribeError,
    ModelMisconfigured,
    ModelThrottled,
    ModelTimeout,
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
PIECES = [
    json.dumps(piece).encode()
    for piece in (
        {"model": "phi", "choices": [{"delta": {"role": "assistant", "content": "Ho"}, "finish_reason": None}]},
        {"choices": [{"delta": {"content": "la."}, "finish_reason": "stop"}]},
        {"choices": [], "usage": COMPLETION["usage"]},
    )
]


async def read_request(reader: asyncio.StreamReader) -> None:
    """Read a request to its end."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    length = next(line.partition(":")[2] for line in head.split("\r\n") if line.startswith("content-length:"))
    await reader.readexactly(int(length))


def reply(body: bytes, *headers: bytes, status: bytes = b"200 OK") -> bytes:
    lines = [b"HTTP/1.1 " + status, b"Content-Length: %d" % len(body), *headers]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


@asynccontextmanager
async def talking(talk: Talk) -> AsyncIterator[FoundryModel]:
    """A model behind a server that says over each connection what it likes."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
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


@pytest.mark.parametrize("status", [b"200 OK", b"500 Oops"])
async def test_no_more_of_an_endless_reply_is_read_than_an_answer_can_have(status: bytes) -> None:
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
        with pytest.raises(ModelUnavailable):
            await model.complete(QUESTION)
        await over.wait()
    assert written < 8 * MAX_JSON_BYTES  # what the system's own buffers take


async def test_a_reply_that_is_compressed_unasked_is_not_unpacked() -> None:
    bomb = gzip.compress(GOOD + b" " * 50_000_000)
    error = await answer_to(reply(bomb, b"Content-Encoding: gzip"))
    assert isinstance(error, AnswerUnusable)
    assert "it is compressed" in str(error)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b'{"choices": [' + b"[]," * MAX_JSON_SEPARATORS + b"[]]}", "more than 65536 values"),
        (GOOD + b" " * MAX_JSON_BYTES, "longer than any answer"),
        (b"[" * 60_000, "nested too deeply"),
        (b"<html>", "not JSON"),
        (b"\xff\xfe\x00", "not JSON"),
        (b"", "not JSON"),
        (b'{"choices": null}', "not a chat completion: it has no message"),
        (b'{"choices": "words"}', "not a chat completion: it has no message"),
        (b'{"choices": [{"message": {"content": 7}}]}', "neither text nor parts"),
        (b'"' + b"a" * 100_000 + b'"', "it has no message"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_a_reply_that_is_no_completion_says_why_and_quotes_nothing_of_it(body: bytes, why: str) -> None:
    error = await answer_to(reply(body))
    assert isinstance(error, AnswerUnusable)
    assert why in str(error)
    assert len(str(error)) < 300


@pytest.mark.parametrize(
    "body",
    [
        GOOD + b"\n\ndata: [DONE]\n\n",
        b"data: " + GOOD + b"\n\ndata: [DONE]\n\n",
        b"\xef\xbb\xbf" + GOOD,
        b"\r\n  " + GOOD,
        b": PROCESSING\n\n: PROCESSING\n\n" + GOOD,
        b"event: message\nid: 1\ndata: " + GOOD + b"\n\n",
        b"".join(b"data: %b\n\n" % piece for piece in PIECES) + b"data: [DONE]\n\n",
        b"\n".join(PIECES),
        GOOD + b"\n<!-- cached -->",
    ],
    ids=[
        "a tail",
        "an event stream of one event",
        "a byte order mark",
        "blanks",
        "comments",
        "an event with a name",
        "a stream of pieces",
        "pieces, line by line",
        "something behind it",
    ],
)
async def test_an_answer_is_read_whatever_a_gateway_puts_around_it(body: bytes) -> None:
    answer = await answer_to(reply(body))
    assert isinstance(answer, ChatAnswer)
    assert answer.text == "Hola."


@pytest.mark.parametrize("status", [b"201 Created", b"202 Accepted", b"206 Partial"])
async def test_an_answer_is_one_whatever_kind_of_success_the_service_calls_it(status: bytes) -> None:
    answer = await answer_to(reply(GOOD, status=status))
    assert isinstance(answer, ChatAnswer)
    assert isinstance(await answer_to(reply(b"<html>", status=status)), AnswerUnusable)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"error": {"code": 429, "message": "x"}, "choices": [{"message": {"content": ""}}]}, ModelThrottled),
        ({"choices": [{"message": {"content": "Half"}, "error": {"code": 502, "message": "x"}}]}, ModelUnavailable),
        ({"choices": [{"message": {"content": "Half of"}, "finish_reason": "error"}]}, AnswerUnusable),
        ({"object": "error", "message": "x", "type": "invalid_request_error", "code": 401}, ModelMisconfigured),
        ({"code": 429, "message": "x"}, ModelThrottled),
        ({"detail": "Unauthorized"}, ModelMisconfigured),
        ({"errors": [{"code": 429}]}, ModelThrottled),
        ([{"error": {"code": 429}}], ModelThrottled),
        ({"error": "overloaded"}, AnswerUnusable),
    ],
)
async def test_an_error_in_a_200_is_that_error_wherever_it_stands(body: object, error: type[Exception]) -> None:
    assert type(await answer_to(reply(json.dumps(body).encode()))) is error


async def test_a_400_that_says_that_the_model_spent_all_its_tokens_is_an_empty_answer() -> None:
    told = "Could not finish the message because max_tokens or model output limit was reached. Please try again."
    answer = await answer_to(reply(json.dumps({"error": {"message": told}}).encode(), status=b"400 Bad"))
    assert isinstance(answer, ChatAnswer)
    assert (answer.is_empty, answer.finish_reason) == (True, "length")


@pytest.mark.parametrize(
    ("content", "text", "thought"),
    [
        ("Let me count {x}.</think>\n\nA chart.", "A chart.", "Let me count {x}."),
        ("<thinking>Hm.</thinking>A chart.", "A chart.", "Hm."),
        ("[THINK]Hm.[/THINK]A chart.", "A chart.", "Hm."),
        ("<think>Hm, and no end", "", "Hm, and no end"),
        (
            "<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>A chart.<|return|>",
            "A chart.",
            "Hm.",
        ),
        (
            [{"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]}, {"type": "text", "text": "A chart."}],
            "A chart.",
            "Hm.",
        ),
        (
            [{"type": "reasoning", "summary": [{"text": "Hm."}]}, {"type": "text", "text": "A chart."}],
            "A chart.",
            "Hm.",
        ),
        ([{"type": "redacted_thinking", "data": "abc"}, {"type": "text", "text": "A chart."}], "A chart.", None),
        ([{"type": "image", "data": "abc"}, {"type": "text", "text": "A chart."}], "A chart.", None),
        ("A <think> tag in the midst.", "A <think> tag in the midst.", None),
    ],
)
async def test_reasoning_is_told_from_the_answer(content: object, text: str, thought: str | None) -> None:
    answer = await answer_to(reply(json.dumps({"choices": [{"message": {"content": content}}]}).encode()))
    assert isinstance(answer, ChatAnswer)
    assert (answer.text, answer.reasoning) == (text, thought)


@pytest.mark.parametrize(
    ("choice", "reason", "refusal"),
    [
        ({"message": {"content": ""}, "finish_reason": "content_filter: PROHIBITED_CONTENT"}, "content_filter", None),
        ({"finish_reason": "content_filter"}, "content_filter", None),
        ({"message": {"content": [{"type": "refusal", "refusal": "No."}]}, "finish_reason": "stop"}, "stop", "No."),
    ],
)
async def test_an_answer_that_was_held_back_says_so(choice: object, reason: str, refusal: str | None) -> None:
    answer = await answer_to(reply(json.dumps({"choices": [choice]}).encode()))
    assert isinstance(answer, ChatAnswer)
    assert (answer.finish_reason, answer.refusal) == (reason, refusal)


@pytest.mark.parametrize("status", [b"200 OK", b"400 Bad", b"413 Large", b"503 Busy", b"401 No"])
@pytest.mark.parametrize(
    "value", [b"a\xffb", b"a" * 65, b"two words", b"Your prompt: describe this", KEY.encode(), "ü".encode()]
)
async def test_a_request_id_that_is_none_gets_nowhere(status: bytes, value: bytes) -> None:
    body = GOOD if status == b"200 OK" else b'{"error": {"message": "no"}}'
    found = await answer_to(reply(body, b"x-request-id: " + value, status=status))
    assert (
        found.request_id is None if isinstance(found, ChatAnswer) else value.decode(errors="ignore") not in str(found)
    )
    assert getattr(found, "request_id", None) is None


@pytest.mark.parametrize(
    ("usage", "read"),
    [
        ({"prompt_tokens": {"text": 10}, "total_tokens": 15}, {"total_tokens": 15}),
        ({"total_tokens": -5}, {"total_tokens": 0}),
        ({"total_tokens": 10**400}, {"total_tokens": 2**53}),
        ({"total_tokens": 15.0, "share": 0.5, "ok": True}, {"total_tokens": 15}),
        ({"total_tokens": 15, "calls": 7, "prompt_tokens_details": 5}, {"total_tokens": 15}),
        ({"total_tokens": 15, "a name with blanks": 1, "n" * 65: 1}, {"total_tokens": 15}),
        ("many", None),
        ([1], None),
    ],
)
async def test_of_an_odd_usage_what_fits_is_kept(usage: object, read: object) -> None:
    answer = await answer_to(reply(json.dumps({**COMPLETION, "usage": usage}).encode()))
    assert isinstance(answer, ChatAnswer)
    assert answer.usage == read


async def test_a_usage_nested_without_end_ends_at_four() -> None:
    nested: dict[str, object] = {"total_tokens": 1}
    for _ in range(200):
        nested = {"total_tokens": 1, "more_details": nested}
    answer = await answer_to(reply(json.dumps({**COMPLETION, "usage": nested}).encode()))
    assert isinstance(answer, ChatAnswer)
    assert json.dumps(answer.usage).count("total_tokens") == 4


async def test_of_very_many_counts_a_hundred_are_kept() -> None:
    usage = {f"count_{number}": number for number in range(3_000)}
    answer = await answer_to(reply(json.dumps({**COMPLETION, "usage": usage}).encode()))
    assert isinstance(answer, ChatAnswer)
    assert answer.usage
    assert len(answer.usage) == 100


async def test_an_error_that_came_with_a_200_tells_the_usage_that_came_with_it() -> None:
    body = {"error": {"message": "It broke."}, "usage": {"total_tokens": 15}}
    error = await answer_to(reply(json.dumps(body).encode()))
    assert isinstance(error, AnswerUnusable)
    assert error.usage == {"total_tokens": 15}


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


async def test_a_connection_that_breaks_after_the_request_may_have_been_billed() -> None:
    error = await answer_to(b"")
    assert isinstance(error, AnswerUnusable)
    assert "broke" in str(error)


async def test_a_reply_that_breaks_off_may_have_been_billed() -> None:
    error = await answer_to(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + GOOD)
    assert isinstance(error, AnswerUnusable)


async def test_a_connection_that_breaks_before_the_request_is_sent_was_not_billed() -> None:
    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    model = FoundryModel(deployed(at=f"http://127.0.0.1:{port}/models"), AzureKeyCredential(KEY))
    large = MediaPart(Media("image", "image/png", "png"), MemorySource(bytes(19_000_000), 1_000_000))
    with pytest.raises(ModelUnavailable) as caught:
        await model.complete(ChatRequest([Message("user", [large])], ModelOptions()))
    assert not caught.value.asked_at_most_thrice
    await model.close()
    server.close()


async def test_usage_that_comes_with_a_refusal_is_told() -> None:
    body = {"error": {"code": "content_filter", "message": "x"}, "usage": {"total_tokens": 5000}}
    error = await answer_to(reply(json.dumps(body).encode(), status=b"400 Bad"))
    assert isinstance(error, DropscribeError)
    assert error.usage == {"total_tokens": 5000}


async def test_a_gateway_that_waited_long_for_the_model_may_have_paid_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    late = reply(b"", status=b"504 Gateway Timeout")
    assert type(await answer_to(late)) is ModelUnavailable
    monkeypatch.setattr(foundry_client, "GATEWAYS_PATIENCE", 0)
    assert type(await answer_to(late)) is ModelTimeout


async def test_a_redirect_is_not_followed_and_ends_no_file() -> None:
    error = await answer_to(reply(b"", b"Location: https://elsewhere.example/v1", status=b"308 Moved"))
    assert isinstance(error, ModelMisconfigured)
    assert "elsewhere.example" in str(error)


async def test_a_request_without_a_key_has_no_authorization() -> None:
    heads: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(reply(GOOD))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    model = FoundryModel(deployed(at=f"http://127.0.0.1:{port}/v1"), None)
    assert (await model.complete(QUESTION)).text == "Hola."
    await model.close()
    server.close()
    assert not [name for name in (b"authorization", b"api-key") if name in heads[0].lower()]
