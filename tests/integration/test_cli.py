"""`dropscribe redrive`, as a person runs it."""

import asyncio
import base64
import json
import os
import sys
import uuid
from pathlib import Path
from typing import Any

from azure.storage.blob.aio import BlobServiceClient
from azure.storage.queue.aio import QueueClient

from shared import bootstrap
from tests.unit.test_settings import GOOD

ROOT = Path(__file__).parents[2]


async def dropscribe(*arguments: str | Path, folder: Path = ROOT, **environ: str) -> tuple[int, str]:
    """Run the command and return its exit code and all that it printed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "cli", *map(str, arguments)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200", **environ},
    )
    printed, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, printed.decode()


async def test_redrive_names_documents_that_it_could_not_remove_and_goes_on_with_the_others(azurite: str) -> None:
    names = {kind: f"{kind}-{uuid.uuid4().hex[:12]}" for kind in ("input", "output", "later")}
    environ: dict[str, Any] = {
        "MEDIA_STORAGE": azurite,
        "INPUT_CONTAINER": names["input"],
        "OUTPUT_CONTAINER": names["output"],
        "DEFERRED_QUEUE": names["later"],
    }
    async with BlobServiceClient.from_connection_string(azurite) as service:
        given, taken = [await service.create_container(names[kind]) for kind in ("input", "output")]
        for name in ("a.png", "b.png"):
            await given.upload_blob(name, b"words")
            document = json.dumps({"input": {"name": name}})
            await taken.upload_blob(f"{name}.json", document, metadata={"status": "error"})
        await taken.upload_blob("theirs.json", b"not ours", metadata={"status": "error"})
        await taken.get_blob_client("a.png.json").acquire_lease()
        code, printed = await dropscribe("redrive", **environ)
        assert (
            code,
            "1 of 3 files are queued again" in printed,
            "a.png.json: storage answered LeaseIdMissing." in printed,
            "theirs.json: it is no document of Dropscribe's." in printed,
        ) == (
            1,
            True,
            True,
            True,
        ), printed
        assert [name async for name in taken.list_blob_names()] == ["a.png.json", "theirs.json"]


async def test_redrive_tries_files_again_that_ended_in_an_error(azurite: str) -> None:
    names = {kind: f"{kind}-{uuid.uuid4().hex[:12]}" for kind in ("input", "output", "later")}
    environ: dict[str, Any] = {
        "MEDIA_STORAGE": azurite,
        "ARRIVAL_SECONDS": "0",
        "INPUT_CONTAINER": names["input"],
        "OUTPUT_CONTAINER": names["output"],
        "DEFERRED_QUEUE": names["later"],
    }
    app = bootstrap.load({**GOOD, **environ, "STATE_CONTAINER": names["input"].replace("input", "state")})
    async with BlobServiceClient.from_connection_string(azurite) as service:
        given, taken = [await service.create_container(names[kind]) for kind in ("input", "output")]
        for name in ("empty.png", "words.png", "a/words.png", "gone.png"):
            await given.upload_blob(name, b"" if name == "empty.png" else b"words")
        for name in ("words.png", "a/words.png", "gone.png"):
            await app.process(names["input"], name)
        await given.delete_blob("gone.png")
        await app.close()
        options = ("--code", "unsupported_media", "--since", "2026-01-01")
        code, printed = await dropscribe("redrive", *options, "--dry-run", **environ)
        assert (code, "3 files would be tried again" in printed) == (0, True), printed
        code, printed = await dropscribe("redrive", *options, "--prefix", "a/", **environ)
        assert (code, "1 of 1 files are queued again" in printed) == (0, True), printed
        code, printed = await dropscribe("redrive", "--code", "too_large", **environ)
        assert (code, "0 of 0 files are queued again" in printed) == (0, True), printed
        code, printed = await dropscribe("redrive", **environ)
        assert (code, "1 of 2 files are queued again" in printed) == (0, True), printed
        assert [name async for name in taken.list_blob_names()] == ["gone.png.json"]
    async with QueueClient.from_connection_string(azurite, names["later"]) as queue:
        bodies = [base64.b64decode(message.content).decode() async for message in queue.receive_messages()]
    assert sorted(bodies) == ['{"name":"a/words.png"}', '{"name":"words.png"}']
