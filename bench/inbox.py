"""The inbox over 100,000 files with their documents: how soon rows are seen, and what scrolling and memory cost.

`python -m bench.inbox [FILES]`: lists from a server of its own that answers as Azurite does (bench/listing_server.py
says why), opens the page in Chromium (bench/inbox_memory.py, then web/tests/browser/many.spec.ts) and writes
bench/results/inbox.json.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from bench.inbox_memory import memory_of
from bench.listing_server import ListingServer
from local.isolation import process_settings, storage_settings
from local.process import Child
from local.storage import connection_string, new_key
from tests.integration.test_inbox import CHROMIUM, PLAYWRIGHT, WEB

RESULTS = Path(__file__).parent / "results" / "inbox.json"


async def main(files: int) -> None:
    """Measure, and write down what came of it."""
    server = ListingServer(files)
    endpoint = await server.start()
    try:
        with tempfile.TemporaryDirectory(prefix="inbox-") as folder:
            measured = await _measure(connection_string(endpoint, endpoint, new_key()), Path(folder), files)
    finally:
        await server.stop()
    RESULTS.write_text(json.dumps({"when": f"{datetime.now(UTC):%Y-%m-%d}", **measured}, indent=2) + "\n")
    print(RESULTS.read_text())


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
    environ["CHROMIUM"] = chromium = CHROMIUM or "chromium"
    command = ["node", str(PLAYWRIGHT), "test", "many.spec.ts"]
    try:
        memory = await memory_of(page.said["address"], chromium, logs)
        await asyncio.to_thread(subprocess.run, command, cwd=WEB, env={**os.environ, **environ}, check=True)
    finally:
        await page.kill()
    measured: dict[str, object] = json.loads(results.read_text())
    return {**measured, "memory_megabytes": memory}


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000))
