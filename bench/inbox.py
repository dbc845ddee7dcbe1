"""The inbox over 100,000 files with their documents: how soon rows are seen, and what scrolling and memory cost.

`python -m bench.inbox [FILES]`: fills an emulator, opens the page in Chromium (web/tests/browser/many.spec.ts) and
writes bench/results/inbox.json. No worker runs: it would answer the files.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import aiohttp
from azure.storage.blob import AccountSasPermissions, ResourceTypes, generate_account_sas
from azure.storage.blob.aio import BlobServiceClient

from local.isolation import process_settings, storage_settings
from local.process import Child
from local.storage import ACCOUNT, Azurite, new_key
from tests.integration.test_inbox import CHROMIUM, PLAYWRIGHT, WEB

RESULTS = Path(__file__).parent / "results" / "inbox.json"
AT_ONCE = 32
FOLDERS = 50


async def main(files: int) -> None:
    """Measure, and write down what came of it."""
    key = new_key()
    with tempfile.TemporaryDirectory(prefix="inbox-") as folder:
        logs = Path(folder)
        azurite = await Azurite.start(log=logs / "azurite.log", location=None, key=key)
        try:
            started = time.monotonic()
            await _fill(azurite, key, files)
            print(f"{files} files and documents were stored in {time.monotonic() - started:.0f} s", flush=True)
            measured = await _measure(azurite.connection_string, logs, files)
        finally:
            await azurite.child.kill()
    RESULTS.write_text(json.dumps({"when": f"{datetime.now(UTC):%Y-%m-%d}", **measured}, indent=2) + "\n")
    print(RESULTS.read_text())


async def _fill(azurite: Azurite, key: str, files: int) -> None:
    async with BlobServiceClient.from_connection_string(azurite.connection_string) as service:
        for name in ("input", "output"):
            await service.create_container(name)
    rights = AccountSasPermissions(write=True, create=True)
    expiry = datetime.now(UTC) + timedelta(hours=2)
    signature = generate_account_sas(ACCOUNT, key, ResourceTypes(object=True), rights, expiry)
    numbers = iter(range(files))
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=AT_ONCE)) as session:

        async def put(container: str, name: str, labels: dict[str, str]) -> str:
            address = f"{azurite.blobs}/{container}/{quote(name)}?{signature}"
            headers = {"x-ms-blob-type": "BlockBlob", **{f"x-ms-meta-{key}": value for key, value in labels.items()}}
            async with session.put(address, data=b"{}", headers=headers) as reply:
                reply.raise_for_status()
                return reply.headers["ETag"].strip('"')

        async def work() -> None:
            for number in numbers:
                name = f"folder {number % FOLDERS}/file {number:07}.png"
                labels = {"input_etag": await put("input", name, {}), **_labels(number)}
                await put("output", f"{name}.json", labels)

        await asyncio.gather(*(work() for _ in range(AT_ONCE)))


def _labels(number: int) -> dict[str, str]:
    is_error = number % 20 == 0
    told = (
        {"status": "error", "code": "too_long"}
        if is_error
        else {"status": "ok", "tokens": str(number % 3000), "cost": "0.000123"}
    )
    return {"recipe": "describe", "kind": "image", "models": "phi-4", "written_by": "0" * 32, **told}


async def _measure(storage: str, logs: Path, files: int) -> dict[str, object]:
    page = await Child.start(
        "The inbox",
        [sys.executable, "-m", "local.inbox"],
        environ={**process_settings(), **storage_settings(storage)},
        log=logs / "inbox.log",
        ready=[r"The page is ready at (?P<address>\S+)"],
    )
    results = logs / "results.json"
    environ = {"INBOX": page.said["address"], "INBOX_STORAGE": storage, "MANY": str(files), "RESULTS": str(results)}
    command = ["node", str(PLAYWRIGHT), "test", "many.spec.ts"]
    try:
        run = subprocess.run
        chromium = {"CHROMIUM": CHROMIUM} if CHROMIUM else {}
        await asyncio.to_thread(run, command, cwd=WEB, env={**os.environ, **environ, **chromium}, check=True)
    finally:
        await page.kill()
    measured: dict[str, object] = json.loads(results.read_text())
    return measured


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000))
