"""One way of sending a file to a model, measured in a process of its own.

`python -m bench.variants WAY AT_ONCE`, with the addresses in the environment, prints a line of JSON.
"""

import asyncio
import base64
import gc
import json
import os
import resource
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shared.adapters.storage import BlobFiles

PROMPT = "Please transcribe this audio snippet."
type Send = Callable[[str], Awaitable[None]]
type Way = Callable[[AsyncExitStack], Awaitable[Send]]


async def ours(exits: AsyncExitStack) -> Send:
    """From a blob, through the adapters of the app."""
    from azure.core.credentials import AzureKeyCredential

    from shared.adapters.foundry import FoundryModel
    from shared.media import Media
    from shared.models import CapabilityTable, ChatRequest, Deployment, Endpoint, MediaPart, Message, TextPart
    from shared.recipes import ModelOptions

    files = blobs(exits)
    endpoint, _ = Endpoint.parse(os.environ["BENCH_SINK"] + "/models")
    deployment = Deployment("default", "phi", "phi", endpoint, CapabilityTable.load().of("phi"))
    model = FoundryModel(deployment, AzureKeyCredential("key"))
    exits.push_async_callback(model.close)

    async def send(name: str) -> None:
        source = files.open(await files.look(name))
        part = MediaPart(Media("audio", "audio/mpeg", "mp3"), source)
        answer = await model.complete(ChatRequest([Message("user", [TextPart(PROMPT), part])], ModelOptions()))
        assert answer.text == "Read."

    return send


async def download(exits: AsyncExitStack) -> Send:
    """Only the reading of the blob, as ours does it."""
    files = blobs(exits)

    async def send(name: str) -> None:
        async for _ in files.open(await files.look(name)).chunks():
            pass

    return send


def blobs(exits: AsyncExitStack) -> "BlobFiles":
    """The storage that has the files."""
    from shared.adapters.storage import BlobFiles, blobs_by_connection_string

    service = blobs_by_connection_string(os.environ["BENCH_STORAGE"])
    files = BlobFiles(service, input_container="input", output_container="output")
    exits.push_async_callback(files.close)
    return files


async def article(exits: AsyncExitStack) -> Send:
    """The way of the article: the SDK's own classes, from a file."""
    from azure.ai.inference.aio import ChatCompletionsClient
    from azure.ai.inference.models import AudioContentItem, InputAudio, TextContentItem, UserMessage
    from azure.core.credentials import AzureKeyCredential

    client = ChatCompletionsClient(os.environ["BENCH_SINK"] + "/models", AzureKeyCredential("key"))
    await exits.enter_async_context(client)

    async def send(name: str) -> None:
        audio = InputAudio.load(audio_file=local(name), audio_format="mp3")
        items = [TextContentItem(text=PROMPT), AudioContentItem(input_audio=audio)]
        await client.complete(model="phi", messages=[UserMessage(items)])

    return send


async def openai(exits: AsyncExitStack) -> Send:
    """The way of the `openai` SDK, from a file."""
    from openai import AsyncOpenAI

    client = AsyncOpenAI(base_url=os.environ["BENCH_SINK"] + "/openai/v1", api_key="key")
    exits.push_async_callback(client.close)

    async def send(name: str) -> None:
        data = base64.b64encode(Path(local(name)).read_bytes()).decode()
        audio = {"type": "input_audio", "input_audio": {"data": data, "format": "mp3"}}
        content: Any = [{"type": "text", "text": PROMPT}, audio]
        await client.chat.completions.create(model="phi", messages=[{"role": "user", "content": content}])

    return send


async def floor(exits: AsyncExitStack) -> Send:
    """The least that can be: aiohttp alone, streaming the base64 of a file."""
    import aiohttp
    import pybase64

    chunk = 3 * 64 * 1024
    session = await exits.enter_async_context(aiohttp.ClientSession())

    async def body(path: str) -> AsyncIterator[bytes]:
        yield b'{"model":"phi","messages":[{"role":"user","content":[{"type":"input_audio","input_audio":{"data":"'
        with open(path, "rb", buffering=0) as file:
            while data := file.read(chunk):
                yield pybase64.b64encode(data)
        yield b'","format":"mp3"}}]}]}'

    async def send(name: str) -> None:
        async with session.post(os.environ["BENCH_SINK"] + "/models", data=body(local(name))) as response:
            assert response.status == 200
            await response.json()

    return send


WAYS: Mapping[str, Way] = {each.__name__: each for each in (ours, download, article, openai, floor)}


async def measure(way: Way, at_once: int) -> dict[str, float]:
    """Warm up with small files, then send the large one so many times at once."""
    async with AsyncExitStack() as exits:
        send = await way(exits)
        for _ in range(2):
            await asyncio.gather(*(send("small") for _ in range(at_once)))
        gc.collect()
        before = _memory_mb("VmRSS")
        Path("/proc/self/clear_refs").write_text("5")  # forget the peak so far
        stalls: list[float] = []
        probe = asyncio.create_task(_watch_the_loop(stalls))
        await asyncio.sleep(0.05)
        stalls.clear()
        started, cpu = time.perf_counter(), _cpu_seconds()
        await asyncio.gather(*(send("large") for _ in range(at_once)))
        elapsed, cpu = time.perf_counter() - started, _cpu_seconds() - cpu
        probe.cancel()
        return {
            "peak_mb": round(_memory_mb("VmHWM") - before, 1),
            "cpu_s": round(cpu, 3),
            "stall_ms": round(max(stalls, default=0) * 1000, 1),
            "wall_s": round(elapsed, 2),
        }


async def _watch_the_loop(stalls: list[float]) -> None:
    while True:
        before = time.perf_counter()
        await asyncio.sleep(0.002)
        stalls.append(time.perf_counter() - before - 0.002)


def _cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _memory_mb(what: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(what))


def local(name: str) -> str:
    """Where a file lies on the disk."""
    return str(Path(os.environ["BENCH_FILES"]) / name)


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measure(WAYS[sys.argv[1]], int(sys.argv[2])))))
