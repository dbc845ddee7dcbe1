"""One way of sending a recording to a speech model, measured in a process of its own.

`python -m bench.speech_ways WAY AT_ONCE`, with the addresses in the environment, prints a line of JSON.
"""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench.variants import Send, Way, blobs, download, local, measure

if TYPE_CHECKING:
    from shared.adapters.speech import SpeechService
    from shared.media import MediaSource

CHUNK_BYTES = 128 * 1024


@dataclass
class FileSource:
    """A file on the disk (implements `MediaSource`)."""

    path: str
    sha256: str | None = None

    @property
    def size(self) -> int:
        """See `MediaSource.size`."""
        return Path(self.path).stat().st_size

    async def chunks(self) -> AsyncIterator[bytes]:
        """See `MediaSource.chunks`."""
        with open(self.path, "rb", buffering=0) as file:
            while data := file.read(CHUNK_BYTES):
                yield data

    async def url(self) -> str:
        """See `MediaSource.url`."""
        raise AssertionError(self.path)


def _service(exits: AsyncExitStack) -> "SpeechService":
    from azure.core.credentials import AzureKeyCredential

    from shared.adapters.speech import SpeechService
    from shared.models import CapabilityTable, Deployment, Endpoint

    endpoint, _ = Endpoint.parse(os.environ["BENCH_SINK"])
    capability = CapabilityTable.load().of("MAI-Transcribe-2").model_copy(update={"speech": "llm_speech"})
    model = SpeechService(
        Deployment("audio", "MAI-Transcribe-2", "MAI-Transcribe-2", endpoint, capability), AzureKeyCredential("key")
    )
    exits.push_async_callback(model.close)
    return model


async def _ask(model: "SpeechService", source: "MediaSource") -> None:
    from shared.media import Media
    from shared.models import MediaPart, SpeechOptions, SpeechRequest

    part = MediaPart(Media("audio", "audio/mpeg", "mp3"), source)
    assert (await model.transcribe(SpeechRequest(part, SpeechOptions()))).text == "Read."


async def ours(exits: AsyncExitStack) -> Send:
    """From a blob, through the adapters of the app."""
    files, model = blobs(exits), _service(exits)

    async def send(name: str) -> None:
        await _ask(model, files.open(await files.look(name)))

    return send


async def disk(exits: AsyncExitStack) -> Send:
    """The same from a file on the disk, as a recording goes that was converted or cut."""
    model = _service(exits)

    async def send(name: str) -> None:
        await _ask(model, FileSource(local(name)))

    return send


async def openai(exits: AsyncExitStack) -> Send:
    """The `openai` SDK, from a file."""
    from openai import AsyncOpenAI

    client = AsyncOpenAI(base_url=os.environ["BENCH_SINK"] + "/openai/v1", api_key="key")
    exits.push_async_callback(client.close)

    async def send(name: str) -> None:
        with open(local(name), "rb") as file:
            await client.audio.transcriptions.create(model="whisper", file=file)

    return send


async def azure(exits: AsyncExitStack) -> Send:
    """`azure-ai-transcription`, from a file."""
    from azure.ai.transcription.aio import TranscriptionClient
    from azure.ai.transcription.models import TranscriptionContent, TranscriptionOptions
    from azure.core.credentials import AzureKeyCredential

    client = TranscriptionClient(os.environ["BENCH_SINK"], AzureKeyCredential("key"))
    await exits.enter_async_context(client)

    async def send(name: str) -> None:
        with open(local(name), "rb") as file:
            content = TranscriptionContent(definition=TranscriptionOptions(), audio=("recording.mp3", file))
            await client.transcribe(content)

    return send


async def bare(exits: AsyncExitStack) -> Send:
    """The least that can be: aiohttp alone, streaming a file from the disk."""
    import aiohttp

    session = await exits.enter_async_context(aiohttp.ClientSession())

    async def send(name: str) -> None:
        source = FileSource(local(name))
        url, length = os.environ["BENCH_SINK"] + "/transcriptions", {"Content-Length": str(source.size)}
        async with session.post(url, data=source.chunks(), headers=length) as response:
            assert response.status == 200
            await response.json()

    return send


WAYS: Mapping[str, Way] = {each.__name__: each for each in (ours, disk, download, openai, azure, bare)}

if __name__ == "__main__":
    print(json.dumps(asyncio.run(measure(WAYS[sys.argv[1]], int(sys.argv[2])))))
